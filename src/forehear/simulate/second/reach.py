"""What arrives where: each emitter's true level, pitch and direction at the sensors that may hear it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.records import Atmosphere
from forehear.simulate.scenario.second import SecondPlan
from forehear.simulate.scenario.settings import Emitter
from forehear.simulate.second import air
from forehear.simulate.second.sensors import SecondSensors, odds
from forehear.simulate.world import paths

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
# Nothing is followed farther than this [m].
_FARTHEST_M = 25_000.0
# Odds under this are not rolled for.
_LEAST_ODDS = 1e-3
# A fading of so many deviations is allowed for when looking for those who may hear.
_FADING_SIGMAS = 3.0
# An octave error lasts [s]: the listener locks on to the wrong harmonic.
_OCTAVE_S = 3.0


@dataclass(frozen=True)
class Arrivals:
    """Sound at sensors, one row a sensor and second: true level and tone, and where it came from."""

    emitter: Ints
    sensor: Ints
    tick: Ints
    level_db: Array
    tone_hz: Array  # 0 without
    azimuth_deg: Array
    elevation_deg: Array
    slip: Array  # unit noise of a few seconds: how near to an octave error

    def take(self, which: NDArray[np.bool_] | Ints) -> "Arrivals":
        """Give some rows."""
        return Arrivals(
            self.emitter[which], self.sensor[which], self.tick[which], self.level_db[which], self.tone_hz[which],
            self.azimuth_deg[which], self.elevation_deg[which], self.slip[which],
        )  # fmt: skip


def joined(parts: list[Arrivals]) -> Arrivals:
    """Put rows one after another."""
    none, nothing = np.empty(0, np.int64), np.empty(0)
    return Arrivals(
        np.concatenate([none, *(p.emitter for p in parts)]),
        np.concatenate([none, *(p.sensor for p in parts)]),
        np.concatenate([none, *(p.tick for p in parts)]),
        np.concatenate([nothing, *(p.level_db for p in parts)]),
        np.concatenate([nothing, *(p.tone_hz for p in parts)]),
        np.concatenate([nothing, *(p.azimuth_deg for p in parts)]),
        np.concatenate([nothing, *(p.elevation_deg for p in parts)]),
        np.concatenate([nothing, *(p.slip for p in parts)]),
    )


@dataclass
class SecondVoice:
    """An emitter under way, and the fading of its way to each sensor."""

    number: int
    target: str | None
    emitter: Emitter
    path: paths.EmitterPath
    absorption_db_per_m: float
    seed: int
    fading: Array  # (n,)
    slip: Array  # (n,)
    only: Ints | None = None  # the sensors that hear it, where not all may


def arrivals(
    voice: SecondVoice, sensors: SecondSensors, noise_db: Array, model: SecondPlan, real: Atmosphere,
    sound_mps: float, begin_s: int, listens: NDArray[np.bool_],
) -> tuple[Arrivals, Array, Array] | None:  # fmt: skip
    """Give what arrives from one emitter in the seconds of `noise_db` (n, ticks) [dB], where a sensor `listens`.

    Also the best odds and the expected number of hearers, a value a second; None if nobody can hear it.
    """
    ticks = noise_db.shape[1]
    path = _cut(voice.path, begin_s, ticks, sound_mps)
    if path is None:
        return None
    near = _near(voice, path, sensors, noise_db, model)
    if voice.only is not None:
        near = np.intersect1d(near, voice.only)
    if len(near) == 0:
        return None
    rng = np.random.Generator(np.random.PCG64([voice.seed, begin_s]))
    fading, voice.fading[near] = air.wander(voice.fading[near], ticks, model.fading_s, rng)
    slip, voice.slip[near] = air.wander(voice.slip[near], ticks, _OCTAVE_S, rng)
    t = begin_s + np.arange(ticks)[None, :] + sensors.phase_s[near][:, None]
    xyz, wind = sensors.xyz_m[near], sensors.wind_mps[near]
    delay, pitch = air.pitch(path, xyz, wind, t, sound_mps)
    heard = np.isfinite(delay) & (pitch > 0.0)
    delay, pitch = np.where(heard, delay, 1.0), np.where(heard, pitch, 1.0)
    left = np.clip(t - delay, path.start_s, path.end_s)
    came = air.place_at(path, paths.slopes(path.xyz_m), left.reshape(-1)).reshape(*left.shape, 3)
    seen = came + wind[:, None] * delay[..., None] - xyz[:, None]
    seen = np.einsum("nij,ntj->nti", sensors.local[near], seen)
    far = np.linalg.norm(seen, axis=2)
    level = np.interp(left, path.start_s + np.arange(len(path.level_db)), path.level_db)
    level = level - 20.0 * np.log10(np.maximum(far, 1.0)) - voice.absorption_db_per_m * far
    level += 10.0 * voice.emitter.convection * np.log10(pitch)
    level += model.fading_sigma_db * fading - _shadow(came, xyz, sensors.local[near], real, model, sound_mps)
    chance = odds(
        level - noise_db[near],
        sensors.threshold_db[near][:, None],
        sensors.ceiling[near][:, None],
        sensors.scale_db,
    )
    chance[~(heard & listens[near])] = 0.0
    tone = np.interp(left, path.start_s + np.arange(len(path.tone_hz)), path.tone_hz) * pitch
    rows, tick = np.nonzero(chance > _LEAST_ODDS)
    azimuth = np.degrees(np.arctan2(seen[..., 0], seen[..., 1])) % 360.0
    elevation = np.degrees(np.arcsin(np.clip(seen[..., 2] / np.maximum(far, 1.0), -1.0, 1.0)))
    which = (rows, tick)
    found = Arrivals(
        np.full(len(rows), voice.number), near[rows], tick, level[which], tone[which], azimuth[which],
        elevation[which], slip[which],
    )  # fmt: skip
    return found, chance.max(axis=0), chance.sum(axis=0)


def _cut(path: paths.EmitterPath, begin_s: int, ticks: int, sound_mps: float) -> paths.EmitterPath | None:
    """Give the part of a path that can be heard now."""
    oldest = 1.2 * _FARTHEST_M / sound_mps + 4.0
    low = max(int(np.floor(begin_s - oldest - path.start_s)), 0)
    high = min(int(np.ceil(begin_s + ticks + 3.0 - path.start_s)), len(path.xyz_m))
    if high - low < 2:
        return None
    return paths.EmitterPath(
        path.start_s + low, path.xyz_m[low:high], path.tone_hz[low:high], path.level_db[low:high]
    )


def _near(
    voice: SecondVoice, path: paths.EmitterPath, sensors: SecondSensors, noise_db: Array, model: SecondPlan
) -> Ints:
    """Give the sensors whose odds may reach the least worth a die, from the nearest point of the path."""
    points = path.xyz_m[:: max(len(path.xyz_m) // 16, 1)]
    gap = float(np.max(np.linalg.norm(np.diff(path.xyz_m, axis=0), axis=1), initial=0.0))
    gap *= max(len(path.xyz_m) // 16, 1)
    least = np.full(len(sensors.kind), np.inf)
    for point in np.concatenate([points, path.xyz_m[-1:]]):
        least = np.minimum(least, np.linalg.norm(sensors.xyz_m - point, axis=1))
    least = np.maximum(least - gap, 1.0)
    loudest = float(path.level_db.max()) + _FADING_SIGMAS * model.fading_sigma_db + 6.0 * voice.emitter.convection
    level = loudest - 20.0 * np.log10(least) - voice.absorption_db_per_m * least
    best = odds(level - noise_db.min(axis=1), sensors.threshold_db, sensors.ceiling, sensors.scale_db)
    return np.flatnonzero((best > _LEAST_ODDS) & (least < _FARTHEST_M))


def _shadow(came: Array, xyz: Array, local: Array, real: Atmosphere, model: SecondPlan, sound_mps: float) -> Array:
    """Give the loss in the shadow of what came from `came` (n, t, 3) [dB]."""
    to = np.einsum("nij,ntj->nti", local, came - xyz[:, None])
    flat = np.maximum(np.hypot(to[..., 0], to[..., 1]), 1.0)
    from_rad = np.radians(real.wind_from_deg)
    east, north = -real.wind_mps * np.sin(from_rad), -real.wind_mps * np.cos(from_rad)
    # From the source to the listener: against the way to the source.
    along = -air.NEAR_THE_GROUND * (east * to[..., 0] + north * to[..., 1]) / flat
    edge = air.shadow_edge_m(to[..., 2] + MAST_M, MAST_M, along, model.lapse_c_per_km, sound_mps)
    return air.shadow_loss_db(flat, edge, model.shadow_db)


# Height of a sensor over the ground [m].
MAST_M = 4.0
