"""Where answers go: a folder with map, picture and page, or one of them; and how Ctrl-C leaves what is done."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from forehear.cli.extras import require
from forehear.cli.progress import Progress
from forehear.errors import ConfigurationError
from forehear.plan.siting import Stopped

ENDINGS = (".geojson", ".png", ".html")
INTERRUPTED = 130


class PlanProgress:
    """Progress of one question, which Ctrl-C ends: what is done is kept."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.stopped = False

    def __call__(self, share: float, words: str) -> None:
        """Show; raises Stopped once Ctrl-C has been pressed."""
        if self.stopped:
            raise Stopped
        self._progress.show(share, words)


@contextmanager
def shown(verb: str) -> Iterator[PlanProgress]:
    """Show progress, and take Ctrl-C as the wish to stop; pressed twice it ends at once."""
    with Progress(f"forehear plan {verb}") as progress:
        out = PlanProgress(progress)

        def stop(*_: object) -> None:
            if out.stopped:
                raise KeyboardInterrupt
            out.stopped = True

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield out
        finally:
            signal.signal(signal.SIGINT, before)


def wanted(out: str | None) -> dict[str, Path]:
    """Give which files are to be written, by ending. Raises ConfigurationError, NotInstalled: before any work."""
    if out is None:
        return {}
    path = Path(out)
    if path.suffix.lower() in ENDINGS:
        files = {path.suffix.lower(): path}
    elif path.exists() and not path.is_dir():
        raise ConfigurationError(
            "command line", [f"--out {out}: must be a folder, or end in {', '.join(ENDINGS)}"]
        )
    else:
        names = ("plan.geojson", "plan.png", "index.html")
        files = {ending: path / name for ending, name in zip(ENDINGS, names, strict=True)}
    if files.keys() & {".png", ".html"}:
        require("plan", ("matplotlib",))
    return files


def write(
    files: dict[str, Path], record: dict[str, Any], geojson: Callable[[], bytes], draw: Callable[[], bytes],
    page: Callable[[bytes], str],
) -> None:  # fmt: skip
    """Write what is wanted, and say so."""
    from forehear.cli.plan import look

    picture = b""
    if files.keys() & {".png", ".html"}:
        with look.calm():
            picture = draw()
    for ending, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if ending == ".geojson":
            data = geojson()
        else:
            data = picture if ending == ".png" else page(picture).encode("utf-8")
        path.write_bytes(data)
        print(f"forehear plan: wrote {path}", file=sys.stderr)
    if len(files) == len(ENDINGS):
        path = next(iter(files.values())).parent / "plan.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")


def answer(record: dict[str, Any], as_json: bool, words: Callable[[], str]) -> int:
    """Print the record, or its words; gives the exit status."""
    print(msgspec.json.encode(record).decode() if as_json else words())
    return 0 if record["finished"] else INTERRUPTED


def collection(features: list[dict[str, Any]]) -> bytes:
    """Give a FeatureCollection, one feature a line."""
    lines = b",\n".join(msgspec.json.encode(feature) for feature in features)
    return b'{"type":"FeatureCollection","features":[\n' + lines + b"\n]}\n"
