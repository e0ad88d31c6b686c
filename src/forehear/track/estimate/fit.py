"""Straight flight fitted to many reports at once: maximum a posteriori, its covariance, its evidence.

`fit` is Levenberg-Marquardt on the exact derivatives of `likelihood`, with a Cauchy-like weight against
stray reports. The state belongs to a time of reference; every report is predicted from it in closed form,
delay included. Levels of one sensor share an error that lasts (an uncalibrated microphone, a shadowed path): it
is one more unknown for each sensor, with a normal prior, eliminated in closed form; else forty levels that are
off alike would pass for forty opinions. The rival story is `engines`; their difference is what decides a birth.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.levels import ROBUST_NU, Levels, find_biases, group_rows, levels_for
from forehear.track.estimate.linear import cholesky, inverse, solve
from forehear.track.estimate.measurement import detected_level, predict_measurement, wrapped
from forehear.track.layout import (
    HEARD,
    LEVEL_DB,
    LEVEL_VAR,
    MEASURED,
    STATES,
    THRESHOLD,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


# --- numbers that decide -----------------------------------------------------------------------------
# A miss counts for no more than this in what says how good a fit is [sigmas^2]: tones have outliers.
WORST_MISS = 16.0
# A fit has settled when a step changes the cost by less than this [nats].
SETTLED = 1e-3
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def _add_levels(n: int, groups: int, levels: Levels, a: Array, b: Array) -> float:
    """Add the levels' share to the normal equations; returns their cost [nats]."""
    find_biases(n, groups, levels)
    cost = 0.0
    total, slopes = np.zeros(groups), np.zeros((groups, STATES))
    for r in range(n):
        g = levels.group[r]
        if g < 0:
            continue
        off = levels.miss[r] - levels.bias[g]
        chi2 = off * off / levels.variance[r]
        cost += 0.5 * ROBUST_NU * math.log(1.0 + chi2 / ROBUST_NU)
        cost += 0.5 * math.log(6.283185307179586 * levels.variance[r])
        weight = 1.0 / levels.variance[r] / (1.0 + chi2 / ROBUST_NU)
        total[g] += weight
        for i in range(STATES):
            part = weight * levels.slope[r, i]
            slopes[g, i] += part
            b[i] += part * off
            for j in range(i + 1):
                a[i, j] += part * levels.slope[r, j]
    for g in range(groups):
        # The error is one more unknown: its own cost, what it takes of the others' information, and its volume.
        cost += 0.5 * levels.bias[g] ** 2 / levels.prior_var[g]
        cost += 0.5 * math.log(1.0 + levels.prior_var[g] * total[g])
        share = 1.0 / (total[g] + 1.0 / levels.prior_var[g])
        for i in range(STATES):
            for j in range(i + 1):
                a[i, j] -= share * slopes[g, i] * slopes[g, j]
    return cost


@njit(cache=True)
def _normal_equations(
    x: Array, time_s: float, rows: Array, n: int, air: Array, scales: Array, prior: Array, a: Array, b: Array,
    levels: Levels, groups: int,
) -> float:  # fmt: skip
    """Fill a (8, 8) and b (8,) at x; returns minus the log posterior (robust, normalised) [nats].

    prior (2, 8): mean and precision. levels: grouped by `group_rows` into so many groups.
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
        if row[LEVEL_VAR] > 0.0:
            variance = row[LEVEL_VAR] * scales[0]
            rise, share = detected_level(h[0], row[THRESHOLD], math.sqrt(variance))
            levels.miss[r] = row[LEVEL_DB] - h[0] - rise
            levels.variance[r] = variance * share
            for i in range(STATES):
                levels.slope[r, i] = share * jac[0, i]
        for m in range(1, MEASURED):
            variance = row[LEVEL_VAR + 2 * m] * scales[m]
            if variance < 0.0:
                continue
            miss = row[LEVEL_DB + 2 * m] - h[m]
            if m == 2:
                miss = wrapped(miss)
            chi2 = miss * miss / variance
            # The score of -nu/2 log(1 + chi2/nu): the weight falls as the miss grows.
            factor = 1.0 / (1.0 + chi2 / ROBUST_NU) / variance
            cost += 0.5 * ROBUST_NU * math.log(1.0 + chi2 / ROBUST_NU)
            cost += 0.5 * math.log(6.283185307179586 * variance)
            for i in range(STATES):
                b[i] += factor * jac[m, i] * miss
                for j in range(i + 1):
                    a[i, j] += factor * jac[m, i] * jac[m, j]
    cost += _add_levels(n, groups, levels, a, b)
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
    levels = levels_for(n)
    groups = group_rows(rows, n, levels)
    cost = _normal_equations(x, time_s, rows, n, air, scales, prior, a, b, levels, groups)
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
        new = _normal_equations(trial, time_s, rows, n, air, scales, prior, a2, b2, levels, groups)
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
    log_det = inverse(lower, cov)
    return -cost + 0.5 * STATES * 1.8378770664093453 + 0.5 * log_det


@njit(cache=True)
def misfit(x: Array, time_s: float, rows: Array, n: int, air: Array, scales: Array, out: Array) -> None:
    """Give mean squares of normalised misses of level, tone and azimuth over rows; out (3,), nan without.

    Levels are freed of each sensor's lasting error, which counts once a sensor as a miss of its own.
    """
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    sums, counts = np.zeros(3), np.zeros(3)
    levels = levels_for(n)
    groups = group_rows(rows, n, levels)
    for r in range(n):
        predict_measurement(x, rows[r, HEARD] - time_s, rows[r], air, h, jac)
        if rows[r, LEVEL_VAR] > 0.0:
            variance = rows[r, LEVEL_VAR] * scales[0]
            rise, share = detected_level(h[0], rows[r, THRESHOLD], math.sqrt(variance))
            levels.miss[r], levels.variance[r] = rows[r, LEVEL_DB] - h[0] - rise, variance * share
        for m in range(1, 3):
            variance = rows[r, LEVEL_VAR + 2 * m] * scales[m]
            if variance > 0.0:
                miss = rows[r, LEVEL_DB + 2 * m] - h[m]
                miss = wrapped(miss) if m == 2 else miss
                sums[m] += min(miss * miss / variance, WORST_MISS)
                counts[m] += 1.0
    find_biases(n, groups, levels)
    worst = 0.0
    for r in range(n):
        if levels.group[r] >= 0:
            off = levels.miss[r] - levels.bias[levels.group[r]]
            sums[0] += min(off * off / levels.variance[r], WORST_MISS)
            counts[0] += 1.0
    for g in range(groups):
        worst += levels.bias[g] ** 2 / levels.prior_var[g] / groups
    for m in range(3):
        out[m] = sums[m] / counts[m] if counts[m] > 0.0 else np.nan
    if groups > 0:
        out[0] = max(out[0], 0.5 * worst)
