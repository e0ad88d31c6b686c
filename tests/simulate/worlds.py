"""Small scenarios for tests, from TOML's own tables."""

from pathlib import Path
from typing import Any

from forehear.records import Report, Truth
from forehear.simulate import run
from forehear.simulate.scenario import files as scenario
from forehear.simulate.scenario.settings import Scenario

# A sensor without any error of its own, so that what is left is the physics.
PERFECT: dict[str, Any] = {
    "noise_sigma_db": 0.0,
    "noise_drift_db": 0.0,
    "noise_error_db": 0.0,
    "level_sigma_db": 0.0,
    "soft_db": 0.001,
    "max_detection": 1.0,
    "tone_sigma_hz": 0.001,
    "octave_share": 0.0,
    "azimuth_sigma_deg": 0.001,
    "elevation_sigma_deg": 0.001,
    "elevation_bias_deg": 0.0,
    "elevation_bias_spread_deg": 0.0,
    "false_alarms_per_hour": 0.0,
    "latency_tail_share": 0.0,
}
# An engine that never changes its voice.
STEADY: dict[str, Any] = {
    "like": "piston",
    "level_spread_db": 0.0,
    "level_wander_db": 0.0,
    "tone_spread_hz": 0.0,
    "tone_wander_share": 0.0,
    "convection": 0.0,
}
# One drone's way across the middle of the region.
WAY = [[-21_000.0, -3_000.0, 400.0, 51.0], [21_000.0, 4_000.0, 400.0, 51.0]]


def made(**tables: Any) -> Scenario:
    """Make a scenario of tables; what is not given has its default."""
    return scenario.parse({"name": "test"} | tables, "test", Path("."))


def small(**tables: Any) -> run.World:
    """Prepare five minutes of one drone on its way; what is given replaces it."""
    base: dict[str, Any] = {"duration_s": 300, "flights": [{"waypoints": WAY, "start_s": -200.0}]}
    return run.prepare(made(**(base | tables)), 5)


def played(world: run.World) -> tuple[list[Report], list[Truth]]:
    """All reports and all truth of a world."""
    reports: list[Report] = []
    truth: list[Truth] = []
    for block in run.blocks(world):
        reports += block.reports()
        truth += block.truth
    return reports, truth
