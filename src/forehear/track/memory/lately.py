"""What each sensor reported lately, whoever made it: which engines by their tones, since when, how loud.

Theory of operation. A sensor that says nothing of a flight may have been busy with something else; whether that
could hide the flight depends on what it was. One that sounds like the flight may be it, if it was about as loud
as the flight should be. One of another tone hides only what is much weaker than it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Engines remembered for each sensor, and for how long after they were last heard [s].
ENGINES, REMEMBERED_S = 6, 90.0
# A source goes on with the engine whose tone is within this of its own [ln]; one without a tone with such a one.
SAME_LN_TONE = 0.03
# The loudest that an engine was is followed down by so much [dB/s]: what flies past fades as fast.
FADES_DB_PER_S = 0.3
# An engine sounds like a flight whose tone is expected within this [ln]: what a fit is off by, and what two tones
# must differ by to come as two sources.
ALIKE_LN_TONE = 0.045
# An engine of another tone is heard beside one that is no more than so much louder [dB]; one that sounds alike may
# be the flight unless that should be so much louder: twice what errors of level, lasting and not, make of it.
HIDES_DB, MAY_BE_DB = 10.0, 12.0
# Columns of an engine.
FIRST, LAST, TONE, LOUDEST = 0, 1, 2, 3
# -----------------------------------------------------------------------------------------------------


def nothing_heard(sensors: int) -> Array:
    """Give the memory (N, ENGINES, 4) of sensors that have heard nothing yet."""
    lately = np.full((sensors, ENGINES, 4), -np.inf)
    lately[:, :, TONE] = np.nan
    return lately


@njit(cache=True)
def note_sources(lately: Array, batch: Batch) -> None:
    """Enter the sources of a step's reports.

    Reference: docs/physics.md, "Who hears, and what silence is worth" (busy, not silent).
    """
    for r in range(batch.sensor.shape[0]):
        engines, heard_s = lately[batch.sensor[r]], batch.heard_s[r]
        for s in range(batch.first[r], batch.first[r + 1]):
            tone, level = batch.ln_tone[s], batch.level_db[s]
            at, oldest = -1, 0
            for a in range(ENGINES):
                if engines[a, LAST] < engines[oldest, LAST]:
                    oldest = a
                alive = engines[a, LAST] > heard_s - REMEMBERED_S
                if alive and _same(engines[a, TONE], tone, SAME_LN_TONE) and at < 0:
                    at = a
            if at < 0:
                at = oldest
                engines[at, FIRST], engines[at, LAST], engines[at, LOUDEST] = heard_s, heard_s, -np.inf
            faded = engines[at, LOUDEST] - FADES_DB_PER_S * max(heard_s - engines[at, LAST], 0.0)
            engines[at, LOUDEST] = max(faded, level)
            engines[at, LAST] = max(engines[at, LAST], heard_s)
            engines[at, TONE] = tone


@njit(cache=True, inline="always")
def _same(a: float, b: float, within: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return abs(a - b) < within


@njit(cache=True)
def hidden_below(engines: Array, heard_s: float, ln_tone: float, within_s: float) -> float:
    """Give the level [dB] below which a flight of a tone is hidden at a sensor by what that reported about then.

    engines (ENGINES, 4); ln_tone: not a number without one. -inf where it reported nothing.
    Reference: docs/physics.md, "Who hears, and what silence is worth" (busy, not silent).
    """
    level = -np.inf
    for a in range(ENGINES):
        if engines[a, LAST] < heard_s - within_s or engines[a, FIRST] > heard_s + within_s:
            continue
        if math.isnan(ln_tone) or math.isnan(engines[a, TONE]) or abs(engines[a, TONE] - ln_tone) < ALIKE_LN_TONE:
            level = max(level, engines[a, LOUDEST] + MAY_BE_DB)
        else:
            level = max(level, engines[a, LOUDEST] - HIDES_DB)
    return level
