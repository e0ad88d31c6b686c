"""Sound is old news: where it left its source, when, from which direction it arrives, at which pitch.

All functions take the geometry at the moment of reception `t`: `r` = source - sensor [m], `v` the source's
velocity, `w` the wind [m/s], constant over the delay, `c` the speed of sound, |v - w| < c. In the air's own
frame the source moves with u = v - w, and the wavefront is a sphere:

    |r - u d| = c d    =>    d = (-r.u + sqrt((r.u)^2 + (c^2 - u.u) r.r)) / (c^2 - u.u)

the unique positive root. The sound left at t - d, at r - v d from the sensor, and comes in along
e = r - u d with |e| = c d, n = e / (c d).

The scalar kernels are numba functions for the hot loops above them; the array functions beside them are
for everybody else.
"""

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from forehear.errors import NoSolution

Array = NDArray[np.float64]


@njit(cache=True, inline="always")
def delay_kernel(
    rx: float, ry: float, rz: float, ux: float, uy: float, uz: float, c: float
) -> float:  # pragma: no cover - compiled
    """Give the sound's delay [s] for r [m], u = v - w [m/s]; -1 where |u| >= c (no unique answer)."""
    k = c * c - ux * ux - uy * uy - uz * uz
    if k <= 0.0:
        return -1.0
    ru = rx * ux + ry * uy + rz * uz
    return float((-ru + np.sqrt(ru * ru + k * (rx * rx + ry * ry + rz * rz))) / k)


def _checked(
    r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float
) -> tuple[Array, Array, Array, Array]:
    r, v, w = np.broadcast_arrays(
        np.asarray(r_m, np.float64), np.asarray(v_mps, np.float64), np.asarray(wind_mps, np.float64)
    )
    u = v - w
    k = c_mps * c_mps - np.sum(u * u, axis=-1)
    if np.any(~(k > 0.0)):
        worst = float(np.sqrt(np.max(np.sum(u * u, axis=-1))))
        raise NoSolution(f"airspeed {worst:.1f} m/s is not below the speed of sound {c_mps:.1f} m/s")
    return r, v, u, k


def delay_s(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Solve for the sound's delay.

    Parameters: r (..., 3) source minus sensor at reception [m]; v (..., 3) velocity of the source; wind
    (..., 3) [m/s]; speed of sound [m/s].
    Returns (...) delay [s]; 0 at the source itself. Raises NoSolution where |v - w| >= c.
    Ignores: refraction, changes of velocity within the delay.
    Reference: Orguner and Gustafsson 2011, 10.1109/TSP.2011.2122260, eq. 5, with wind.
    """
    r, _, u, k = _checked(r_m, v_mps, wind_mps, c_mps)
    ru = np.sum(r * u, axis=-1)
    return np.asarray((-ru + np.sqrt(ru * ru + k * np.sum(r * r, axis=-1))) / k, np.float64)


def apparent_m(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Give e (..., 3) [m]: the way the sound came through the air, from the sensor back to its origin.

    Its length is c times the delay; its direction is what an array hears. Raises NoSolution as `delay_s`.
    """
    r, _, u, _ = _checked(r_m, v_mps, wind_mps, c_mps)
    return np.asarray(r - u * delay_s(r_m, v_mps, wind_mps, c_mps)[..., None], np.float64)


def doppler_ratio(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> Array:
    """Give the ratio (...) of the frequency heard to the frequency sent; above 1 when approaching.

    1 where source and sensor coincide. Raises NoSolution as `delay_s`.
    Reference: f / f0 = 1 / (1 + n.v / (c - n.w)), the derivative of emission by reception time.
    """
    e = apparent_m(r_m, v_mps, wind_mps, c_mps)
    length = np.linalg.norm(e, axis=-1)
    n = e / np.where(length > 0.0, length, 1.0)[..., None]
    along_v = np.sum(n * np.asarray(v_mps, np.float64), axis=-1)
    along_w = np.sum(n * np.asarray(wind_mps, np.float64), axis=-1)
    return np.asarray(1.0 / (1.0 + along_v / (c_mps - along_w)), np.float64)


def azimuth_elevation_rad(e_m: ArrayLike) -> tuple[Array, Array]:
    """Give azimuth (clockwise from north, 0 to 2 pi) and elevation [rad] of the apparent vector (..., 3)."""
    e = np.asarray(e_m, np.float64)
    azimuth = np.mod(np.arctan2(e[..., 0], e[..., 1]), 2.0 * np.pi)
    return azimuth, np.arctan2(e[..., 2], np.hypot(e[..., 0], e[..., 1]))


def apparent_jacobians(
    r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float
) -> tuple[Array, Array, Array, Array]:
    """Give the exact derivatives of the apparent vector and of the delay.

    Returns (de/dr (..., 3, 3), de/dv (..., 3, 3) [s], dd/dr (..., 3) [s/m], dd/dv (..., 3) [s^2/m]) at the
    geometry of reception. With g = e / (c^2 d + u.e): dd/dr = g, de/dr = I - u g^T, dd/dv = -d g,
    de/dv = -d de/dr. Raises NoSolution as `delay_s`, and at the source itself.
    Reference: implicit differentiation of |r - u d| = c d.
    """
    _, _, u, _ = _checked(r_m, v_mps, wind_mps, c_mps)
    d = delay_s(r_m, v_mps, wind_mps, c_mps)
    if np.any(d <= 0.0):
        raise NoSolution("source and sensor coincide: the direction is not defined")
    e = apparent_m(r_m, v_mps, wind_mps, c_mps)
    g = e / (c_mps * c_mps * d + np.sum(u * e, axis=-1))[..., None]
    de_dr = np.eye(3) - u[..., :, None] * g[..., None, :]
    return de_dr, -d[..., None, None] * de_dr, g, -d[..., None] * g


def doppler_gradients(r_m: ArrayLike, v_mps: ArrayLike, wind_mps: ArrayLike, c_mps: float) -> tuple[Array, Array]:
    """Give the exact derivatives of `doppler_ratio` by r (..., 3) [1/m] and by v (..., 3) [s/m].

    Raises NoSolution as `apparent_jacobians`.
    """
    v = np.broadcast_to(np.asarray(v_mps, np.float64), np.shape(np.asarray(r_m, np.float64)))
    w = np.broadcast_to(np.asarray(wind_mps, np.float64), v.shape)
    e = apparent_m(r_m, v, w, c_mps)
    de_dr, de_dv, _, _ = apparent_jacobians(r_m, v, w, c_mps)
    length = np.linalg.norm(e, axis=-1)
    n = e / length[..., None]
    nv = np.sum(n * v, axis=-1)
    cw = c_mps - np.sum(n * w, axis=-1)
    ratio = 1.0 / (1.0 + nv / cw)
    # ratio = 1 / (1 + q), q = n.v / (c - n.w): dq/dn = v / cw + nv w / cw^2, and n turns with e only.
    dq_dn = v / cw[..., None] + (nv / cw**2)[..., None] * w
    across = (dq_dn - np.sum(dq_dn * n, axis=-1)[..., None] * n) / length[..., None]
    by_e = -(ratio**2)[..., None] * across
    by_r = np.einsum("...i,...ij->...j", by_e, de_dr)
    by_v = np.einsum("...i,...ij->...j", by_e, de_dv) - (ratio**2 / cw)[..., None] * n
    return np.asarray(by_r, np.float64), np.asarray(by_v, np.float64)
