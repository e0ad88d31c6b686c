"""The conditions that accuracy is measured under: one change at a time from one plain case."""

from typing import Any, NamedTuple

ONE = {"flights": [{"emitter": "piston", "random": True, "start_s": 20}], "duration_s": 900}
REGION = {"region.east_m": 50_000, "region.north_m": 50_000}
# What formats.md and the plan call the plain case: 5 km grid, one propeller drone of 51 m/s at 400 m.
PLAIN: dict[str, Any] = {**ONE, **REGION, "network.spacing_m": 5000}


class Case(NamedTuple):
    """A row of the table: which scenario, what is changed in it, and the figures that are of interest."""

    name: str
    scenario: str
    changes: dict[str, Any]


def one(name: str, **changes: Any) -> Case:
    """A row with one target; keys have '__' for the dot."""
    return Case(name, "single", PLAIN | {key.replace("__", "."): value for key, value in changes.items()})


FAST = [{"emitter": "jet", "random": True, "start_s": 20}]
CLOCKS = {"faults__clock_share": 0.2, "faults__clock_offset_sigma_s": 3.0}
CASES = (
    one("plain: 5 km grid"),
    one("3 km grid", network__spacing_m=3000),
    one("4 km grid", network__spacing_m=4000),
    one("6 km grid", network__spacing_m=6000),
    one("7 km grid", network__spacing_m=7000),
    one("8 km grid", network__spacing_m=8000),
    one("random places", network__layout="random", network__count=100),
    one("15 % arrays", network__array_share=0.15),
    one("30 % arrays", network__array_share=0.3),
    one("wind 8 m/s", atmosphere__wind_mps=8.0, atmosphere__wind_from_deg=240.0),
    one("wind 15 m/s", atmosphere__wind_mps=15.0, atmosphere__wind_from_deg=20.0),
    one("-15 degrees", atmosphere__temperature_c=-15.0),
    one("35 degrees", atmosphere__temperature_c=35.0),
    one("tone sigma 0.2 Hz", sensors__tone_sigma_hz=0.2),
    one("tone sigma 1 Hz", sensors__tone_sigma_hz=1.0),
    one("tone sigma 2 Hz", sensors__tone_sigma_hz=2.0),
    one("level sigma 3 dB", sensors__level_sigma_db=3.0),
    one("level sigma 8 dB", sensors__level_sigma_db=8.0),
    one("levels off by 4 dB a sensor", sensors__level_bias_sigma_db=4.0),
    one("noise 42 dB", sensors__noise_db=42.0),
    one("noise 30 dB", sensors__noise_db=30.0),
    one("no false alarms", sensors__false_alarms_per_hour=0.0),
    one("20 false alarms an hour", sensors__false_alarms_per_hour=20.0),
    one("60 false alarms an hour", sensors__false_alarms_per_hour=60.0),
    one("10 % octave errors", sensors__octave_share=0.1),
    one("20 % of clocks off by 3 s", **CLOCKS),
    one("10 % late by a minute", faults__late_share=0.1),
    one("10 % dead", faults__dead_share=0.1),
    one("3 % stuck", faults__stuck_share=0.03),
    one("200 m hills", terrain__relief_m=200.0),
    one("jet", flights=FAST),
    one("jet, 30 % arrays", flights=FAST, network__array_share=0.3),
    Case("turning (4 targets)", "turning", {}),
    Case("column (8 targets)", "column", {}),
    Case("crossing (6 targets)", "crossing", {}),
    Case("clutter (5 targets)", "clutter", {}),
)
QUICK = (
    "plain: 5 km grid",
    "8 km grid",
    "30 % arrays",
    "20 % of clocks off by 3 s",
    "jet",
    "crossing (6 targets)",
)
