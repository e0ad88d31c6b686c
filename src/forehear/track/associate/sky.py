"""What a step's reports are held against, and the working memory for one report."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import MEASURED

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# A report's candidates: as many tracks as a sensor ever hears at once, with room [tracks].
MAX_CANDIDATES = 24
MAX_SOURCES = 16
# -----------------------------------------------------------------------------------------------------


class Sky(NamedTuple):
    """What a step's reports are held against."""

    order: Ints  # (T,) tracks by cell
    starts: Ints  # (cells + 1,)
    air: Array  # (4,) see `measurement`
    scales: Array  # (4,) factors on the variances
    steady: Array  # (N, engines, 3) engines that stand beside the sensors, see `streams`
    kind_of: Array  # (T, 3) the tracks' kind probabilities
    # (n, 4) squares of normalised innovations, written cyclically, counted in residuals[0, 0].
    residuals: Array


class Pairs(NamedTuple):
    """One report's candidates, K tracks, against its sources; working memory."""

    who: Ints  # (K,)
    emitted: Array  # (K,)
    distance_m: Array  # (K,)
    hearing: Array  # (K,) odds that the sensor reports it
    pred: Array  # (K, MEASURED)
    spreads: Array  # (K, MEASURED) the state's share of the variance
    rates: Array  # (K, MEASURED) change a second
    psi: Array  # (K, MAX_SOURCES)
    prob: Array  # (K, MAX_SOURCES)
    octaves: Array  # (K, MAX_SOURCES)


@njit(cache=True)
def blank_pairs() -> Pairs:
    """Allocate."""
    k, m, s = MAX_CANDIDATES, MEASURED, MAX_SOURCES
    return Pairs(
        np.empty(k, np.int64), np.empty(k), np.empty(k), np.empty(k), np.empty((k, m)), np.empty((k, m)),
        np.empty((k, m)), np.empty((k, s)), np.empty((k, s)), np.empty((k, s)),
    )  # fmt: skip
