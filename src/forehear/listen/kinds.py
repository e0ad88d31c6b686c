"""Which kind of engine a harmonic family is of: what was learned of its traits, gathered over seconds.

A propeller drone with a piston engine sounds as a full comb: its lines stand at all multiples of one fundamental
between some 50 and 200 Hz, up to 2 kHz; they hold for seconds, and Doppler moves them together. What of that is
left in wind, in rain, through a telephone, and what else sounds alike, nobody can put into rules: a forest of
boosted trees weighs the traits (`traits`) of a family in a second, and gives the logarithm of how much likelier
they are of a drone's engine. It was grown from synthetic drones and from sounds, synthetic and recorded, that
anybody may use (`training`). Its trees ask for one trait after another and never add more than they saw: a trait
beyond all that was learned says no more than the last that was.

Evidence is gathered along a source's path, for and against alike, and fades: seconds of one sound say much the
same. It is told as a likelihood ratio times the odds that a place expects: where half lies is that one number, and
whoever knows better how rare drones are at a place says so.
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen.forest import FlatForest, Forest, flattened, unpacked
from forehear.listen.kinds_learned import EXPECTED, FOREST, SCALE, SHIFT
from forehear.listen.traits import NAMES
from forehear.records import Kinds

# --- numbers that decide -----------------------------------------------------------------------------
# How much of a second's weight is left after the next. Seconds of one sound say much the same: n of them are
# worth n^(1 - ALIKE) of one; at 0 a siren that goes on would be a drone in the end, at 1 nothing would gather.
KEPT, ALIKE = 0.7, 0.7
# Evidence of one second counts at most so much [nat].
MOST_A_SECOND = 8.0
# A jet has tones too, seldom so low: what is no piston engine is this probably a jet.
JET_OF_REST = 0.03
# -----------------------------------------------------------------------------------------------------


class Weighed(NamedTuple):
    """Evidence that a source is a drone's engine: its fading sum over seconds [nat], and that of ones."""

    total: float
    seconds: float = 1.0

    @property
    def nat(self) -> float:
        """What it is worth."""
        return float(self.total / self.seconds**ALIKE)

    def odds(self, expected: float) -> float:
        """Give the log-odds of `piston`, from those before anything was heard."""
        return SCALE * self.nat + SHIFT + expected


def expected(prior: float | None) -> float:
    """Give the log-odds that a place expects: of a probability, or, without one, as rare as at most places.

    Raises ValueError for what is not between 0 and 1.
    """
    if prior is None:
        return EXPECTED
    if not 0.0 < prior < 1.0:
        raise ValueError(f"prior: {prior:g} is not between 0 and 1")
    return math.log(prior / (1.0 - prior))


@cache
def learned() -> Forest:
    """Give the forest that the package carries. Raises InputError if it is damaged or another version's."""
    return unpacked(FOREST, "forehear.listen.kinds_learned", len(NAMES))


@cache
def _flat() -> FlatForest:
    return flattened(learned())


def weighed(traits: NDArray[np.float32]) -> list[float]:
    """Say of each family (n, traits) how much its second speaks for a drone's engine [nat]."""
    return [float(each) for each in _flat().score(traits)]


def gathered(before: Weighed | None, now: float, gaps: int = 0) -> Weighed:
    """Add a second's evidence to what was gathered, after so many seconds without any."""
    now = min(max(now, -MOST_A_SECOND), MOST_A_SECOND)
    if before is None:
        return Weighed(now)
    kept = KEPT ** (1 + gaps)
    return Weighed(before.total * kept + now, before.seconds * kept + 1.0)


def kinds_of(odds: float) -> Kinds:
    """Turn log-odds of `piston` into probabilities of all kinds."""
    piston = 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))
    jet = (1.0 - piston) * JET_OF_REST
    return Kinds(piston=piston, jet=jet, other=1.0 - piston - jet)
