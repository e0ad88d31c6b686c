"""How much warning is left: the closed form, for a straight flight over a belt of sensors.

Theory: a network reaches out `depth` from the site. The outermost sensor hears a drone at slant range R, when it
is still a = sqrt(R^2 - h^2 - b^2) beyond it (h above, b beside). The sound takes R / c; by then the drone has come
v R / c nearer. So at the moment it is heard there remain

    lead = (depth + a - radius) * detour / v - R / c          [s]

until it crosses the site's edge, and confirmation takes its own time off that. One more kilometre of depth gives
1 / v of time: a drone three times as fast needs three times the depth. Higher than R it is not heard at all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forehear.air.hearing import JET, PISTON, even_range_m
from forehear.air.level import convective_gain_db
from forehear.air.medium import air_at, speed_of_sound_mps
from forehear.air.retarded import doppler_ratio
from forehear.errors import NoSolution
from forehear.records import Atmosphere
from forehear.simulate.scenario.settings import SensorModel

KMH = 1.0 / 3.6


@dataclass(frozen=True)
class Variant:
    """A kind of drone: its engine in the simulator, its range of speeds [km/h], heights above ground [m]."""

    name: str
    emitter: str
    slowest_kmh: float
    fastest_kmh: float
    height_m: float
    height_spread_m: float

    @property
    def middle_kmh(self) -> float:
        """The middle of its speeds [km/h]."""
        return 0.5 * (self.slowest_kmh + self.fastest_kmh)


# Speeds as the issue sets them; the ledger's claims are 120-170 km/h (2022, 2023) and 500-600 km/h (2025).
VARIANTS = (
    Variant("propeller", "piston", 150.0, 185.0, 400.0, 120.0),
    Variant("jet", "jet", 500.0, 600.0, 800.0, 250.0),
)
# The plan's kind of each engine, and how much louder it is towards where it flies (decision 0008).
KINDS = {"piston": PISTON, "jet": JET}
CONVECTION = 0.5
SITE_RADIUS_M = 3000.0
# Heights that the ledger's claims speak of: low, above machine guns (4,000 m, 2025), the jet's ceiling (9,000 m).
HEIGHTS_M = (400.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0, 6000.0, 7000.0, 9000.0)


def hearing_range_m(variant: Variant, speed_mps: float, air: Atmosphere, model: SensorModel) -> float:
    """Give the slant range [m] at which a variant that comes straight on has no excess left at a sensor.

    By the plan's law of hearing (`air.hearing`): its level and margin, the air's absorption, the model's noise. A
    source that approaches is louder by half the convective term, as the tracker has it.
    Ignores: differences between sensors, gusts, hills. Raises NoSolution at the speed of sound and above.
    """
    kind = KINDS[variant.emitter]
    met = air_at(air, kind.band_hz)
    if speed_mps >= met.c_mps:
        raise NoSolution(f"speed_mps={speed_mps} is not below the speed of sound {met.c_mps:.1f}")
    approaching = doppler_ratio((1.0, 0.0, 0.0), (-speed_mps, 0.0, 0.0), (0.0, 0.0, 0.0), met.c_mps)
    louder = float(convective_gain_db(approaching, CONVECTION))
    heard = kind._replace(absorbed_db_per_m=met.absorption_db_per_m, level_db=kind.level_db + louder)
    return even_range_m(heard, model.noise_db)


def lead_s(
    depth_m: float, speed_mps: float, range_m: float, height_m: float, c_mps: float,
    beside_m: float = 0.0, radius_m: float = SITE_RADIUS_M, detour: float = 1.0,
) -> float:  # fmt: skip
    """Give the time from first heard to crossing the site's edge [s], for a straight flight.

    `depth_m` from the site's middle to the outermost sensor, `beside_m` how far beside it the flight passes,
    `detour` the way flown over the straight one (1 or more). Negative: heard only after it has arrived.
    Raises NoSolution where the drone passes out of hearing.
    Ignores: wind, chance. Reference: module docstring.
    """
    left = range_m**2 - height_m**2 - beside_m**2
    if left <= 0.0:
        raise NoSolution(
            f"height_m={height_m} with beside_m={beside_m} is beyond the hearing range {range_m:.0f} m"
        )
    return (depth_m + math.sqrt(left) - radius_m) * detour / speed_mps - range_m / c_mps


def depth_for_m(
    lead: float, speed_mps: float, range_m: float, height_m: float, c_mps: float,
    beside_m: float = 0.0, radius_m: float = SITE_RADIUS_M, detour: float = 1.0,
) -> float:  # fmt: skip
    """Give the depth [m] that gives a lead [s]: the inverse of `lead_s`. Raises NoSolution as it does."""
    none = lead_s(0.0, speed_mps, range_m, height_m, c_mps, beside_m, radius_m, detour)
    return (lead - none) * speed_mps / detour


@dataclass(frozen=True)
class Formula:
    """The closed form's answer for one variant over its speeds, slowest to fastest: leads [s]."""

    variant: str
    hearing_range_m: float
    lead_slowest_s: float
    lead_middle_s: float
    lead_fastest_s: float


def formula(variant: Variant, depth_m: float, spacing_m: float, air: Atmosphere, model: SensorModel) -> Formula:
    """Answer in closed form for a belt: the flight passes a quarter of the spacing beside the nearest sensor."""
    c = float(speed_of_sound_mps(air.temperature_c))
    speeds = [v * KMH for v in (variant.slowest_kmh, variant.middle_kmh, variant.fastest_kmh)]
    ranges = [hearing_range_m(variant, v, air, model) for v in speeds]
    slowest, middle, fastest = (
        lead_s(depth_m, v, r, variant.height_m, c, 0.25 * spacing_m) for v, r in zip(speeds, ranges, strict=True)
    )
    return Formula(variant.name, ranges[1], slowest, middle, fastest)


def by_height(depth_m: float, spacing_m: float, air: Atmosphere, model: SensorModel) -> list[dict[str, object]]:
    """The closed form's lead over heights [m]: None where a variant flies above all hearing."""
    c = float(speed_of_sound_mps(air.temperature_c))
    out: list[dict[str, object]] = []
    for variant in VARIANTS:
        middle = variant.middle_kmh * KMH
        range_m = hearing_range_m(variant, middle, air, model)
        for height in HEIGHTS_M:
            try:
                lead: float | None = round(lead_s(depth_m, middle, range_m, height, c, 0.25 * spacing_m), 1)
            except NoSolution:
                lead = None
            out.append({"variant": variant.name, "height_m": height, "lead_heard_s": lead})
    return out


def deeper_m(depth_m: float, lead_lost_s: float, speed_mps: float) -> float:
    """Give the depth [m] at which a network that loses `lead_lost_s` has it back: time is depth over speed."""
    return depth_m + max(0.0, lead_lost_s) * speed_mps


def quantile(values: Sequence[float], level: float) -> float | None:
    """A quantile by linear interpolation; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    at = level * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
