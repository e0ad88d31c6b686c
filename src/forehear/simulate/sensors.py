"""What a sensor makes of the sound that reaches it: hears or not, merges, mistakes."""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forehear import geodesy
from forehear.air import medium
from forehear.records import Network
from forehear.simulate.hearing import Cells, Ears, cells_of
from forehear.simulate.settings import SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MICROPHONE, ARRAY, OBSERVER = 0, 1, 2
_KIND_CODES = {"microphone": MICROPHONE, "array": ARRAY, "observer": OBSERVER}
# What a classifier makes of a door, a dog or the wind that set it off.
_FALSE_HEARD_AS = (0.22, 0.13, 0.65)
# Fundamentals that false alarms claim [Hz].
_FALSE_TONES_HZ = (40.0, 300.0)
# A silent moment of a sensor may be this much quieter than its mean [in sigmas of its drift].
_SQRT2 = math.sqrt(2.0)


@dataclass(frozen=True)
class Posts:
    """Every sensor's own nature, drawn once: (n,) each."""

    ears: Ears
    cells: Cells
    kind: Ints
    noise_db: Array
    drift: Array  # (3, n): amplitude [dB], angular rate [rad/s], phase [rad]
    level_bias_db: Array
    turn_deg: Array
    elevation_bias_deg: Array


@dataclass
class Heard:
    """Sources heard in a block, one a row: which sensor, which tick, what it measured. NaN is absent."""

    sensor: Ints
    tick: Ints
    level_db: Array
    tone_hz: Array
    tone_sigma_hz: Array
    azimuth_deg: Array
    elevation_deg: Array
    kinds: Array  # (n, 3)

    def take(self, which: NDArray[np.bool_] | Ints) -> "Heard":
        """Give some of the rows, in the order asked."""
        return Heard(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def join(parts: list[Heard]) -> Heard:
    """Put rows of several kinds together."""
    return Heard(*(np.concatenate([getattr(p, name) for p in parts]) for name in Heard.__dataclass_fields__))


def posts_of(network: Network, model: SensorModel, rng: np.random.Generator) -> Posts:
    """Draw each sensor's noise, drift, biases and the phase of its frames."""
    sensors, n = network.sensors, len(network.sensors)
    lon, lat = np.array([s.lon for s in sensors]), np.array([s.lat for s in sensors])
    xyz = geodesy.ecef(lon, lat, np.array([s.height_m for s in sensors]))
    frame = np.stack([geodesy.east_north_up(s.lon, s.lat) for s in sensors])
    east, north = medium.wind_mps(network.atmosphere)
    wind = east * frame[:, 0] + north * frame[:, 1]
    noise = model.noise_db + model.noise_sigma_db * rng.standard_normal(n)
    period = model.noise_drift_period_s * rng.uniform(0.6, 1.6, n)
    drift = np.stack(
        [
            model.noise_drift_db * _SQRT2 * rng.uniform(0.5, 1.2, n),
            2.0 * math.pi / period,
            rng.uniform(0.0, 2.0 * math.pi, n),
        ]
    )
    return Posts(
        ears=Ears(xyz, frame, wind, rng.uniform(0.0, 1.0, n)),
        cells=cells_of(lon, lat, xyz),
        kind=np.array([_KIND_CODES[s.kind] for s in sensors], np.int64),
        noise_db=np.clip(noise, 5.0, 90.0),
        drift=drift,
        level_bias_db=model.level_bias_sigma_db * rng.standard_normal(n),
        turn_deg=model.array_turn_sigma_deg * rng.standard_normal(n),
        elevation_bias_deg=model.elevation_bias_deg + model.elevation_bias_spread_deg * rng.standard_normal(n),
    )


def noise_at(posts: Posts, t0_s: float, ticks: int) -> Array:
    """Give each sensor's ambient level (n, ticks) [dB] in the frames of a block."""
    t = t0_s + np.arange(ticks) + 0.5
    amplitude, rate, phase = posts.drift
    return posts.noise_db[:, None] + amplitude[:, None] * np.sin(rate[:, None] * t + phase[:, None])


def quietest_db(posts: Posts) -> float:
    """The lowest ambient level that any sensor ever has [dB]."""
    return float(np.min(posts.noise_db - posts.drift[0]))


def spread_db(model: SensorModel) -> float:
    """Standard deviation of the whole soft edge of hearing: the sensor's and the fluctuation's [dB]."""
    return math.hypot(model.soft_db, model.level_sigma_db)


@njit(cache=True)  # type: ignore[misc]
def _merge(
    key: Ints, order: Ints, row: Array, directional: NDArray[np.bool_], sensor: Ints,
    resolution_hz: float, resolution_deg: float, out: Array, head: Ints,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Merge what one sensor cannot tell apart in one frame; `order` sorts by key, then loudest first.

    Fills out rows (level, tone, azimuth, elevation) and the index of each one's loudest part.
    """
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


def hear(
    posts: Posts, model: SensorModel, noise: Array, ticks: int,
    emitter: Ints, sensor: Ints, tick: Ints, row: Array, heard_as: Array, rng: np.random.Generator,
) -> Heard:  # fmt: skip
    """Merge, roll the dice of hearing, and measure. `heard_as` (emitters, 3) is what a classifier expects."""
    key = sensor * ticks + tick
    order = np.lexsort((-row[:, 0], key)).astype(np.int64)
    merged, head = np.empty_like(row), np.empty(len(row), np.int64)
    directional = posts.kind != MICROPHONE
    limits = (model.tone_resolution_hz, model.azimuth_resolution_deg)
    n = _merge(key, order, row, directional, sensor, *limits, merged, head)
    merged, head = merged[:n], head[:n]
    sensor, tick, emitter = sensor[head], tick[head], emitter[head]
    level = merged[:, 0] + model.level_sigma_db * rng.standard_normal(n)
    edge = model.threshold_db + model.soft_db * rng.standard_normal(n)
    over = level - noise[sensor, tick]
    yes = (over > edge) & (rng.uniform(0.0, 1.0, n) < model.max_detection)
    # A level reading does not sink under the noise that it stands in.
    merged, sensor, tick, emitter, level, over = (x[yes] for x in (merged, sensor, tick, emitter, level, over))
    return measure(posts, model, sensor, tick, level, over, merged, heard_as[emitter], rng)


def measure(
    posts: Posts, model: SensorModel, sensor: Ints, tick: Ints, level: Array, over: Array,
    truth: Array, heard_as: Array, rng: np.random.Generator,
) -> Heard:  # fmt: skip
    """Draw what is reported of sources that are heard: `truth` rows (level, tone, azimuth, elevation)."""
    n = len(sensor)
    kind = posts.kind[sensor]
    weak = 10.0 ** (-0.1 * (np.maximum(over, -10.0) - model.tone_snr_reference_db))
    sigma = np.minimum(model.tone_sigma_hz * np.sqrt(0.5 + 0.5 * np.maximum(weak, 0.25)), 20.0)
    tone = truth[:, 1] + sigma * rng.standard_normal(n)
    octave = rng.uniform(0.0, 1.0, n)
    tone = np.where(octave < 0.5 * model.octave_share, 2.0 * tone, tone)
    tone = np.where(octave > 1.0 - 0.5 * model.octave_share, 0.5 * tone, tone)
    toneless = (truth[:, 1] <= 0.0) | (kind == OBSERVER) | (tone < 1.0)
    tone = np.where(toneless, np.nan, tone)
    wide = np.where(kind == OBSERVER, model.observer_azimuth_sigma_deg, model.azimuth_sigma_deg)
    azimuth = truth[:, 2] + posts.turn_deg[sensor] + wide * rng.standard_normal(n)
    fade = np.exp(-np.maximum(truth[:, 3], 0.0) / model.elevation_bias_fade_deg)
    elevation = truth[:, 3] + posts.elevation_bias_deg[sensor] * fade
    elevation = np.clip(elevation + model.elevation_sigma_deg * rng.standard_normal(n), -89.9, 89.9)
    return Heard(
        sensor=sensor,
        tick=tick,
        level_db=np.clip(level + posts.level_bias_db[sensor], -20.0, 180.0),
        tone_hz=tone,
        tone_sigma_hz=np.where(toneless, np.nan, sigma),
        azimuth_deg=np.where(kind == MICROPHONE, np.nan, np.mod(azimuth, 360.0)),
        elevation_deg=np.where(kind == ARRAY, elevation, np.nan),
        kinds=guess(heard_as, model.kinds_concentration, rng),
    )


def guess(heard_as: Array, concentration: float, rng: np.random.Generator) -> Array:
    """Draw a classifier's probabilities (n, 3) around what it makes of an engine: Dirichlet."""
    weights = rng.standard_gamma(np.maximum(heard_as * concentration, 1e-3)) + 1e-9
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)


def false_alarms(
    posts: Posts, model: SensorModel, noise: Array, ticks: int, carried: Array, rng: np.random.Generator
) -> tuple[Heard, Array]:
    """Draw the false alarms of a block: bursts of 1 to 3 s. `carried` rows run on from the last block.

    A burst is a row (sensor, first tick, ticks, over noise [dB], tone [Hz], azimuth, elevation [deg]).
    """
    n = int(rng.poisson(model.false_alarms_per_hour * len(posts.kind) * ticks / 3600.0))
    tone = np.exp(rng.uniform(*np.log(_FALSE_TONES_HZ), n))
    tone = np.where(rng.uniform(0.0, 1.0, n) < model.false_alarm_tone_share, tone, 0.0)
    over = model.threshold_db + rng.uniform(0.0, 1.0, n) ** 2 * model.false_alarm_snr_db
    fresh = [rng.integers(0, len(posts.kind), n), rng.integers(0, ticks, n), rng.integers(1, 4, n), over, tone]
    fresh += [rng.uniform(0.0, 360.0, n), rng.uniform(0.0, 40.0, n)]
    bursts = np.concatenate([carried, np.column_stack(fresh)])
    times = bursts[:, 2].astype(np.int64)
    of = np.repeat(np.arange(len(bursts)), times)
    step = np.arange(len(of)) - np.repeat(np.cumsum(times) - times, times)
    tick = bursts[of, 1].astype(np.int64) + step
    here = tick < ticks
    later = bursts[:, 1] + bursts[:, 2] - ticks
    rest = bursts[later > 0].copy()
    rest[:, 2] = later[later > 0]
    rest[:, 1] = 0.0
    of, tick = of[here], tick[here]
    sensor = bursts[of, 0].astype(np.int64)
    over_now = bursts[of, 3] + 1.5 * rng.standard_normal(len(of))
    level = noise[sensor, tick] + over_now
    truth = np.column_stack([level, bursts[of, 4], bursts[of, 5], bursts[of, 6]])
    heard_as = np.broadcast_to(np.array(_FALSE_HEARD_AS), (len(of), 3))
    return measure(posts, model, sensor, tick, level, over_now, truth, heard_as, rng), rest
