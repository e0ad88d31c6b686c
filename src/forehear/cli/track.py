"""Turn reports into tracks.

  forehear track --network network.geojson --reports reports.ndjson --tracks tracks.ndjson
  forehear simulate single --reports - | forehear track --network network.geojson --reports - --tracks -

Reports stand in the order in which they were received. Every second of that time, one line per live track
goes to the tracks: where each target is then. What was read, used and rejected, by reason, goes to stderr.
"""

import argparse
import sys
from typing import BinaryIO


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
    source: BinaryIO = sys.stdin.buffer if args.reports == "-" else open(args.reports, "rb")  # noqa: SIM115
    try:
        sink: BinaryIO = sys.stdout.buffer if args.tracks == "-" else open(args.tracks, "wb")  # noqa: SIM115
        try:
            return _track(network, source, sink, args)
        finally:
            if sink is not sys.stdout.buffer:
                sink.close()
    finally:
        if source is not sys.stdin.buffer:
            source.close()


def _track(network, source, sink, args) -> int:  # type: ignore[no-untyped-def]
    from forehear.io.ndjson import RecordWriter, Rejections, ReportParser, read_chunks
    from forehear.io.seconds import Seconds
    from forehear.track.tracker import Tracker

    rejections = Rejections()
    parser = ReportParser(rejections)
    seconds = Seconds(rejections)
    tracker = Tracker(network)
    writer = RecordWriter(sink)
    for chunk in read_chunks(source):
        for time_s, reports in seconds.feed(parser.feed(chunk)):
            writer.write(tracker.advance(time_s, reports))
    for time_s, reports in seconds.finish(parser.finish()):
        writer.write(tracker.advance(time_s, reports))
    writer.flush()
    for (reason, sensor), count in tracker.turned_away.items():
        for _ in range(count):
            rejections.reject(reason, sensor)
    rejections.used = tracker.used
    print(f"forehear track: {rejections.summary()}", file=sys.stderr)
    return 0
