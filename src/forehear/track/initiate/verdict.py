"""What became of an attempt: the numbers that a flight must meet."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.initiate.grid import close_to

Array = NDArray[np.float64]

# What became of an attempt.
BORN, TOO_FEW, NO_FIT, WEAK, AMBIGUOUS, SLOW, LOOSE, BAD_FIT = 0, 1, 2, 3, 4, 5, 6, 7

# --- numbers that decide -----------------------------------------------------------------------------
# A second flight within this much evidence [nats] leaves the answer open.
AMBIGUOUS_NATS = 3.0
# Log evidence that a flight needs against engines on the ground [nats]: chance fits among the many triples
# of sixty motorcycles in two hours reach 12.
BIRTH_NATS = 14.0
# The most that the mean squares of normalised misses of level, tone and bearing may be: a chance fit beats
# engines that accelerate and change gear, but does not fit well itself.
WORST_FIT = np.array([2.2, 2.2, 2.5])
# What drives on the ground [m/s], and how many sigmas above it a flight's speed must be. 35 m/s is 126 km/h.
GROUND_SPEED_MPS = 31.0
SPEED_SIGMAS = 1.5
FASTEST_MPS = 300.0
# A fit as loose as this is no answer yet [m].
LOOSEST_M = 1500.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def same_flight(a: Array, b: Array, cov: Array) -> bool:
    """Say whether two flights are one within three sigmas, or within what a filter draws together."""
    metres = max(3.0 * math.sqrt(cov[0, 0] + cov[1, 1]), 500.0)
    mps = max(3.0 * math.sqrt(cov[3, 3] + cov[4, 4]), 10.0)
    return close_to(a, b, metres, mps)


@njit(cache=True)
def judge(x: Array, cov: Array, best: float, second: float, miss: Array) -> int:
    """Judge the best flight by the numbers at the head of this module."""
    if best < BIRTH_NATS:
        return WEAK
    for m in range(3):
        if miss[m] > WORST_FIT[m]:
            return BAD_FIT
    if best - second < AMBIGUOUS_NATS:
        return AMBIGUOUS
    speed = math.hypot(x[3], x[4])
    sigma = math.sqrt(x[3] * x[3] * cov[3, 3] + x[4] * x[4] * cov[4, 4] + 2.0 * x[3] * x[4] * cov[3, 4]) / max(
        speed, 1.0
    )
    if speed - SPEED_SIGMAS * sigma < GROUND_SPEED_MPS or speed > FASTEST_MPS:
        return SLOW
    if cov[0, 0] + cov[1, 1] > LOOSEST_M * LOOSEST_M:
        return LOOSE
    return BORN
