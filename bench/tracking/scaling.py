"""What a report costs as targets and as sensors double: it should cost the same."""

import sys
import time
from typing import Any

from bench.tables import Result, Table, number
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.records import Report
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.files import load
from forehear.track.tracker import Tracker

SPACING_M = 4800.0
# The first minutes are left out: nobody is tracked yet.
SETTLE_S = 240


def cost(targets: int, sensors: int, duration_s: int) -> dict[str, Any]:
    """Track `targets` over a square of `sensors` at one spacing; time only the tracker, without any file."""
    side_m = SPACING_M * sensors**0.5
    scenario = load(
        "single",
        {
            "region.east_m": side_m,
            "region.north_m": side_m,
            "network.spacing_m": SPACING_M,
            "duration_s": SETTLE_S + duration_s,
            "flights": [
                {
                    "emitter": "piston",
                    "count": targets,
                    "random": True,
                    "leave_to": "inside",
                    # All are in the air before the clock runs.
                    "start_s": -900.0,
                    "spread_s": 900.0,
                }
            ],
        },
    )
    world = prepare(scenario, 1001)
    tracker, seconds = Tracker(world.network), Seconds(Rejections())
    reports: list[Report] = [r for block in blocks(world) for r in block.reports()]
    begin_s = scenario.start_s + SETTLE_S
    spent, used, heard, alive = 0.0, 0, 0, 0
    for time_s, batch in seconds.finish(reports):
        begin = time.process_time()
        tracks = tracker.advance(time_s, batch)
        took = time.process_time() - begin
        if time_s >= begin_s:
            spent += took
            used += len(batch)
            heard += sum(len(r.sources) for r in batch)
            alive += len(tracks)
    row = {
        "targets": targets,
        "sensors": len(world.network.sensors),
        "reports": used,
        "sources": heard,
        "tracks_mean": alive / max(duration_s, 1),
        "us_per_report": 1e6 * spent / used,
        "us_per_source": 1e6 * spent / max(heard, 1),
    }
    print(f"bench: {row}", file=sys.stderr, flush=True)
    return row


def measure(quick: bool) -> Result:
    """Double the targets at fixed sensors, then the sensors at fixed targets."""
    duration_s = 60 if quick else 240
    cost(4, 64, 30)  # compiles
    targets = [cost(n, 2500, duration_s) for n in ((25, 50, 100) if quick else (25, 50, 100, 200, 400))]
    sensors = [cost(50, n, duration_s) for n in ((625, 1250, 2500) if quick else (625, 1250, 2500, 5000, 10_000))]
    return {"by_targets": targets, "by_sensors": sensors}


def tables(result: Result) -> list[Table]:
    """Give the cost as targets double, and as sensors double."""
    out = []
    for key, title in (("by_targets", "Targets double"), ("by_sensors", "Sensors double")):
        rows = [
            (
                number(row["targets"]),
                number(row["sensors"]),
                number(row["tracks_mean"], 1),
                number(row["reports"]),
                number(row["sources"] / row["reports"], 2),
                number(row["us_per_report"], 1),
                number(row["us_per_source"], 1),
            )
            for row in result[key]
        ]
        heads = ("targets", "sensors", "tracks", "reports", "sources a report", "us a report", "us a source")
        out.append(Table(title, heads, rows, "The tracker alone, without files."))
    return out
