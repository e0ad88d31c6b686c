"""How long the real tracker takes: from three sensors having heard a target within ten seconds, till it is
confirmed.

One target flies straight into a grid of microphones from outside, by a random side, in both simulated worlds;
nothing else sounds. The waits of both worlds are pooled by spacing, kind and noise, and are what `forehear plan
warning` adds: its table is the package's `plan/confirmation.json`, written by

    python -m bench.planning.confirmation --write [--seeds N]
"""

import argparse
import json
import math
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.tables import Result, Table, number, percent, print_tables
from forehear.geodesy import plane_at
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.records import Network, Report, Truth
from forehear.simulate import run as first_world
from forehear.simulate.scenario.files import load
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import run as second_world
from forehear.track.tracker import Tracker

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src" / "forehear" / "plan" / "confirmation.json"
WORLDS = ("first", "second")
SPACINGS_M, NOISES_DB = (3_000.0, 5_000.0, 6_500.0, 8_000.0), (36.0, 44.0)
# Side of the land with sensors, and how far outside a flight begins [m].
SIDE_M, OUTSIDE_M = 40_000.0, 15_000.0
# A confirmed track this near is the target's [m]; so many sensors within so long are its being heard.
CLOSE_M, HEARERS, WITHIN_S = 3_000.0, 3, 10.0


class Flown(NamedTuple):
    """A kind as it is flown: its emitter in the simulator, speed, height, level at 1 m (None: the emitter's)."""

    kind: str
    emitter: str
    speed_mps: float
    height_m: float
    level_db: float | None = None


FLOWN = (
    Flown("piston", "piston", 51.0, 350.0),
    Flown("fast", "piston", 78.0, 500.0, 124.0),
    Flown("jet", "jet", 155.0, 800.0),
)


class Moments(NamedTuple):
    """When a target crossed the rim, was heard by three, was confirmed [s since it began]; None: never."""

    heard_s: float | None
    confirmed_s: float | None
    # Its way, a row a second from the start: east, north in the scenario's plane, height [m].
    way: Any
    network: Network


def scenario_of(flown: Flown, spacing_m: float, noise_db: float, wind_mps: float, seed: int) -> Scenario:
    """Give one straight flight into a grid, by a side that the seed draws, past its middle."""
    rng = np.random.default_rng([seed, 17])
    turn = rng.uniform(0.0, 2.0 * math.pi)
    out, aside = np.array([math.sin(turn), math.cos(turn)]), np.array([math.cos(turn), -math.sin(turn)])
    far = 0.5 * SIDE_M * (1.0 + 0.2 * abs(math.sin(2.0 * turn))) + OUTSIDE_M
    begin = far * out + rng.uniform(-8_000.0, 8_000.0) * aside
    end = -0.3 * SIDE_M * out + rng.uniform(-8_000.0, 8_000.0) * aside
    rows = [[*point.tolist(), flown.height_m, flown.speed_mps] for point in (begin, end)]
    flight: dict[str, Any] = {"emitter": flown.emitter, "waypoints": rows, "start_s": 0}
    if flown.level_db is not None:
        flight["source_level_db"] = flown.level_db
    length = float(np.hypot(*(begin - end)))
    return load(
        "single",
        {
            "flights": [flight], "region.east_m": SIDE_M, "region.north_m": SIDE_M,
            "duration_s": int(length / flown.speed_mps) + 5, "network.spacing_m": spacing_m,
            "sensors.noise_db": noise_db, "sensors.false_alarms_per_hour": 0, "second.engines_near": 0,
            "atmosphere.wind_mps": wind_mps, "atmosphere.wind_from_deg": 250.0,
        },
    )  # fmt: skip


def moments_of(scenario: Scenario, world: str, seed: int, whole: bool = False) -> Moments:
    """Simulate and track one flight, till it is confirmed; its `whole` way is simulated, where that is asked
    for.
    """
    module: Any = second_world if world == "second" else first_world
    ready = module.prepare(scenario, seed)
    tracker, seconds = Tracker(ready.network), Seconds(Rejections())
    plane = plane_at(scenario.region.lon, scenario.region.lat)
    truths: dict[int, Truth] = {}
    heard: deque[tuple[float, str]] = deque()
    found: dict[str, float] = {}
    start = scenario.start_s

    def step(time_s: float, reports: list[Report]) -> None:
        heard.extend((r.heard_at_s, r.sensor) for r in reports if r.sources)
        while heard and heard[0][0] < time_s - WITHIN_S:
            heard.popleft()
        if len({sensor for _, sensor in heard}) >= HEARERS:
            found.setdefault("heard", time_s - start)
        tracks = tracker.advance(time_s, reports)
        now = truths.get(round(time_s - start))
        if now is None or "confirmed" in found:
            return
        here = plane_at(now.lon, now.lat)
        near = [t for t in tracks if t.status == "confirmed" and np.hypot(*here.forward(t.lon, t.lat)) <= CLOSE_M]
        if near:
            found["confirmed"] = time_s - start

    for block in module.blocks(ready):
        truths |= {round(t.time_s - start): t for t in block.truth}
        if "confirmed" in found and "heard" in found:
            if not whole:
                break
            continue
        for time_s, reports in seconds.feed(block.reports()):
            step(time_s, reports)
    rows = [truths[k] for k in sorted(truths)]
    east, north = plane.forward([t.lon for t in rows], [t.lat for t in rows])
    way = np.column_stack([sorted(truths), east, north, [t.height_m for t in rows]])
    return Moments(found.get("heard"), found.get("confirmed"), way, ready.network)


def waits_of(moments: list[Moments]) -> dict[str, Any]:
    """Give quantiles of the waits [s], and the share that never was confirmed though heard."""
    heard = [m for m in moments if m.heard_s is not None]
    waits = [
        max(m.confirmed_s - m.heard_s, 0.0) for m in heard if m.confirmed_s is not None and m.heard_s is not None
    ]
    # Whoever was never confirmed waited for longer than any other.
    late = [1e9] * (len(heard) - len(waits))
    ordered = np.sort(np.array([*waits, *late]))
    quantiles = [None] * 3 if not len(ordered) else [
        None if v > 1e8 else round(float(v), 1) for v in np.quantile(ordered, (0.1, 0.5, 0.9), method="lower")
    ]  # fmt: skip
    never = round(len(late) / len(heard), 3) if heard else None
    return {
        "p10_s": quantiles[0],
        "p50_s": quantiles[1],
        "p90_s": quantiles[2],
        "never": never,
        "flights": len(heard),
    }


def measure(quick: bool, seeds: int = 0) -> Result:
    """Measure the whole table, both worlds."""
    many = seeds or (2 if quick else 8)
    rows: list[dict[str, Any]] = []
    for flown in FLOWN:
        for noise_db in NOISES_DB:
            for spacing_m in SPACINGS_M:
                by_world = {
                    world: [
                        moments_of(scenario_of(flown, spacing_m, noise_db, 0.0, seed), world, seed)
                        for seed in range(4001, 4001 + many)
                    ]
                    for world in WORLDS
                }
                row = {"kind": flown.kind, "noise_db": noise_db, "spacing_m": spacing_m}
                row |= waits_of([m for ms in by_world.values() for m in ms])
                row["worlds"] = {world: waits_of(ms) for world, ms in by_world.items()}
                rows.append(row)
                print(f"confirmation: {row}", file=sys.stderr, flush=True)
    return {"seeds": many, "rows": rows}


def tables(result: Result) -> list[Table]:
    """Give it as a table."""
    rows = [
        (
            f"{r['kind']}, {r['noise_db']:.0f} dB, {r['spacing_m'] / 1e3:.0f} km", str(r["flights"]),
            *(number(r[key], 0, " s") for key in ("p10_s", "p50_s", "p90_s")), percent(r["never"]),
            *(number(r["worlds"][world]["p50_s"], 0, " s") for world in WORLDS),
        )
        for r in result["rows"]
    ]  # fmt: skip
    heads = ("kind, noise, spacing", "flights", "p10", "p50", "p90", "never", "p50, first", "p50, second")
    note = f"{result['seeds']} seeds a row and world. From three sensors within ten seconds to confirmed."
    return [Table("How long the tracker takes to confirm", heads, rows, note)]


def main() -> int:
    """Measure, print, and write the package's table where asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.planning.confirmation", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="two seeds")
    parser.add_argument("--seeds", type=int, default=0, help="how many (default 8; 2 with --quick)")
    parser.add_argument("--write", action="store_true", help="write the package's table")
    args = parser.parse_args()
    result = measure(args.quick, args.seeds)
    print_tables(tables(result))
    if args.write:
        commit = subprocess.run(["git", "describe", "--always"], cwd=ROOT, capture_output=True, text=True).stdout
        about = {
            "what": "seconds from three sensors having heard a target within ten seconds to a confirmed track",
            "made_by": f"python -m bench.planning.confirmation --write --seeds {result['seeds']}",
            "commit": commit.strip(), "worlds": list(WORLDS), "rows": result["rows"],
        }  # fmt: skip
        TABLE.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
