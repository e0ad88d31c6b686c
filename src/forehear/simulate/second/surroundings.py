"""Noise around each sensor, with gusts of tens of seconds, and what is taken for a source but is none."""

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.heard.columns import SourceColumns
from forehear.simulate.scenario.second import SecondPlan
from forehear.simulate.scenario.settings import SensorModel
from forehear.simulate.second.air import NEAR_THE_GROUND, wander
from forehear.simulate.second.sensors import SecondSensors, kinds_of_strangers

Array = NDArray[np.float64]
# Traffic, insects, a farm at work: noise changes over this time, by this much [s, dB].
_SLOW_S, _SLOW_DB = 600.0, 2.0
# A gust of the size stated is one in wind of half this speed near the ground; half as much remains in still air.
_FULL_WIND_MPS = 10.0
# False alarms last 1 to 3 frames, and stand over the noise by these [s, dB].
_LASTS_S = (1, 3)
_STANDS_DB = (3.0, 14.0)
_TONES_HZ = (40.0, 300.0)
_TONELESS_SHARE = 0.25


class Surroundings:
    """The noise of every sensor, block after block."""

    def __init__(
        self, sensors: SecondSensors, model: SecondPlan, wind_mps: float, rng: np.random.Generator
    ) -> None:
        self._sensors, self._model, self._rng = sensors, model, rng
        self._slow, self._gust = rng.standard_normal((2, len(sensors.kind)))
        self._gust_db = model.gust_db * (0.5 + NEAR_THE_GROUND * wind_mps / _FULL_WIND_MPS)

    def noise_db(self, ticks: int) -> Array:
        """Give the next seconds' true noise (n, ticks) [dB]."""
        slow, self._slow = wander(self._slow, ticks, _SLOW_S, self._rng)
        gust, self._gust = wander(self._gust, ticks, self._model.gust_s, self._rng)
        return self._sensors.noise_db[:, None] + _SLOW_DB * slow + self._gust_db * np.maximum(gust, 0.0)


def false_alarms(
    sensors: SecondSensors, noise_db: Array, plain: SensorModel, rng: np.random.Generator
) -> SourceColumns:
    """Draw bursts at random, so many an hour and sensor: each a tone that stays, or none."""
    n, ticks = noise_db.shape
    many = int(rng.poisson(plain.false_alarms_per_hour / 3600.0 * n * ticks))
    first, sensor = rng.integers(0, ticks, many), rng.integers(0, n, many)
    lasts = rng.integers(_LASTS_S[0], _LASTS_S[1] + 1, many)
    tone = rng.uniform(*_TONES_HZ, many)
    tone[rng.random(many) < _TONELESS_SHARE] = np.nan
    over, kinds = rng.uniform(*_STANDS_DB, many), kinds_of_strangers(many, rng)
    azimuth = rng.uniform(0.0, 360.0, many)
    burst = np.repeat(np.arange(many), lasts)
    tick = first[burst] + np.concatenate([np.arange(k) for k in lasts] or [np.empty(0, np.int64)])
    burst, tick = burst[tick < ticks], tick[tick < ticks].astype(np.int64)
    level = noise_db[sensor[burst], tick] + over[burst] + rng.standard_normal(len(burst))
    said = tone[burst] + 0.5 * rng.standard_normal(len(burst))
    return strangers(sensors, sensor[burst], tick, level, said, kinds[burst], azimuth[burst], plain)


def strangers(
    sensors: SecondSensors, sensor: NDArray[np.int64], tick: NDArray[np.int64], level_db: Array, tone_hz: Array,
    kinds: Array,
    azimuth_deg: Array, plain: SensorModel,
) -> SourceColumns:  # fmt: skip
    """Make sources of what nobody sent, in the words that each sensor has."""
    kind = sensors.kind[sensor]
    directed, array = kind > 0, kind == 1
    sigma = np.where(kind == 2, plain.observer_azimuth_sigma_deg, plain.azimuth_sigma_deg)
    tone = np.where(kind == 2, np.nan, tone_hz)
    return SourceColumns(
        sensor, tick, np.clip(level_db, -50.0, 200.0), tone, np.where(np.isnan(tone), np.nan, plain.tone_sigma_hz),
        np.where(directed, azimuth_deg % 360.0, np.nan), np.where(directed, sigma, np.nan),
        np.where(array, 5.0, np.nan), np.where(array, plain.elevation_sigma_deg, np.nan), kinds,
    )  # fmt: skip
