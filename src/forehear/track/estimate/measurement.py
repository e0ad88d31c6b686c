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

from forehear.compiled import njit
from forehear.track.layout import INVERSE_SCALE, SENSOR_E, SENSOR_H, SENSOR_N

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Nearer than this the geometry is singular, and no propeller drone is nearer to a mast [m].
NEAREST_M = 20.0
# |v - w| is held below this share of the speed of sound: an unguarded filter loses one track in ten.
FASTEST_MACH = 0.9
# Convective amplification of the level [dB per unit of ln Doppler]: between none and 10 log10 of the Doppler
# ratio, as the source's make-up has it; half of that is at most 1.3 dB off at 170 m/s.
CONVECTION_DB = 0.5 * 10.0 / math.log(10.0)
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def predict_measurement(x: Array, dt: float, row: Array, air: Array, h: Array, jacobian: Array) -> float:
    """Predict level, tone, azimuth and elevation of a state as a sensor hears it.

    Parameters: state (8,), seconds from the state's time to the moment of hearing, measurement row
    (COLUMNS,), air (4,): speed of sound [m/s], wind east, wind north [m/s], absorption [dB/m].
    Fills h (4,) [dB, ln Hz, rad, rad] and jacobian (4, 8). Returns the delay [s].
    """
    c, wx, wy, alpha = air[0], air[1], air[2], air[3]
    ik = row[INVERSE_SCALE]
    vx, vy, vz = x[3] * ik, x[4] * ik, x[5]
    rx = (x[0] - row[SENSOR_E]) * ik + vx * dt
    ry = (x[1] - row[SENSOR_N]) * ik + vy * dt
    rz = (x[2] - row[SENSOR_H]) + vz * dt
    ux, uy, uz = vx - wx, vy - wy, vz
    uu = ux * ux + uy * uy + uz * uz
    limit = FASTEST_MACH * c
    if uu > limit * limit:
        shrink = limit / math.sqrt(uu)
        ux, uy, uz = ux * shrink, uy * shrink, uz * shrink
        vx, vy, vz = ux + wx, uy + wy, uz
        uu = limit * limit
    k = c * c - uu
    ru = rx * ux + ry * uy + rz * uz
    rr = rx * rx + ry * ry + rz * rz
    d = (-ru + math.sqrt(ru * ru + k * rr)) / k
    ex, ey, ez = rx - ux * d, ry - uy * d, rz - uz * d
    path = math.sqrt(ex * ex + ey * ey + ez * ez)
    if path < NEAREST_M:
        path = NEAREST_M
    nx, ny, nz = ex / path, ey / path, ez / path
    den = c * path + ux * ex + uy * ey + uz * ez
    gx, gy, gz = ex / den, ey / den, ez / den
    late = dt - d

    # Level: falls with the path c d alone.
    h[0] = x[6] - 20.0 * math.log10(path) - alpha * path
    s = (-8.685889638065037 / path - alpha) * c
    _fill(jacobian, 0, s * gx, s * gy, s * gz, late)
    jacobian[0, 6] = 1.0
    jacobian[0, 7] = 0.0

    # Tone: the Doppler ratio 1 / (1 + n.v / (c - n.w)).
    nv = nx * vx + ny * vy + nz * vz
    cw = c - nx * wx - ny * wy
    ratio = 1.0 / (1.0 + nv / cw)
    h[1] = x[7] + math.log(ratio)
    # A source that comes nearer is louder: by 10 to 0 dB a decade of Doppler, as it radiates; half of that.
    h[0] += CONVECTION_DB * math.log(ratio)
    qx, qy, qz = vx / cw + nv * wx / (cw * cw), vy / cw + nv * wy / (cw * cw), vz / cw
    qn = qx * nx + qy * ny + qz * nz
    s = -ratio / path
    ax, ay, az = s * (qx - qn * nx), s * (qy - qn * ny), s * (qz - qn * nz)
    au = ax * ux + ay * uy + az * uz
    _fill(jacobian, 1, ax - au * gx, ay - au * gy, az - au * gz, late)
    s = ratio / cw
    jacobian[1, 3] -= s * nx
    jacobian[1, 4] -= s * ny
    jacobian[1, 5] -= s * nz
    jacobian[1, 6] = 0.0
    jacobian[1, 7] = 1.0
    for i in range(6):
        jacobian[0, i] += CONVECTION_DB * jacobian[1, i]

    # Bearings: of the apparent direction e.
    flat = max(ex * ex + ey * ey, NEAREST_M * NEAREST_M)
    h[2] = math.atan2(ex, ey)
    ax, ay = ey / flat, -ex / flat
    au = ax * ux + ay * uy
    _fill(jacobian, 2, ax - au * gx, ay - au * gy, -au * gz, late)
    root = math.sqrt(flat)
    h[3] = math.atan2(ez, root)
    pp = flat + ez * ez
    ax, ay, az = -ex * ez / (root * pp), -ey * ez / (root * pp), root / pp
    au = ax * ux + ay * uy + az * uz
    _fill(jacobian, 3, ax - au * gx, ay - au * gy, az - au * gz, late)
    for i in range(2, 4):
        jacobian[i, 6] = 0.0
        jacobian[i, 7] = 0.0
    return d


@njit(cache=True, inline="always")
def _fill(jacobian: Array, i: int, a: float, b: float, c: float, late: float) -> None:
    """Set a row for something that depends on the point of emission: by velocity it is (dt - d) times."""
    jacobian[i, 0] = a
    jacobian[i, 1] = b
    jacobian[i, 2] = c
    jacobian[i, 3] = a * late
    jacobian[i, 4] = b * late
    jacobian[i, 5] = c * late


@njit(cache=True)
def predict_heard(x: Array, dt: float, row: Array, air: Array, h: Array) -> None:
    """Fill h (3,) with level [dB], ln tone and azimuth [rad]: `predict_measurement` without derivatives."""
    c, wx, wy = air[0], air[1], air[2]
    ik = row[INVERSE_SCALE]
    d = emission_delay(x, dt, row, air)
    vx, vy, vz = x[3] * ik, x[4] * ik, x[5]
    ex = (x[0] - row[SENSOR_E]) * ik + vx * (dt - d) + wx * d
    ey = (x[1] - row[SENSOR_N]) * ik + vy * (dt - d) + wy * d
    ez = (x[2] - row[SENSOR_H]) + vz * (dt - d)
    path = max(math.sqrt(ex * ex + ey * ey + ez * ez), NEAREST_M)
    h[0] = x[6] - 20.0 * math.log10(path) - air[3] * path
    along_v = (ex * vx + ey * vy + ez * vz) / path
    doppler = -math.log(1.0 + along_v / (c - (ex * wx + ey * wy) / path))
    h[0] += CONVECTION_DB * doppler
    h[1] = x[7] + doppler
    h[2] = math.atan2(ex, ey)


@njit(cache=True)
def emission_delay(x: Array, dt: float, row: Array, air: Array) -> float:
    """Give the delay [s] of what is heard `dt` after the state's time; the guard on speed is as above."""
    c = air[0]
    ik = row[INVERSE_SCALE]
    vx, vy, vz = x[3] * ik, x[4] * ik, x[5]
    rx = (x[0] - row[SENSOR_E]) * ik + vx * dt
    ry = (x[1] - row[SENSOR_N]) * ik + vy * dt
    rz = (x[2] - row[SENSOR_H]) + vz * dt
    ux, uy, uz = vx - air[1], vy - air[2], vz
    uu = ux * ux + uy * uy + uz * uz
    limit = FASTEST_MACH * c
    if uu > limit * limit:
        shrink = limit / math.sqrt(uu)
        ux, uy, uz = ux * shrink, uy * shrink, uz * shrink
        uu = limit * limit
    k = c * c - uu
    ru = rx * ux + ry * uy + rz * uz
    return (-ru + math.sqrt(ru * ru + k * (rx * rx + ry * ry + rz * rz))) / k


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
