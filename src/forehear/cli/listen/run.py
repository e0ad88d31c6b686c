"""What `forehear listen` does: recordings or a microphone through the edge, reports out, words to stderr."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from forehear.cli.progress import Progress
from forehear.errors import InputError
from forehear.io.audio import Recording, is_pipe, open_recording
from forehear.io.ndjson import RecordWriter
from forehear.listen import health
from forehear.node.edge import Edge, Hears
from forehear.records import Report

if TYPE_CHECKING:
    from forehear.cli.listen import figure as listen_figure
    from forehear.cli.listen.hub import Rehearsal
    from forehear.cli.listen.start import Beginnings

# An answer by kind names the likeliest where it is at least this likely.
NAMED_FROM = 0.5


def listener_of(sensor: str, calibration_db: float | None, places_m: NDArray[np.float64] | None) -> Hears:
    """Make the Listener; the one place that knows it, for tests to put another there."""
    from forehear.listen.listener import Listener

    return Listener(sensor, calibration_db=calibration_db, places_m=places_m)


class ListeningTotals:
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
                self.kinds[best if odds and odds[best] >= NAMED_FROM else "unsure"] += 1

    def words(self, listener: Hears) -> str:
        """Put it into a line."""
        heard = ", ".join(f"{self.kinds[k]} {k}" for k in ("piston", "jet", "other", "unsure") if self.kinds[k])
        line = f"{listener.heard_s:,.1f} s heard, {self.reports:,} reports, sources: {heard or 'none'}"
        line += f", {listener.gap_s:,.1f} s of gaps" if listener.gap_s >= 0.05 else ", no gaps"
        return line + (f", {len(self.refused)} refused" if self.refused else "")


class Hearing:
    """The arguments made into what listens: an edge, and where its reports go."""

    def __init__(self, args: argparse.Namespace, stream: BinaryIO | None) -> None:
        from forehear.io.places import read_places

        self.args = args
        self.tally = ListeningTotals()
        self.writer = RecordWriter(stream) if stream is not None else None
        self.stream = stream
        self.places_m = read_places(args.places) if args.places else None
        self.sketch: listen_figure.Sketch | None = None
        self.kept: list[Report] = []
        self.rehearsal: Rehearsal | None = None
        # Whoever reads waits for each report: of a recording for all of them.
        self._at_once = args.device is not None or args.hub is not None or any(map(is_pipe, args.audio))
        self.listener = listener = listener_of(args.sensor, args.calibration_db, self.places_m)
        if args.figure:
            from forehear.cli.listen.figure import Sketch, require_matplotlib

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
            if self._at_once:
                self.writer.flush()
        if self.rehearsal is not None:
            self.rehearsal.put(reports)
        if self.sketch is not None:
            self.sketch.report(reports)
        if self.args.passby:
            self.kept += [r for r in reports if r.sources]

    def close(self) -> None:
        """Hand on what was written."""
        if self.writer is not None:
            self.writer.flush()
        if self.rehearsal is not None:
            self.rehearsal.close()

    def log(self, words: str) -> None:
        """Say something on stderr."""
        print(f"forehear listen: {words}", file=sys.stderr, flush=True)


class _Watched:
    """A Listener whose samples are also drawn."""

    def __init__(self, listener: Hears, sketch: "listen_figure.Sketch") -> None:
        self._listener = listener
        self._sketch = sketch

    def hear(self, samples: NDArray[np.floating], at_s: float, seen: health.Tally) -> list[Report]:
        self._sketch.sound(samples, at_s)
        return self._listener.hear(samples, at_s, seen)

    def end(self) -> list[Report]:
        return self._listener.end()

    @property
    def heard_s(self) -> float:
        return self._listener.heard_s

    @property
    def gap_s(self) -> float:
        return self._listener.gap_s


def hear_recordings(hearing: Hearing) -> int:
    """Hear all recordings one after another; 1 if any was refused."""
    from forehear.cli.listen.start import NOW, Beginnings

    args = hearing.args
    start = args.start if args.start is not None else (NOW if args.hub else 0.0)
    progress = Progress("forehear listen", args.quiet, lines=False, after_s=0.0)
    beginnings = Beginnings(start, args.zone, progress.log)
    if args.hub is not None:
        from forehear.cli.listen.hub import Rehearsal

        hearing.rehearsal = Rehearsal(args.hub, args.key, progress.log)
    with progress:
        try:
            for path in beginnings.in_order(args.audio):
                _hear_file(hearing, path, beginnings, progress)
        except KeyboardInterrupt:
            if hearing.rehearsal is None:
                raise
            progress.log("stopped")
        hearing.put(hearing.edge.end())
    hearing.close()
    if hearing.sketch is not None:
        name = args.audio[0] if len(args.audio) == 1 else f"{len(args.audio)} recordings"
        hearing.sketch.draw(args.figure, args.sensor, name)
    if args.passby:
        from forehear.cli.listen.passby import table

        print("\n".join(table(hearing.kept)), file=sys.stderr)
    hearing.log(hearing.tally.words(hearing.listener))
    return 1 if hearing.tally.refused else 0


def _hear_file(hearing: Hearing, path: str, beginnings: "Beginnings", progress: Progress) -> None:
    """Hear all recordings of one file."""
    part, links = 0, None
    while part == 0 or part < len(links or ()):
        try:
            recording = open_recording(path, part, links)
            links = recording.links
            try:
                at_s = beginnings.of(path, recording, part)
                beginnings.ended(at_s, recording, _hear(hearing, recording, at_s, progress))
                for fault in recording.faults:
                    progress.log(f"{recording.name}: {fault}")
            finally:
                recording.close()
        except InputError as error:
            hearing.tally.refused.append(str(error))
            progress.log(f"refused: {error}")
        part += 1


def _hear(hearing: Hearing, recording: Recording, at_s: float, progress: Progress) -> float:
    """Hear one recording that begins at `at_s`; gives how long it was [s]. Raises InputError."""
    if hearing.places_m is not None and recording.channels != len(hearing.places_m):
        places = len(hearing.places_m)
        raise InputError(
            f"{recording.name}: has {recording.channels} channels, but --places names {places} places"
        )
    progress.begin(recording.name, recording.duration_s)
    taken = 0
    for block in recording.blocks():
        if hearing.rehearsal is not None:
            hearing.rehearsal.wait(len(block) / recording.rate_hz)
        hearing.put(hearing.edge.take(block, recording.rate_hz, at_s + taken / recording.rate_hz))
        taken += len(block)
        progress.show(taken / recording.rate_hz)
    if taken == 0:
        raise InputError(f"{recording.name}: {recording.faults[0] if recording.faults else 'holds no samples'}")
    if hearing.edge.opposed:
        which = f"{hearing.edge.opposed} of {recording.channels} channels is wired against the others"
        progress.log(f"{recording.name}: {which}: turned round, and heard")
    return taken / float(recording.rate_hz)


def hear_device(hearing: Hearing) -> int:
    """Hear a microphone until it is stopped."""
    import signal

    from forehear.node.microphone import Microphone, Sink, run

    args = hearing.args
    name = args.device or None
    channels = 1 if hearing.places_m is None else len(hearing.places_m)
    sinks: list[Sink] = [hearing]
    if args.hub is not None:
        from forehear.cli.listen.hub import uplink_to

        sinks.append(uplink_to(args.hub, args.key, hearing.log))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    hearing.log(f"listening to {name or 'the default device'}; Ctrl-C ends it")
    run(lambda: Microphone(name, channels, time.time), hearing.edge, _Both(sinks), hearing.log, time.sleep)
    hearing.log(hearing.tally.words(hearing.listener))
    return 0


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
