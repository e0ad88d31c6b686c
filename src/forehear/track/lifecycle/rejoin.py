"""A birth that is a track which nobody has heard for a while: it keeps its name.

Theory of operation. Behind a hole in the network a target comes out where its speed and the time say, on a course
not far from its own, with the tone at rest that its engine had. A birth that agrees in all of that with one
coasting track, and with no other, is it.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.track.layout import TONE
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Unheard for less than this it is not looked for [s]: association has it.
LEAST_GAP_S = 10.0
# Where it may be: what it flew, give or take this share, and this much [m]; and so far off its course [rad].
FLOWN_SHARE, FLOWN_M, OFF_COURSE = 0.25, 1_500.0, 0.6
# How near speed [m/s] and ln tone must be, beside 2.5 sigmas of both: throttle and wind.
SPEED_MPS, LN_TONE, SIGMAS = 6.0, 0.015, 2.5
# -----------------------------------------------------------------------------------------------------


def rejoined(bank: Bank, lives: Sequence[Life | None], x: Array, cov: Array, time_s: float) -> int | None:
    """Give the row of the coasting track that a birth, x (8,) with cov (8, 8) at time_s, is; or None."""
    found = [
        k for k, one in enumerate(lives) if one is not None and one.coasting and _is_it(bank, k, x, cov, time_s)
    ]
    return found[0] if len(found) == 1 else None


def _is_it(bank: Bank, k: int, x: Array, cov: Array, time_s: float) -> bool:
    gap = time_s - float(bank.time_s[k])
    old, p = bank.mean[k], bank.covariance[k]
    if gap < LEAST_GAP_S:
        return False
    speed, then = math.hypot(x[3], x[4]), math.hypot(old[3], old[4])
    speed_sigma = math.sqrt(max(cov[3, 3] + cov[4, 4] + p[3, 3] + p[4, 4], 0.0))
    if abs(speed - then) > max(SPEED_MPS, min(SIGMAS * speed_sigma, 20.0)):
        return False
    tone_sigma = math.sqrt(max(cov[TONE, TONE] + p[TONE, TONE], 0.0))
    if abs(x[TONE] - old[TONE]) > max(LN_TONE, min(SIGMAS * tone_sigma, 0.05)):
        return False
    east, north = x[0] - old[0], x[1] - old[1]
    flown, away = then * gap, math.hypot(east, north)
    if abs(away - flown) > FLOWN_SHARE * flown + FLOWN_M:
        return False
    turned = abs(math.remainder(math.atan2(east, north) - math.atan2(old[3], old[4]), 2.0 * math.pi))
    return turned < OFF_COURSE or away < FLOWN_M
