"""What became of an attempt: the numbers that a flight must meet."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.initiate.grid import close_to

Array = NDArray[np.float64]

# What became of an attempt.
INITIATED, TOO_FEW, NO_FIT, WEAK, AMBIGUOUS, SLOW, LOOSE, BAD_FIT = 0, 1, 2, 3, 4, 5, 6, 7

# --- numbers that decide -----------------------------------------------------------------------------
# A second flight within this much evidence [nats] leaves the answer open: seven to one. A young track asks its
# mirror image again and again (`lifecycle/refit`), so waiting for twenty to one only costs seconds.
AMBIGUOUS_NATS = 2.0
# To two microphones the image is exact, and nothing that they go on to hear corrects a wrong choice: 150 to one.
FEW_AMBIGUOUS_NATS = 5.0
# Log evidence that a flight needs against engines on the ground [nats]: chance fits among the many triples
# of sixty motorcycles in two hours reach 12.
BIRTH_NATS = 15.0
# Two plain microphones must say more: pairs are many.
FEW_BIRTH_NATS = 17.0
# The most that the mean squares of normalised misses of level, tone and bearing may be: a chance fit beats
# engines that accelerate and change gear, but does not fit well itself.
WORST_FIT = np.array([2.2, 2.2, 2.5])
# Slower than this against the air nothing flies that is meant here [m/s], surely so when that many sigmas below.
# What drives as fast is told from it later (`lifecycle/table`).
LEAST_AIRSPEED_MPS = 15.0
SPEED_SIGMAS = 1.5
FASTEST_MPS = 300.0
# A fit as loose as this is no answer yet [m], with tones and without. Chance fits of several engines are loose.
LOOSEST_BIRTH_M, LOOSEST_TONELESS_BIRTH_M = 700.0, 1500.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def same_flight(a: Array, b: Array, cov: Array) -> bool:
    """Say whether two flights are one within three sigmas, or within what a filter draws together.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    metres = max(3.0 * math.sqrt(cov[0, 0] + cov[1, 1]), 500.0)
    mps = max(3.0 * math.sqrt(cov[3, 3] + cov[4, 4]), 10.0)
    return close_to(a, b, metres, mps)


@njit(cache=True)
def judge(x: Array, cov: Array, best: float, second: float, miss: Array, few: bool, air: Array) -> int:
    """Judge the best flight by the numbers at the head of this module; miss[1] is not a number without tones.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    if best < (FEW_BIRTH_NATS if few else BIRTH_NATS):
        return WEAK
    for m in range(3):
        if miss[m] > WORST_FIT[m]:
            return BAD_FIT
    if best - second < (FEW_AMBIGUOUS_NATS if few else AMBIGUOUS_NATS):
        return AMBIGUOUS
    ve, vn = x[3] - air[1], x[4] - air[2]
    speed = math.hypot(ve, vn)
    sigma = math.sqrt(max(ve * ve * cov[3, 3] + vn * vn * cov[4, 4] + 2.0 * ve * vn * cov[3, 4], 0.0)) / max(
        speed, 1.0
    )
    if speed - SPEED_SIGMAS * sigma < LEAST_AIRSPEED_MPS or speed > FASTEST_MPS:
        return SLOW
    loosest = LOOSEST_TONELESS_BIRTH_M if math.isnan(miss[1]) else LOOSEST_BIRTH_M
    if cov[0, 0] + cov[1, 1] > loosest * loosest:
        return LOOSE
    return INITIATED
