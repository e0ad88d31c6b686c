"""Play recorded reports to a live service of their own, at any speed, and show it on the map.

  forehear replay --network network.geojson --sites sites.geojson --reports reports.ndjson --speed 10
  forehear replay --network network.geojson --sites sites.geojson --reports reports.ndjson --html night.html

The reports come in through HTTP, signed, at the moments at which they were received; the service's clock runs at
the speed asked for, in the journal's own time. The store is deleted at the end (--keep DIR keeps it).

--html writes one page instead, for any browser and without a server: map, slider, alerts, and a report of the
night to print. It shows tracks as coarsely as the public may see them, and no sensors, unless --with-sensors.
"""

import argparse
import sys
import time
from pathlib import Path

from forehear.cli.extras import EXTRAS, require


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--network", required=True, metavar="FILE", help="the sensors: network.geojson")
    parser.add_argument("--sites", metavar="FILE", help="the places to warn: sites.geojson")
    parser.add_argument("--reports", required=True, metavar="FILE", help="the journal: reports.ndjson")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="times as fast as life (0.1 to 60)")
    parser.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    parser.add_argument("--port", type=int, default=8080, help="default: 8080; 0: any free one")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the store, configuration and keys here")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the night as one page, and play nothing")
    parser.add_argument(
        "--with-sensors", action="store_true", help="the page shows where sensors stand: yours only"
    )
    parser.add_argument(
        "--zone", default="Europe/Kyiv", metavar="NAME", help="the page's time zone (default %(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress while the page is made")


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C."""
    require("replay", sorted(EXTRAS["hub"]))
    if args.html is not None:
        return _write_page(args)
    from forehear.cli.demo import _opened
    from forehear.errors import InputError
    from forehear.io.geojson import read_network, read_sites
    from forehear.stage import player, stage

    stage.check(args.speed, args.port, args.keep)
    network = read_network(args.network)
    sites = read_sites(args.sites) if args.sites else ()
    first = next(player.recorded(args.reports), None)
    if first is None:
        raise InputError(f"{args.reports}: holds no report")
    start_s = first.received_at_s if first.received_at_s is not None else first.heard_at_s
    play = stage.Play(
        f"forehear replay: {Path(args.reports).name}", network, sites, "journal", args.reports, start_s - 1.0,
        speed=args.speed,
    )  # fmt: skip
    print(f"forehear replay: from {args.reports} at {args.speed:g} times life", file=sys.stderr)
    stage.run(play, args.host, args.port, lambda url: _opened(url, args.no_browser), args.keep)
    return 0


def _clock(time_s: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(time_s))


def _write_page(args: argparse.Namespace) -> int:
    from zoneinfo import ZoneInfo

    from forehear.cli.progress import Progress
    from forehear.errors import ConfigurationError, InputError
    from forehear.io.geojson import read_network, read_sites
    from forehear.io.ndjson import Rejections
    from forehear.io.seconds import read_seconds
    from forehear.stage import night_page

    try:
        ZoneInfo(args.zone)
    except (KeyError, ValueError):
        raise ConfigurationError("--zone", [f"{args.zone!r} is not a time zone; such as Europe/Kyiv"]) from None
    network = read_network(args.network)
    sites = read_sites(args.sites) if args.sites else ()
    rejections, progress = Rejections(), Progress("forehear replay", args.quiet)
    try:
        with open(args.reports, "rb") as stream:
            played = night_page.played(
                network, sites, read_seconds(stream, rejections), not args.with_sensors,
                lambda time_s, tracks: progress.show(time_s, f"{_clock(time_s)} UTC, {tracks} tracks"),
            )  # fmt: skip
    except OSError as error:
        raise InputError(f"{args.reports}: cannot be read: {error.strerror}") from None
    if not played.pictures:
        raise InputError(f"{args.reports}: holds no report that can be played ({rejections.summary()})")
    title = f"forehear: {Path(args.reports).name}"
    body = night_page.page(title, network, sites, played, args.zone, args.with_sensors)
    try:
        args.html.write_bytes(body)
    except OSError as error:
        raise InputError(f"{args.html}: cannot be written: {error.strerror}") from None
    progress.log(
        f"{args.html}: {len(body) / 1e6:.1f} MB, {len(played.pictures):,} pictures, {len(played.names)} tracks, "
        f"{len(played.alerts)} alerts"
    )
    return 0
