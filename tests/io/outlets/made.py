"""Tracks, sensors, sites and alerts for the tests of what leaves."""

import math
import random

from forehear.io.outlets.fix import TrackFix
from forehear.records import Alert, AlertGroup, Kinds, Sensor, Site, TargetKind, Track

NOW_S = 1_790_000_100.123
HOSTILE = "T<7>&\"'\n\x00 Привіт"
SITE = Site("odesa", "Одеса <&>", "settlement", 30.73, 46.48, 5000.0)
SENSOR = Sensor("S00036", "array", 31.1, 46.9, 120.0, None, "Roof <1>")


def track(name: str = "T7", **changes: object) -> Track:
    fields: dict[str, object] = {
        "time_s": NOW_S, "track": name, "status": "confirmed", "lon": 31.2512345, "lat": 47.0198765,
        "height_m": 350.0, "speed_mps": 50.2, "course_deg": 81.0, "climb_mps": 1.5, "position_sigma_m": 62.0,
        "velocity_sigma_mps": 1.4, "existence": 0.99, "count": 1, "kind": "piston",
        "kinds": Kinds(0.97, 0.01, 0.02), "tone_hz": 112.4, "heard_by": ("S00036", "S00037"),
    }  # fmt: skip
    return Track(**{**fields, **changes})  # type: ignore[arg-type]


def fixes(count: int, seed: int = 1) -> list[TrackFix]:
    """Tracks all over the world, with ellipses of any shape."""
    dice = random.Random(seed)
    kinds: tuple[TargetKind, ...] = ("piston", "jet", "other")
    out = []
    for k in range(count):
        major = dice.uniform(5.0, 3000.0)
        minor = major * dice.random()
        one = track(
            f"T{k}", lon=dice.uniform(-180.0, 180.0), lat=dice.uniform(-89.0, 89.0),
            height_m=dice.uniform(-100.0, 9000.0), speed_mps=dice.uniform(0.0, 250.0),
            course_deg=dice.uniform(0.0, 360.0), climb_mps=dice.uniform(-20.0, 20.0),
            position_sigma_m=math.hypot(major, minor), kind=dice.choice(kinds), time_s=NOW_S + 0.1 * k,
            status=dice.choice(("tentative", "confirmed", "coasting")),
        )  # fmt: skip
        out.append(TrackFix(one, (major, minor, dice.uniform(0.0, 180.0))))
    return out


def alert(state: str = "warning", **changes: object) -> Alert:
    group = AlertGroup("piston", 3, 90.0, 14_000.0, NOW_S + 280.0, NOW_S + 325.0, NOW_S + 390.0, 0.93)
    over = state in ("cancelled", "not_covered")
    fields: dict[str, object] = {
        "issued_at_s": NOW_S, "alert": "A3", "site": "odesa", "state": state, "probability": 0.0 if over else 0.93,
        "arrival_earliest_s": None if over else NOW_S + 280.0, "arrival_s": None if over else NOW_S + 325.0,
        "arrival_latest_s": None if over else NOW_S + 390.0, "count": 0 if over else 3, "kind": "piston",
        "tracks": () if over else ("T7", "T9"), "groups": () if over else (group,),
        "because": "3 piston tracks 14 km to the east, closing at 50 m/s",
    }  # fmt: skip
    return Alert(**{**fields, **changes})  # type: ignore[arg-type]
