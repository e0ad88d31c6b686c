"""Families from second to second: the same source's, so that what a second leaves open the next ones settle.

Whether the fundamental is half of what was found is seldom clear at once: a second of lines halfway between says
a little, ten say much. And what was a drone's a second ago is likelier one now.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from forehear.listen import kinds, spectrum, tones
from forehear.listen.families import Family
from forehear.listen.kinds import Sound

# --- numbers that decide -----------------------------------------------------------------------------
# A family continues another where its tone is this near [share] to where the slopes of both lead.
NEAR = 0.02
# Evidence of lines halfway between: what is left of it each second; from where on it halves the fundamental; and
# how much of it is remembered, so that a click that lit up all lines is forgotten within some seconds.
KEPT, HALVED_FROM, MOST_HALVED = 0.8, 12.0, 30.0
# -----------------------------------------------------------------------------------------------------

SECOND_S = 4 * spectrum.HOP_S


class Thread(NamedTuple):
    """A family as of now, with what its past says of it."""

    family: Family
    odds: float  # of `piston`, the past with it
    halved: float  # evidence that its fundamental is half as high
    is_half: bool


def follow(before: Sequence[Thread], now: Sequence[Family], sound: Sound) -> list[Thread]:
    """Continue the threads of a second ago with the families of now; in the order of `now`."""
    left = list(before)
    out = []
    for family in now:
        odds = kinds.piston_odds(kinds.traits(family, sound))
        past = min(left, key=lambda t: _apart(t.family, family), default=None)
        if past is not None and _apart(past.family, family) < NEAR:
            left.remove(past)
            halved = min(KEPT * past.halved + family.halved, MOST_HALVED)
            # What has been halved stays so until it is clear that it was wrong.
            is_half = _may_halve(family) and halved > (0.0 if past.is_half else HALVED_FROM)
            out.append(Thread(family, kinds.with_memory(odds, past.odds), halved, is_half))
        else:
            is_half = _may_halve(family) and family.halved > HALVED_FROM
            out.append(Thread(family, odds, min(family.halved, MOST_HALVED), is_half))
    return out


def _may_halve(family: Family) -> bool:
    """Say whether half of the tone is still an engine's."""
    return family.fine.tone_hz / 2.0 > tones.LOWEST_HZ


def _apart(past: Family, now: Family) -> float:
    """Give how far a tone is from where another leads in a second [share]."""
    led = (past.fine.slope_hz_per_s / past.fine.tone_hz + now.fine.slope_hz_per_s / now.fine.tone_hz) / 2.0
    return abs(math.log(now.fine.tone_hz / past.fine.tone_hz) - led * SECOND_S)
