"""Sound as spheres: a front leaves the source, grows at the speed of sound and drifts with the wind.

Nothing here is solved in closed form and nothing is taken from forehear. Where a front passes a sensor is
found by marching its radius in small steps until it has swept over the sensor, then halving the step; which
front arrives at a moment, by halving the time at which it left; pitch, by the time between two crests;
spreading, by the area over which the front's energy has spread; absorption, by adding it up metre by metre.
Plain Python numbers, no arrays.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

Vector = tuple[float, float, float]
Motion = Callable[[float], Vector]

# A front is marched in steps of this age [s]; halving then goes on to the last bit of a float.
STEP_S = 0.25
HALVINGS = 60


@dataclass(frozen=True)
class Arrival:
    """What a sensor notices at a moment."""

    emitted_at_s: float
    delay_s: float
    from_place: Vector  # where the source was
    direction: Vector  # unit vector from the sensor to the middle of the front that passes over it
    radius_m: float  # of that front
    pitch: float  # frequency heard over frequency sent


def _distance(a: Vector, b: Vector) -> float:
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2)


def _middle(place: Vector, wind: Vector, age_s: float) -> Vector:
    return (place[0] + wind[0] * age_s, place[1] + wind[1] * age_s, place[2] + wind[2] * age_s)


def passes_after(place: Vector, sensor: Vector, wind: Vector, sound: float) -> float:
    """March the front that leaves `place` until it has swept over the sensor; give its age then [s]."""

    def swept(age: float) -> bool:
        return _distance(_middle(place, wind, age), sensor) <= sound * age

    age = 0.0
    while not swept(age + STEP_S):
        age += STEP_S
        if age > 3600.0:
            raise RuntimeError("the wind keeps the sound away for ever")
    low, high = age, age + STEP_S
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if swept(middle) else (middle, high)
    return high


def arrival_time(motion: Motion, emitted_at: float, sensor: Vector, wind: Vector, sound: float) -> float:
    """When the front that left at a time passes the sensor."""
    return emitted_at + passes_after(motion(emitted_at), sensor, wind, sound)


def arrival(motion: Motion, heard_at: float, sensor: Vector, wind: Vector, sound: float) -> Arrival:
    """What the sensor notices at a time: fronts arrive in the order in which they left."""

    def arrived(emitted_at: float) -> bool:
        return arrival_time(motion, emitted_at, sensor, wind, sound) <= heard_at

    early = heard_at - 1.0
    while not arrived(early):
        early -= 2.0 * (heard_at - early)
    low, high = early, heard_at
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if arrived(middle) else (low, middle)
    delay = heard_at - low
    place = motion(low)
    centre = _middle(place, wind, delay)
    radius = _distance(centre, sensor)
    direction = tuple((centre[k] - sensor[k]) / radius for k in range(3))
    # Two crests a millisecond before and after: the pitch hardly changes in between, and rounding is far below.
    crest = 0.001
    before = arrival_time(motion, low - crest, sensor, wind, sound)
    after = arrival_time(motion, low + crest, sensor, wind, sound)
    return Arrival(low, delay, place, direction, radius, 2.0 * crest / (after - before))  # type: ignore[arg-type]


def loss_db(radius_m: float, absorption_db_per_m: float) -> float:
    """Lost between 1 m and the front's radius: energy spread over a larger sphere, and absorbed on the way."""
    area, first_area = 4.0 * math.pi * radius_m**2, 4.0 * math.pi
    metres = math.floor(radius_m)
    absorbed = math.fsum(absorption_db_per_m for _ in range(metres)) + absorption_db_per_m * (radius_m - metres)
    return 10.0 * math.log10(area / first_area) + absorbed


def azimuth_elevation_deg(direction: Vector) -> tuple[float, float]:
    """Compass bearing and height above the horizon of an east-north-up direction."""
    flat = math.hypot(direction[0], direction[1])
    return math.degrees(math.atan2(direction[0], direction[1])) % 360.0, math.degrees(
        math.atan2(direction[2], flat)
    )
