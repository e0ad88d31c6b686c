"""Young tracks are fitted anew, and what else they may be is asked: mirror images, and rivals of their births."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.ingest import SensorArrays
from forehear.track.estimate.fit import fit, misfit
from forehear.track.estimate.prior import set_prior, speed_evidence
from forehear.track.initiate.candidates import MODEL_LN_TONE_SIGMA
from forehear.track.initiate.silence import silence_evidence
from forehear.track.initiate.verdict import same_flight
from forehear.track.layout import (
    EMITTED,
    HEARD,
    LEVEL_VAR,
    LN_TONE_VAR,
    MEASURED,
    MODELS,
    SENSOR,
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
# Another flight, as the other side of the sensors, is taken when its evidence is better by this [nats]; one whose
# evidence is worse by as much as the second is no rival any more.
MIRROR_NATS, FORGOTTEN_NATS = 1.0, 8.0
# With a rival a track is young for so long [s]. After so many turns without one nothing else is asked any more:
# the window forgets what once told them apart.
RIVAL_AGE_S, SETTLED_TURNS = 180.0, 4
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def mirror(x: Array, rows: Array, n: int) -> None:
    """Mirror a state (8,), in place, at the line that lies best through the sensors of its rows.

    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
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
def reseat(
    bank: Bank, k: int, rival: Array, ask: bool, arrays: SensorArrays, air: Array, scales: Array, now_s: float
) -> tuple[bool, float]:
    """Fit a young track anew to all its reports at once; its lead over the likeliest other flight [nats].

    False where straight flight does not fit them. rival (9,): another flight that may be it, and of which time;
    replaced by the likeliest one, or by what is not a number. ask: whether anything else may be it at all; what
    the sensors did not hear of each counts too.

    A filter linearises each report where the state was believed to be when it came. A young track's belief
    is often a kilometre off, and what was taken in there is never seen anew: its covariance shrinks around
    a wrong place. The fit sees every report from where all of them together say that the target is.
    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
    rows = _recent_rows(bank, k)
    many, time_s = rows.shape[0], bank.time_s[k]
    if many < RESEAT_ROWS:
        return True, np.inf
    prior, miss = np.empty((2, STATES)), np.empty(3)
    set_prior(prior, rows[0], rows[0, LN_TONE_VAR] > 0.0)
    prior[1, TONE] = 1e-2
    # As it is; the other side of the sensors, which few of them in a line cannot tell for a while; its rival.
    x, cov = np.empty((3, STATES)), np.empty((3, STATES, STATES))
    evidence = np.full(3, -np.inf)
    x[0], x[1] = bank.mean[k], bank.mean[k]
    mirror(x[1], rows, many)
    x[2] = rival[:STATES]
    for i in range(2):
        x[2, i] += x[2, 3 + i] * (time_s - rival[STATES])
    kinds = bank.kind_evidence[k]
    propeller = 1.0 / (1.0 + math.exp(min(max(kinds[1] - kinds[0], -50.0), 50.0)))
    for i in range(3):
        if i == 0 or (ask and not math.isnan(x[i, 0])):
            evidence[i] = fit(x[i], time_s, rows, many, air, scales, prior, cov[i], 12)
            if ask:
                evidence[i] += _silence(x[i], time_s, rows, arrays, air, now_s)
                evidence[i] += speed_evidence(math.hypot(x[i, 3] - air[1], x[i, 4] - air[2]), propeller)
    best = 0
    for i in range(1, 3):
        if evidence[i] > evidence[best] + (MIRROR_NATS if best == 0 else 0.0):
            best = i
    if not evidence[best] > -1e300:
        return False, np.inf
    lead = np.inf
    rival[:] = np.nan
    for i in range(3):
        behind = evidence[best] - evidence[i]
        if behind < min(lead, FORGOTTEN_NATS) and not same_flight(x[i], x[best], cov[best]):
            lead = behind
            rival[:STATES] = x[i]
            rival[STATES] = time_s
    misfit(x[best], time_s, rows, many, air, scales, miss)
    if miss[0] > RESEAT_WORST or miss[1] > RESEAT_WORST:
        return False, np.inf
    _seat(bank, k, time_s, x[best], cov[best] * START_INFLATION)
    return True, lead


@njit(cache=True)
def _silence(x: Array, time_s: float, rows: Array, arrays: SensorArrays, air: Array, now_s: float) -> float:
    """Give what the silence of all but the rows' sensors says against flight x [nats].

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    heard = np.zeros(arrays.place.shape[0], np.bool_)
    since_s, tonal = np.inf, False
    for r in range(rows.shape[0]):
        heard[int(rows[r, SENSOR])] = True
        since_s = min(since_s, rows[r, HEARD])
        tonal = tonal or rows[r, LN_TONE_VAR] > 0.0
    return silence_evidence(x, time_s, since_s, now_s, arrays, heard, tonal, air)


@njit(cache=True)
def _recent_rows(bank: Bank, k: int) -> Array:
    """Give the measurements (n, COLUMNS) of track k that a fit of it is of, their variances by their weights.

    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
    n = bank.rows[k]
    first = 0
    while first < n and bank.history[k, first, EMITTED] < bank.time_s[k] - RESEAT_WINDOW_S:
        first += 1
    rows = bank.history[k, first:n].copy()
    for r in range(n - first):
        for m in range(MEASURED):
            if rows[r, LEVEL_VAR + 2 * m] > 0.0:
                rows[r, LEVEL_VAR + 2 * m] /= rows[r, WEIGHT]
        if rows[r, LN_TONE_VAR] > 0.0:
            rows[r, LN_TONE_VAR] += MODEL_LN_TONE_SIGMA * MODEL_LN_TONE_SIGMA
    return rows


@njit(cache=True)
def _seat(bank: Bank, k: int, time_s: float, x: Array, cov: Array) -> None:
    """Set track k to one state for all its models, the past forgotten."""
    bank.checkpoints[k] = 1
    bank.ck_t[k, 0] = time_s
    bank.mean[k] = x
    bank.covariance[k] = cov
    for m in range(MODELS):
        bank.ck_x[k, 0, m] = x
        bank.x[k, m] = x
        bank.ck_p[k, 0, m] = cov
        bank.p[k, m] = cov
    bank.ck_mu[k, 0] = bank.mu[k]


def reseat_young(
    bank: Bank, lives: Sequence[Life | None], arrays: SensorArrays, air: Array, scales: Array, now_s: float
) -> None:
    """Fit young tracks anew whose turn it is, those first that have waited longest; the rest in the next step.

    Turns are counted from a track's birth, not from its last fit: else after one long step the turns of all would
    come together, in one step every two seconds, from then on.
    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
    due = [(one.reseat_s, k, one) for k, one in enumerate(lives) if one is not None and now_s >= one.reseat_s]
    for _, k, one in sorted(due, key=lambda turn: turn[:2])[:RESEATS_PER_STEP]:
        goes_on = now_s - one.initiated_s < (RESEAT_AGE_S if one.lead_nats == math.inf else RIVAL_AGE_S)
        if goes_on:
            goes_on, one.lead_nats = reseat(
                bank, k, one.rival, one.settled < SETTLED_TURNS, arrays, air, scales, now_s
            )
            one.settled = one.settled + 1 if one.lead_nats == math.inf else 0
        if not goes_on:
            # The filter has it, and nobody asks for its rival any more.
            one.reseat_s, one.lead_nats = math.inf, math.inf
            continue
        one.reseat_s += RESEAT_EVERY_S * (1.0 + (now_s - one.reseat_s) // RESEAT_EVERY_S)
