"""What `forehear listen` does: recordings or a microphone through the edge, reports out, words to stderr."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from forehear.errors import InputError
from forehear.io.audio import Recording, open_recording
from forehear.io.ndjson import RecordWriter
from forehear.node.edge import Edge, Hears
from forehear.records import Report

if TYPE_CHECKING:
    from forehear.cli import listen_figure

# An answer by kind names the likeliest where it is at least this likely.
TOLD_FROM = 0.5


def listener_of(sensor: str, calibration_db: float | None, places_m: NDArray[np.float64] | None) -> Hears:
    """Make the Listener; the one place that knows it, for tests to put another there."""
    from forehear.listen.listener import Listener

    return Listener(sensor, calibration_db=calibration_db, places_m=places_m)


class Tally:
    """What was heard, for the last line."""

    def __init__(self) -> None:
        self.reports = 0
        self.kinds: Counter[str] = Counter()
        self.refused: list[str] = []

    def count(self, reports: Iterable[Report]) -> None:
        """Count reports, and sources by their likeliest kind."""
        for report in reports:
            self.reports += 1
            for source in report.sources:
                odds = (
                    {}
                    if source.kinds is None
                    else {k: getattr(source.kinds, k) for k in ("piston", "jet", "other")}
                )
                best = max(odds, key=lambda k: odds[k]) if odds else ""
                self.kinds[best if odds and odds[best] >= TOLD_FROM else "unsure"] += 1

    def words(self, edge: Edge) -> str:
        """Put it into a line."""
        heard = ", ".join(f"{self.kinds[k]} {k}" for k in ("piston", "jet", "other", "unsure") if self.kinds[k])
        line = f"{edge.heard_s:,.1f} s heard, {self.reports:,} reports, sources: {heard or 'none'}"
        line += f", {edge.gap_s:,.1f} s of gaps" if edge.gap_s >= 0.05 else ", no gaps"
        return line + (f", {len(self.refused)} refused" if self.refused else "")


class Ears:
    """The arguments made into what listens: an edge, and where its reports go."""

    def __init__(self, args: argparse.Namespace, stream: BinaryIO | None) -> None:
        from forehear.io.places import read_places

        self.args = args
        self.tally = Tally()
        self.writer = RecordWriter(stream) if stream is not None else None
        self.stream = stream
        self.places_m = read_places(args.places) if args.places else None
        self.sketch: listen_figure.Sketch | None = None
        self.kept: list[Report] = []
        listener = listener_of(args.sensor, args.calibration_db, self.places_m)
        if args.figure:
            from forehear.cli.listen_figure import Sketch, require_matplotlib

            require_matplotlib()
            self.sketch = Sketch()
            listener = _Watched(listener, self.sketch)
        live = args.device is not None
        self.edge = Edge(listener, self.places_m is not None, time.time if live else None)

    def put(self, reports: Iterable[Report]) -> None:
        """Write reports, count them, and keep what --figure and --passby need."""
        reports = list(reports)
        self.tally.count(reports)
        if self.writer is not None:
            self.writer.write(reports)
            if self.args.device is not None:
                self.writer.flush()
        if self.sketch is not None:
            self.sketch.report(reports)
        if self.args.passby:
            self.kept += [r for r in reports if r.sources]

    def close(self) -> None:
        """Hand on what was written."""
        if self.writer is not None:
            self.writer.flush()

    def tell(self, words: str) -> None:
        """Say something on stderr."""
        print(f"forehear listen: {words}", file=sys.stderr, flush=True)


class _Watched:
    """A Listener whose samples are also drawn."""

    def __init__(self, listener: Hears, sketch: "listen_figure.Sketch") -> None:
        self._listener = listener
        self._sketch = sketch

    def hear(self, samples: NDArray[np.floating], at_s: float) -> list[Report]:
        self._sketch.sound(samples, at_s)
        return self._listener.hear(samples, at_s)

    def end(self) -> list[Report]:
        return self._listener.end()


def hear_recordings(ears: Ears) -> int:
    """Hear all recordings one after another; 1 if any was refused."""
    at_s = ears.args.start
    progress = _Progress(ears.args.quiet)
    with progress:
        for path in ears.args.audio:
            try:
                recording = open_recording(path)
                try:
                    at_s = _hear(ears, recording, at_s, progress)
                    for fault in recording.faults:
                        progress.tell(f"{recording.name}: {fault}")
                finally:
                    recording.close()
            except InputError as error:
                ears.tally.refused.append(str(error))
                progress.tell(f"refused: {error}")
        ears.put(ears.edge.end())
    ears.close()
    if ears.sketch is not None:
        name = ears.args.audio[0] if len(ears.args.audio) == 1 else f"{len(ears.args.audio)} recordings"
        ears.sketch.draw(ears.args.figure, ears.args.sensor, name)
    if ears.args.passby:
        from forehear.cli.listen_passby import tell

        print("\n".join(tell(ears.kept)), file=sys.stderr)
    ears.tell(ears.tally.words(ears.edge))
    return 1 if ears.tally.refused else 0


def _hear(ears: Ears, recording: Recording, at_s: float, progress: "_Progress") -> float:
    """Hear one recording that begins at `at_s`; gives when it ends. Raises InputError."""
    if ears.places_m is not None and recording.channels != len(ears.places_m):
        raise InputError(
            f"{recording.name}: has {recording.channels} channels, but --places names {len(ears.places_m)} places"
        )
    progress.begin(recording.name, recording.duration_s)
    taken = 0
    for block in recording.blocks():
        ears.put(ears.edge.take(block, recording.rate_hz, at_s + taken / recording.rate_hz))
        taken += len(block)
        progress.show(taken / recording.rate_hz)
    return at_s + taken / float(recording.rate_hz)


def hear_device(ears: Ears) -> int:
    """Hear a microphone until it is stopped."""
    import signal

    from forehear.node.microphone import Microphone, Sink, run

    args = ears.args
    name = args.device or None
    channels = 1 if ears.places_m is None else len(ears.places_m)
    sinks: list[Sink] = [ears]
    if args.hub is not None:
        sinks.append(_uplink(ears))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    ears.tell(f"listening to {name or 'the default device'}; Ctrl-C ends it")
    run(lambda: Microphone(name, channels, time.time), ears.edge, _Both(sinks), ears.tell, time.sleep)
    ears.tell(ears.tally.words(ears.edge))
    return 0


def _uplink(ears: Ears) -> Any:
    from forehear.node.uplink import Uplink, poster, public_key, read_key

    key = None
    if ears.args.key is not None:
        key, new = read_key(ears.args.key)
        if new:
            ears.tell(f"{ears.args.key}: is a new key; tell the hub of the sensor's public_key {public_key(key)}")
    return Uplink(poster(ears.args.hub), key, ears.tell)


class _Both:
    """Several sinks as one."""

    def __init__(self, sinks: list[Any]) -> None:
        self._sinks = sinks

    def put(self, reports: Iterable[Report]) -> None:
        reports = list(reports)
        for sink in self._sinks:
            sink.put(reports)

    def close(self) -> None:
        for sink in self._sinks:
            sink.close()


class _Progress:
    """How far a recording is heard: a bar on a terminal, nothing elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._bar: Any = None
        self._task: Any = None
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} s"),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
        self._context: AbstractContextManager[Any] = self._bar if self._bar is not None else nullcontext()

    def __enter__(self) -> "_Progress":
        self._context.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)

    def begin(self, name: str, duration_s: float | None) -> None:
        """Begin with another recording."""
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(name, total=duration_s)

    def show(self, heard_s: float) -> None:
        """Tell how far it is."""
        if self._bar is not None:
            self._bar.update(self._task, completed=heard_s)

    def tell(self, words: str) -> None:
        """Say something above the bar."""
        if self._bar is not None:
            self._bar.console.print(f"forehear listen: {words}", markup=False, highlight=False)
        else:
            print(f"forehear listen: {words}", file=sys.stderr, flush=True)
