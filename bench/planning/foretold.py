"""Are the odds right? What the plan foretells beside how often both simulated worlds' sensors hear.

Of one drone on random ways every ten seconds flown are a trial: how many sensors reported sound that left it then.
The plan is told what a planner knows: the network, the usual noise and how far places differ, the air, the height;
nothing of either world's hearing ("priors"). Where both worlds differ under the same conditions, no one answer
can be right for both: so each case has a second row, "told", in which the plan has that world's own figures from
its scenario (level and band of the engine, margin, ceiling, softness, spreads, how its air bends sound): what a
planner would have from a data sheet and from listening to known aircraft. It tests the law's make-up; nothing is
fitted.

    python -m bench.planning.foretold [--quick] [--seeds N]
"""

import argparse
import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.tables import Result, Table, number, print_tables
from forehear.air import hearing
from forehear.air.medium import absorption_db_per_m
from forehear.air.shadow import wind_gradient_per_s
from forehear.geodesy import plane_at
from forehear.plan.noise import NoiseMap
from forehear.plan.odds import Situation, Weather, odds_of
from forehear.plan.stations import stations_of
from forehear.records import Network, Truth
from forehear.simulate import run as first_world
from forehear.simulate.heard.sensors import spread_db
from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.files import load
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import run as second_world
from forehear.simulate.second.air import NEAR_THE_GROUND

Array = NDArray[np.float64]
WORLDS = ("first", "second")
WITHIN_S, WIND_FROM_DEG = 10.0, 250.0
COUNTS = (1, 3)
# Nothing but the drone sounds: what else is reported is no question of hearing it.
PLAIN: dict[str, Any] = {
    "region.east_m": 50_000, "region.north_m": 50_000, "duration_s": 700, "sensors.false_alarms_per_hour": 0,
    "second.engines_near": 0, "second.clocks_off": 0,
}  # fmt: skip


class HearingCase(NamedTuple):
    """What is flown over which network, and through what."""

    name: str
    emitter: str = "piston"
    spacing_m: float = 5_000.0
    noise_db: float = 36.0
    wind_mps: float = 0.0


CASES = (
    HearingCase("5 km"),
    HearingCase("8 km", spacing_m=8_000.0),
    HearingCase("5 km, 44 dB", noise_db=44.0),
    HearingCase("8 km, jet", "jet", 8_000.0),
    HearingCase("5 km, wind 8 m/s", wind_mps=8.0),
)
QUICK = ("5 km", "8 km")
KINDS = {"piston": hearing.PISTON, "jet": hearing.JET}


class Trials(NamedTuple):
    """Ten seconds flown, (n,): the middle's place in the plane, its height over the ground, who heard."""

    place_m: Array  # (n, 2)
    height_m: Array
    heard: Array  # number of sensors


def scenario_of(case: HearingCase) -> Scenario:
    """Give the scenario of a case."""
    return load(
        "single",
        PLAIN
        | {
            "flights": [{"emitter": case.emitter, "random": True, "start_s": 5}],
            "network.spacing_m": case.spacing_m, "sensors.noise_db": case.noise_db,
            "atmosphere.wind_mps": case.wind_mps, "atmosphere.wind_from_deg": WIND_FROM_DEG,
        },
    )  # fmt: skip


def flown(scenario: Scenario, world: str, seed: int) -> tuple[Network, Trials]:
    """Simulate, and count the sensors that reported what left the drone in each ten seconds."""
    module: Any = second_world if world == "second" else first_world
    ready = module.prepare(scenario, seed)
    truths: list[Truth] = []
    heard: list[tuple[int, float]] = []
    names = {sensor.id: k for k, sensor in enumerate(ready.network.sensors)}
    for block in module.blocks(ready):
        truths += block.truth
        heard += [(names[r.sensor], r.heard_at_s) for r in block.reports() if r.sources]
    middle = scenario.region
    plane = plane_at(middle.lon, middle.lat)
    time = np.array([t.time_s for t in truths])
    east, north = plane.forward([t.lon for t in truths], [t.lat for t in truths])
    height = np.array([t.height_m for t in truths])
    stand = np.column_stack(
        plane.forward([s.lon for s in ready.network.sensors], [s.lat for s in ready.network.sensors])
    )
    sets: dict[int, set[int]] = {}
    by_sensor: dict[int, list[float]] = {}
    for k, heard_at in heard:
        by_sensor.setdefault(k, []).append(heard_at)
    for k, times in by_sensor.items():
        delay = np.sqrt((east - stand[k, 0]) ** 2 + (north - stand[k, 1]) ** 2 + height**2) / 340.0
        for left in np.interp(times, time + delay, time):
            sets.setdefault(int((left - time[0]) // WITHIN_S), set()).add(k)
    whole = int((time[-1] - time[0]) // WITHIN_S) - 3
    rows = [np.flatnonzero((time - time[0]) // WITHIN_S == w) for w in range(whole)]
    at = np.array([row[len(row) // 2] for row in rows])
    ground = float(np.median([s.height_m for s in ready.network.sensors])) - 4.0
    count = np.array([len(sets.get(w, ())) for w in range(whole)], np.float64)
    return ready.network, Trials(np.column_stack([east, north])[at], height[at] - ground, count)


def figures_of(
    case: HearingCase, scenario: Scenario, world: str
) -> tuple[hearing.Approaching, hearing.HearingPriors, Weather]:
    """Give kind, priors and weather by a world's own figures: read off its scenario, none of them fitted."""
    plain, second, emitter = scenario.sensors, scenario.second, EMITTERS[case.emitter]
    kind = KINDS[case.emitter]._replace(level_db=emitter.source_level_db, band_hz=emitter.band_hz)
    shared = math.hypot(emitter.level_spread_db, emitter.level_wander_db)
    if world == "first":
        # One fluctuation a second, drawn anew; noise that drifts by sines of so much; no shadow.
        scale = spread_db(plain) * math.sqrt(3.0) / math.pi
        drift = 0.85 * plain.noise_drift_db
        known = hearing.HearingPriors(
            plain.threshold_db, plain.max_detection, scale, 0.0, 1.0, drift, shared, 1.0, int(WITHIN_S)
        )
        return kind, known, Weather()
    ceiling = 0.5 * (second.ceiling_low + second.ceiling_high)
    # Gusts are the positive half of a normal number: its mean and spread; half of them is left in still air.
    gust = second.gust_db * (0.5 + NEAR_THE_GROUND * case.wind_mps / 10.0)
    own = math.sqrt(second.threshold_sigma_db**2 + 2.0**2 + (0.58 * gust) ** 2)
    heard = (1.0 - second.sources_lost) * (1.0 - second.frames_lost)
    known = hearing.HearingPriors(
        second.threshold_db + 0.4 * gust, ceiling * heard, second.rise_db / math.log(81.0), second.fading_sigma_db,
        second.fading_s, own, shared, 1.0, int(WITHIN_S),
    )  # fmt: skip
    # Its wind bends by the mean gradient up to the source, near the ground by less.
    height = kind.height_m
    mean = NEAR_THE_GROUND * math.log(height / 0.05) / math.log(10.0 / 0.05) / height
    wind = case.wind_mps * mean / float(wind_gradient_per_s(1.0, height))
    return kind, known, Weather(wind, WIND_FROM_DEG, second.lapse_c_per_km)


def foretold(case: HearingCase, scenario: Scenario, network: Network, trials: Trials, world: str | None) -> Array:
    """Give the plan's odds (n, COUNTS) of the trials; `world`: told that world's own figures."""
    plane = plane_at(scenario.region.lon, scenario.region.lat)
    stations = stations_of(network.sensors, plane, NoiseMap(case.noise_db), None)
    air = network.atmosphere
    kind, priors, weather = KINDS[case.emitter], hearing.PRIORS, Weather(air.wind_mps, air.wind_from_deg)
    if world is not None:
        kind, priors, weather = figures_of(case, scenario, world)
    taken = float(
        absorption_db_per_m(kind.band_hz, air.temperature_c, air.relative_humidity_pct, air.pressure_hpa)
    )
    kind = kind._replace(absorbed_db_per_m=taken, height_m=float(np.mean(trials.height_m)))
    ground = float(np.median([s.height_m for s in network.sensors])) - 4.0
    situation = Situation(plane, (weather,), ground_m=ground, priors=priors)
    return odds_of(kind, trials.place_m, stations, situation, COUNTS)


def rows_of(case: HearingCase, world: str, seeds: range) -> Iterator[dict[str, Any]]:
    """Give what was foretold and what came, once as the priors have it and once told that world's figures."""
    scenario = scenario_of(case)
    played = [flown(scenario, world, seed) for seed in seeds]
    for knows in (None, world):
        odds = np.concatenate([foretold(case, scenario, n, t, knows) for n, t in played])
        came = np.concatenate([[t.heard >= k for k in COUNTS] for _, t in played], axis=1).T.astype(np.float64)
        error = odds.mean(axis=0) - came.mean(axis=0)
        yield {
            "case": case.name, "world": world, "known": "told" if knows else "priors", "trials": len(came),
            "foretold": odds.mean(axis=0).tolist(), "came": came.mean(axis=0).tolist(), "error": error.tolist(),
            "worst_bin": [_worst_bin(odds[:, j], came[:, j]) for j in range(len(COUNTS))],
        }  # fmt: skip


def _worst_bin(odds: Array, came: Array) -> float | None:
    """Give the largest difference over fifths of the odds that have fifty trials or more."""
    found = [
        abs(float(odds[part].mean() - came[part].mean()))
        for low in np.arange(0.0, 1.0, 0.2)
        if (part := (odds >= low) & (odds < low + 0.2 + (low > 0.7))).sum() >= 50
    ]
    return max(found, default=None)


def measure(quick: bool, seeds: int = 0) -> Result:
    """Measure every case in both worlds."""
    many = seeds or (4 if quick else 12)
    rows: list[dict[str, Any]] = []
    for case in CASES:
        if quick and case.name not in QUICK:
            continue
        for world in WORLDS:
            rows += rows_of(case, world, range(3001, 3001 + many))
            print(f"foretold: {rows[-2]}\n          {rows[-1]}", file=sys.stderr, flush=True)
    bars = []
    for known in ("priors", "told"):
        worst = max(abs(e) for r in rows if r["known"] == known for e in r["error"])
        words = f"odds foretold less how often it came, worst case and world ({known})"
        bars.append({"measure": words, "bar": 0.05, "aim": 0.03, "more": False, "value": worst})
    return {"seeds": many, "rows": rows, "bars": bars}


def tables(result: Result) -> list[Table]:
    """Give it as a table."""
    rows = []
    for r in result["rows"]:
        cells = [cell for j in range(len(COUNTS)) for cell in (r["foretold"][j], r["came"][j], r["error"][j])]
        bins = [number(b, 2) for b in r["worst_bin"]]
        rows.append((r["case"], r["world"], r["known"], str(r["trials"]), *(f"{c:.3f}" for c in cells), *bins))
    heads = ["case", "world", "the plan knows", "trials"]
    heads += [f"{what} by {k}" for k in COUNTS for what in ("foretold", "came", "error")]
    heads += [f"worst fifth, by {k}" for k in COUNTS]
    return [
        Table(
            "Odds of being heard: foretold, and how often it came", tuple(heads), rows,
            f"{result['seeds']} seeds a row; ten seconds flown are a trial. Priors: nothing known of the "
            "listener, the engine and the bend of the air. Told: that world's figures for them.",
        )
    ]  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning.foretold", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="two cases, four seeds")
    parser.add_argument("--seeds", type=int, default=0, help="how many (default 12; 4 with --quick)")
    args = parser.parse_args()
    print_tables(tables(measure(args.quick, args.seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
