"""Sound on its way, solved by repetition: guess the delay, look where the source was, measure, guess again.

Pitch is not a formula here: it is how much of the source's time passes in a tenth of the listener's second.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.world import paths

Array = NDArray[np.float64]
# The guess shrinks its error by (speed + wind) / sound each time: 0.6 at worst, 1e-8 s after 40 rounds.
_ROUNDS, _CLOSE_S = 300, 1e-8
# Pitch is taken over this much of the listener's time [s].
_PITCH_OVER_S = 0.1
# The wind that is reported carries sound over some hundred metres of height; at 10 m it blows so much of that.
NEAR_THE_GROUND = 0.65
# Roughness of open country [m], and the height at which wind is reported [m].
_ROUGHNESS_M, _WIND_HEIGHT_M = 0.05, 10.0
# Speed of sound per kelvin near 10 degrees [m/s/K].
_MPS_PER_KELVIN = 0.6
# Behind the shadow's edge the loss grows to its full value over this share of the edge's distance.
_SHADOW_GROWS_OVER = 0.3


def place_at(path: paths.EmitterPath, slope_mps: Array, time_s: Array) -> Array:
    """Give where a path is (n, 3): the cubic through its knots, with the slopes at them; still beyond its ends."""
    s = np.clip(time_s - path.start_s, 0.0, len(path.xyz_m) - 1.0)
    i = np.minimum(s.astype(np.int64), len(path.xyz_m) - 2)
    u = (s - i)[:, None]
    rise = path.xyz_m[i + 1] - path.xyz_m[i]
    bend = slope_mps[i] - rise, slope_mps[i + 1] - rise
    return np.asarray(path.xyz_m[i] + u * rise + u * (1.0 - u) * ((1.0 - u) * bend[0] - u * bend[1]), np.float64)


def delay_s(
    path: paths.EmitterPath,
    sensor_m: Array,
    wind_mps: Array,
    time_s: Array,
    sound_mps: float,
    guess_s: Array | None = None,
) -> Array:
    """Give how old the sound is that arrives at each sensor (n, 3) at its times (n, t): (n, t) [s].

    While the sound is under way the wind (n, 3) carries it. NaN where the source did not sound then.
    All earth-centred. The way of a sound of no age is the first guess where none is given.
    """
    flat, slope = time_s.reshape(-1), paths.slopes(path.xyz_m)
    sensors = np.repeat(sensor_m, time_s.shape[1], axis=0)
    wind = np.repeat(wind_mps, time_s.shape[1], axis=0)
    delay = np.zeros(len(flat)) if guess_s is None else np.nan_to_num(guess_s.reshape(-1))
    for _ in range(_ROUNDS):
        way = place_at(path, slope, flat - delay) + wind * delay[:, None] - sensors
        better = np.sqrt(np.einsum("nk,nk->n", way, way)) / sound_mps
        change = np.max(np.abs(better - delay), initial=0.0)
        delay = better
        if change < _CLOSE_S:
            break
    left = flat - delay
    delay[(left < path.start_s) | (left > path.end_s)] = np.nan
    return np.asarray(delay.reshape(time_s.shape), np.float64)


def pitch(
    path: paths.EmitterPath, sensor_m: Array, wind_mps: Array, time_s: Array, sound_mps: float
) -> tuple[Array, Array]:
    """Give delay [s] and pitch (frequency heard over frequency sent), both (n, t)."""
    half = 0.5 * _PITCH_OVER_S
    early = delay_s(path, sensor_m, wind_mps, time_s - half, sound_mps)
    late = delay_s(path, sensor_m, wind_mps, time_s + half, sound_mps, early)
    return 0.5 * (early + late), 1.0 - (late - early) / _PITCH_OVER_S


def shadow_edge_m(
    height_m: Array, mast_m: float, along_mps: Array, lapse_c_per_km: float, sound_mps: float
) -> Array:
    """Give the distance from which on a source stands in shadow; infinite where sound bends down.

    The mean gradient of the speed of sound between the ground and the source's height: of temperature, and of
    a logarithmic wind of `along_mps` at 10 m, blowing from the source to the listener. Rays are then circles
    of radius c / gradient, and the last of them grazes the ground.
    """
    height = np.maximum(height_m, 1.0)
    profile = np.log(np.maximum(height, 1.0) / _ROUGHNESS_M) / math.log(_WIND_HEIGHT_M / _ROUGHNESS_M)
    gradient = -_MPS_PER_KELVIN * lapse_c_per_km / 1000.0 + along_mps * profile / np.maximum(
        height, _WIND_HEIGHT_M
    )
    radius = sound_mps / np.maximum(-gradient, 1e-9)
    edge = np.sqrt(2.0 * radius) * (np.sqrt(height) + math.sqrt(mast_m))
    return np.asarray(np.where(gradient < 0.0, edge, np.inf), np.float64)


def shadow_loss_db(distance_m: Array, edge_m: Array, most_db: float) -> Array:
    """Give what is lost behind the shadow's edge [dB]."""
    beyond = np.maximum(distance_m / edge_m - 1.0, 0.0)
    return np.asarray(most_db * (1.0 - np.exp(-beyond / _SHADOW_GROWS_OVER)), np.float64)


def to_local(lon_deg: Array, lat_deg: Array) -> Array:
    """Give the turns (n, 3, 3) from earth-centred vectors to east, north, up at each place."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    zero = np.zeros_like(lon)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return np.stack([east, north, up], axis=1)


def wander(state: Array, steps: int, lasting_s: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Give `steps` seconds of unit noise that forgets itself in `lasting_s`: (n, steps), and the last (n,)."""
    keep = math.exp(-1.0 / lasting_s)
    fresh = math.sqrt(1.0 - keep * keep) * rng.standard_normal((len(state), steps))
    out = np.empty((len(state), steps))
    for k in range(steps):
        state = keep * state + fresh[:, k]
        out[:, k] = state
    return out, state
