"""Straight flight fitted to many reports at once: maximum a posteriori, its covariance, its evidence.

`fit` is Levenberg-Marquardt on the exact derivatives of `likelihood`, with a Cauchy-like weight against
stray reports. The state belongs to a time of reference; every report is predicted from it in closed form,
delay included. Levels of one sensor share an error that lasts (an uncalibrated microphone, a shadowed path): it
is one more unknown for each sensor, with a normal prior, eliminated in closed form; else forty levels that are
off alike would pass for forty opinions. `engine_evidence` is the rival story for one sensor's stream: an engine
of its own, whose level and tone wander smoothly, in closed form. Their difference is what decides a birth.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forehear.track.estimate.measurement import detected_level, predict_measurement, wrapped
from forehear.track.layout import (
    AZIMUTH,
    BIAS_VAR,
    HEARD,
    LEVEL_DB,
    LEVEL_VAR,
    MEASURED,
    SENSOR,
    STATES,
    THRESHOLD,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


# --- numbers that decide -----------------------------------------------------------------------------
# Degrees of freedom of the weight 1 / (1 + chi2 / nu): honest reports keep 90 % of theirs.
ROBUST_NU = 9.0
# Sensors whose level errors are told apart in one fit; a lasting error is never known better than this [dB^2]:
# paths.
MOST_SENSORS, LEAST_BIAS_VAR = 40, 2.0**2
# A miss counts for no more than this in what says how good a fit is [sigmas^2]: tones have outliers.
WORST_MISS = 16.0
# A fit has settled when a step changes the cost by less than this [nats].
SETTLED = 1e-3
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


# A constant, a slope, a bend and a twist.
TERMS = 4


class Levels(NamedTuple):
    """Working memory for the levels of up to n rows and G sensors."""

    miss: Array  # (n,) [dB]; what is absent has a weight of zero
    slope: Array  # (n, 8)
    variance: Array  # (n,)
    group: Ints  # (n,) which sensor, -1 for a level that is absent
    sensor: Array  # (G,)
    prior_var: Array  # (G,) of the sensor's lasting error [dB^2]
    bias: Array  # (G,) the error that fits best [dB]
    weight: Array  # (G,) sum of the levels' weights


@njit(cache=True)
def levels_for(n: int) -> Levels:
    """Allocate."""
    g = MOST_SENSORS
    return Levels(
        np.zeros(n), np.zeros((n, STATES)), np.ones(n), np.full(n, -1, np.int64), np.zeros(g), np.ones(g),
        np.zeros(g), np.zeros(g),
    )  # fmt: skip


@njit(cache=True)
def group_rows(rows: Array, n: int, levels: Levels) -> int:
    """Sort rows by sensor into levels.group; returns how many sensors. More than MOST_SENSORS share the last."""
    groups = 0
    for r in range(n):
        levels.group[r] = -1
        if rows[r, LEVEL_VAR] < 0.0:
            continue
        at = 0
        while at < groups and levels.sensor[at] != rows[r, SENSOR]:
            at += 1
        if at == groups:
            if groups == levels.sensor.shape[0]:
                at -= 1
            else:
                groups += 1
                levels.sensor[at] = rows[r, SENSOR]
                levels.prior_var[at] = max(rows[r, BIAS_VAR], LEAST_BIAS_VAR)
        levels.group[r] = at
    return groups


@njit(cache=True)
def find_biases(n: int, groups: int, levels: Levels) -> None:
    """Fill levels.bias with each sensor's error that fits best, by weights that fall as misses from it grow."""
    levels.bias[:groups] = 0.0
    sums = np.zeros(groups)
    for _ in range(2):
        levels.weight[:groups] = 0.0
        sums[:] = 0.0
        for r in range(n):
            g = levels.group[r]
            if g >= 0:
                off = levels.miss[r] - levels.bias[g]
                weight = 1.0 / (levels.variance[r] + off * off / ROBUST_NU)
                levels.weight[g] += weight
                sums[g] += weight * levels.miss[r]
        for g in range(groups):
            levels.bias[g] = sums[g] / (levels.weight[g] + 1.0 / levels.prior_var[g])


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
    log_det = _inverse(lower, cov)
    return -cost + 0.5 * STATES * 1.8378770664093453 + 0.5 * log_det


@njit(cache=True)
def _inverse(lower: Array, cov: Array) -> float:
    """Fill cov (8, 8) with the inverse of what was factored; returns its log determinant."""
    unit, column = np.zeros(STATES), np.empty(STATES)
    log_det = 0.0
    for i in range(STATES):
        unit[:] = 0.0
        unit[i] = 1.0
        solve(lower, unit, column)
        for j in range(STATES):
            cov[j, i] = column[j]
        log_det -= 2.0 * math.log(lower[i, i])
    return log_det


@njit(cache=True)
def engine_evidence(rows: Array, n: int, scales: Array) -> float:
    """Give the log evidence [nats] that one sensor's rows (>= n, COLUMNS) come from an engine of their own.

    Level, ln tone and azimuth are each a cubic in time with normal priors (ENGINE_*), one sort of engine for all
    three; regression with the same weights against stray reports as `fit`, and Laplace's approximation.
    """
    mid = 0.0
    for r in range(n):
        mid += rows[r, HEARD] / n
    total, top = np.zeros(3), -np.inf
    sigmas = np.empty(TERMS)
    for sort in range(3):
        total[sort] = math.log(ENGINE_SHARES[sort])
        for m in range(3):
            mean = ENGINE_MEAN[m] if m < 2 else rows[0, AZIMUTH]
            sigmas[0], sigmas[1] = ENGINE_SPREAD[m], ENGINE_SLOPE[sort, m]
            sigmas[2], sigmas[3] = ENGINE_BEND[sort, m], ENGINE_TWIST[sort, m]
            total[sort] += _cubic_evidence(rows, n, m, mid, mean, sigmas, scales[m])
        top = max(top, total[sort])
    return top + math.log(np.sum(np.exp(total - top)))


@njit(cache=True)
def _cubic_evidence(rows: Array, n: int, m: int, mid: float, mean: float, sigmas: Array, scale: float) -> float:
    """Give the log evidence of one measured quantity as a cubic around `mid`; 0 where it is absent."""
    a, b, lower, out = np.zeros((TERMS, TERMS)), np.zeros(TERMS), np.zeros((TERMS, TERMS)), np.zeros(TERMS)
    power = np.ones(TERMS)
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
