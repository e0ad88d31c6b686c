"""Plan a network: whom it hears, where further sensors go, minutes of warning, what a loss costs.

  forehear plan coverage --network network.geojson --out coverage/
  forehear plan site     --network network.geojson --add 60 --candidates places.geojson --out sites/
  forehear plan warning  --network network.geojson --sites sites.geojson --out warning/
  forehear plan what-if  --network network.geojson --out what-if/

Odds are those of the live coverage: heard by so many sensors within ten seconds. --out is a folder for the map
(GeoJSON), the picture (PNG) and the page (HTML), or one file of those endings; --json prints one record. Places to
warn are all equal; holes are areas. The same input gives the same bytes; Ctrl-C leaves what is done.
"""

import argparse
import importlib
from typing import Any

SUBVERBS = {
    "coverage": ("say where a target would be heard, by kind, noise, wind and ground", "coverage"),
    "site": ("choose where further sensors go, and bound how much better any choice could be", "site"),
    "warning": ("say how many minutes each site has, by direction, slow and fast", "minutes"),
    "what-if": ("say what a loss, a wind, more noise or a large raid would change", "what_if"),
}
KINDS = ("slow", "fast", "jet")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    sub = parser.add_subparsers(dest="subverb", required=True, metavar="|".join(SUBVERBS))
    for name, (words, module) in SUBVERBS.items():
        p = sub.add_parser(
            name, help=words, description=f"{words[0].upper()}{words[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        p.set_defaults(module=module)
        _shared(p)
        if name == "site":
            _site(p)
        if name == "what-if":
            _what_if(p)


def _shared(p: argparse.ArgumentParser) -> None:
    p.add_argument("--network", required=True, metavar="FILE", help="network.geojson")
    p.add_argument("--sites", metavar="FILE", help="sites.geojson: places to warn, all equal")
    p.add_argument("--out", metavar="PATH", help="folder for map, picture and page; or a .geojson, .png or .html")
    p.add_argument("--json", action="store_true", help="print one record to stdout")
    p.add_argument("--k", type=int, default=3, metavar="N", help="so many sensors must hear (default %(default)s)")
    p.add_argument("--kinds", default="slow,fast,jet", help="of slow,fast,jet (default %(default)s)")
    p.add_argument("--heights-m", metavar="M,M", help="heights above ground (default: each kind its own)")
    p.add_argument("--cell-km", type=float, metavar="KM", help="width of the map's cells (default: 4,000 cells)")
    air = p.add_argument_group("noise, air, ground")
    air.add_argument(
        "--noise", default="night", help="night, day or a level in dB, in open country (default: night)"
    )
    air.add_argument("--land", metavar="FILE", help="areas with noise_db, or a class of land use (GeoJSON)")
    air.add_argument("--wind-mps", type=float, metavar="MPS", help="wind at 10 m (default: the network's)")
    air.add_argument("--wind-from-deg", type=float, metavar="DEG", help="where it comes from")
    air.add_argument("--winds", metavar="FILE", help="a wind rose instead: a JSON list with shares")
    air.add_argument(
        "--lapse-k-per-km", type=float, default=0.0, metavar="K",
        help="colder by so much a kilometre higher; negative: an inversion (default %(default)s)",
    )  # fmt: skip
    air.add_argument("--terrain", nargs="+", metavar="FILE", help="heights: HGT tiles, or a GeoTIFF in EPSG:4326")
    air.add_argument("--dead", default="", metavar="ID,ID", help="sensors that do not work")
    air.add_argument("--hearing", metavar="FILE", help="what is known of the listeners (JSON); docs/planning.md")


def _site(p: argparse.ArgumentParser) -> None:
    p.add_argument("--add", type=int, required=True, metavar="N", help="so many further sensors at most")
    p.add_argument("--candidates", metavar="FILE", help="places where they could stand (default: a grid)")
    p.add_argument("--budget", type=float, metavar="EUR", help="they cost no more than this together")
    p.add_argument("--cost-field", metavar="NAME", help="the candidates' property with the cost")
    p.add_argument("--no-proof", action="store_true", help="leave out the bound on any choice (highspy)")
    p.add_argument("--proof-s", type=float, default=60.0, metavar="S", help="time for it (default %(default)g)")


def _what_if(p: argparse.ArgumentParser) -> None:
    p.add_argument("--lose", type=float, default=0.2, metavar="SHARE", help="sensors lost (default %(default)s)")
    p.add_argument("--lose-in", metavar="FILE", help="areas that lose all their sensors (GeoJSON)")
    p.add_argument("--storm-mps", type=float, default=8.0, metavar="MPS", help="the wind that turns (default 8)")
    p.add_argument("--louder-db", type=float, default=6.0, metavar="DB", help="more noise (default 6)")
    p.add_argument("--drones", type=float, default=5000.0, metavar="N", help="in one night (default 5000)")


def run(args: argparse.Namespace) -> int:
    """Answer one question."""
    module: Any = importlib.import_module(f"forehear.cli.plan.{args.module}")
    return int(module.run(args))
