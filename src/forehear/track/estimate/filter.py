"""One target's filter: interacting motion models over its recent reports, in order of emission.

Theory of operation. Sensors near and far hear the same moment many seconds apart, packets come late, and an
observer calls a minute afterwards; so what arrives now tells of any moment of the recent past. The filter
keeps the target's reports of the last minute or so sorted by the time at which their sound was emitted, and
checkpoints of its own state along that time. When a report arrives it is put into its place, the filter goes
back to the last checkpoint before it, and walks forward again through everything later. One mechanism serves
delay, late packets and order.

Two motion models run together (Blom and Bar-Shalom's interacting multiple models): cruise, and manoeuvre.
Both are straight flight with white acceleration; they differ in its strength. With tones the velocity is
measured every second, so the manoeuvring model follows a turn without modelling its rate (compared with a
coordinated-turn model in docs/decisions/0008-tracker.md).

Arrays here are the working memory of one track (a row of the Tracker's arrays):

    history (H, COLUMNS), sorted by EMITTED        count of rows in use: n
    ck_t (C,), ck_x (C, M, 8), ck_p (C, M, 8, 8), ck_mu (C, M)    checkpoints; count in use: m
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.measurement import detected_level, predict_measurement, wrapped
from forehear.track.estimate.prior import HEIGHT_EVERY_S, HEIGHT_MEAN_M, HEIGHT_SIGMA_M
from forehear.track.layout import (
    EMITTED,
    HEARD,
    LEVEL_DB,
    LEVEL_VAR,
    MEASURED,
    MODELS,
    SENSOR_H,
    STATES,
    THRESHOLD,
    WEIGHT,
)

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Power of the white acceleration, horizontal [m^2/s^3]: a drone on autopilot wanders by 0.2 m/s in 10 s;
# a turn of 3 deg/s at 50 m/s changes the velocity by 26 m/s in 10 s.
HORIZONTAL_POWER = np.array([0.02, 12.0])
# The same, vertical: gusts; a climb or dive of 5 m/s begun within 5 s.
VERTICAL_POWER = np.array([0.01, 1.0])
# How long a climb or a dive lasts [s]: a drone climbs some hundred metres, not kilometres.
CLIMB_LASTS_S = 20.0
# Nothing flies lower than this above the sensors that hear it, give or take [m].
FLOOR_M, FLOOR_SIGMA_M = 40.0, 40.0
# Of the source level [dB^2/s]: its directivity changes as the target passes, 3 dB in a minute.
LEVEL_POWER = np.array([0.05, 0.2])
# Of ln tone [1/s]: throttle on autopilot, 0.25 % in 10 s; a manoeuvre moves it by 2 % in 10 s.
TONE_POWER = np.array([1.0e-6, 4.0e-5])
# Mean time in each model [s]: a cruise of a minute and a half, a turn of fifteen seconds.
SOJOURN_S = np.array([90.0, 15.0])
# Models are mixed when this much time of emission has passed [s]; finer changes nothing but the cost.
MIX_AFTER_S = 0.5
# Checkpoints are this far apart [s]: a late report costs a walk of this much more than needed.
CHECKPOINT_S = 2.0
# An innovation beyond this many sigmas is not believed at its stated variance: it is stretched to it.
# Three in a thousand of honest ones are, whose weight it hardly changes.
STRETCH_SIGMAS = 3.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def predict(x: Array, p: Array, dt: float, model: int) -> None:
    """Carry state (8,) and covariance (8, 8) forward by dt [s] in place; backward works without noise."""
    # A climb dies away forward in time: b is how much of it still counts, a what is left of it.
    a = math.exp(-dt / CLIMB_LASTS_S) if dt > 0.0 else 1.0
    b = CLIMB_LASTS_S * (1.0 - a) if dt > 0.0 else dt
    x[0] += dt * x[3]
    x[1] += dt * x[4]
    x[2] += b * x[5]
    x[5] *= a
    # P <- F P F^T: rows, then columns.
    for j in range(STATES):
        p[0, j] += dt * p[3, j]
        p[1, j] += dt * p[4, j]
        p[2, j] += b * p[5, j]
        p[5, j] *= a
    for i in range(STATES):
        p[i, 0] += dt * p[i, 3]
        p[i, 1] += dt * p[i, 4]
        p[i, 2] += b * p[i, 5]
        p[i, 5] *= a
    if dt <= 0.0:
        return
    for i in range(3):
        q = VERTICAL_POWER[model] if i == 2 else HORIZONTAL_POWER[model]
        p[i, i] += q * dt * dt * dt / 3.0
        p[i, i + 3] += q * dt * dt / 2.0
        p[i + 3, i] += q * dt * dt / 2.0
        p[i + 3, i + 3] += q * dt
    p[6, 6] += LEVEL_POWER[model] * dt
    p[7, 7] += TONE_POWER[model] * dt


@njit(cache=True)
def scalar_update(x: Array, p: Array, row_h: Array, innovation: float, variance: float, gain: Array) -> float:
    """Take in one number; in place. Returns its log likelihood. `gain` (8,) is scratch.

    An innovation beyond STRETCH_SIGMAS has its variance stretched until it lies there.
    """
    s = variance
    for i in range(STATES):
        total = 0.0
        for j in range(STATES):
            total += p[i, j] * row_h[j]
        gain[i] = total
        s += row_h[i] * total
    chi2 = innovation * innovation / s
    log_likelihood = -0.5 * (math.log(6.283185307179586 * s) + min(chi2, 25.0))
    if chi2 > STRETCH_SIGMAS * STRETCH_SIGMAS:
        s = innovation * innovation / (STRETCH_SIGMAS * STRETCH_SIGMAS)
    inverse = 1.0 / s
    for i in range(STATES):
        x[i] += gain[i] * inverse * innovation
        for j in range(i, STATES):
            value = p[i, j] - gain[i] * gain[j] * inverse
            p[i, j] = value
            p[j, i] = value
    return log_likelihood


@njit(cache=True)
def update(
    x: Array, p: Array, time_s: float, row: Array, air: Array, scales: Array, h: Array, jac: Array, gain: Array
) -> float:
    """Take in one report's row (COLUMNS,) at the state's time; in place. Returns its log likelihood.

    All its numbers are linearised at one point, and each sees what the ones before it moved.
    """
    predict_measurement(x, row[HEARD] - time_s, row, air, h, jac)
    x0 = x.copy()
    total = 0.0
    for m in range(MEASURED):
        variance = row[LEVEL_VAR + 2 * m] * scales[m] / row[WEIGHT]
        if variance < 0.0:
            continue
        moved = 0.0
        for i in range(STATES):
            moved += jac[m, i] * (x[i] - x0[i])
        innovation = row[LEVEL_DB + 2 * m] - h[m] - moved
        if m == 0:
            rise, share = detected_level(h[0] + moved, row[THRESHOLD], math.sqrt(variance))
            innovation -= rise
            variance *= share
            for i in range(STATES):
                jac[0, i] *= share
        elif m == 2:
            innovation = wrapped(innovation)
        total += scalar_update(x, p, jac[m], innovation, variance, gain)
    return total


@njit(cache=True)
def mix(x: Array, p: Array, mu: Array, dt: float, xs: Array, ps: Array) -> None:
    """Let the models (M, 8), (M, 8, 8), (M,) interact over dt [s]; in place, with scratch of their shapes."""
    rate = 1.0 / SOJOURN_S[0] + 1.0 / SOJOURN_S[1]
    settle = 1.0 - math.exp(-rate * dt)
    to_1 = settle / SOJOURN_S[0] / rate
    to_0 = settle / SOJOURN_S[1] / rate
    c0 = mu[0] * (1.0 - to_1) + mu[1] * to_0
    c1 = mu[0] * to_1 + mu[1] * (1.0 - to_0)
    w00 = mu[0] * (1.0 - to_1) / c0
    w01 = mu[0] * to_1 / c1
    combine(x, p, w00, xs[0], ps[0])
    combine(x, p, w01, xs[1], ps[1])
    for m in range(MODELS):
        for i in range(STATES):
            x[m, i] = xs[m, i]
            for j in range(STATES):
                p[m, i, j] = ps[m, i, j]
    mu[0] = c0
    mu[1] = c1


@njit(cache=True)
def combine(x: Array, p: Array, w0: float, xo: Array, po: Array) -> None:
    """Give the mean (8,) and covariance (8, 8) of two models with weights w0 and 1 - w0, into xo, po."""
    w1 = 1.0 - w0
    for i in range(STATES):
        xo[i] = w0 * x[0, i] + w1 * x[1, i]
    w = w0 * w1
    for i in range(STATES):
        di = x[0, i] - x[1, i]
        for j in range(i, STATES):
            value = w0 * p[0, i, j] + w1 * p[1, i, j] + w * di * (x[0, j] - x[1, j])
            po[i, j] = value
            po[j, i] = value


@njit(cache=True)
def keep_aloft(x: Array, p: Array, ground_m: float, since_s: float, gain: Array, h_height: Array) -> None:
    """Let in what is known of any flight's height, for `since_s` seconds of flight over ground_m; in place."""
    variance = HEIGHT_SIGMA_M * HEIGHT_SIGMA_M * max(HEIGHT_EVERY_S / since_s, 1.0)
    scalar_update(x, p, h_height, ground_m + HEIGHT_MEAN_M - x[2], variance, gain)
    low = ground_m + FLOOR_M - x[2]
    if low > 0.0:
        scalar_update(x, p, h_height, low, FLOOR_SIGMA_M * FLOOR_SIGMA_M, gain)


@njit(cache=True)
def refilter(
    history: Array,
    n: int,
    earliest_s: float,
    ck_t: Array,
    ck_x: Array,
    ck_p: Array,
    ck_mu: Array,
    m: int,
    air: Array,
    scales: Array,
    out_x: Array,
    out_p: Array,
    out_mu: Array,
) -> tuple[float, int]:
    """Walk forward from the last checkpoint not after `earliest_s` through the history.

    Fills out_x (M, 8), out_p (M, 8, 8), out_mu (M,) with the state at the last emission. Returns its time
    and the number of checkpoints now in use. The caller guarantees m >= 1 and room for the checkpoints.
    """
    j = m - 1
    while j > 0 and ck_t[j] > earliest_s:
        j -= 1
    m = j + 1
    time_s = ck_t[j]
    for a in range(MODELS):
        out_mu[a] = ck_mu[j, a]
        for i in range(STATES):
            out_x[a, i] = ck_x[j, a, i]
            for k in range(STATES):
                out_p[a, i, k] = ck_p[j, a, i, k]
    h = np.empty(MEASURED)
    jac = np.empty((MEASURED, STATES))
    gain = np.empty(STATES)
    xs = np.empty((MODELS, STATES))
    ps = np.empty((MODELS, STATES, STATES))
    likelihood = np.empty(MODELS)
    h_height = np.zeros(STATES)
    h_height[2] = 1.0
    since_mix = 0.0
    # Rows at or before the checkpoint's time are in it already.
    first = 0
    while first < n and history[first, EMITTED] <= time_s:
        first += 1
    for r in range(first, n):
        dt = history[r, EMITTED] - time_s
        if dt > 0.0:
            since_mix += dt
            if since_mix >= MIX_AFTER_S:
                mix(out_x, out_p, out_mu, since_mix, xs, ps)
                since_mix = 0.0
            for a in range(MODELS):
                predict(out_x[a], out_p[a], dt, a)
            time_s = history[r, EMITTED]
            if time_s - ck_t[m - 1] >= CHECKPOINT_S and m < ck_t.shape[0]:
                for a in range(MODELS):
                    keep_aloft(out_x[a], out_p[a], history[r, SENSOR_H], time_s - ck_t[m - 1], gain, h_height)
                # Taken just before this row: so its time is a hair earlier, and the row comes after it.
                ck_t[m] = time_s - 1e-6
                for a in range(MODELS):
                    ck_mu[m, a] = out_mu[a]
                    for i in range(STATES):
                        ck_x[m, a, i] = out_x[a, i]
                        for k in range(STATES):
                            ck_p[m, a, i, k] = out_p[a, i, k]
                m += 1
        for a in range(MODELS):
            likelihood[a] = update(out_x[a], out_p[a], time_s, history[r], air, scales, h, jac, gain)
        top = max(likelihood[0], likelihood[1])
        w0 = out_mu[0] * math.exp(likelihood[0] - top)
        w1 = out_mu[1] * math.exp(likelihood[1] - top)
        out_mu[0] = min(max(w0 / (w0 + w1), 1e-4), 1.0 - 1e-4)
        out_mu[1] = 1.0 - out_mu[0]
    return time_s, m


@njit(cache=True)
def state_at(x: Array, p: Array, mu: Array, dt: float, xo: Array, po: Array) -> float:
    """Give the one mean (8,) and covariance (8, 8) of a pair of models carried by dt [s]; into xo, po.

    Over a longer time models change over: half of it is spent before the mix, half after. Returns the
    probability of cruise.
    """
    xc, pc, muc = x.copy(), p.copy(), mu.copy()
    if dt > 0.0:
        xs = np.empty((MODELS, STATES))
        ps = np.empty((MODELS, STATES, STATES))
        for a in range(MODELS):
            predict(xc[a], pc[a], 0.5 * dt, a)
        mix(xc, pc, muc, dt, xs, ps)
        for a in range(MODELS):
            predict(xc[a], pc[a], 0.5 * dt, a)
    elif dt < 0.0:
        for a in range(MODELS):
            predict(xc[a], pc[a], dt, a)
    combine(xc, pc, muc[0], xo, po)
    return muc[0]
