"""Young tracks are fitted anew, and their mirror images asked."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.fit import fit, misfit
from forehear.track.estimate.prior import set_prior
from forehear.track.initiate.candidates import MODEL_LN_TONE_SIGMA
from forehear.track.layout import (
    EMITTED,
    LEVEL_VAR,
    LN_TONE_VAR,
    MEASURED,
    MODELS,
    SENSOR_E,
    SENSOR_N,
    STATES,
    TONE,
    WEIGHT,
)
from forehear.track.lifecycle.start import START_INFLATION, Life
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A young track is fitted anew this often [s], up to this age [s], from so many reports on, none older than
# the window [s]; beyond this mean square of normalised misses it does not fly straight, and the filter has it.
RESEAT_EVERY_S, RESEAT_AGE_S, RESEAT_ROWS, RESEAT_WINDOW_S = 2.0, 60.0, 8, 70.0
RESEAT_WORST = 1.8
# So many in one step at most: 0.15 s. A step that takes in some seconds at once, as the first one after a restart
# on a night of 500 tracks, would spend 0.4 s on it. Enough for 400 young tracks at a step a second, and for 2000
# live.
RESEATS_PER_STEP = 200
# The other side of the sensors is taken when its evidence is better by this [nats].
MIRROR_NATS = 1.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def mirror(x: Array, rows: Array, n: int) -> None:
    """Mirror a state (8,), in place, at the line that lies best through the sensors of its rows."""
    e = n_ = 0.0
    for r in range(n):
        e += rows[r, SENSOR_E] / n
        n_ += rows[r, SENSOR_N] / n
    see = snn = sen = 0.0
    for r in range(n):
        de, dn = rows[r, SENSOR_E] - e, rows[r, SENSOR_N] - n_
        see += de * de
        snn += dn * dn
        sen += de * dn
    angle = 0.5 * math.atan2(2.0 * sen, see - snn)
    c, s = math.cos(2.0 * angle), math.sin(2.0 * angle)
    de, dn = x[0] - e, x[1] - n_
    x[0], x[1] = e + c * de + s * dn, n_ + s * de - c * dn
    x[3], x[4] = c * x[3] + s * x[4], s * x[3] - c * x[4]


@njit(cache=True)
def reseat(bank: Bank, k: int, air: Array, scales: Array) -> bool:
    """Fit a young track anew to all its reports at once; False where straight flight does not fit them.

    A filter linearises each report where the state was believed to be when it came. A young track's belief
    is often a kilometre off, and what was taken in there is never seen anew: its covariance shrinks around
    a wrong place. The fit sees every report from where all of them together say that the target is.
    """
    n = bank.rows[k]
    first = 0
    while first < n and bank.history[k, first, EMITTED] < bank.time_s[k] - RESEAT_WINDOW_S:
        first += 1
    many = n - first
    if many < RESEAT_ROWS:
        return True
    rows = bank.history[k, first:n].copy()
    for r in range(many):
        for m in range(MEASURED):
            if rows[r, LEVEL_VAR + 2 * m] > 0.0:
                rows[r, LEVEL_VAR + 2 * m] /= rows[r, WEIGHT]
        if rows[r, LN_TONE_VAR] > 0.0:
            rows[r, LN_TONE_VAR] += MODEL_LN_TONE_SIGMA * MODEL_LN_TONE_SIGMA
    prior, cov, miss = np.empty((2, STATES)), np.empty((STATES, STATES)), np.empty(3)
    set_prior(prior, rows[0], rows[0, LN_TONE_VAR] > 0.0)
    prior[1, TONE] = 1e-2
    x = bank.mean[k].copy()
    time_s = bank.time_s[k]
    evidence = fit(x, time_s, rows, many, air, scales, prior, cov, 10)
    # Few sensors, nearly in a line, cannot tell their two sides apart for a while: ask the other side too.
    other, other_cov = bank.mean[k].copy(), np.empty((STATES, STATES))
    mirror(other, rows, many)
    other_evidence = fit(other, time_s, rows, many, air, scales, prior, other_cov, 12)
    if other_evidence > evidence + MIRROR_NATS:
        x[:] = other
        cov[:, :] = other_cov
        evidence = other_evidence
    if not evidence > -1e300:
        return False
    misfit(x, time_s, rows, many, air, scales, miss)
    if miss[0] > RESEAT_WORST or miss[1] > RESEAT_WORST:
        return False
    bank.checkpoints[k] = 1
    bank.ck_t[k, 0] = time_s
    bank.mean[k] = x
    bank.covariance[k] = cov * START_INFLATION
    for m in range(MODELS):
        bank.ck_x[k, 0, m] = x
        bank.x[k, m] = x
        bank.ck_p[k, 0, m] = bank.covariance[k]
        bank.p[k, m] = bank.covariance[k]
    bank.ck_mu[k, 0] = bank.mu[k]
    return True


def reseat_young(bank: Bank, lives: Sequence[Life | None], air: Array, scales: Array, now_s: float) -> None:
    """Fit young tracks anew whose turn it is, those first that have waited longest; the rest in the next step.

    Turns are counted from a track's birth, not from its last fit: else after one long step the turns of all would
    come together, in one step every two seconds, from then on.
    """
    due = [(one.reseat_s, k, one) for k, one in enumerate(lives) if one is not None and now_s >= one.reseat_s]
    for _, k, one in sorted(due, key=lambda turn: turn[:2])[:RESEATS_PER_STEP]:
        young = now_s - one.born_s < RESEAT_AGE_S
        if not (young and reseat(bank, k, air, scales)):
            one.reseat_s = math.inf
            continue
        one.reseat_s += RESEAT_EVERY_S * (1.0 + (now_s - one.reseat_s) // RESEAT_EVERY_S)
