"""What stands beside a sensor: streams whose source does not fly past, remembered when they are gone."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import LEVEL_DB
from forehear.track.memory.pool import POINTS, STEADY_ENGINES, Streams

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# How long a steady engine is remembered after it was last heard [s].
STEADY_REMEMBERED_S = 1800.0
# A stream that sounds the same for this long [s] stands still: its tone within this share, its level within
# this range [dB] of its mean. A drone flying straight at a sensor gets 6 dB louder in that time.
STATIC_AFTER_S = 75.0
STATIC_LN_TONE = 0.006
STATIC_LEVEL_DB = 2.5
# From so many points on, levels that scatter less than this [dB] are of a sensor that is stuck: turbulence alone
# moves a sound from kilometres by one or two within seconds.
STUCK_POINTS, STUCK_LEVEL_DB = 8, 0.5
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def remember(pool: Streams, k: int) -> None:
    """Enter stream k, which stands still, among its sensor's steady engines; the longest unheard goes."""
    steady = pool.steady[pool.sensor[k]]
    at = 0
    for a in range(STEADY_ENGINES):
        if _is_steady(steady[a], pool.recent_mean[k, 1], pool.recent_mean[k, 0], pool.last_s[k]):
            at = a
            break
        if steady[a, 2] < steady[at, 2]:
            at = a
    steady[at, 0], steady[at, 1], steady[at, 2] = pool.recent_mean[k, 1], pool.recent_mean[k, 0], pool.last_s[k]


@njit(cache=True)
def _is_steady(engine: Array, ln_tone: float, level_db: float, now_s: float) -> bool:
    """Say whether a tone and level are those of a steady engine (3,), as far as it is remembered."""
    if engine[2] < now_s - STEADY_REMEMBERED_S:
        return False
    return abs(ln_tone - engine[0]) < STATIC_LN_TONE and abs(level_db - engine[1]) < 2.0 * STATIC_LEVEL_DB


@njit(cache=True)
def has_stood(pool: Streams, k: int) -> bool:
    """Say whether stream k has sounded the same for so long that its source cannot be flying past."""
    if pool.last_s[k] - pool.first_s[k] < STATIC_AFTER_S:
        return False
    same_tone = abs(pool.recent_mean[k, 1] - pool.first_mean[k, 1]) < STATIC_LN_TONE
    return same_tone and abs(pool.recent_mean[k, 0] - pool.first_mean[k, 0]) < STATIC_LEVEL_DB


@njit(cache=True)
def _is_stuck(pool: Streams, k: int) -> bool:
    """Say whether stream k's levels do not scatter at all, as no sound's do."""
    n = min(pool.filled[k], POINTS)
    if n < STUCK_POINTS:
        return False
    return bool(np.std(pool.rows[k, :n, LEVEL_DB]) < STUCK_LEVEL_DB)


@njit(cache=True)
def stands_still(pool: Streams, k: int) -> bool:
    """Say whether stream k is of a source that does not fly past: it has stood, or is known to stand there."""
    if has_stood(pool, k) or _is_stuck(pool, k):
        return True
    if math.isnan(pool.ln_tone[k]):
        return False
    steady = pool.steady[pool.sensor[k]]
    for a in range(STEADY_ENGINES):
        if _is_steady(steady[a], pool.recent_mean[k, 1], pool.recent_mean[k, 0], pool.last_s[k]):
            return True
    return False
