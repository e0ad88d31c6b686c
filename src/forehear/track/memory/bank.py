"""The working memory of all tracks: arrays, one row a track, so that numba's loops can hold everything.

A row is one track's filter (see `filter`), its evidence and its clocks. `make` allocates, `grown` doubles.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.track.layout import COLUMNS, MODELS, STATES

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Reports kept per track: a target heard by ten sensors a second fills 50 s.
HISTORY = 640
# Checkpoints kept per track, 2 s apart: 96 s.
CHECKPOINTS = 48
# Sensors whose opinion of a track is remembered: those of the last several minutes, heard or silent.
SENSORS = 48
# -----------------------------------------------------------------------------------------------------


class Bank(NamedTuple):
    """Arrays of T rows; times in seconds of the tracker's own zero."""

    history: Array  # (T, HISTORY, COLUMNS) reports, sorted by time of emission
    rows: NDArray[np.int64]  # (T,) of them in use
    ck_t: Array  # (T, C) checkpoints: time of emission
    ck_x: Array  # (T, C, M, 8)
    ck_p: Array  # (T, C, M, 8, 8)
    ck_mu: Array  # (T, C, M)
    checkpoints: NDArray[np.int64]  # (T,) of them in use
    time_s: Array  # (T,) the latest emission taken in
    x: Array  # (T, M, 8) the models' states then
    p: Array  # (T, M, 8, 8)
    mu: Array  # (T, M)
    mean: Array  # (T, 8) their mean then
    covariance: Array  # (T, 8, 8)
    dirty_s: Array  # (T,) earliest emission not yet filtered; inf: none
    alive: NDArray[np.bool_]  # (T,)
    asleep: NDArray[np.bool_]  # (T,) coasting, and too loosely placed to know its own sound
    log_odds: Array  # (T,) of existence
    kind_evidence: Array  # (T, 3) sums of log kind probabilities
    flier: Array  # (T,) how surely its latest sources sounded like an aircraft: piston or jet
    last_heard_s: Array  # (T,) hearing time of its latest report
    birth_odds: Array  # (T,) what its birth's evidence is still worth [nats]
    sensors: NDArray[np.int64]  # (T, SENSORS) those that have an opinion of it, -1 none
    opinion: Array  # (T, SENSORS) what they say of its existence [nats]
    heard_s: Array  # (T, SENSORS) when each last heard it; -inf never
    asked_s: Array  # (T, SENSORS) when each last said anything of it
    sensors_heard: NDArray[np.int64]  # (T,) how many ever heard it
    # What a track's fit of its reports looks like: mean square of normalised innovations, tone and level.
    fit: Array  # (T, 2)
    foreseen: Array  # (T,) sources that were surely its own since its birth
    usual_mps: Array  # (T,) its usual speed, 0 until it is known
    case: Array  # (T,) log odds of who heard it and who did not, see `standing`


def make(capacity: int) -> Bank:
    """Allocate an empty bank of `capacity` rows."""
    t, c, m, n = capacity, CHECKPOINTS, MODELS, STATES
    return Bank(
        history=np.zeros((t, HISTORY, COLUMNS)),
        rows=np.zeros(t, np.int64),
        ck_t=np.zeros((t, c)),
        ck_x=np.zeros((t, c, m, n)),
        ck_p=np.zeros((t, c, m, n, n)),
        ck_mu=np.zeros((t, c, m)),
        checkpoints=np.zeros(t, np.int64),
        time_s=np.zeros(t),
        x=np.zeros((t, m, n)),
        p=np.zeros((t, m, n, n)),
        mu=np.zeros((t, m)),
        mean=np.zeros((t, n)),
        covariance=np.zeros((t, n, n)),
        dirty_s=np.full(t, np.inf),
        alive=np.zeros(t, np.bool_),
        asleep=np.zeros(t, np.bool_),
        log_odds=np.zeros(t),
        kind_evidence=np.zeros((t, 3)),
        flier=np.full(t, 0.5),
        last_heard_s=np.zeros(t),
        birth_odds=np.zeros(t),
        sensors=np.full((t, SENSORS), -1, np.int64),
        opinion=np.zeros((t, SENSORS)),
        heard_s=np.full((t, SENSORS), -np.inf),
        asked_s=np.full((t, SENSORS), -np.inf),
        sensors_heard=np.zeros(t, np.int64),
        fit=np.ones((t, 2)),
        foreseen=np.zeros(t),
        usual_mps=np.zeros(t),
        case=np.zeros(t),
    )


def grown(bank: Bank) -> Bank:
    """Give a bank of twice the rows that starts with the same tracks."""
    old = bank.alive.shape[0]
    bigger = make(2 * old)
    for source, target in zip(bank, bigger, strict=True):
        target[:old] = source
    return bigger
