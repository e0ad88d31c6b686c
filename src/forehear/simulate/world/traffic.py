"""Who sounds when: the flights and the ground clutter of a scenario, each with its own path, made on demand."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.simulate.scenario.files import emitter_of
from forehear.simulate.scenario.settings import Emitter, Flights, Scenario
from forehear.simulate.world import paths
from forehear.simulate.world.ground import Relief, ground_height_m, place
from forehear.simulate.world.recordings import read_recordings
from forehear.simulate.world.routes import road, waypoints

Array = NDArray[np.float64]
# Throttle, mixture and gusts wander over minutes: three sinusoids of these periods [s].
_WANDER_PERIODS_S = (35.0, 110.0, 400.0)
# Spreads from unit to unit end here [dB at 1 m, Hz].
_LOUD_DB = (40.0, 200.0)
_TONES_HZ = (5.0, 5_000.0)
# A motorcycle's gear spans this much speed [m/s]; over it the tone nearly doubles, and falls back in the next.
_GEAR_MPS = 6.0
# A ride lasts so long [s]; then another rider sets off elsewhere. It also bounds the memory of a path.
_RIDE_S = (300.0, 1_500.0)
# Motorcycles turn corners, aircraft do not [deg/s, m/s^2].
_RIDE_TURN_DPS = 30.0
_RIDE_ACCELERATION_MPS2 = 2.0


@dataclass(frozen=True)
class Actor:
    """One thing that will sound, from `start_s` on. `target` is its name in the truth; None on the ground."""

    target: str | None
    emitter: Emitter
    start_s: float
    voice: int
    make: Callable[[], paths.EmitterPath]


def _own(rng: np.random.Generator) -> np.random.Generator:
    """Give one thing its own stream, so that what it draws does not move its neighbours."""
    return np.random.Generator(np.random.PCG64(rng.integers(2**63)))


def flights_of(scenario: Scenario, ground: Relief, rng: np.random.Generator) -> list[Actor]:
    """Draw every flight: its route, speed, height, tone and level. Reads recordings that are named.

    Raises ConfigurationError where a recording cannot be used.
    """
    actors: list[Actor] = []
    for flights in scenario.flights:
        emitter = emitter_of(scenario, flights.emitter)
        tables = read_recordings(flights.file, scenario.start_s, flights.align) if flights.file else None
        for k in range(flights.count if tables is None else len(tables)):
            one = _own(rng)
            start = flights.start_s + k * flights.interval_s + float(one.uniform(0.0, 1.0)) * flights.spread_s
            voice = _voice(flights, emitter, k, one)
            seed = int(one.integers(2**63))
            target = f"{flights.emitter}-{len(actors) + 1}"
            if tables is None:
                points = waypoints(flights, emitter, k, ground, one)
                make = _flown(scenario, points, flights, emitter, start, voice, seed)
            else:
                first, xyz = paths.resample(*tables[k].T)
                start = flights.start_s + first
                make = _as_recorded(xyz, emitter, start, voice, seed)
            actors.append(Actor(target, emitter, start, seed, make))
    return actors


def _voice(flights: Flights, emitter: Emitter, k: int, rng: np.random.Generator) -> tuple[float, float]:
    """Draw flight k's mean tone [Hz, 0 without] and level [dB at 1 m]."""
    draw = rng.standard_normal(2)
    loud = flights.source_level_db if flights.source_level_db is not None else emitter.source_level_db
    loud = float(np.clip(loud + emitter.level_spread_db * draw[1], *_LOUD_DB))
    if flights.tones_hz is not None:
        return flights.tones_hz[k % len(flights.tones_hz)], loud
    if emitter.tone_hz is None:
        return 0.0, loud
    return float(np.clip(emitter.tone_hz + emitter.tone_spread_hz * draw[0], *_TONES_HZ)), loud


def wander(time_s: Array, rng: np.random.Generator) -> Array:
    """Give a slow, smooth wander (n,) of unit variance."""
    total = np.zeros(len(time_s))
    for period in _WANDER_PERIODS_S:
        rate = 2.0 * math.pi / (period * float(rng.uniform(0.7, 1.4)))
        total += np.sin(rate * time_s + float(rng.uniform(0.0, 2.0 * math.pi)))
    return total * math.sqrt(2.0 / len(_WANDER_PERIODS_S))


def sounding(
    start_s: float, xyz_m: Array, emitter: Emitter, voice: tuple[float, float], seed: int
) -> paths.EmitterPath:
    """Give a path its voice: tone and level at each knot."""
    rng = np.random.Generator(np.random.PCG64(seed))
    t = np.arange(len(xyz_m), dtype=np.float64)
    tone = voice[0] * (1.0 + emitter.tone_wander_share * wander(t, rng))
    if emitter.tone_follows_speed and len(xyz_m) > 1:
        speed = np.linalg.norm(paths.slopes(xyz_m), axis=1)
        tone = tone * (0.7 + 0.6 * np.mod(speed / _GEAR_MPS, 1.0))
    return paths.EmitterPath(start_s, xyz_m, tone, voice[1] + emitter.level_wander_db * wander(t, rng))


def _flown(
    scenario: Scenario, points: Array, flights: Flights, emitter: Emitter,
    start: float, voice: tuple[float, float], seed: int,
) -> Callable[[], paths.EmitterPath]:  # fmt: skip
    def make() -> paths.EmitterPath:
        lon, lat = place(scenario.region, points[:, 0], points[:, 1])
        limits = (flights.turn_dps, flights.acceleration_mps2, flights.climb_mps)
        knots = paths.follow(lon, lat, points[:, 2], points[:, 3], *limits, scenario.duration_s - start)
        return sounding(start, geodesy.ecef(*knots), emitter, voice, seed)

    return make


def _as_recorded(
    xyz: Array, emitter: Emitter, start: float, voice: tuple[float, float], seed: int
) -> Callable[[], paths.EmitterPath]:
    return lambda: sounding(start, xyz, emitter, voice, seed)


def clutter_of(scenario: Scenario, ground: Relief, rng: np.random.Generator) -> list[Actor]:
    """Draw motorcycles on their rides and generators at their places."""
    half = np.array([scenario.region.east_m, scenario.region.north_m]) / 2.0
    generator, motorcycle = emitter_of(scenario, "generator"), emitter_of(scenario, "motorcycle")
    fields = Flights()
    actors = []
    for _ in range(scenario.clutter.generators):
        one = _own(rng)
        start = float(one.uniform(-0.5, 0.5)) * scenario.duration_s
        longest = float(one.uniform(0.3, 1.5)) * scenario.duration_s
        at = one.uniform(-1.0, 1.0, 2) * half
        voice, seed = _voice(fields, generator, 0, one), int(one.integers(2**63))
        make = _standing(scenario, ground, generator, at, start, longest, voice, seed)
        actors.append(Actor(None, generator, start, seed, make))
    for _ in range(scenario.clutter.motorcycles):
        one = _own(rng)
        start = float(-one.uniform(0.0, _RIDE_S[0]))
        while start < scenario.duration_s:
            longest = float(one.uniform(*_RIDE_S))
            at = one.uniform(-1.0, 1.0, 2) * half
            voice, seed = _voice(fields, motorcycle, 0, one), int(one.integers(2**63))
            make = _ride(scenario, ground, motorcycle, at, start, longest, voice, seed)
            actors.append(Actor(None, motorcycle, start, seed, make))
            start += longest
    return actors


def _standing(
    scenario: Scenario, ground: Relief, emitter: Emitter, at: Array,
    start: float, longest: float, voice: tuple[float, float], seed: int,
) -> Callable[[], paths.EmitterPath]:  # fmt: skip
    def make() -> paths.EmitterPath:
        lon, lat = place(scenario.region, at[0], at[1])
        xyz = geodesy.ecef(lon, lat, ground_height_m(ground, lon, lat) + emitter.height_m)
        seconds = int(min(longest, scenario.duration_s - start)) + 2
        return sounding(start, np.repeat(xyz[None, :], seconds, axis=0), emitter, voice, seed)

    return make


def _ride(
    scenario: Scenario, ground: Relief, emitter: Emitter, at: Array,
    start: float, longest: float, voice: tuple[float, float], seed: int,
) -> Callable[[], paths.EmitterPath]:  # fmt: skip
    def make() -> paths.EmitterPath:
        way = road(at, 32.0 * longest, emitter.speed_mps, np.random.Generator(np.random.PCG64([seed, 1])))
        lon, lat = place(scenario.region, way[:, 0], way[:, 1])
        limits = (_RIDE_TURN_DPS, _RIDE_ACCELERATION_MPS2, 5.0)
        x, y, _ = paths.follow(lon, lat, np.zeros(len(lon)), way[:, 2], *limits, longest)
        xyz = geodesy.ecef(x, y, ground_height_m(ground, x, y) + emitter.height_m)
        return sounding(start, xyz, emitter, voice, seed)

    return make
