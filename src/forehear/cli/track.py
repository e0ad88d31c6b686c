"""Turn reports into tracks.

  forehear track --network network.geojson --reports reports.ndjson --tracks tracks.ndjson
  forehear simulate single --out night --reports - | forehear track --network night/network.geojson > tracks.ndjson

Reports stand in the order in which they were received. Every second of that time, one line per live track
goes to the tracks: where each target is then. What was read, used and rejected, by reason, goes to stderr.
"""

import argparse
import contextlib
import sys
import time
from typing import BinaryIO

from forehear.errors import InputError
from forehear.records import Network

# Work shorter than this needs no progress [s]; after it, a line so often.
_QUIET_S = 2.0
_TERMINAL_EVERY_S, _LINES_EVERY_S = 0.5, 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--network", required=True, metavar="FILE", help="the sensors: network.geojson")
    parser.add_argument("--reports", default="-", metavar="FILE", help="reports.ndjson, or - for stdin (default)")
    parser.add_argument("--tracks", default="-", metavar="FILE", help="tracks.ndjson, or - for stdout (default)")
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line on stderr")


def run(args: argparse.Namespace) -> int:
    """Read, track, write."""
    from forehear.io.geojson import read_network

    network = read_network(args.network)
    with contextlib.ExitStack() as stack:
        source: BinaryIO = sys.stdin.buffer
        sink: BinaryIO = sys.stdout.buffer
        if args.reports != "-":
            try:
                source = stack.enter_context(open(args.reports, "rb"))
            except OSError as error:
                raise InputError(f"{args.reports}: cannot be read: {error.strerror}") from None
        if args.tracks != "-":
            sink = stack.enter_context(open(args.tracks, "wb"))
        return _track(network, source, sink, _Progress(args.quiet))


def _track(network: Network, source: BinaryIO, sink: BinaryIO, progress: "_Progress") -> int:
    from forehear.io.ndjson import RecordWriter, Rejections, ReportParser, read_chunks
    from forehear.io.seconds import Seconds
    from forehear.track.tracker import Tracker

    rejections = Rejections()
    parser = ReportParser(rejections)
    seconds = Seconds(rejections)
    tracker = Tracker(network)
    writer = RecordWriter(sink)
    try:
        for chunk in read_chunks(source):
            for time_s, reports in seconds.feed(parser.feed(chunk)):
                tracks = tracker.advance(time_s, reports)
                writer.write(tracks)
                progress.show(rejections.read, time_s, len(tracks))
            writer.flush()
        for time_s, reports in seconds.finish(parser.finish()):
            writer.write(tracker.advance(time_s, reports))
        writer.flush()
    finally:
        for (reason, sensor), count in tracker.turned_away.items():
            rejections.reject(reason, sensor or None, count=count)
        rejections.used = tracker.used
        if tracker.late_sources:
            rejections.warnings["sources too late for their track"] = tracker.late_sources
        progress.done(rejections.summary())
    return 0


class _Progress:
    """How far the tracking is, on stderr: one line rewritten on a terminal, a line now and then elsewhere."""

    def __init__(self, quiet: bool) -> None:
        self._began_s = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._next_s = float("inf") if quiet else self._began_s + _QUIET_S

    def show(self, reports: int, time_s: float, tracks: int) -> None:
        """Tell how far it is, if it is time to."""
        now = time.monotonic()
        if now < self._next_s:
            return
        self._next_s = now + (_TERMINAL_EVERY_S if self._terminal else _LINES_EVERY_S)
        clock = time.strftime("%H:%M:%S", time.gmtime(time_s))
        rate = reports / (now - self._began_s)
        words = f"{clock} UTC of the recording, {reports:,} reports read, {rate:,.0f} a second, {tracks} tracks"
        end = "\x1b[K\r" if self._terminal else "\n"
        print(f"forehear track: {words}", file=sys.stderr, end=end, flush=True)

    def done(self, summary: str) -> None:
        """Say the last line."""
        clear = "\x1b[K" if self._terminal else ""
        print(f"{clear}forehear track: {summary}", file=sys.stderr)
