"""What sensors say that nobody sounded: stuck on one source, passes invented, a flood."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.heard.columns import SourceColumns
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second.sensors import DENYING, LYING, STUCK, SecondSensors, kinds_of_strangers
from forehear.simulate.second.surroundings import strangers

Array = NDArray[np.float64]
# An invented pass: how near, how fast, how loud at 1 m, and for how long before and after [m, m/s, dB, s].
_NEAREST_M, _SPEEDS_MPS, _LOUD_DB, _HALF_S = (200.0, 2_000.0), (40.0, 60.0), (112.0, 122.0), 90.0
_TONES_HZ = (90.0, 130.0)
# A liar rests so long between two inventions, on average [s].
_RESTS_S = 60.0
_SOUND_MPS = 340.0
# A liar is a good liar: what it invents looks like a drone.
_LIE_KINDS = (0.85, 0.05, 0.10)


@dataclass(frozen=True)
class Inventions:
    """What the broken will say: a row an invented pass, a row a stuck sensor."""

    liar: NDArray[np.int64]
    nearest_at_s: Array
    nearest_m: Array
    speed_mps: Array
    loud_db: Array
    tone_hz: Array
    azimuth_deg: Array
    stuck: NDArray[np.int64]
    stuck_db: Array
    stuck_hz: Array
    stuck_kinds: Array


def inventions_of(scenario: Scenario, sensors: SecondSensors, rng: np.random.Generator) -> Inventions:
    """Draw all lies of the night."""
    liars, times = [], []
    for j in np.flatnonzero(sensors.role == LYING):
        at = float(rng.uniform(-_HALF_S, 2.0 * _HALF_S))
        while at < scenario.duration_s + _HALF_S:
            liars.append(int(j))
            times.append(at)
            at += 2.0 * _HALF_S + float(rng.exponential(_RESTS_S))
    n, stuck = len(liars), np.flatnonzero(sensors.role == STUCK)
    return Inventions(
        np.array(liars, np.int64), np.array(times, np.float64), rng.uniform(*_NEAREST_M, n),
        rng.uniform(*_SPEEDS_MPS, n), rng.uniform(*_LOUD_DB, n), rng.uniform(*_TONES_HZ, n),
        rng.uniform(0.0, 360.0, n), stuck, sensors.noise_db[stuck] + rng.uniform(5.0, 25.0, len(stuck)),
        rng.uniform(*_TONES_HZ, len(stuck)), kinds_of_strangers(len(stuck), rng),
    )  # fmt: skip


def inventing(sensors: SecondSensors) -> NDArray[np.bool_]:
    """Which sensors say nothing of what truly sounds."""
    return np.isin(sensors.role, (STUCK, LYING, DENYING))


def invented(
    lies: Inventions,
    sensors: SecondSensors,
    scenario: Scenario,
    begin_s: int,
    ticks: int,
    rng: np.random.Generator,
) -> list[SourceColumns]:
    """Give what is invented in a block: by the stuck, by the lying, and in a flood."""
    return [
        _stuck(lies, sensors, scenario, ticks, rng),
        _lied(lies, sensors, scenario, begin_s, ticks, rng),
        _flood(sensors, scenario, begin_s, ticks, rng),
    ]


def _stuck(
    lies: Inventions, sensors: SecondSensors, scenario: Scenario, ticks: int, rng: np.random.Generator
) -> SourceColumns:
    k, tick = (part.reshape(-1) for part in np.indices((len(lies.stuck), ticks)))
    level = lies.stuck_db[k] + 0.2 * rng.standard_normal(len(k))
    azimuth = np.full(len(k), 100.0)
    return strangers(
        sensors, lies.stuck[k], tick, level, lies.stuck_hz[k], lies.stuck_kinds[k], azimuth, scenario.sensors
    )


def _lied(
    lies: Inventions,
    sensors: SecondSensors,
    scenario: Scenario,
    begin_s: int,
    ticks: int,
    rng: np.random.Generator,
) -> SourceColumns:
    late = begin_s - lies.nearest_at_s
    now = np.flatnonzero((late + ticks > -_HALF_S) & (late < _HALF_S))
    k, tick = (part.reshape(-1) for part in np.indices((len(now), ticks)))
    k = now[k]
    t = begin_s + tick - lies.nearest_at_s[k]
    k, tick, t = k[np.abs(t) < _HALF_S], tick[np.abs(t) < _HALF_S], t[np.abs(t) < _HALF_S]
    gone = lies.speed_mps[k] * t
    far = np.hypot(lies.nearest_m[k], gone)
    level = lies.loud_db[k] - 20.0 * np.log10(far) + 2.0 * rng.standard_normal(len(k))
    tone = lies.tone_hz[k] / (1.0 + lies.speed_mps[k] * gone / (far * _SOUND_MPS))
    tone = tone + 0.3 * rng.standard_normal(len(k))
    azimuth = lies.azimuth_deg[k] + np.degrees(np.arctan2(gone, lies.nearest_m[k]))
    kinds = np.tile(_LIE_KINDS, (len(k), 1))
    return strangers(sensors, lies.liar[k], tick, level, tone, kinds, azimuth, scenario.sensors)


def _flood(
    sensors: SecondSensors, scenario: Scenario, begin_s: int, ticks: int, rng: np.random.Generator
) -> SourceColumns:
    model = scenario.second
    low = max(math.ceil(model.flood_from_s) - begin_s, 0)
    high = min(math.floor(model.flood_from_s + model.flood_for_s) - begin_s, ticks)
    many = model.flood_per_s * max(high - low, 0)
    sensor = rng.integers(0, len(sensors.kind), many)
    tick = np.repeat(np.arange(low, low + many // max(model.flood_per_s, 1)), model.flood_per_s)
    level, tone = rng.uniform(35.0, 80.0, many), rng.uniform(40.0, 400.0, many)
    kinds, azimuth = kinds_of_strangers(many, rng), rng.uniform(0.0, 360.0, many)
    return strangers(sensors, sensor, tick, level, tone, kinds, azimuth, scenario.sensors)
