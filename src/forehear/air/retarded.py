"""Sound is old news: where it left its source, when, from which direction it arrives, at which pitch.

All functions take the geometry at the moment of reception `t`: `r` = source - sensor [m], `v` the source's
velocity, `w` the wind [m/s], constant over the delay, `c` the speed of sound, |v - w| < c. In the air's own
frame the source moves with u = v - w, and the wavefront is a sphere:

    |r - u d| = c d    =>    d = (-r.u + sqrt((r.u)^2 + (c^2 - u.u) r.r)) / (c^2 - u.u)

the unique positive root. The sound left at t - d, at r - v d from the sensor, and comes in along
e = r - u d with |e| = c d, n = e / (c d).

The formulas themselves stand in `air.kernels`; here are their faces for arrays, which check and refuse.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.air import kernels
from forehear.errors import NoSolution

Array = NDArray[np.float64]


def _checked(
    r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float
) -> tuple[Array, Array, Array, Array]:
    """Give r, v, w, u = v - w, each (3, ...): components first, as the kernels take them.

    Raises NoSolution where |u| >= c: no one delay, docs/physics.md, "Sound is old news".
    """
    r, v, w = np.broadcast_arrays(
        np.asarray(r_m, np.float64), np.asarray(v_mps, np.float64), np.asarray(wind_mps, np.float64)
    )
    u = v - w
    k = c_mps * c_mps - np.sum(u * u, axis=-1)
    if np.any(~(k > 0.0)):
        worst = float(np.sqrt(np.max(np.sum(u * u, axis=-1))))
        raise NoSolution(f"airspeed {worst:.1f} m/s is not below the speed of sound {c_mps:.1f} m/s")
    first = [np.moveaxis(one, -1, 0) for one in (r, v, w, u)]
    return first[0], first[1], first[2], first[3]


def delay_s(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Solve for the sound's delay.

    Parameters: r (..., 3) source minus sensor at reception [m]; v (..., 3) velocity of the source; wind
    (..., 3) [m/s]; speed of sound [m/s].
    Returns (...) delay [s]; 0 at the source itself. Raises NoSolution where |v - w| >= c.
    Ignores: refraction, changes of velocity within the delay.
    Reference: Orguner and Gustafsson 2011, 10.1109/TSP.2011.2122260, eq. 5, with wind; docs/physics.md, "Sound is
    old news".
    """
    r, _, _, u = _checked(r_m, v_mps, wind_mps, c_mps)
    return np.asarray(kernels.delay(r, u, c_mps), np.float64)


def apparent_m(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Give e (..., 3) [m]: the way the sound came through the air, from the sensor back to its origin.

    Parameters as `delay_s`. Its length is c times the delay; its direction is what an array hears. Raises
    NoSolution as `delay_s`. Reference: docs/physics.md, "Sound is old news".
    """
    r, _, _, u = _checked(r_m, v_mps, wind_mps, c_mps)
    return np.stack(kernels.apparent(r, u, kernels.delay(r, u, c_mps)), axis=-1)


def _heard(e: Array) -> tuple[Array, Array]:
    """Give the path (...) [m] and n (3, ...), zero at the source itself, of e (3, ...) [m]."""
    path = np.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2])
    return path, e / np.where(path > 0.0, path, 1.0)


def doppler_ratio(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Give the ratio (...) of the frequency heard to the frequency sent; above 1 when approaching.

    Parameters as `delay_s`. 1 where source and sensor coincide. Raises NoSolution as `delay_s`.
    Reference: our own, f / f0 = 1 / (1 + n.v / (c - n.w)), the derivative of emission by reception time;
    docs/physics.md, "Sound is old news".
    """
    r, v, w, u = _checked(r_m, v_mps, wind_mps, c_mps)
    _, n = _heard(np.stack(kernels.apparent(r, u, kernels.delay(r, u, c_mps))))
    return np.asarray(kernels.doppler_ratio(*kernels.along(n, v, w, c_mps)), np.float64)


def azimuth_elevation_rad(e_m: ArrayLike) -> tuple[Array, Array]:
    """Give azimuth (clockwise from north, 0 to 2 pi) and elevation [rad] of the apparent vector (..., 3) [m].

    Reference: docs/physics.md, "Sound is old news".
    """
    e = np.asarray(e_m, np.float64)
    azimuth = np.mod(np.arctan2(e[..., 0], e[..., 1]), 2.0 * np.pi)
    return azimuth, np.arctan2(e[..., 2], np.hypot(e[..., 0], e[..., 1]))


def azimuth_elevation_gradients(e_m: ArrayLike) -> tuple[Array, Array]:
    """Give the derivatives (..., 3) of azimuth and elevation by the apparent vector (..., 3) [rad/m].

    Not finite straight above a sensor, where the azimuth is not defined.
    Reference: the derivatives of azimuth and elevation of docs/physics.md, "Sound is old news".
    """
    e = np.moveaxis(np.asarray(e_m, np.float64), -1, 0)
    flat2 = e[0] * e[0] + e[1] * e[1]
    azimuth = kernels.azimuth_by_apparent(e, flat2)
    elevation = kernels.elevation_by_apparent(e, flat2)
    return np.stack([*azimuth, np.zeros_like(flat2)], axis=-1), np.stack(elevation, axis=-1)


def apparent_jacobians(
    r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float
) -> tuple[Array, Array, Array, Array]:
    """Give the exact derivatives of the apparent vector and of the delay.

    Returns (de/dr (..., 3, 3), de/dv (..., 3, 3) [s], dd/dr (..., 3) [s/m], dd/dv (..., 3) [s^2/m]) at the
    geometry of reception. With g = e / (c^2 d + u.e): dd/dr = g, de/dr = I - u g^T, dd/dv = -d g,
    de/dv = -d de/dr. Raises NoSolution as `delay_s`, and at the source itself.
    Reference: our own, implicit differentiation of |r - u d| = c d; docs/physics.md, "Sound is old news".
    """
    r, _, _, u = _checked(r_m, v_mps, wind_mps, c_mps)
    d = np.asarray(kernels.delay(r, u, c_mps), np.float64)
    if np.any(d <= 0.0):
        raise NoSolution("source and sensor coincide: the direction is not defined")
    e = kernels.apparent(r, u, d)
    g = np.stack(kernels.delay_by_place(e, c_mps * d, u, c_mps), axis=-1)
    de_dr = np.eye(3) - np.moveaxis(u, 0, -1)[..., :, None] * g[..., None, :]
    return de_dr, -d[..., None, None] * de_dr, g, -d[..., None] * g


def doppler_gradients(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> tuple[Array, Array]:
    """Give the exact derivatives of `doppler_ratio` by r (..., 3) [1/m] and by v (..., 3) [s/m].

    Parameters as `delay_s`. Raises NoSolution as `apparent_jacobians`.
    Reference: our own, the chain rule on the Doppler ratio and the derivatives of docs/physics.md, "Sound is old
    news".
    """
    r, v, w, u = _checked(r_m, v_mps, wind_mps, c_mps)
    de_dr, de_dv, _, _ = apparent_jacobians(r_m, v_mps, wind_mps, c_mps)
    path, n = _heard(np.stack(kernels.apparent(r, u, kernels.delay(r, u, c_mps))))
    nv, cw = kernels.along(n, v, w, c_mps)
    ratio = kernels.doppler_ratio(nv, cw)
    by_e = np.stack(kernels.ln_doppler_by_apparent(n, path, v, w, (nv, cw, ratio)), axis=-1) * ratio[..., None]
    by_r = np.einsum("...i,...ij->...j", by_e, de_dr)
    # And by the velocity itself, where the sound's way is the same.
    own = ratio**2 / cw
    by_v = np.einsum("...i,...ij->...j", by_e, de_dv) - own[..., None] * np.moveaxis(n, 0, -1)
    return np.asarray(by_r, np.float64), np.asarray(by_v, np.float64)
