"""The rival of a flight: one sensor's stream as an engine of its own, whose level and tone wander smoothly."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.levels import ROBUST_NU
from forehear.track.estimate.linear import cholesky, solve
from forehear.track.estimate.measurement import wrapped
from forehear.track.layout import AZIMUTH, HEARD, LEVEL_DB, LEVEL_VAR

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# The rival's engine: mean level [dB] and ln tone and azimuth with their spread, and how they change: slope [1/s],
# bend [1/s^2] and twist [1/s^3]. Three sorts: steady (an aircraft far away, a generator), lively (on the road:
# accelerates by a per cent of tone a second), and one that passes by itself, which is what another aircraft
# sounds like: 15 % of tone and 10 dB within ten or twenty seconds. Without the last every flight that bends would
# do for any other.
ENGINE_MEAN = np.array([45.0, 4.7])
ENGINE_SPREAD = np.array([12.0, 0.6, 1.8])
ENGINE_SLOPE = np.array([[0.07, 0.001, 0.005], [0.7, 0.01, 0.05], [1.0, 0.015, 0.1]])
ENGINE_BEND = np.array([[0.005, 0.00008, 1e-5], [0.05, 0.0008, 1e-4], [0.08, 0.0015, 0.01]])
ENGINE_TWIST = np.array([[1e-6, 1e-8, 1e-9], [1e-4, 1e-6, 1e-7], [0.004, 0.0001, 0.001]])
ENGINE_SHARES = np.array([0.4, 0.4, 0.2])
# -----------------------------------------------------------------------------------------------------

# A constant, a slope, a bend and a twist.
TERMS = 4


@njit(cache=True)
def engine_evidence(rows: Array, n: int, scales: Array, tones: Array) -> float:
    """Give the log evidence [nats] that one sensor's rows (>= n, COLUMNS) come from an engine of their own.

    Level, ln tone and azimuth are each a cubic in time with normal priors (ENGINE_*), one sort of engine for all
    three; regression with the same weights against stray reports as `fit`, and Laplace's approximation.
    tones (3,): the share of engines that sound like the aircraft which are known here, and the mean and sigma of
    the ln tones of those.
    """
    mid = 0.0
    for r in range(n):
        mid += rows[r, HEARD] / n
    total, top = np.zeros(3), -np.inf
    for sort in range(3):
        total[sort] = math.log(ENGINE_SHARES[sort])
        for m in range(3):
            mean = ENGINE_MEAN[m] if m < 2 else rows[0, AZIMUTH]
            one = _cubic_evidence(rows, n, m, mid, mean, ENGINE_SPREAD[m], sort, scales[m])
            if m == 1 and tones[0] > 0.0:
                alike = _cubic_evidence(rows, n, m, mid, tones[1], tones[2], sort, scales[m])
                least = max(one, alike)
                one = (1.0 - tones[0]) * math.exp(one - least) + tones[0] * math.exp(alike - least)
                one = least + math.log(one)
            total[sort] += one
        top = max(top, total[sort])
    return top + math.log(np.sum(np.exp(total - top)))


@njit(cache=True)
def _cubic_evidence(
    rows: Array, n: int, m: int, mid: float, mean: float, spread: float, sort: int, scale: float
) -> float:
    """Give the log evidence of one measured quantity as a cubic around `mid`; 0 where it is absent."""
    a, b, lower, out = np.zeros((TERMS, TERMS)), np.zeros(TERMS), np.zeros((TERMS, TERMS)), np.zeros(TERMS)
    power = np.ones(TERMS)
    sigmas = np.array([spread, ENGINE_SLOPE[sort, m], ENGINE_BEND[sort, m], ENGINE_TWIST[sort, m]])
    cost = 0.0
    for turn in range(5):
        cost, used = 0.0, 0
        a[:, :] = 0.0
        b[:] = 0.0
        # In units of the priors, so that all is near one.
        for i in range(TERMS):
            a[i, i] = 1.0
            cost += 0.5 * out[i] * out[i]
        for r in range(n):
            variance = rows[r, LEVEL_VAR + 2 * m] * scale
            if variance < 0.0:
                continue
            z = rows[r, LEVEL_DB + 2 * m] - mean
            if m == 2:
                z = wrapped(z)
            miss, t = z, 1.0
            for i in range(TERMS):
                power[i] = sigmas[i] * t
                t *= rows[r, HEARD] - mid
                miss -= out[i] * power[i]
            chi2 = miss * miss / variance
            # The first turn starts from nothing: its misses say nothing yet.
            w = 1.0 / variance if turn == 0 else 1.0 / variance / (1.0 + chi2 / ROBUST_NU)
            cost += 0.5 * ROBUST_NU * math.log(1.0 + chi2 / ROBUST_NU) + 0.5 * math.log(
                6.283185307179586 * variance
            )
            for i in range(TERMS):
                b[i] += w * z * power[i]
                for j in range(i + 1):
                    a[i, j] += w * power[i] * power[j]
            used += 1
        if used == 0:
            return 0.0
        for i in range(TERMS):
            for j in range(i):
                a[j, i] = a[i, j]
        if not cholesky(a, lower):
            return 0.0
        if turn < 4:
            solve(lower, b, out)
    half_det = 0.0
    for i in range(TERMS):
        half_det += math.log(lower[i, i])
    return -cost - half_det
