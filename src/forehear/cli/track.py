"""Turn reports into tracks.

  forehear track --network network.geojson --reports reports.ndjson --tracks tracks.ndjson
  forehear track --network N --reports R --tracks T --sites sites.geojson --alerts alerts.ndjson
  forehear simulate single --out night --reports - | forehear track --network night/network.geojson > tracks.ndjson

Reports stand in the order in which they were received. Every second of that time, one line per live track
goes to the tracks: where each target is then. With sites, the alerts that the live service would have issued go to
--alerts, a line each. Which sensors are not believed, and why, goes to --sensors-out. What was read, used and
rejected, by reason, goes to stderr.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO

from forehear.cli.extras import require
from forehear.cli.progress import Progress
from forehear.errors import ConfigurationError, InputError
from forehear.records import Network, Report, SensorCredit, Site, Track

if TYPE_CHECKING:
    from forehear.io.ndjson import RecordWriter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--network", required=True, metavar="FILE", help="the sensors: network.geojson")
    parser.add_argument("--reports", default="-", metavar="FILE", help="reports.ndjson, or - for stdin (default)")
    parser.add_argument("--tracks", default="-", metavar="FILE", help="tracks.ndjson, or - for stdout (default)")
    parser.add_argument("--sites", metavar="FILE", help="the places to warn: sites.geojson; needs --alerts")
    parser.add_argument("--alerts", metavar="FILE", help="alerts.ndjson, or - for stdout; needs --sites")
    parser.add_argument(
        "--sensors-out",
        metavar="FILE",
        help="which sensors are set aside, and why: a line at each change (ndjson)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress, only the last line on stderr")


def run(args: argparse.Namespace) -> int:
    """Read, track, write."""
    require("track", ("numba",))
    from forehear.io.geojson import read_network, read_sites

    _check(args)
    network = read_network(args.network)
    sites = read_sites(args.sites) if args.sites else ()
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
        outlet: BinaryIO | None = None
        if args.alerts == "-":
            outlet = sys.stdout.buffer
        elif args.alerts is not None:
            outlet = stack.enter_context(open(args.alerts, "wb"))
        aside: BinaryIO | None = None
        if args.sensors_out is not None:
            aside = stack.enter_context(open(args.sensors_out, "wb"))
        return _track(network, sites, (source, sink, outlet, aside), Progress("forehear track", args.quiet))


def _check(args: argparse.Namespace) -> None:
    faults = []
    if (args.sites is None) is not (args.alerts is None):
        given, missing = ("--sites", "--alerts") if args.sites else ("--alerts", "--sites")
        faults.append(f"{given} is given without {missing}: alerts need both")
    if args.alerts == "-" and args.tracks == "-":
        faults.append("--tracks and --alerts cannot both be stdout")
    if faults:
        raise ConfigurationError("arguments", faults)


def _track(
    network: Network,
    sites: Sequence[Site],
    streams: tuple[BinaryIO, BinaryIO, BinaryIO | None, BinaryIO | None],
    progress: Progress,
) -> int:
    from forehear.io.ndjson import RecordWriter, Rejections, ReportParser, read_chunks
    from forehear.io.seconds import Seconds
    from forehear.track.tracker import Tracker

    rejections = Rejections()
    parser = ReportParser(rejections)
    seconds = Seconds(rejections)
    tracker = Tracker(network)
    source, sink, outlet, aside = streams
    writer = RecordWriter(sink)
    sensors = None if aside is None else _SensorLines(RecordWriter(aside))
    alerting = alert_writer = None
    if outlet is not None:
        from forehear.warn.alerting import Alerting
        from forehear.warn.limits import Policy

        alerting, alert_writer = Alerting(network, sites, tracker.plane, Policy()), RecordWriter(outlet)

    def second(time_s: float, reports: list[Report]) -> list[Track]:
        tracks = tracker.advance(time_s, reports)
        writer.write(tracks)
        if sensors is not None:
            sensors.write(time_s, tracker.set_aside())
        if alerting is not None and alert_writer is not None:
            alerting.note(time_s, reports, tracker.turned_away)
            alert_writer.write(alerting.advance(time_s, tracks))
        return tracks

    try:
        for chunk in read_chunks(source):
            for time_s, reports in seconds.feed(parser.feed(chunk)):
                tracks = second(time_s, reports)
                progress.show(time_s, _words(rejections.read, time_s, len(tracks), progress.began_s))
            writer.flush()
        for time_s, reports in seconds.finish(parser.finish()):
            second(time_s, reports)
        writer.flush()
        if alert_writer is not None:
            alert_writer.flush()
        if sensors is not None:
            sensors.writer.flush()
    finally:
        for (reason, sensor), count in tracker.turned_away.items():
            rejections.reject(reason, sensor or None, count=count)
        rejections.used = tracker.used
        if tracker.late_sources:
            rejections.warnings["sources too late for their track"] = tracker.late_sources
        progress.log(rejections.summary())
    return 0


class _SensorLines:
    """Writes a line for each sensor that is set aside, or trusted again."""

    def __init__(self, writer: "RecordWriter") -> None:
        self.writer = writer
        self._known: dict[str, SensorCredit] = {}

    def write(self, time_s: float, aside: Sequence[SensorCredit]) -> None:
        """Write what has changed since the last time."""
        now = {one.sensor: one for one in aside}
        for name, one in now.items():
            before = self._known.get(name)
            if before is None or before.reason != one.reason:
                self.writer.write([one])
        for name in self._known:
            if name not in now:
                self.writer.write([SensorCredit(sensor=name, state="trusted", since_s=round(time_s, 3))])
        self._known = now


def _words(reports: int, time_s: float, tracks: int, began_s: float) -> str:
    clock = time.strftime("%H:%M:%S", time.gmtime(time_s))
    rate = reports / max(time.monotonic() - began_s, 1e-3)
    return f"{clock} UTC of the recording, {reports:,} reports read, {rate:,.0f} a second, {tracks} tracks"
