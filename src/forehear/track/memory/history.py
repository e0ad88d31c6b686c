"""A track's reports and checkpoints: put in by time of emission, walked through again, forgotten."""

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.filter import refilter, state_at
from forehear.track.layout import COLUMNS, EMITTED
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A report of an emission this long before the oldest checkpoint is of no use any more [s]; up to the second
# figure it is taken in at the checkpoint.
TOO_LATE_S, CARRIED_BACK_S = 90.0, 20.0
# The filter's oldest checkpoints go when so few are free.
SPARE_CHECKPOINTS = 16
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def insert(bank: Bank, k: int, row: Array) -> bool:
    """Put a report's row (COLUMNS,) into track k's history by its time of emission; False if too late."""
    oldest = bank.ck_t[k, 0]
    if row[EMITTED] < oldest - TOO_LATE_S:
        return False
    # A little before the oldest checkpoint straight flight still predicts it: it enters there. Long before, it
    # stands in the history for the next fit of a young track, and the filter passes over it.
    if oldest - CARRIED_BACK_S < row[EMITTED] <= oldest:
        row[EMITTED] = oldest + 1e-5
    n = bank.rows[k]
    if n >= bank.history.shape[1]:
        drop_oldest(bank, k)
        n = bank.rows[k]
        if row[EMITTED] <= bank.ck_t[k, 0]:
            return False
    at = n
    while at > 0 and bank.history[k, at - 1, EMITTED] > row[EMITTED]:
        for c in range(COLUMNS):
            bank.history[k, at, c] = bank.history[k, at - 1, c]
        at -= 1
    for c in range(COLUMNS):
        bank.history[k, at, c] = row[c]
    bank.rows[k] = n + 1
    if row[EMITTED] < bank.dirty_s[k]:
        bank.dirty_s[k] = row[EMITTED]
    return True


@njit(cache=True)
def drop_oldest(bank: Bank, k: int) -> None:
    """Forget the oldest half of track k's checkpoints and the reports before them."""
    m = bank.checkpoints[k]
    keep_from = m // 2 if m > 1 else 0
    for a in range(keep_from, m):
        b = a - keep_from
        bank.ck_t[k, b] = bank.ck_t[k, a]
        bank.ck_x[k, b] = bank.ck_x[k, a]
        bank.ck_p[k, b] = bank.ck_p[k, a]
        bank.ck_mu[k, b] = bank.ck_mu[k, a]
    bank.checkpoints[k] = m - keep_from
    n = bank.rows[k]
    first = 0
    while first < n and bank.history[k, first, EMITTED] <= bank.ck_t[k, 0]:
        first += 1
    if first == 0 and n >= bank.history.shape[1]:
        first = n // 4
    for a in range(first, n):
        bank.history[k, a - first] = bank.history[k, a]
    bank.rows[k] = n - first


@njit(cache=True)
def refilter_dirty(bank: Bank, air: Array, scales: Array) -> None:
    """Walk every track that got a report forward again."""
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k] or bank.dirty_s[k] == np.inf:
            continue
        if bank.checkpoints[k] > bank.ck_t.shape[1] - SPARE_CHECKPOINTS:
            drop_oldest(bank, k)
        bank.time_s[k], bank.checkpoints[k] = refilter(
            bank.history[k],
            bank.rows[k],
            bank.dirty_s[k],
            bank.ck_t[k],
            bank.ck_x[k],
            bank.ck_p[k],
            bank.ck_mu[k],
            bank.checkpoints[k],
            air,
            scales,
            bank.x[k],
            bank.p[k],
            bank.mu[k],
        )
        bank.dirty_s[k] = np.inf
        state_at(bank.x[k], bank.p[k], bank.mu[k], 0.0, bank.mean[k], bank.covariance[k])
