"""Families from second to second: the same source's, so that what a second leaves open the next ones settle.

Whether the fundamental is half of what was found is seldom clear at once: a second of lines halfway between says
a little, ten say much. A source keeps its octave until several seconds in a row speak against it. And what speaks
for a drone's engine, or against it, is gathered over the seconds in which a source is heard, over gaps too: in
noise a drone far off is found in one second and not in the next.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from forehear.listen import kinds, spectrum, tones
from forehear.listen.families import Family

# --- numbers that decide -----------------------------------------------------------------------------
# A family continues another where its tone, or its octave, is this near [share] to where both slopes lead; after
# seconds in which it was not found, this much more for each; after so many it is over.
NEAR, NEAR_A_GAP, MOST_GAPS = 0.02, 0.01, 2
# Evidence of lines halfway between: what is left of it each second; from where on it halves the fundamental; and
# how much of it is remembered, so that a click that lit up all lines is forgotten within some seconds.
KEPT, HALVED_FROM, MOST_HALVED = 0.8, 12.0, 30.0
# So many seconds in a row must say another octave before it is reported.
SECONDS_AGAINST = 3
# -----------------------------------------------------------------------------------------------------

SECOND_S = 4 * spectrum.HOP_S
OCTAVES = (1.0, 0.5, 2.0)


class Thread(NamedTuple):
    """A family as of when it was last found, with what its past says of it."""

    family: Family
    weighed: kinds.Weighed  # evidence of `piston`, the past with it
    halved: float  # evidence that its fundamental is half as high
    octave: float  # what its tone is reported as: times 1, 1/2 or 2
    against: int  # for how many seconds another octave has been likelier
    gaps: int = 0  # for how many seconds it has not been found
    before: int = -1  # which of the threads of a second ago it continues; -1: none

    @property
    def tone_hz(self) -> float:
        """The fundamental [Hz] as it is reported."""
        return self.family.fine.tone_hz * self.octave


def follow(before: Sequence[Thread], now: Sequence[Family], weights: Sequence[float]) -> list[Thread]:
    """Continue the threads of a second ago with the families of now, of which each `told` so much.

    Those of now come first, in their order; then those that were not found, until they are over.
    """
    left = dict(enumerate(before))
    out = []
    for family, each in zip(now, weights, strict=True):
        pairs = [(_apart(past, family, octave), i, octave) for i, past in left.items() for octave in OCTAVES]
        apart, i, octave = min(pairs, default=(math.inf, 0, 1.0))
        if apart > 0.0:
            new = kinds.gathered(None, each)
            out.append(Thread(family, new, min(family.halved, MOST_HALVED), _octave(family, family.halved), 0))
            continue
        past = left.pop(i)
        halved = min(KEPT * past.halved + family.halved, MOST_HALVED)
        likely = _octave(family, halved)
        against = 0 if likely == octave else past.against + 1
        if against >= SECONDS_AGAINST:
            octave, against = likely, 0
        weighed = kinds.gathered(past.weighed, each, past.gaps)
        out.append(Thread(family, weighed, halved, octave, against, 0, i))
    return out + [past._replace(gaps=past.gaps + 1, before=i) for i, past in left.items() if past.gaps < MOST_GAPS]


def _octave(family: Family, halved: float) -> float:
    """Give the octave that a family alone would be reported in."""
    return 0.5 if halved > HALVED_FROM and family.fine.tone_hz / 2.0 > tones.LOWEST_HZ else 1.0


def _apart(past: Thread, now: Family, octave: float) -> float:
    """Give how much too far a tone is, in some octave, from where another leads [share]; octaves are second."""
    was = past.family.fine
    led = (was.slope_hz_per_s / was.tone_hz + now.fine.slope_hz_per_s / now.fine.tone_hz) / 2.0
    apart = abs(math.log(octave * now.fine.tone_hz / past.tone_hz) - led * SECOND_S * (1 + past.gaps))
    return apart + (0.0 if octave == 1.0 else 1e-3) - NEAR - NEAR_A_GAP * past.gaps
