"""Straight flight fitted to many reports at once: maximum a posteriori, its covariance, its evidence.

`fit` is Levenberg-Marquardt on the exact derivatives of `likelihood`, with a Cauchy-like weight against
stray reports. The state belongs to a time of reference; every report is predicted from it in closed form,
delay included. `engine_evidence` is the rival story for one sensor's stream: an engine of its own, whose
level and tone wander smoothly, in closed form. Their difference is what decides a birth.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.measurement import detected_level, predict_measurement, wrapped
from forehear.track.layout import AZIMUTH, HEARD, LEVEL_DB, LEVEL_VAR, MEASURED, STATES, THRESHOLD

Array = NDArray[np.float64]

STEPS = 14

# --- numbers that decide -----------------------------------------------------------------------------
# Degrees of freedom of the weight 1 / (1 + chi2 / nu): honest reports keep 90 % of theirs.
ROBUST_NU = 9.0
# A fit has settled when a step changes the cost by less than this [nats].
SETTLED = 1e-3
# The rival's engine: mean level [dB] and ln tone with their spread, slopes [1/s] and bends [1/s^2]. An
# engine on the road accelerates by a per cent of tone a second and bends within ten.
ENGINE_MEAN = np.array([45.0, 4.7])
ENGINE_SPREAD = np.array([12.0, 0.6, 1.8])
ENGINE_SLOPE = np.array([0.7, 0.01, 0.05])
ENGINE_BEND = np.array([0.05, 0.0008, 1e-4])
# Half of all engines are steadier than that by this: another aircraft far away, a generator.
STEADY_SHARE = 0.1
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def cholesky(a: Array, lower: Array) -> bool:
    """Factor a symmetric matrix (n, n) into lower (n, n); False where it is not positive definite."""
    n = a.shape[0]
    for i in range(n):
        for j in range(i + 1):
            total = a[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            if i == j:
                if total <= 0.0:
                    return False
                lower[i, i] = math.sqrt(total)
            else:
                lower[i, j] = total / lower[j, j]
    return True


@njit(cache=True)
def solve(lower: Array, b: Array, out: Array) -> None:
    """Solve L L^T out = b, all (n,)."""
    n = b.shape[0]
    for i in range(n):
        total = b[i]
        for k in range(i):
            total -= lower[i, k] * out[k]
        out[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        total = out[i]
        for k in range(i + 1, n):
            total -= lower[k, i] * out[k]
        out[i] = total / lower[i, i]


@njit(cache=True)
def _normal_equations(
    x: Array, time_s: float, rows: Array, n: int, air: Array, scales: Array, prior: Array, a: Array, b: Array
) -> float:
    """Fill a (8, 8) and b (8,) at x; returns minus the log posterior (robust, normalised) [nats].

    prior (2, 8): mean and precision.
    """
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    cost = 0.0
    for i in range(STATES):
        for j in range(STATES):
            a[i, j] = 0.0
        miss = x[i] - prior[0, i]
        a[i, i] = prior[1, i]
        b[i] = -prior[1, i] * miss
        cost += 0.5 * prior[1, i] * miss * miss - 0.5 * math.log(prior[1, i] / 6.283185307179586)
    for r in range(n):
        row = rows[r]
        predict_measurement(x, row[HEARD] - time_s, row, air, h, jac)
        for m in range(MEASURED):
            variance = row[LEVEL_VAR + 2 * m] * scales[m]
            if variance < 0.0:
                continue
            miss = row[LEVEL_DB + 2 * m] - h[m]
            share = 1.0
            if m == 0:
                rise, share = detected_level(h[0], row[THRESHOLD], math.sqrt(variance))
                miss -= rise
                variance *= share
            elif m == 2:
                miss = wrapped(miss)
            chi2 = miss * miss / variance
            # The score of -nu/2 log(1 + chi2/nu): the weight falls as the miss grows.
            weight = 1.0 / (1.0 + chi2 / ROBUST_NU)
            cost += 0.5 * ROBUST_NU * math.log(1.0 + chi2 / ROBUST_NU)
            cost += 0.5 * math.log(6.283185307179586 * variance)
            factor = weight * share / variance
            for i in range(STATES):
                b[i] += factor * jac[m, i] * miss
                for j in range(i + 1):
                    a[i, j] += factor * share * jac[m, i] * jac[m, j]
    for i in range(STATES):
        for j in range(i):
            a[j, i] = a[i, j]
    return cost


@njit(cache=True)
def fit(
    x: Array, time_s: float, rows: Array, n: int, air: Array, scales: Array, prior: Array, cov: Array, steps: int
) -> float:
    """Fit straight flight; x (8,) is improved in place, cov (8, 8) filled.

    Parameters: state at `time_s`, rows (>= n, COLUMNS), prior (2, 8) mean and precision, most steps.
    Returns the log evidence by Laplace's approximation [nats]; -inf where there is no answer.
    """
    a, b = np.empty((STATES, STATES)), np.empty(STATES)
    a2, b2 = np.empty((STATES, STATES)), np.empty(STATES)
    damped, lower, step = np.empty((STATES, STATES)), np.zeros((STATES, STATES)), np.empty(STATES)
    trial = np.empty(STATES)
    cost = _normal_equations(x, time_s, rows, n, air, scales, prior, a, b)
    damping = 1e-2
    for _ in range(steps):
        for i in range(STATES):
            for j in range(STATES):
                damped[i, j] = a[i, j]
            damped[i, i] *= 1.0 + damping
        if not cholesky(damped, lower):
            return -np.inf
        solve(lower, b, step)
        for i in range(STATES):
            trial[i] = x[i] + step[i]
        new = _normal_equations(trial, time_s, rows, n, air, scales, prior, a2, b2)
        if new < cost:
            gained = cost - new
            cost = new
            x[:] = trial
            a[:, :] = a2
            b[:] = b2
            damping = max(damping * 0.2, 1e-6)
            if gained < SETTLED:
                break
        else:
            damping *= 6.0
            if damping > 1e6:
                break
    if not cholesky(a, lower):
        return -np.inf
    unit, column = np.zeros(STATES), np.empty(STATES)
    log_det = 0.0
    for i in range(STATES):
        unit[:] = 0.0
        unit[i] = 1.0
        solve(lower, unit, column)
        for j in range(STATES):
            cov[j, i] = column[j]
        log_det -= 2.0 * math.log(lower[i, i])
    return -cost + 0.5 * STATES * 1.8378770664093453 + 0.5 * log_det


@njit(cache=True)
def engine_evidence(rows: Array, n: int, scales: Array) -> float:
    """Give the log evidence [nats] that one sensor's rows (>= n, COLUMNS) come from an engine of their own.

    Level and ln tone are each a parabola in time with normal priors (ENGINE_*), azimuth nearly a line;
    regression with the same weights against stray reports as `fit`, and Laplace's approximation.
    """
    mid = 0.0
    for r in range(n):
        mid += rows[r, HEARD] / n
    total = 0.0
    sigmas = np.empty(3)
    for m in range(3):
        mean = ENGINE_MEAN[m] if m < 2 else rows[0, AZIMUTH]
        sigmas[0] = ENGINE_SPREAD[m]
        sigmas[1], sigmas[2] = ENGINE_SLOPE[m], ENGINE_BEND[m]
        lively = _parabola_evidence(rows, n, m, mid, mean, sigmas, scales[m])
        sigmas[1], sigmas[2] = ENGINE_SLOPE[m] * STEADY_SHARE, ENGINE_BEND[m] * STEADY_SHARE
        steady = _parabola_evidence(rows, n, m, mid, mean, sigmas, scales[m])
        top = max(lively, steady)
        total += top + math.log(0.5 * math.exp(lively - top) + 0.5 * math.exp(steady - top))
    return total


@njit(cache=True)
def _parabola_evidence(rows: Array, n: int, m: int, mid: float, mean: float, sigmas: Array, scale: float) -> float:
    """Give the log evidence of one measured quantity as a parabola around `mid`; 0 where it is absent."""
    a, b, lower, out = np.zeros((3, 3)), np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    used = 0
    cost = 0.0
    for turn in range(6):
        cost = 0.0
        used = 0
        for i in range(3):
            for j in range(3):
                a[i, j] = 0.0
            a[i, i] = 1.0 / sigmas[i] ** 2
            b[i] = 0.0
            cost += 0.5 * (out[i] / sigmas[i]) ** 2 + math.log(sigmas[i]) + 0.9189385332046727
        for r in range(n):
            variance = rows[r, LEVEL_VAR + 2 * m] * scale
            if variance < 0.0:
                continue
            t = rows[r, HEARD] - mid
            z = rows[r, LEVEL_DB + 2 * m] - mean
            if m == 2:
                z = wrapped(z)
            miss = z - out[0] - out[1] * t - out[2] * t * t
            chi2 = miss * miss / variance
            # The first turn starts from nothing: its misses say nothing yet.
            w = 1.0 / variance if turn == 0 else 1.0 / variance / (1.0 + chi2 / ROBUST_NU)
            cost += 0.5 * ROBUST_NU * math.log(1.0 + chi2 / ROBUST_NU) + 0.5 * math.log(
                6.283185307179586 * variance
            )
            b[0] += w * z
            b[1] += w * z * t
            b[2] += w * z * t * t
            a[0, 0] += w
            a[0, 1] += w * t
            a[0, 2] += w * t * t
            a[1, 1] += w * t * t
            a[1, 2] += w * t * t * t
            a[2, 2] += w * t * t * t * t
            used += 1
        if used == 0:
            return 0.0
        a[1, 0], a[2, 0], a[2, 1] = a[0, 1], a[0, 2], a[1, 2]
        if not cholesky(a, lower):
            return 0.0
        if turn < 5:
            solve(lower, b, out)
    half_det = math.log(lower[0, 0]) + math.log(lower[1, 1]) + math.log(lower[2, 2])
    return -cost + 1.5 * 1.8378770664093453 - half_det


@njit(cache=True)
def misfit(x: Array, time_s: float, rows: Array, n: int, air: Array, scales: Array, out: Array) -> None:
    """Give mean squares of normalised misses of level, tone and azimuth over rows; out (3,), nan without."""
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    sums, counts = np.zeros(3), np.zeros(3)
    for r in range(n):
        predict_measurement(x, rows[r, HEARD] - time_s, rows[r], air, h, jac)
        for m in range(3):
            variance = rows[r, LEVEL_VAR + 2 * m] * scales[m]
            if variance < 0.0:
                continue
            miss = rows[r, LEVEL_DB + 2 * m] - h[m]
            if m == 0:
                rise, share = detected_level(h[0], rows[r, THRESHOLD], math.sqrt(variance))
                miss -= rise
                variance *= share
            elif m == 2:
                miss = wrapped(miss)
            sums[m] += min(miss * miss / variance, 50.0)
            counts[m] += 1.0
    for m in range(3):
        out[m] = sums[m] / counts[m] if counts[m] > 0.0 else np.nan
