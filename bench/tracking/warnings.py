"""Alerts against the truth in both worlds: `python -m bench.tracking.warnings [ROW ...] [--quick] [--seeds N]`.

Each scenario is simulated with each seed, tracked and warned of as `forehear track --sites --alerts` does it, and
the alerts are scored as `forehear score --alerts` does it. Seeds are put together by arrival and by alert. Where a
scenario has few places, more are strewn over its region at random.
"""

import argparse
import statistics
import sys
from typing import Any

from bench.tables import Result, Table, number, percent, print_tables
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.records import Alert, Truth
from forehear.score.warnings import WarningScore, score_warnings
from forehear.simulate import run as first_world
from forehear.simulate.scenario.files import load
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import run as second_world
from forehear.track.tracker import Tracker
from forehear.warn.alerting import Alerting
from forehear.warn.limits import Policy

WORLDS = ("first", "second")
MORE_PLACES: dict[str, Any] = {"random_sites": 12}
# What is measured: a scenario, and what is changed in it. The night is an eighth of a country's.
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "raid": ("raid90", MORE_PLACES),
    "night": (
        "night",
        {
            "region.east_m": 200_000, "region.north_m": 180_000, "duration_s": 2400, "random_sites": 16,
            "flights.0.count": 60, "flights.1.count": 12, "flights.2.count": 3, "flights.3.count": 1,
            "clutter.motorcycles": 60, "clutter.generators": 20,
        },
    ),
    "column": ("column", MORE_PLACES),
    "jets": ("jet", MORE_PLACES),
    "nothing flies": ("roads", {"random_sites": 12, "duration_s": 3600}),
}  # fmt: skip
QUICK = ("column", "jets")


def alerts_of(scenario: Scenario, world: str, seed: int) -> WarningScore:
    """Simulate, track, warn, score."""
    where: first_world.World | second_world.SecondWorld
    where = (second_world if world == "second" else first_world).prepare(scenario, seed)
    tracker, seconds = Tracker(where.network), Seconds(Rejections())
    alerting = Alerting(where.network, where.sites, tracker.plane, Policy())
    alerts: list[Alert] = []
    truths: list[Truth] = []

    def steps(pairs: Any) -> None:
        for time_s, reports in pairs:
            tracks = tracker.advance(time_s, reports)
            alerting.note(time_s, reports, tracker.turned_away)
            alerts.extend(alerting.advance(time_s, tracks))

    for block in (second_world if world == "second" else first_world).blocks(where):
        truths.extend(block.truth)
        steps(seconds.feed(block.reports()))
    steps(seconds.finish([]))
    return score_warnings(alerts, where.sites, truths)


def summed(scores: list[WarningScore]) -> dict[str, Any]:
    """Put seeds together."""
    arrivals, warned = sum(s.arrivals for s in scores), sum(s.warned_places for s in scores)
    hours = sum(s.sites * s.seconds / 3600.0 for s in scores)
    leads = [s.lead_median_s for s in scores if s.lead_median_s is not None]
    red = [s.least_warning_probability for s in scores if s.least_warning_probability is not None]
    return {
        "arrivals": arrivals,
        "missed_share": sum(s.missed for s in scores) / arrivals if arrivals else None,
        "unwatched_share": sum(s.unwatched for s in scores) / arrivals if arrivals else None,
        "lead_median_s": statistics.median(leads) if leads else None,
        "lead_p10_s": min((s.lead_p10_s for s in scores if s.lead_p10_s is not None), default=None),
        "warned_places": warned,
        "in_vain_share": sum(s.warned_places_in_vain for s in scores) / warned if warned else None,
        "changes": sum(
            s.changes_per_place_hour * s.sites * s.seconds / 3600.0
            for s in scores
            if s.changes_per_place_hour is not None
        )
        / hours
        if hours
        else None,
        "most_updates": max(s.most_updates_in_an_hour for s in scores),
        "named_too_many": sum(s.named_too_many for s in scores),
        "alerts": sum(s.alerts for s in scores),
        "least_red": min(red, default=None),
        "not_covered_share": sum(s.not_covered_s for s in scores) / (3600.0 * hours) if hours else None,
    }


def measure(
    quick: bool, rows: list[str] | None = None, worlds: tuple[str, ...] = WORLDS, seeds: int = 0
) -> Result:
    """Measure every row in both worlds."""
    out: Result = {"part": "warnings", "seeds": seeds or (1 if quick else 3), "rows": {}}
    for name in rows or (QUICK if quick else tuple(ROWS)):
        scenario = load(*ROWS[name])
        for world in worlds:
            scores = [alerts_of(scenario, world, 1001 + k) for k in range(out["seeds"])]
            out["rows"][f"{name} [{world}]"] = summed(scores)
            print(f"{name} [{world}]: {out['rows'][f'{name} [{world}]']}", file=sys.stderr, flush=True)
    worst = list(out["rows"].values())
    out["bars"] = [
        {"measure": "alerts that name more of a kind than there are", "bar": 0.5, "aim": 0.5, "more": False,
         "value": sum(row["named_too_many"] for row in worst)},
        {"measure": "most other messages a place and hour", "bar": 4, "aim": 2, "more": False,
         "value": max(row["most_updates"] for row in worst)},
    ]  # fmt: skip
    return out


def tables(result: Result) -> list[Table]:
    """Give it as a table."""
    rows = []
    for name, r in result["rows"].items():
        rows.append(
            (
                name, number(r["arrivals"]), percent(r["missed_share"]), percent(r["unwatched_share"]),
                number(r["lead_median_s"], 0, " s"), number(r["lead_p10_s"], 0, " s"), number(r["warned_places"]),
                percent(r["in_vain_share"]), number(r["changes"], 1), number(r["most_updates"]),
                f"{r['named_too_many']} of {r['alerts']}", percent(r["least_red"]),
                percent(r["not_covered_share"]),
            )
        )  # fmt: skip
    heads = (
        "scenario [world]", "arrivals", "not warned", "not watched", "lead", "lead, 1 in 10", "places warned",
        "of them in vain", "changes a place and hour", "other messages, most in an hour", "named too many",
        "least red", "time not covered",
    )  # fmt: skip
    return [
        Table(
            "Alerts against the truth", heads, rows,
            f"{result['seeds']} seeds a row. In vain: nothing came within 5 km of the place. An arrival is a "
            "target's coming into a place's area; not warned: no warning stood then.",
        )
    ]  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.tracking.warnings", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help=f"one seed, and only {' and '.join(QUICK)}")
    parser.add_argument("--world", choices=WORLDS, action="append", help="only this one (default: both)")
    parser.add_argument("--seeds", type=int, default=0, help="how many (default 3; 1 with --quick)")
    args = parser.parse_args()
    if unknown := [row for row in args.rows if row not in ROWS]:
        parser.error(f"no row {unknown}; allowed: {', '.join(ROWS)}")
    print_tables(tables(measure(args.quick, args.rows, tuple(args.world or WORLDS), args.seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
