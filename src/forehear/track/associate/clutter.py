"""What else a sensor hears: how often, and which engines stand beside it.

Theory of operation. A source is a track's or something else's, and how likely "something else" is differs from
sensor to sensor by a hundred: a quiet field, a road, a raid of which most is not tracked yet. Each sensor's rate
of sources that no track explains is followed over minutes; and what `memory/streams` remembers of steady engines
is where, in tone and level, its next source is expected anyhow. A track that wanders over a generator does not
live on it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Sources a report that no track explains: what is believed of a sensor at first and at least (one in 50 s), and
# at most.
LEAST_RATE, MOST_RATE = 0.02, 3.0
# How long a sensor's rate is remembered [s].
RATE_LASTS_S = 60.0
# Odds that a steady engine is reported in a frame, and how far its tone and level wander: sigmas of ln tone and
# [dB].
STEADY_ODDS, STEADY_LN_TONE, STEADY_LEVEL_DB = 0.7, 0.004, 4.0
# How long a steady engine is expected after it was last heard [s].
STEADY_LASTS_S = 120.0
# Density of other sources: uniform over so many dB and units of ln tone.
LEVEL_WIDTH_DB, LN_TONE_WIDTH = 40.0, 2.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def other_rate(rate: float, steady: Array, ln_tone: float, level_db: float, heard_s: float) -> float:
    """Give the density of other sources at a tone (not a number without one) and level, relative to the uniform
    one.

    rate: sources a report that no track explains. steady (engines, 3): see `streams`.
    """
    total = rate
    if math.isnan(ln_tone):
        return total
    for a in range(steady.shape[0]):
        if steady[a, 2] < heard_s - STEADY_LASTS_S:
            continue
        t = (ln_tone - steady[a, 0]) / STEADY_LN_TONE
        v = (level_db - steady[a, 1]) / STEADY_LEVEL_DB
        if t * t + v * v < 25.0:
            peak = LN_TONE_WIDTH * LEVEL_WIDTH_DB / (6.283185307179586 * STEADY_LN_TONE * STEADY_LEVEL_DB)
            total += STEADY_ODDS * peak * math.exp(-0.5 * (t * t + v * v))
    return total


@njit(cache=True)
def follow_rates(rates: Array, batch: Batch, unexplained: Array) -> None:
    """Follow each sensor's rate (N,) of sources that no track explains."""
    for r in range(batch.sensor.shape[0]):
        count = 0.0
        for s in range(batch.first[r], batch.first[r + 1]):
            count += min(max(unexplained[s], 0.0), 1.0)
        step = 1.0 - math.exp(-batch.lasting_s[r] / RATE_LASTS_S)
        rate = rates[batch.sensor[r]]
        rates[batch.sensor[r]] = min(max(rate + step * (count - rate), LEAST_RATE), MOST_RATE)
