"""Families from second to second: the same source's, so that what a second leaves open the next ones settle.

Whether the fundamental is half of what was found is seldom clear at once: a second of lines halfway between says a
little, ten say much. A source keeps its octave until several seconds in a row speak against it. And what was a
drone's a second ago is likelier one now.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from forehear.listen import kinds, spectrum, tones
from forehear.listen.families import Family
from forehear.listen.kinds import Sound

# --- numbers that decide -----------------------------------------------------------------------------
# A family continues another where its tone, or its octave, is this near [share] to where both slopes lead.
NEAR = 0.02
# Evidence of lines halfway between: what is left of it each second; from where on it halves the fundamental; and
# how much of it is remembered, so that a click that lit up all lines is forgotten within some seconds.
KEPT, HALVED_FROM, MOST_HALVED = 0.8, 12.0, 30.0
# So many seconds in a row must say another octave before it is reported.
SECONDS_AGAINST = 3
# -----------------------------------------------------------------------------------------------------

SECOND_S = 4 * spectrum.HOP_S
OCTAVES = (1.0, 0.5, 2.0)


class Thread(NamedTuple):
    """A family as of now, with what its past says of it."""

    family: Family
    odds: float  # of `piston`, the past with it
    halved: float  # evidence that its fundamental is half as high
    octave: float  # what its tone is reported as: times 1, 1/2 or 2
    against: int  # for how many seconds another octave has been likelier

    @property
    def tone_hz(self) -> float:
        """The fundamental [Hz] as it is reported."""
        return self.family.fine.tone_hz * self.octave


def follow(before: Sequence[Thread], now: Sequence[Family], sound: Sound) -> list[Thread]:
    """Continue the threads of a second ago with the families of now; in the order of `now`."""
    left = list(before)
    out = []
    for family in now:
        odds = kinds.piston_odds(kinds.traits(family, sound))
        pairs = [(_apart(past, family, octave), i, octave) for i, past in enumerate(left) for octave in OCTAVES]
        apart, i, octave = min(pairs, default=(math.inf, 0, 1.0))
        if apart > NEAR:
            out.append(Thread(family, odds, min(family.halved, MOST_HALVED), _octave(family, family.halved), 0))
            continue
        past = left.pop(i)
        halved = min(KEPT * past.halved + family.halved, MOST_HALVED)
        likely = _octave(family, halved)
        against = 0 if likely == octave else past.against + 1
        if against >= SECONDS_AGAINST:
            octave, against = likely, 0
        # Another octave's traits are another's.
        same = past.octave == octave
        out.append(Thread(family, kinds.with_memory(odds, past.odds if same else None), halved, octave, against))
    return out


def _octave(family: Family, halved: float) -> float:
    """Give the octave that a family alone would be reported in."""
    return 0.5 if halved > HALVED_FROM and family.fine.tone_hz / 2.0 > tones.LOWEST_HZ else 1.0


def _apart(past: Thread, now: Family, octave: float) -> float:
    """Give how far a tone is, in some octave, from where another leads in a second [share]; octaves are second."""
    was = past.family.fine
    led = (was.slope_hz_per_s / was.tone_hz + now.fine.slope_hz_per_s / now.fine.tone_hz) / 2.0
    apart = abs(math.log(octave * now.fine.tone_hz / past.tone_hz) - led * SECOND_S)
    return apart + (0.0 if octave == 1.0 else 1e-3)
