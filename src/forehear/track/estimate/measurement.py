"""What a sensor should report of a target: level, tone, azimuth, elevation, with their exact derivatives.

The kernels take the geometry at reception: the state is carried to the moment of hearing at constant
velocity over `dt`, and the closed form of `air.retarded` finds where the sound left. So a state at any time
near the emission predicts exactly what is heard, and no iteration is needed.

A level is heard only above what the sensor can detect: `detected_level` gives the moments of a normal
variable given that it exceeds a threshold, so that faint levels do not bias the range.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.air import compiled as law
from forehear.air.kernels import POWER_DB_PER_NEPER
from forehear.compiled import njit
from forehear.track.layout import INVERSE_SCALE, SENSOR_E, SENSOR_H, SENSOR_N

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Nearer than this the geometry is singular, and no propeller drone is nearer to a mast [m].
NEAREST_M = 20.0
# |v - w| is held below this share of the speed of sound: an unguarded filter loses one track in ten.
FASTEST_MACH = 0.9
# Convective amplification of the level: between none (0) and 10 log10 of the Doppler ratio (1), as the source's
# make-up has it; half of that is at most 1.3 dB off at 170 m/s. And in dB for a unit of ln Doppler.
CONVECTION = 0.5
CONVECTION_DB = CONVECTION * POWER_DB_PER_NEPER
# -----------------------------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy")
def predict_measurement(x: Array, dt: float, row: Array, air: Array, h: Array, jacobian: Array) -> float:
    """Predict level, tone, azimuth and elevation of a state as a sensor hears it.

    Parameters: state (8,), seconds from the state's time to the moment of hearing, measurement row
    (COLUMNS,), air (4,): speed of sound [m/s], wind east, wind north [m/s], absorption [dB/m].
    Fills h (4,) [dB, ln Hz, rad, rad] and jacobian (4, 8). Returns the delay [s].
    Reference: docs/physics.md, "Sound is old news"; Orguner and Gustafsson 2011, 10.1109/TSP.2011.2122260.
    """
    c, alpha = air[0], air[3]
    w = (air[1], air[2], 0.0)
    r, v, u = _reception(x, dt, row, air)
    d = law.delay(r, u, c)
    e = law.apparent(r, u, d)
    path = max(math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]), NEAREST_M)
    part = 1.0 / path
    n = (e[0] * part, e[1] * part, e[2] * part)
    g = law.delay_by_place(e, path, u, c)
    late = dt - d

    # Level: falls with the path c d alone.
    h[0] = law.received_level(x[6], path, alpha)
    s = law.level_by_path(path, alpha) * c
    _fill(jacobian, 0, s * g[0], s * g[1], s * g[2], late)
    jacobian[0, 6] = 1.0
    jacobian[0, 7] = 0.0

    nv, cw = law.along(n, v, w, c)
    ratio = law.doppler_ratio(nv, cw)
    ln_ratio = math.log(ratio)
    h[1] = x[7] + ln_ratio
    # A source that comes nearer is louder.
    h[0] += law.convective_gain(ln_ratio, CONVECTION)
    _by_apparent(jacobian, 1, law.ln_doppler_by_apparent(n, path, v, w, (nv, cw, ratio)), u, g, late)
    s = ratio / cw
    jacobian[1, 3] -= s * n[0]
    jacobian[1, 4] -= s * n[1]
    jacobian[1, 5] -= s * n[2]
    jacobian[1, 6] = 0.0
    jacobian[1, 7] = 1.0
    for i in range(6):
        jacobian[0, i] += CONVECTION_DB * jacobian[1, i]

    # Bearings: of the apparent direction e.
    flat2 = max(e[0] * e[0] + e[1] * e[1], NEAREST_M * NEAREST_M)
    h[2] = math.atan2(e[0], e[1])
    h[3] = math.atan2(e[2], math.sqrt(flat2))
    east, north = law.azimuth_by_apparent(e, flat2)
    _by_apparent(jacobian, 2, (east, north, 0.0), u, g, late)
    _by_apparent(jacobian, 3, law.elevation_by_apparent(e, flat2), u, g, late)
    for i in range(2, 4):
        jacobian[i, 6] = 0.0
        jacobian[i, 7] = 0.0
    return d


@njit(cache=True, inline="always")
def _reception(
    x: Array, dt: float, row: Array, air: Array
) -> tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]:
    """Give r, v, u of `air.kernels` at the moment of hearing; v is held below FASTEST_MACH of sound in the air."""
    ik = row[INVERSE_SCALE]
    vx, vy, vz = x[3] * ik, x[4] * ik, x[5]
    r = (
        (x[0] - row[SENSOR_E]) * ik + vx * dt,
        (x[1] - row[SENSOR_N]) * ik + vy * dt,
        (x[2] - row[SENSOR_H]) + vz * dt,
    )
    ux, uy, uz = vx - air[1], vy - air[2], vz
    uu = ux * ux + uy * uy + uz * uz
    limit = FASTEST_MACH * air[0]
    if uu > limit * limit:
        shrink = limit / math.sqrt(uu)
        ux, uy, uz = ux * shrink, uy * shrink, uz * shrink
        vx, vy, vz = ux + air[1], uy + air[2], uz
    return r, (vx, vy, vz), (ux, uy, uz)


@njit(cache=True, inline="always")
def _by_apparent(
    jacobian: Array,
    i: int,
    a: tuple[float, float, float],
    u: tuple[float, float, float],
    g: tuple[float, float, float],
    late: float,
) -> None:
    """Set a row for something whose derivative by the apparent vector is `a`: de/dr = I - u g^T."""
    au = a[0] * u[0] + a[1] * u[1] + a[2] * u[2]
    _fill(jacobian, i, a[0] - au * g[0], a[1] - au * g[1], a[2] - au * g[2], late)


@njit(cache=True, inline="always")
def _fill(jacobian: Array, i: int, a: float, b: float, c: float, late: float) -> None:
    """Set a row for something that depends on the point of emission: by velocity it is (dt - d) times.

    Reference: docs/physics.md, "Sound is old news".
    """
    jacobian[i, 0] = a
    jacobian[i, 1] = b
    jacobian[i, 2] = c
    jacobian[i, 3] = a * late
    jacobian[i, 4] = b * late
    jacobian[i, 5] = c * late


@njit(cache=True, error_model="numpy")
def predict_heard(x: Array, dt: float, row: Array, air: Array, h: Array) -> None:
    """Fill h (3,) with level [dB], ln tone and azimuth [rad]: `predict_measurement` without derivatives.

    Reference: docs/physics.md, "Sound is old news".
    """
    w = (air[1], air[2], 0.0)
    r, v, u = _reception(x, dt, row, air)
    e = law.apparent(r, u, law.delay(r, u, air[0]))
    path = max(math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]), NEAREST_M)
    part = 1.0 / path
    nv, cw = law.along((e[0] * part, e[1] * part, e[2] * part), v, w, air[0])
    ln_ratio = law.ln_doppler(nv, cw)
    h[0] = law.received_level(x[6], path, air[3]) + law.convective_gain(ln_ratio, CONVECTION)
    h[1] = x[7] + ln_ratio
    h[2] = math.atan2(e[0], e[1])


@njit(cache=True, error_model="numpy")
def emission_delay(x: Array, dt: float, row: Array, air: Array) -> float:
    """Give the delay [s] of what is heard `dt` after the state's time; the guard on speed is as above.

    Reference: docs/physics.md, "Sound is old news".
    """
    r, _, u = _reception(x, dt, row, air)
    return law.delay(r, u, air[0])


@njit(cache=True)
def detected_level(expected_db: float, threshold_db: float, sigma_db: float) -> tuple[float, float]:
    """Give the mean's rise [dB] and the variance's share of a level, given that it was heard at all.

    A normal variable above a threshold: rise = sigma m, share = 1 - m (m + a), a = (expected - threshold)
    / sigma, m = phi(a) / Phi(a). Far above the threshold (0, 1). The share is also the derivative of the
    mean by `expected_db`; it is held above 0.05 so that a level far below still pulls.
    Reference: Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions 1, 13.10.1.
    """
    a = (expected_db - threshold_db) / sigma_db
    if a > 6.0:
        return 0.0, 1.0
    if a < -6.0:
        # Mills' ratio far in the tail: the mean sits just above the threshold.
        return (-a - 1.0 / a) * sigma_db, 0.05
    m = 0.3989422804014327 * math.exp(-0.5 * a * a) / (0.5 * math.erfc(-a * 0.7071067811865476))
    return sigma_db * m, max(1.0 - m * (m + a), 0.05)


@njit(cache=True, inline="always")
def wrapped(angle: float) -> float:
    """Bring an angle [rad] into -pi to pi."""
    return angle - 2.0 * math.pi * math.floor((angle + math.pi) / (2.0 * math.pi))
