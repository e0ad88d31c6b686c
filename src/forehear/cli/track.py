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

from forehear.cli.progress import Progress
from forehear.errors import InputError
from forehear.records import Network


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
        return _track(network, source, sink, Progress("forehear track", args.quiet))


def _track(network: Network, source: BinaryIO, sink: BinaryIO, progress: Progress) -> int:
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
                progress.show(time_s, _words(rejections.read, time_s, len(tracks), progress.began_s))
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
        progress.log(rejections.summary())
    return 0


def _words(reports: int, time_s: float, tracks: int, began_s: float) -> str:
    clock = time.strftime("%H:%M:%S", time.gmtime(time_s))
    rate = reports / max(time.monotonic() - began_s, 1e-3)
    return f"{clock} UTC of the recording, {reports:,} reports read, {rate:,.0f} a second, {tracks} tracks"
