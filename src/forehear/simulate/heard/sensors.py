"""What a sensor makes of the sound that reaches it: merges, hears or not, measures, mistakes.

A frame in four steps. (1) Engines that this sensor cannot tell apart (tones closer than its resolution; for
arrays and observers, also bearings closer than theirs) become one source: powers add, the tone is weighted
by power, the bearing is the loudest one's. (2) The level fluctuates; the source is heard if it stands above
the noise by a threshold that is soft, and then with `max_detection`. (3) Tone, bearing and kind are measured
with errors, now and then an octave off. (4) False alarms join, and what stands far under the loudest is lost.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.air import medium
from forehear.compiled import njit
from forehear.records import Atmosphere, Network
from forehear.simulate.heard.columns import SourceColumns
from forehear.simulate.heard.hearing import Incoming, Receivers
from forehear.simulate.heard.near import Cells, cells_of
from forehear.simulate.scenario.settings import SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MICROPHONE, ARRAY, OBSERVER = 0, 1, 2
_KIND_CODES = {"microphone": MICROPHONE, "array": ARRAY, "observer": OBSERVER}
# The quietest and the loudest places there are [dB].
_NOISE_DB = (0.0, 120.0)
# What a classifier makes of a gate, a dog or the wind that set it off.
_FALSE_HEARD_AS = (0.22, 0.13, 0.65)
# Fundamentals that false alarms claim [Hz].
_FALSE_TONES_HZ = (40.0, 300.0)
# A tone so weak that its error would exceed this many of its best ones is not found at all.
_WORST_TONE = 5.0


@dataclass(frozen=True)
class SensorNatures:
    """Every sensor's own nature, drawn once: (n,) each."""

    receivers: Receivers
    cells: Cells
    kind: Ints
    noise_db: Array
    drift: Array  # (3, n): amplitude [dB], angular rate [rad/s], phase [rad]
    level_bias_db: Array
    turn_deg: Array
    elevation_bias_deg: Array
    lon: Array  # where the sensor says it is; NaN if it does not
    lat: Array


def natures_of(network: Network, air: Atmosphere, model: SensorModel, rng: np.random.Generator) -> SensorNatures:
    """Draw each sensor's true place, noise, drift, biases and the phase of its frames. `air` is the real one."""
    sensors, n = network.sensors, len(network.sensors)
    lon, lat = np.array([s.lon for s in sensors]), np.array([s.lat for s in sensors])
    height = np.array([s.height_m for s in sensors])
    kind = np.array([_KIND_CODES[s.kind] for s in sensors], np.int64)
    frame = np.stack([geodesy.east_north_up(s.lon, s.lat) for s in sensors])
    moved = np.where(kind == OBSERVER, model.observer_moves_m, model.place_sigma_m)[:, None]
    aside = moved * rng.standard_normal((n, 2))
    xyz = geodesy.ecef(lon, lat, height) + aside[:, :1] * frame[:, 0] + aside[:, 1:] * frame[:, 1]
    east, north = medium.wind_mps(air)
    noise = np.clip(model.noise_db + model.noise_sigma_db * rng.standard_normal(n), *_NOISE_DB)
    rate = 2.0 * math.pi / (model.noise_drift_period_s * rng.uniform(0.6, 1.6, n))
    swing = model.noise_drift_db * math.sqrt(2.0) * rng.uniform(0.5, 1.2, n)
    drift = np.stack([swing, rate, rng.uniform(0.0, 2.0 * math.pi, n)])
    there_lon, there_lat, _ = geodesy.geodetic(xyz)
    reports_place = (kind == OBSERVER) & (model.observer_moves_m > 0.0)
    return SensorNatures(
        receivers=Receivers(xyz, frame, east * frame[:, 0] + north * frame[:, 1], rng.uniform(0.0, 1.0, n)),
        cells=cells_of(there_lon, there_lat, xyz, np.maximum(noise - swing, _NOISE_DB[0])),
        kind=kind,
        noise_db=noise,
        drift=drift,
        level_bias_db=model.level_bias_sigma_db * rng.standard_normal(n),
        turn_deg=model.array_turn_sigma_deg * rng.standard_normal(n),
        elevation_bias_deg=model.elevation_bias_deg + model.elevation_bias_spread_deg * rng.standard_normal(n),
        lon=np.where(reports_place, there_lon, np.nan),
        lat=np.where(reports_place, there_lat, np.nan),
    )


def noise_at(natures: SensorNatures, t0_s: float, ticks: int) -> Array:
    """Give each sensor's ambient level (n, ticks) [dB] in the frames of a block."""
    t = t0_s + np.arange(ticks) + 0.5
    swing, rate, phase = natures.drift
    noise = natures.noise_db[:, None] + swing[:, None] * np.sin(rate[:, None] * t + phase[:, None])
    return np.asarray(np.clip(noise, *_NOISE_DB), np.float64)


def spread_db(model: SensorModel) -> float:
    """Standard deviation of the whole soft edge of hearing: the sensor's and the fluctuation's [dB]."""
    return math.hypot(model.soft_db, model.level_sigma_db)


@njit(cache=True)
def _merge(
    key: Ints, order: Ints, row: Array, directional: NDArray[np.bool_], sensor: Ints,
    resolutions: tuple[float, float], out: Array, head: Ints,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Merge what one sensor cannot tell apart in one frame; `order` sorts by key, then loudest first.

    `resolutions`: tones [Hz] and bearings [deg] closer than these are one.

    Fills rows of `out` (level, tone, azimuth, elevation) and the index of each one's loudest part.
    """
    resolution_hz, resolution_deg = resolutions
    count, n = 0, len(order)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            end += 1
        first = count
        for k in range(begin, end):
            i = order[k]
            merged = False
            for g in range(first, count):
                h = head[g]
                if (row[i, 1] > 0.0) != (row[h, 1] > 0.0) or abs(row[i, 1] - row[h, 1]) > resolution_hz:
                    continue
                if directional[sensor[i]]:
                    apart = abs((row[i, 2] - row[h, 2] + 180.0) % 360.0 - 180.0)
                    if apart > resolution_deg:
                        continue
                power, more = 10.0 ** (0.1 * out[g, 0]), 10.0 ** (0.1 * row[i, 0])
                out[g, 1] = (out[g, 1] * power + row[i, 1] * more) / (power + more)
                out[g, 0] = 10.0 * math.log10(power + more)
                merged = True
                break
            if not merged:
                out[count] = row[i]
                head[count] = i
                count += 1
        begin = end
    return count


def merged(natures: SensorNatures, model: SensorModel, ticks: int, incoming: Incoming) -> tuple[Array, Ints]:
    """Merge what one sensor hears as one source in one frame.

    Returns the merged rows and, of each, the index of its loudest part.
    """
    sensor, row = incoming.sensor, incoming.row
    key = sensor * ticks + incoming.tick
    order = np.lexsort((-row[:, 0], key)).astype(np.int64)
    out, head = np.empty_like(row), np.empty(len(row), np.int64)
    limits = (model.tone_resolution_hz, model.azimuth_resolution_deg)
    n = _merge(key, order, row, natures.kind != MICROPHONE, sensor, limits, out, head)
    return out[:n], head[:n]


def hear(
    natures: SensorNatures, model: SensorModel, noise: Array, incoming: Incoming, heard_as: Array,
    rng: np.random.Generator,
) -> SourceColumns:  # fmt: skip
    """Merge, roll the dice of hearing, and measure. `heard_as` (emitters, 3) is what a classifier expects."""
    row, head = merged(natures, model, noise.shape[1], incoming)
    sensor, tick, expected = incoming.sensor[head], incoming.tick[head], heard_as[incoming.emitter[head]]
    n = len(row)
    level = row[:, 0] + model.level_sigma_db * rng.standard_normal(n)
    edge = model.threshold_db + model.soft_db * rng.standard_normal(n)
    over = level - noise[sensor, tick]
    yes = (over > edge) & (rng.uniform(0.0, 1.0, n) < model.max_detection)
    row[:, 0] = level
    return measure(natures, model, Detected(sensor[yes], tick[yes], over[yes], row[yes], expected[yes]), rng)


class Detected(NamedTuple):
    """Sources that are heard (n,) each: `row` (n, 4) level as it fluctuates, true tone, azimuth, elevation;
    `heard_as` (n, 3) what a classifier expects."""

    sensor: Ints
    tick: Ints
    over_db: Array  # the level over the noise
    row: Array
    heard_as: Array


def measure(
    natures: SensorNatures, model: SensorModel, detected: Detected, rng: np.random.Generator
) -> SourceColumns:
    """Draw what is reported of sources that are heard.

    Under `tone_snr_reference_db` over the noise the tone's error grows, by a factor of ten each 20 dB.
    """
    sensor, over, truth = detected.sensor, detected.over_db, detected.row
    n = len(sensor)
    kind = natures.kind[sensor]
    weak = 10.0 ** (-0.05 * (over - model.tone_snr_reference_db))
    sigma = model.tone_sigma_hz * np.clip(weak, 1.0, _WORST_TONE)
    tone = truth[:, 1] + sigma * rng.standard_normal(n)
    octave = rng.uniform(0.0, 1.0, n)
    tone = np.where(octave < 0.5 * model.octave_share, 2.0 * tone, tone)
    tone = np.where(octave > 1.0 - 0.5 * model.octave_share, 0.5 * tone, tone)
    toneless = (truth[:, 1] <= 0.0) | (kind == OBSERVER) | (tone < 1.0) | (tone > 19_000.0)
    wide = np.where(kind == OBSERVER, model.observer_azimuth_sigma_deg, model.azimuth_sigma_deg)
    azimuth = np.mod(truth[:, 2] + natures.turn_deg[sensor] + wide * rng.standard_normal(n), 360.0)
    fade = np.exp(-np.maximum(truth[:, 3], 0.0) / model.elevation_bias_fade_deg)
    elevation = truth[:, 3] + natures.elevation_bias_deg[sensor] * fade
    elevation = np.clip(elevation + model.elevation_sigma_deg * rng.standard_normal(n), -89.9, 89.9)
    return SourceColumns(
        sensor=sensor,
        tick=detected.tick,
        level_db=np.clip(truth[:, 0] + natures.level_bias_db[sensor], -20.0, 180.0),
        tone_hz=np.where(toneless, np.nan, tone),
        tone_sigma_hz=np.where(toneless, np.nan, sigma),
        azimuth_deg=np.where(kind == MICROPHONE, np.nan, azimuth),
        azimuth_sigma_deg=np.where(kind == MICROPHONE, np.nan, wide),
        elevation_deg=np.where(kind == ARRAY, elevation, np.nan),
        elevation_sigma_deg=np.where(kind == ARRAY, model.elevation_sigma_deg, np.nan),
        kinds=guess(detected.heard_as, model.kinds_concentration, rng),
    )


def guess(heard_as: Array, concentration: float, rng: np.random.Generator) -> Array:
    """Draw a classifier's probabilities (n, 3) around what it makes of an engine (n, 3): Dirichlet."""
    weights = rng.standard_gamma(np.maximum(heard_as * concentration, 1e-3)) + 1e-9
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)


def false_alarms(
    natures: SensorNatures, model: SensorModel, noise: Array, carried: Array, rng: np.random.Generator
) -> tuple[SourceColumns, Array]:
    """Draw the false alarms of a block: bursts of 1 to 3 s. `carried` rows run on from the last block.

    A burst is a row (sensor, first tick, ticks, over noise [dB], tone [Hz, 0 without], azimuth, elevation
    [deg]). Returns what is heard, and the bursts that run on.
    """
    posted, ticks = noise.shape
    n = int(rng.poisson(model.false_alarms_per_hour * posted * ticks / 3600.0))
    low, high = math.log(_FALSE_TONES_HZ[0]), math.log(_FALSE_TONES_HZ[1])
    tone = np.exp(rng.uniform(low, high, n))
    tone = np.where(rng.uniform(0.0, 1.0, n) < model.false_alarm_tone_share, tone, 0.0)
    # Squared: most of what sets a sensor off only just does.
    over = model.threshold_db + rng.uniform(0.0, 1.0, n) ** 2 * model.false_alarm_snr_db
    fresh = [rng.integers(0, posted, n), rng.integers(0, ticks, n), rng.integers(1, 4, n), over, tone]
    fresh += [rng.uniform(0.0, 360.0, n), rng.uniform(0.0, 40.0, n)]
    bursts = np.concatenate([carried, np.column_stack(fresh)])
    times = bursts[:, 2].astype(np.int64)
    of = np.repeat(np.arange(len(bursts)), times)
    tick = bursts[of, 1].astype(np.int64) + np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    later = bursts[:, 1] + bursts[:, 2] - ticks
    rest = bursts[later > 0]
    rest[:, 1], rest[:, 2] = 0.0, later[later > 0]
    of, tick = of[tick < ticks], tick[tick < ticks]
    sensor = bursts[of, 0].astype(np.int64)
    over_now = bursts[of, 3] + 1.5 * rng.standard_normal(len(of))
    level = noise[sensor, tick] + over_now
    truth = np.column_stack([level, bursts[of, 4], bursts[of, 5], bursts[of, 6]])
    heard_as = np.broadcast_to(np.array(_FALSE_HEARD_AS), (len(of), 3))
    return measure(natures, model, Detected(sensor, tick, over_now, truth, heard_as), rng), rest
