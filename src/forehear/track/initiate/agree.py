"""Which streams agree with a flight, and the flight fitted to them."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.fit import fit, misfit

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@njit(cache=True)
def fit_agreeing(
    x: Array,
    cov: Array,
    time_s: float,
    rows: Array,
    starts: Ints,
    sensors: Ints,
    streams: int,
    seed: int,
    air: Array,
    scales: Array,
    prior: Array,
    chosen: Array,
    agree: Ints,
    limits: Array,
) -> float:
    """Fit x to the streams that agree with it, the seed always among them; returns the log evidence.

    Which agree is asked anew before each fit, with limits (turns,) on their misses that narrow: the first
    turn starts from a coarse guess. `agree` lists them, ended by -1. -inf where too few do.
    """
    miss = np.empty(3)
    evidence = -np.inf
    for turn in range(limits.shape[0]):
        many, n, s, distinct = 0, 0, 0, 0
        while s < streams:
            # The best stream of each sensor, if it agrees.
            end, best_s, best = s, -1, limits[turn]
            while end < streams and sensors[end] == sensors[s]:
                misfit(x, time_s, rows[starts[end] :], starts[end + 1] - starts[end], air, scales, miss)
                worst = miss[0]
                if not math.isnan(miss[1]):
                    # Tones of a coarse guess are off by per cents, which is many sigmas.
                    worst = max(worst, miss[1]) if limits[turn] < 20.0 else miss[0] + 0.1 * min(miss[1], 300.0)
                if not math.isnan(miss[2]):
                    worst = max(worst, miss[2])
                if end == seed:
                    worst = min(worst, 0.5 * limits[turn])
                if worst < best:
                    best_s, best = end, worst
                end += 1
            if best_s >= 0:
                agree[many] = best_s
                many += 1
                distinct += 1
                for r in range(starts[best_s], starts[best_s + 1]):
                    chosen[n] = rows[r]
                    n += 1
            s = end
        if many < agree.shape[0]:
            agree[many] = -1
        if distinct < 2:
            return -np.inf
        evidence = fit(x, time_s, chosen, n, air, scales, prior, cov, 10)
        if not evidence > -1e300:
            return -np.inf
    return evidence
