"""Two tracks of one target become one."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import TONE
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank

Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Two tracks are one target when they are within these of each other.
MERGE_M, MERGE_SIGMAS, MERGE_MPS, MERGE_LN_TONE = 300.0, 2.5, 12.0, 0.012
# -----------------------------------------------------------------------------------------------------


def merge(bank: Bank, lives: list[Life | None], ended: list[tuple[int, Life]], reason: str) -> None:
    """End the younger of two tracks that are one target."""
    rows = np.flatnonzero(bank.alive)
    if len(rows) < 2:
        return
    x = bank.mean[rows]
    # Side by side in time: each carried to the latest emission of both.
    rows = rows[np.argsort(x[:, 0], kind="mergesort")]
    for a, b in _alike(bank, rows):
        first, second = lives[a], lives[b]
        if first is None or second is None:
            # Ended a moment ago, as the same as another.
            continue
        loser = b if (first.confirmed, -first.initiated_s) >= (second.confirmed, -second.initiated_s) else a
        bank.alive[loser] = False
        (second if loser == b else first).ended_because = reason
        ended.append((loser, second if loser == b else first))
        lives[loser] = None


@njit(cache=True)
def _alike(bank: Bank, rows: Ints) -> list[tuple[int, int]]:
    """Give the pairs of rows, sorted by their place to the east, that are one target."""
    found = []
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            a, b = rows[i], rows[j]
            if bank.mean[b, 0] - bank.mean[a, 0] > 6000.0:
                break
            if _one_target(bank, a, b):
                found.append((a, b))
    return found


@njit(cache=True)
def _one_target(bank: Bank, a: int, b: int) -> bool:
    """Say whether two tracks agree in place, velocity and tone."""
    dt = bank.time_s[a] - bank.time_s[b]
    xa, xb = bank.mean[a], bank.mean[b]
    place = math.hypot(xa[0] - xb[0] - dt * xb[3], xa[1] - xb[1] - dt * xb[4])
    pa, pb = bank.covariance[a], bank.covariance[b]
    sigma = math.sqrt(pa[0, 0] + pa[1, 1] + pb[0, 0] + pb[1, 1])
    if place > max(MERGE_M, min(MERGE_SIGMAS * sigma, 1500.0)):
        return False
    v_sigma = math.sqrt(pa[3, 3] + pa[4, 4] + pb[3, 3] + pb[4, 4])
    if math.hypot(xa[3] - xb[3], xa[4] - xb[4]) > max(MERGE_MPS, min(2.5 * v_sigma, 60.0)):
        return False
    tone_sigma = math.sqrt(pa[TONE, TONE] + pb[TONE, TONE])
    return bool(tone_sigma > 0.2 or abs(xa[TONE] - xb[TONE]) < max(MERGE_LN_TONE, 2.5 * tone_sigma))
