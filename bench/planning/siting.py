"""How good the choice of places is: beside the best that HiGHS finds, beside regular grids, and how long it takes.

Random noisy lands of 60 x 60 km (towns, roads, places that differ by 4 dB), 300 candidates, 900 places, 60 to
take. By a count of yes or no (even odds or better) the search stands beside the mixed-integer program; by the
odds it stands beside the best regular grid of the same number, over spacings, offsets and turns, each point at
its nearest candidate. The large land is 5,000 candidates by 20,000 places, 1,000 to take, in a process of its
own.

    python -m bench.planning.siting [--quick] [--maps N] [--seconds S]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.tables import Result, Table, number, percent, print_tables
from forehear.air.hearing import PISTON
from forehear.geodesy import plane_at
from forehear.plan.matrix import choice_of
from forehear.plan.odds import Situation
from forehear.plan.proof import prove
from forehear.plan.siting import Choice, choose, mean_odds
from forehear.plan.stations import Stations, taken

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
SIDE_M, CANDIDATES, PLACES_A_SIDE, ADD = 60_000.0, 300, 30, 60
HEARERS = (1, 3)
LARGE_SIDE_M, LARGE_CANDIDATES, LARGE_COLUMNS, LARGE_ROWS, LARGE_ADD = 250_000.0, 5_000, 160, 125, 1_000


def land(seed: int, side_m: float, candidates: int, columns: int, rows: int) -> tuple[Stations, Array]:
    """Draw a noisy land: candidates with their noise, and the middles of its cells."""
    rng = np.random.default_rng([seed, 5])
    place = rng.uniform(0.0, side_m, (candidates, 2))
    noise = 40.0 + 4.0 * rng.standard_normal(candidates)
    many = round(12 * (side_m / 60_000.0) ** 2)
    for town in rng.uniform(0.0, side_m, (many, 2)):
        far = np.hypot(*(place - town).T) / 1000.0
        noise = np.maximum(noise, rng.uniform(54.0, 64.0) - 4.0 * far)
    for _ in range(max(many // 2, 2)):
        through, turn = rng.uniform(0.0, side_m, 2), rng.uniform(0.0, np.pi)
        across = np.abs((place - through) @ np.array([np.cos(turn), -np.sin(turn)])) / 1000.0
        noise = np.maximum(noise, 58.0 - 6.0 * across)
    east = (np.arange(columns) + 0.5) * side_m / columns
    north = (np.arange(rows) + 0.5) * side_m / rows
    stations = Stations(
        tuple(f"c{k}" for k in range(candidates)), ("microphone",) * candidates, place, np.zeros((candidates, 2)),
        np.full(candidates, 4.0), noise, np.zeros(candidates), np.ones(candidates),
    )  # fmt: skip
    return stations, np.column_stack([np.tile(east, rows), np.repeat(north, columns)])


def matrix(stations: Stations, places: Array, hearers: int) -> Choice:
    """Give the matrix of a land without sensors yet."""
    nobody = taken(stations, np.zeros(len(stations.ids), bool))
    return choice_of((PISTON,), places, stations, nobody, Situation(plane_at(31.0, 47.0), hearers=hearers))


def best_grid(choice: Choice, stations: Stations, add: int) -> float:
    """Give the mean odds of the best regular grid of at most `add` points."""
    best = 0.0
    shifts = [(a, b) for a in (0.0, 0.33, 0.66) for b in (0.0, 0.33, 0.66)]
    for turn in np.radians((0.0, 22.5, 45.0)):
        turning = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        for step in SIDE_M / np.sqrt(add) * np.linspace(0.92, 1.16, 9):
            for east, north in shifts:
                line = np.arange(-40.0, 41.0)
                grid = np.column_stack([np.tile(line + east, len(line)), np.repeat(line + north, len(line))])
                turned = step * grid @ turning + SIDE_M / 2.0
                inside = turned[np.all((turned >= 0.0) & (turned <= SIDE_M), axis=1)]
                if 0.9 * add <= len(inside) <= add:
                    nearest = [int(np.argmin(np.hypot(*(stations.place_m - point).T))) for point in inside]
                    best = max(best, mean_odds(choice, np.unique(nearest)))
    return best


def on_a_map(seed: int, hearers: int, seconds: float) -> dict[str, Any]:
    """Measure one map."""
    stations, places = land(seed, SIDE_M, CANDIDATES, PLACES_A_SIDE, PLACES_A_SIDE)
    choice = matrix(stations, places, hearers)
    begun = time.process_time()
    chosen = choose(choice, ADD)
    spent = time.process_time() - begun
    proof = prove(choice, ADD, seconds=seconds)
    return {
        "seed": seed, "hearers": hearers, "odds": chosen.after, "grid": best_grid(choice, stations, ADD),
        "choice_cpu_s": spent, "reached": proof.reached, "found": proof.found, "bound": proof.bound,
        "proven": proof.finished, "ratio": proof.ratio,
    }  # fmt: skip


def large(hearers: int) -> dict[str, Any]:
    """Measure the large land, and the most memory that this process has taken."""
    stations, places = land(1, LARGE_SIDE_M, LARGE_CANDIDATES, LARGE_COLUMNS, LARGE_ROWS)
    begun = time.process_time()
    choice = matrix(stations, places, hearers)
    chosen = choose(choice, LARGE_ADD)
    spent = time.process_time() - begun
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2
    return {"hearers": hearers, "cpu_s": spent, "gigabytes": most, "odds": chosen.after, "rows": len(choice.place)}


def measure(quick: bool, maps: int = 0, seconds: float = 0.0) -> Result:
    """Measure all maps, and the large land."""
    many, guard = maps or (4 if quick else 20), seconds or (15.0 if quick else 60.0)
    rows = []
    for hearers in HEARERS:
        for seed in range(1, many + 1):
            rows.append(on_a_map(seed, hearers, guard))
            print(f"siting: {rows[-1]}", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.planning.siting", "--large", "3"], capture_output=True, text=True, check=True
    )
    big = json.loads(done.stdout)
    print(f"siting: {big}", file=sys.stderr, flush=True)
    by = {k: [r for r in rows if r["hearers"] == k] for k in HEARERS}
    bars = [
        {"measure": f"search over HiGHS, {k} hearers, least of {many} maps", "bar": bar, "aim": 1.0, "more": True,
         "value": min(r["ratio"] for r in by[k])}
        for k, bar in ((1, 0.97), (3, 0.95))
    ]  # fmt: skip
    gain = min(r["odds"] - r["grid"] for r in rows)
    bars += [
        {"measure": "mean odds above the best regular grid, least", "bar": 0.08, "aim": 0.1, "more": True,
         "value": gain},
        {"measure": "300 candidates by 900 places, most [s]", "bar": 10, "aim": 5, "more": False,
         "value": max(r["choice_cpu_s"] for r in rows)},
        {"measure": "5,000 by 20,000 [s]", "bar": 300, "aim": 120, "more": False, "value": big["cpu_s"]},
        {"measure": "5,000 by 20,000 [GB]", "bar": 2, "aim": 1, "more": False, "value": big["gigabytes"]},
    ]  # fmt: skip
    return {"maps": many, "seconds": guard, "rows": rows, "large": big, "bars": bars}


def tables(result: Result) -> list[Table]:
    """Give it as a table."""
    rows = []
    for k in HEARERS:
        mine = [r for r in result["rows"] if r["hearers"] == k]

        def mean(key: str, mine: list[dict[str, Any]] = mine) -> float:
            return float(np.mean([r[key] for r in mine]))

        rows.append(
            (
                f"{k}", percent(mean("reached")), percent(mean("found")), percent(mean("bound")),
                f"{sum(r['proven'] for r in mine)} of {len(mine)}", number(min(r["ratio"] for r in mine), 3),
                number(mean("odds"), 3), number(mean("grid"), 3),
                number(min(r["odds"] - r["grid"] for r in mine), 3), number(mean("choice_cpu_s"), 1, " s"),
            )
        )  # fmt: skip
    heads = (
        "hearers",
        "search",
        "HiGHS",
        "bound",
        "proven",
        "least ratio",
        "odds",
        "best grid",
        "least gain",
        "CPU",
    )
    big = result["large"]
    note = (
        f"{result['maps']} maps, {result['seconds']:.0f} s for HiGHS. 5,000 candidates by 20,000 places "
        f"({big['rows']:,} pairs), {big['hearers']} hearers: {big['cpu_s']:.0f} s, {big['gigabytes']:.2f} GB."
    )
    return [Table("Where 60 of 300 candidates go", heads, rows, note)]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning.siting", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="four maps, 15 s for HiGHS each")
    parser.add_argument("--maps", type=int, default=0, help="how many (default 20; 4 with --quick)")
    parser.add_argument("--seconds", type=float, default=0.0, help="for HiGHS (default 60; 15 with --quick)")
    parser.add_argument("--large", type=int, default=0, metavar="K", help="only the large land; JSON")
    args = parser.parse_args()
    if args.large:
        print(json.dumps(large(args.large)))
        return 0
    print_tables(tables(measure(args.quick, args.maps, args.seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
