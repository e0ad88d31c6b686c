"""Which kind of engine a harmonic family is of: what was learned of its traits, gathered over seconds.

A propeller drone with a piston engine sounds as a full comb: its lines stand at all multiples of one fundamental
between some 50 and 200 Hz, up to 2 kHz; they hold for seconds, and Doppler moves them together. What of that is
left in wind, in rain, through a telephone, and what else sounds alike, nobody can put into rules: a forest of
boosted trees weighs the traits (`traits`) of a family in a second, and gives the logarithm of how much likelier they
are of a drone's engine. It was grown from synthetic drones and from sounds, synthetic and recorded, that anybody may
use (`training`). Its trees ask for one trait after another and never add more than they saw: a trait beyond all that
was learned says no more than the last that was.

Evidence is gathered along a source's path, for and against alike, and fades: seconds of one sound say much the same.
Where half lies, how much a place expects drones, is one number more.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen.forest import Forest, unpacked
from forehear.listen.kinds_learned import FOREST, HALF, SCALE
from forehear.listen.traits import NAMES
from forehear.records import Kinds

# --- numbers that decide -----------------------------------------------------------------------------
# What is left of what was gathered after a second.
KEPT = 0.6
# Evidence of one second counts at most so much [nat], and what is gathered.
MOST_A_SECOND, MOST_GATHERED = 8.0, 16.0
# A jet has tones too, seldom so low: what is no piston engine is this probably a jet.
JET_OF_REST = 0.03
# -----------------------------------------------------------------------------------------------------


class Weighed(NamedTuple):
    """Evidence that a source is a drone's engine [nat], gathered over seconds."""

    nat: float

    @property
    def odds(self) -> float:
        """Log-odds of `piston`."""
        return SCALE * (self.nat - HALF)


@cache
def learned() -> Forest:
    """Give the forest that the package carries. Raises InputError if it is damaged or another version's."""
    return unpacked(FOREST, "forehear.listen.kinds_learned", len(NAMES))


def told(traits: NDArray[np.float32]) -> list[float]:
    """Say of each family (n, traits) how much its second speaks for a drone's engine [nat]."""
    return learned().score(traits).tolist()


def gathered(before: Weighed | None, now: float, gaps: int = 0) -> Weighed:
    """Add a second's evidence to what was gathered, after so many seconds without any."""
    now = min(max(now, -MOST_A_SECOND), MOST_A_SECOND)
    if before is None:
        return Weighed(now)
    return Weighed(min(max(before.nat * KEPT ** (1 + gaps) + now, -MOST_GATHERED), MOST_GATHERED))


def kinds_of(odds: float) -> Kinds:
    """Turn log-odds of `piston` into probabilities of all kinds."""
    piston = 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))
    jet = (1.0 - piston) * JET_OF_REST
    return Kinds(piston=piston, jet=jet, other=1.0 - piston - jet)
