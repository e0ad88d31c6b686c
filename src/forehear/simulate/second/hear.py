"""From what truly arrives to what is said: merged, heard or not, and only then measured."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from forehear.simulate.heard.columns import SourceColumns
from forehear.simulate.scenario.second import SecondPlan
from forehear.simulate.scenario.settings import SensorModel
from forehear.simulate.second.reach import Arrivals
from forehear.simulate.second.sensors import ARRAY, MICROPHONE, OBSERVER, SecondSensors, odds

Array = NDArray[np.float64]
# What else sounds in the frame hides a source as if so many dB of it were noise at the source's pitch.
_LEAKS_DB = -22.0
# Good tones: the error grows from this much over the noise down, at most so many times.
_TONE_KNEE_DB, _TONE_WORST = 8.0, 6.0
# A tone that is an outlier errs so many times as far.
_OUTLIER = 8.0


def merged(all_of: Arrivals, sensors: SecondSensors, model: SensorModel) -> Arrivals:
    """Put together what a sensor cannot tell apart in a second: powers add, the loudest gives its name.

    In order of tone, a source belongs with the one before if they are nearer than the resolution; an array or
    an observer also tells directions apart.
    """
    order = np.lexsort((all_of.tone_hz, all_of.tick, all_of.sensor))
    rows = all_of.take(order)
    if len(order) < 2:
        return rows
    apart = (np.diff(rows.sensor) != 0) | (np.diff(rows.tick) != 0)
    apart |= np.diff(rows.tone_hz) >= model.tone_resolution_hz
    turn = np.abs((np.diff(rows.azimuth_deg) + 180.0) % 360.0 - 180.0)
    apart |= (sensors.kind[rows.sensor[1:]] != MICROPHONE) & (turn > model.azimuth_resolution_deg)
    group = np.concatenate([[0], np.cumsum(apart)])
    many = int(group[-1]) + 1
    power = 10.0 ** (rows.level_db / 10.0)
    total = np.bincount(group, power, many)
    tone = np.bincount(group, power * rows.tone_hz, many) / total
    loudest = np.lexsort((-rows.level_db, group))
    loudest = loudest[np.searchsorted(group[loudest], np.arange(many))]
    one = rows.take(loudest)
    return Arrivals(
        one.emitter,
        one.sensor,
        one.tick,
        10.0 * np.log10(total),
        tone,
        one.azimuth_deg,
        one.elevation_deg,
        one.slip,
    )


def excess_db(rows: Arrivals, noise_db: Array) -> Array:
    """Give how far each stands over its sensor's noise and what leaks of the frame's other sources [dB]."""
    ticks = noise_db.shape[1]
    frame = rows.sensor * ticks + rows.tick
    names, where = np.unique(frame, return_inverse=True)
    power = 10.0 ** (rows.level_db / 10.0)
    others = np.maximum(np.bincount(where, power, len(names))[where] - power, 0.0)
    quiet = 10.0 ** (noise_db[rows.sensor, rows.tick] / 10.0)
    return np.asarray(rows.level_db - 10.0 * np.log10(quiet + others * 10.0 ** (_LEAKS_DB / 10.0)), np.float64)


def hear(
    rows: Arrivals, noise_db: Array, sensors: SecondSensors, heard_as: Array, model: SecondPlan,
    plain: SensorModel, rng: np.random.Generator,
) -> SourceColumns:  # fmt: skip
    """Roll for each merged source, and measure those that are heard. `heard_as` (emitters, 3)."""
    over = excess_db(rows, noise_db)
    chance = odds(over, sensors.threshold_db[rows.sensor], sensors.ceiling[rows.sensor], sensors.scale_db)
    which = rng.random(len(over)) < chance
    return measured(rows.take(which), over[which], sensors, heard_as, model, plain, rng)


def measured(
    rows: Arrivals, over_db: Array, sensors: SecondSensors, heard_as: Array, model: SecondPlan, plain: SensorModel,
    rng: np.random.Generator,
) -> SourceColumns:  # fmt: skip
    """Give what the sensors say of sources that they heard, errors and all."""
    j, n = rows.sensor, len(rows.sensor)
    level = rows.level_db + sensors.level_bias_db[j] + sensors.level_sigma_db[j] * rng.standard_normal(n)
    sigma = plain.tone_sigma_hz * np.sqrt(1.0 + 10.0 ** ((_TONE_KNEE_DB - over_db) / 10.0))
    sigma = np.minimum(sigma, _TONE_WORST * plain.tone_sigma_hz)
    error = model.tone_error_factor * sigma * rng.standard_normal(n)
    error[rng.random(n) < model.tone_outliers] *= _OUTLIER
    tone = rows.tone_hz + error
    # The noise that stands above a quantile does so for that share of the time, seconds at a stretch.
    edge = ndtri(1.0 - 0.5 * plain.octave_share) if plain.octave_share > 0.0 else np.inf
    tone = tone * np.where(rows.slip > edge, 2.0, np.where(rows.slip < -edge, 0.5, 1.0))
    toneless = (rows.tone_hz <= 0.0) | (tone < 5.0) | (sensors.kind[j] == OBSERVER)
    tone = np.where(toneless, np.nan, tone)
    said_sigma = np.where(toneless, np.nan, np.maximum(sigma * sensors.tone_claim[j], 0.02))
    azimuth, azimuth_sigma, elevation, elevation_sigma = _bearings(rows, sensors, plain, rng)
    return SourceColumns(
        j, rows.tick, np.clip(level, -50.0, 200.0), tone, said_sigma, azimuth, azimuth_sigma, elevation,
        elevation_sigma, kinds_said(heard_as[rows.emitter], j, sensors, rng),
    )  # fmt: skip


def kinds_said(
    heard_as: Array, sensor: NDArray[np.int64], sensors: SecondSensors, rng: np.random.Generator
) -> Array:
    """Give kind probabilities (n, 3): each classifier leans its own way, and speaks too surely or too little."""
    speech = (
        np.log(np.maximum(heard_as, 0.01)) + sensors.leaning[sensor] + 0.6 * rng.standard_normal(heard_as.shape)
    )
    speech = speech * sensors.surety[sensor][:, None]
    speech = np.exp(speech - speech.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(speech / speech.sum(axis=1, keepdims=True), np.float64)


def _bearings(
    rows: Arrivals, sensors: SecondSensors, plain: SensorModel, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Azimuth, its sigma, elevation, its sigma [deg]; NaN for a microphone, elevation only of an array."""
    j, n = rows.sensor, len(rows.sensor)
    kind = sensors.kind[j]
    nan = np.full(n, np.nan)
    sigma = np.where(kind == OBSERVER, plain.observer_azimuth_sigma_deg, plain.azimuth_sigma_deg)
    azimuth = rows.azimuth_deg + sensors.turn_deg[j] + sigma * rng.standard_normal(n)
    # Level ground mirrors: what flies low seems higher than it is.
    lifted = plain.elevation_bias_deg * np.cos(np.radians(rows.elevation_deg)) ** 8
    elevation = rows.elevation_deg + lifted + plain.elevation_sigma_deg * rng.standard_normal(n)
    directed, array = kind != MICROPHONE, kind == ARRAY
    return (
        np.where(directed, azimuth % 360.0, nan), np.where(directed, sigma, nan),
        np.where(array, np.clip(elevation, -90.0, 90.0), nan), np.where(array, plain.elevation_sigma_deg, nan),
    )  # fmt: skip
