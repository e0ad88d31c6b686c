"""What the benchmarks of the live service hand in: signed reports of a simulated night, in a gateway's batches.

Drawn and signed before anything is measured, for moments to come: signing takes longer than judging does.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from forehear.io.geojson import network_geojson, sites_geojson
from forehear.io.signing import key_from_seed, signed_line, write_public_key
from forehear.records import Report
from forehear.simulate.run import World, blocks, prepare
from forehear.simulate.scenario import files as scenarios

BATCHES_PER_S = 20
TOKEN = "bench-token-bench-token-bench"
# Lines signed a second on the slowest machine that it was tried on, and the seconds to start a service besides.
SIGNED_PER_S, START_S = 6000.0, 14.0


class Load(NamedTuple):
    """`batches[k]` is to be handed in at begin_s + k / BATCHES_PER_S of the clock on the wall."""

    batches: list[bytes]
    begin_s: float
    sensors: int
    targets: int


def raid(seconds: int, rate: float) -> tuple[World, float]:
    """A dozen targets over sensors that each report every second, so many that together they send the rate."""
    overrides: dict[str, Any] = {"duration_s": 420 + seconds, "sensors.heartbeat_s": 1}
    overrides["network.spacing_m"] = float(np.sqrt(300_000.0 * 200_000.0 / (0.98 * rate)))
    return prepare(scenarios.load("raid", overrides)), 400.0


def night(seconds: int) -> tuple[World, float]:
    """The shipped night as it is, from its second minute: most of its targets are under way from the start."""
    return prepare(scenarios.load("night", {"duration_s": 80 + seconds})), 60.0


def prepare_load(folder: Path, world: World, after_s: float, seconds: int) -> Load:
    """Write network, sites and token into a folder and give the batches."""
    keys = {s.id: key_from_seed(s.id.encode().ljust(32, b"-")) for s in world.network.sensors}
    sensors = tuple(
        msgspec.structs.replace(s, public_key=write_public_key(keys[s.id])) for s in world.network.sensors
    )
    (folder / "network.geojson").write_bytes(
        network_geojson(msgspec.structs.replace(world.network, sensors=sensors))
    )
    (folder / "sites.geojson").write_bytes(sites_geojson(world.sites))
    (folder / "token").write_text(TOKEN)
    first_s = world.scenario.start_s + after_s
    batches: list[list[Report]] = [[] for _ in range(seconds * BATCHES_PER_S)]
    for block in blocks(world):
        if block.until_s > after_s:
            for report in block.reports():
                at = ((report.received_at_s or 0.0) - first_s) * BATCHES_PER_S
                if 0 <= at < len(batches):
                    batches[int(at)].append(report)
    begin_s = time.time() + sum(map(len, batches)) / SIGNED_PER_S + START_S
    counters: dict[str, int] = {}
    out = []
    for batch in batches:
        lines = []
        for report in batch:
            counters[report.sensor] = counter = counters.get(report.sensor, 0) + 1
            heard = round(report.heard_at_s - first_s + begin_s, 3)
            own = msgspec.structs.replace(report, heard_at_s=heard)
            lines.append(signed_line(own, counter, keys[report.sensor]))
        out.append(b"\n".join(lines))
    if time.time() > begin_s - START_S / 2.0:
        raise RuntimeError("signing took longer than was allowed for: this machine is busy")
    flying = sum(actor.target is not None for actor in world.actors)
    return Load(out, begin_s, len(sensors), flying)
