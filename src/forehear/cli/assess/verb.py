"""Say what sourced claims and observed launches mean for a network and the places it warns.

  forehear assess claims      the ledger: who said what, traced to its origin, graded, beside the count
  forehear assess names       are these one name in two spellings; who of the sanctions list is this
  forehear assess launches    what was launched, in the three regimes of the bulletins
  forehear assess forecast    launches a month, a raid, the largest day, 1 to 24 months ahead
  forehear assess warning     how long between first heard, confirmed and arrival, by variant
  forehear assess raids       a night drawn from the forecast, through the network's tracker
  forehear assess report      all of it as one HTML page with figures
  forehear assess grid        what minutes of warning are worth to a grid, on made-up test systems
  forehear assess import      bulletins from files to the tables that the others read

Without files the data inside the package is used. Every one has --json. Distributions, not promises.
"""

import argparse
import sys
from datetime import date
from typing import Any

from forehear.assess.tables import parse_day

SUBVERBS = ("claims", "names", "launches", "forecast", "warning", "raids", "report", "import", "grid")


def day(text: str) -> date:
    """Read an argument YYYY-MM-DD."""
    found = parse_day(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} must be a day, YYYY-MM-DD")
    return found


def months(text: str) -> int:
    """Read an argument of months, 1 to 24."""
    if not text.isdecimal() or not 1 <= int(text) <= 24:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number of months from 1 to 24")
    return int(text)


def _add(subverbs: Any, name: str, words: str, example: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = subverbs.add_parser(
        name, help=words, description=f"{words[0].upper()}{words[1:]}.", epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="machine-readable answer on stdout")
    return parser


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        help="shahed_daily.csv, shahed_monthly.csv, production_claims.csv; the package's own without it",
    )
    parser.add_argument(
        "--as-of", type=day, metavar="DAY", help="use nothing after this day; the data's last day without it"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    sub = parser.add_subparsers(dest="subverb", required=True, metavar="|".join(SUBVERBS))
    p = _add(
        sub,
        "claims",
        "list claims, each traced to its origin, graded, and set beside the count",
        "forehear assess claims --as-of 2023-08-20 --kind plan",
    )
    p.add_argument(
        "--claims", metavar="FILE.csv", help="columns as production_claims.csv; an origin_id column is ignored"
    )
    _data(p)
    p.add_argument(
        "--kind",
        help="only this kind: plan, capacity, actual, forecast, observed, price, cost, ...",
    )
    p.add_argument(
        "--who", metavar="WORDS", help="only claims whose chain of attribution or outlet has these words"
    )
    p.add_argument("--origin", metavar="WORDS", help="only claims whose origin has these words")
    p = _add(
        sub,
        "names",
        "compare names across spellings and alphabets",
        "forehear assess names 'Ghassem Damavandian' 'Ghasem Damavandian'",
    )
    p.add_argument(
        "names",
        nargs="+",
        metavar="NAME",
        help="one name: looked up in the sanctions list; more: each pair compared",
    )
    p = _add(
        sub,
        "launches",
        "show what was launched, by regime and month",
        "forehear assess launches --as-of 2024-06-30",
    )
    _data(p)
    p = _add(
        sub,
        "forecast",
        "forecast launches a month, raid sizes and the largest day",
        "forehear assess forecast --as-of 2025-07-20 --months 6 --json",
    )
    _data(p)
    p.add_argument("--months", type=months, default=6, help="how many months ahead, 1 to 24 (default 6)")
    p.add_argument(
        "--score", action="store_true", help="score by rolling origin against persistence and trend instead"
    )
    add_network_arguments(sub)
    p = _add(sub, "report", "write one HTML page and its figures", "forehear assess report --out report")
    _data(p)
    p.add_argument("--out", required=True, metavar="DIR", help="where index.html and the PNG figures go")
    add_import_arguments(sub)
    add_grid_arguments(sub)


def add_network_arguments(sub: Any) -> None:
    """Declare the arguments of the two verbs that run the simulator and the tracker."""
    p = _add(
        sub,
        "warning",
        "measure warning time on simulated raids, and check it in closed form",
        "forehear assess warning --depth-km 60 --spacing-km 8",
    )
    p.add_argument(
        "--network", metavar="FILE", help="network.geojson; without it a belt of --depth-km and --spacing-km"
    )
    p.add_argument("--site", metavar="LON,LAT", help="the place warned, with --network; its centre without it")
    p.add_argument(
        "--depth-km", type=float, default=60.0, help="how far the belt reaches out from the site (default 60)"
    )
    p.add_argument("--spacing-km", type=float, default=8.0, help="between sensors (default 8)")
    p.add_argument("--runs", type=int, default=6, help="simulated flights per variant (default 6)")
    p.add_argument("--formula-only", action="store_true", help="closed form only, no simulation")
    p.add_argument("--seed", type=int, default=1)
    p = _add(
        sub,
        "raids",
        "draw a night from the forecast and run it through a network",
        "forehear assess raids --months 6 --quantile 0.9",
    )
    _data(p)
    p.add_argument("--months", type=months, default=6, help="how many months ahead (default 6)")
    p.add_argument(
        "--quantile", type=float, help="a night of this quantile of raid sizes; one drawn at random without it"
    )
    p.add_argument("--largest", action="store_true", help="the month's largest day instead of any night")
    p.add_argument(
        "--share", type=float, default=0.1, help="of the country's raid that this network sees (default 0.1)"
    )
    p.add_argument(
        "--hours", type=float, default=6.0, help="in which the raid passes this network (a guess; default 6)"
    )
    p.add_argument("--jet-share", type=float, default=0.05, help="of jets in the raid (a guess; default 0.05)")
    p.add_argument(
        "--network", metavar="FILE", help="network.geojson; a square of 120 km with 576 microphones without it"
    )
    p.add_argument("--out", metavar="DIR", help="write the scenario there, for `forehear simulate`")
    p.add_argument("--dry", action="store_true", help="draw and write the night only, do not simulate")
    p.add_argument("--seed", type=int, default=1)


def add_grid_arguments(sub: Any) -> None:
    """Declare the arguments of the verb that asks what warning is worth to a grid."""
    p = _add(
        sub,
        "grid",
        "say how much less load of a test system goes unserved with minutes of warning",
        "forehear assess grid --system ieee118 --minutes 0,3,10,20 --out grid.png",
    )
    p.add_argument("--system", default="ieee14", help="ieee14 or ieee118 (default ieee14); no other grid is read")
    p.add_argument("--minutes", default="0,3,10,20", metavar="M,M,...", help="of warning (default 0,3,10,20)")
    p.add_argument(
        "--measures", metavar="FILE.csv", help="columns measure,minutes,effect,size; effects: shelter, steer,"
        " move, headroom; four measures of a guess without it",
    )  # fmt: skip
    p.add_argument("--lost", type=int, default=3, help="branches lost at once, at random (default 3)")
    p.add_argument("--draws", type=int, default=200, help="how often they are drawn (default 200)")
    p.add_argument("--depth-km", type=float, default=60.0, help="of the belt that gives the warning (default 60)")
    p.add_argument("--spacing-km", type=float, default=6.0, help="between its sensors (default 6)")
    p.add_argument("--out", metavar="FILE.png", help="write the picture, its assumptions beside it")
    p.add_argument("--seed", type=int, default=1)


def add_import_arguments(sub: Any) -> None:
    """Declare the arguments of the verb that brings bulletins up to date."""
    p = _add(
        sub,
        "import",
        "add bulletins to a folder's tables, which --data of the other verbs reads",
        "forehear assess import bulletins.csv --data today --with-packaged",
    )
    p.add_argument(
        "files", nargs="+", metavar="FILE", help="bulletins: columns as shahed_reports.csv, or the public table's"
    )
    p.add_argument(
        "--data", "--out", required=True, metavar="FOLDER", dest="data",
        help="the folder: its own bulletins come first and stand where a file disagrees",
    )  # fmt: skip
    p.add_argument("--with-packaged", action="store_true", help="begin with the bulletins inside the package")
    p.add_argument(
        "--replace", action="store_true", help="where files disagree about a raid, the later one stands"
    )
    p.add_argument(
        "--until", type=day, metavar="DAY", help="bulletins are known to this day; to the last one without it"
    )


def run(args: argparse.Namespace) -> int:
    """Answer one subverb."""
    if args.subverb in ("claims", "names", "launches", "forecast"):
        from forehear.cli.assess import data as module
    else:
        from forehear.cli.assess import network as module  # type: ignore[no-redef]
    if args.subverb == "import":
        from forehear.cli.assess.importing import run_import

        answer = run_import(args)
    elif args.subverb == "grid":
        from forehear.cli.assess.grid import grid

        answer = grid(args)
    else:
        answer = getattr(module, args.subverb)(args)
    sys.stdout.write(answer if answer.endswith("\n") else answer + "\n")
    return 0
