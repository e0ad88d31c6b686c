"""Play recorded reports to a live service of their own, at any speed, and show it on the map.

  forehear replay --network network.geojson --sites sites.geojson --reports reports.ndjson --speed 10

The reports come in through HTTP, signed, at the moments at which they were received; the service's clock runs at
the speed asked for, in the journal's own time. The store is deleted at the end (--keep DIR keeps it).
"""

import argparse
import sys
from pathlib import Path


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


def run(args: argparse.Namespace) -> int:
    """Play until Ctrl-C."""
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
