"""What the tracker is measured on in both worlds: one row a difficulty. None of it is fitted to a tracker."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

ONE: dict[str, Any] = {
    "flights": [{"emitter": "piston", "random": True, "start_s": 20}],
    "duration_s": 900,
    "region.east_m": 50_000,
    "region.north_m": 50_000,
}

NONE: Mapping[str, Any] = MappingProxyType({})


class WorldRow(NamedTuple):
    """A scenario, what is changed in it, and what more in each world; None where a world cannot say it."""

    name: str
    scenario: str
    changes: Mapping[str, Any]
    first: Mapping[str, Any] | None = NONE
    second: Mapping[str, Any] | None = NONE
    quick: Mapping[str, Any] = NONE


def one(
    name: str, first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, **changes: Any
) -> WorldRow:
    """A row of one drone on a random way, 15 minutes; keys have '__' for the dot."""
    changed = ONE | {key.replace("__", "."): value for key, value in changes.items()}
    return WorldRow(name, "single", changed, first or {}, second or {}, {"duration_s": 600})


def only(row: WorldRow, world: str) -> WorldRow:
    """The row in one of the worlds alone."""
    return row._replace(first=None) if world == "second" else row._replace(second=None)


JET = [{"emitter": "jet", "random": True, "start_s": 20}]
ROWS = (
    one("one 5 km"),
    one("one 8 km", network__spacing_m=8000),
    one("one 10 km", network__spacing_m=10_000),
    one("one jet", flights=JET),
    one("one silent 1 Hz", {"sensors.heartbeat_s": 1}, {"second.silence": "second"}),
    one("one silent 10 s", {"sensors.heartbeat_s": 10}, {"second.silence": "ten"}),
    only(one("one 30 % sources lost", None, {"second.sources_lost": 0.3}), "second"),
    one("one bias 9 dB", {"sensors.level_bias_sigma_db": 9.0}, {"second.level_bias_sigma_db": 9.0}),
    one("one tone error doubled", {"sensors.tone_sigma_hz": 0.8}, {"second.tone_error_factor": 2.0}),
    one(
        "one air wrong",
        air_error__wind_east_mps=6.0,
        air_error__wind_north_mps=-5.0,
        air_error__temperature_c=10.0,
    ),
    one("one clocks off", faults__clock_share=0.1),
    one("one 30 alarms/h", sensors__false_alarms_per_hour=30),
    one("one tenth stuck", faults__stuck_share=0.1),
    one("one tenth lying", faults__lying_share=0.1),
    only(one("one, three lie together", None, {"second.colluding_groups": 3}), "second"),
    only(one("one tenth denying", None, {"second.denying_share": 0.1}), "second"),
    one(
        "one half dead",
        {"faults.dead_share": 0.5},
        {"second.blackout_share": 0.5, "second.blackout_from_s": 300, "second.blackout_for_s": 180},
    ),
    only(
        one(
            "one in a flood",
            None,
            {
                "network.spacing_m": 2000,
                "second.flood_per_s": 10_000,
                "second.flood_from_s": 300,
                "second.flood_for_s": 30,
            },
        ),
        "second",
    ),
    WorldRow("column of 8", "column", {}, quick={"duration_s": 900}),
    WorldRow("turning", "turning", {}, quick={"duration_s": 900}),
    WorldRow("crossing", "crossing", {}),
    WorldRow("circling", "circling", {}),
    WorldRow("turn round", "turnround", {}),
    WorldRow("pair", "pair", {}),
    WorldRow("hole", "hole", {}),
    WorldRow("head wind", "headwind", {}),
    WorldRow("dense 200 m", "dense", {}),
    WorldRow("dense 400 m", "dense", {"network.spacing_m": 400, "network.jitter_m": 80}),
    WorldRow("clutter", "clutter", {}, second={"second.pumps": 10, "second.cars": 30}, quick={"duration_s": 600}),
    WorldRow("no aircraft", "quiet", {}, quick={"duration_s": 1200}),
    WorldRow("roads and rails", "roads", {}, first=None, quick={"duration_s": 900}),
    WorldRow("raid of 90", "raid90", {}, quick={"duration_s": 420}),
)
QUICK = (
    "one 5 km", "one 8 km", "one silent 1 Hz", "one 30 % sources lost", "one bias 9 dB", "one tenth lying",
    "column of 8", "turn round", "dense 400 m", "roads and rails", "raid of 90",
)  # fmt: skip
