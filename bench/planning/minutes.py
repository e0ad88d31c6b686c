"""Is the time to confirmed right? What the plan foretells beside what the real tracker takes, in both worlds.

Flights as `bench.planning.confirmation` flies them, but by other seeds, over spacings and noises that its table
does not have, in calm and in wind. What is compared is the median over flights of when a target is confirmed,
counted from its crossing of the rim of its way: foretold by the plan's law along the way that it flew, the
sound's time and the table's median wait; and by the tracker. A flight that was never confirmed counts as
confirmed at its end, on both sides. "Told" has that world's own figures for the law of hearing, as in
`bench.planning.foretold`.

    python -m bench.planning.minutes [--quick] [--seeds N]
"""

import argparse
import statistics
import sys
from typing import Any

import numpy as np

from bench.planning.confirmation import FLOWN, Flown, Moments, moments_of, scenario_of
from bench.planning.foretold import KINDS, WIND_FROM_DEG, WORLDS, HearingCase, figures_of
from bench.tables import Result, Table, number, print_tables
from forehear.air import hearing
from forehear.air.medium import absorption_db_per_m
from forehear.geodesy import plane_at
from forehear.plan.minutes import around, heard_along
from forehear.plan.noise import NoiseMap
from forehear.plan.odds import Situation, Weather
from forehear.plan.stations import stations_of
from forehear.plan.waits import wait_s
from forehear.simulate.scenario.settings import Scenario

# Kind, spacing [m], noise [dB], wind [m/s]; none of them a row of the table.
ROWS = (
    ("piston", 4_000.0, 36.0, 0.0),
    ("piston", 5_500.0, 38.0, 0.0),
    ("fast", 5_500.0, 38.0, 0.0),
    ("jet", 4_000.0, 36.0, 0.0),
    ("piston", 4_000.0, 36.0, 8.0),
    ("fast", 5_500.0, 36.0, 8.0),
)
QUICK = ROWS[:1] + ROWS[4:5]


def foretold_s(flown: Flown, case: HearingCase, scenario: Scenario, moments: Moments, world: str | None) -> float:
    """Give when the plan foretells the median flight on this way to be confirmed [s]; the way's end if never."""
    plane = plane_at(scenario.region.lon, scenario.region.lat)
    network = moments.network
    stations = stations_of(network.sensors, plane, NoiseMap(case.noise_db), None)
    air = network.atmosphere
    kind = hearing.FAST if flown.kind == "fast" else KINDS[case.emitter]
    priors, weather = hearing.PRIORS, Weather(air.wind_mps, WIND_FROM_DEG)
    if world is not None:
        base, priors, weather = figures_of(case, scenario, world)
        kind = kind._replace(level_db=flown.level_db or base.level_db, band_hz=base.band_hz)
    figures = air.temperature_c, air.relative_humidity_pct, air.pressure_hpa
    taken = float(absorption_db_per_m(kind.band_hz, *figures))
    kind = kind._replace(absorbed_db_per_m=taken, height_m=flown.height_m)
    ground = float(np.median([s.height_m for s in network.sensors])) - 4.0
    situation = Situation(plane, (weather,), ground_m=ground, priors=priors)
    way = moments.way[::5]
    # From the end backwards, so that what was heard farther out has been heard nearer, too.
    by_then, age, nearest = heard_along(kind, way[::-1, 1:3], stations, situation)
    by_then, age, nearest = by_then[::-1], age[::-1], nearest[::-1]
    at = int(np.argmax(by_then >= 0.5))
    if by_then[at] < 0.5:
        return float(scenario.duration_s)
    spacing, noise = around(way[at, 1:3], stations, int(nearest[at]))
    heard = float(way[at, 0] + age[at] + wait_s(flown.kind, spacing, noise)[1])
    return min(heard, float(scenario.duration_s))


def row_of(row: tuple[str, float, float, float], world: str, seeds: range) -> dict[str, Any]:
    """Measure one row in one world."""
    name, spacing_m, noise_db, wind_mps = row
    flown = next(f for f in FLOWN if f.kind == name)
    case = HearingCase("", flown.emitter, spacing_m, noise_db, wind_mps)
    took, foretold = [], {None: list[float](), world: list[float]()}
    for seed in seeds:
        scenario = scenario_of(flown, spacing_m, noise_db, wind_mps, seed)
        moments = moments_of(scenario, world, seed, whole=True)
        took.append(scenario.duration_s if moments.confirmed_s is None else moments.confirmed_s)
        for knows, found in foretold.items():
            found.append(foretold_s(flown, case, scenario, moments, knows))
    median = statistics.median(took)
    return {
        "kind": name, "spacing_m": spacing_m, "noise_db": noise_db, "wind_mps": wind_mps, "world": world,
        "took_s": median, "priors_s": statistics.median(foretold[None]),
        "told_s": statistics.median(foretold[world]),
        "flights": len(took),
    }  # fmt: skip


def measure(quick: bool, seeds: int = 0) -> Result:
    """Measure every row in both worlds."""
    many = seeds or (5 if quick else 15)
    rows = []
    for row in QUICK if quick else ROWS:
        for world in WORLDS:
            rows.append(row_of(row, world, range(5001, 5001 + many)))
            print(f"minutes: {rows[-1]}", file=sys.stderr, flush=True)
    bars = []
    for known in ("priors", "told"):
        worst = max(abs(r[f"{known}_s"] - r["took_s"]) for r in rows)
        words = f"median time to confirmed, foretold less taken, worst row and world ({known}) [s]"
        bars.append({"measure": words, "bar": 20, "aim": 10, "more": False, "value": worst})
    return {"seeds": many, "rows": rows, "bars": bars}


def tables(result: Result) -> list[Table]:
    """Give it as a table."""
    rows = [
        (
            f"{r['kind']}, {r['spacing_m'] / 1e3:g} km, {r['noise_db']:.0f} dB, wind {r['wind_mps']:g} m/s",
            r["world"], number(r["took_s"], 0, " s"), number(r["priors_s"], 0, " s"),
            f"{r['priors_s'] - r['took_s']:+.0f} s", number(r["told_s"], 0, " s"),
            f"{r['told_s'] - r['took_s']:+.0f} s",
        )
        for r in result["rows"]
    ]  # fmt: skip
    heads = ("row", "world", "the tracker took", "foretold (priors)", "error", "foretold (told)", "error")
    note = f"{result['seeds']} flights a row and world; medians, from the beginning of the way to confirmed."
    return [Table("Time to confirmed: foretold, and taken", heads, rows, note)]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning.minutes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="two rows, five flights")
    parser.add_argument("--seeds", type=int, default=0, help="how many (default 15; 5 with --quick)")
    args = parser.parse_args()
    print_tables(tables(measure(args.quick, args.seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
