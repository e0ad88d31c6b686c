"""Sources without tones: broad-band sound that rises out of the floor and stays, as a jet's does.

A jet far off is a noise that covers all bands up to 2 kHz at once, grows and falls over many seconds, and hardly
trembles. Wind covers the low bands in gusts, rain adds most above 4 kHz, a car passes in few seconds. Nothing of
this is sure from one microphone, and the probabilities say so: never more than MOST for a jet.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import floor
from forehear.listen.kinds import ramp
from forehear.records import Kinds

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# The floor must have been listened to for this long [s].
FLOOR_S = 20.0
# Something is there from this much more power than the floor's [dB], in this share of the bands from 100 Hz on by
# this much [dB].
RISEN_DB, BAND_DB, BAND_SHARE = 5.0, 3.0, 0.75
FROM_HZ = 100.0
# A second whose hops differ by less [dB, standard deviation] is steady; from one second to the next it may change
# by so much [dB].
STEADY_DB, JUMP_DB = 1.5, 5.0
# It becomes likelier over these seconds; it is never likelier than this, nor is anything without tones likelier a
# piston engine than that.
FROM_S, TO_S = 3.0, 10.0
MOST, PISTON = 0.6, 0.04
# -----------------------------------------------------------------------------------------------------

_BANDS = np.flatnonzero(floor.EDGES_HZ[:-1] >= FROM_HZ)
_BANDS = _BANDS[_BANDS < floor.BANDS - 2]


class Broad(NamedTuple):
    """Broad-band sound out of the floor in the last second: its power [full scale^2], and its kinds."""

    power: float
    kinds: Kinds


class BroadBand:
    """What a stream's bands did in the last seconds."""

    def __init__(self) -> None:
        self._seconds = 0
        self._before_db = 0.0

    def reset(self) -> None:
        """Forget what was rising."""
        self._seconds = 0

    def hear(self, hops: Array, under: Array, known_s: float) -> Broad | None:
        """Judge a second: powers of its hops (n, BANDS) and the floor's (BANDS,) [full scale^2], and its age [s].

        None where nothing rises. Ignores: what the sound is, beyond its bands. Reference: our own,
        docs/listening.md, "Theory of operation", 8.
        """
        bands = hops[:, _BANDS]
        risen_db = 10.0 * np.log10((bands.mean(axis=0) + 1e-20) / (under[_BANDS] + 1e-20))
        level_db = 10.0 * np.log10(bands.sum(axis=1) + 1e-20)
        total_db = float(10.0 * np.log10((bands.mean(axis=0).sum() + 1e-20) / (under[_BANDS].sum() + 1e-20)))
        now_db = float(level_db.mean())
        smooth = self._seconds == 0 or abs(now_db - self._before_db) < JUMP_DB
        self._before_db = now_db
        wide = float(np.mean(risen_db > BAND_DB))
        if known_s < FLOOR_S or total_db < RISEN_DB or wide < BAND_SHARE:
            self._seconds = 0
            return None
        self._seconds = self._seconds + 1 if smooth else 1
        hiss_db = float(10.0 * np.log10((hops[:, -1].mean() + 1e-20) / (under[-1] + 1e-20)))
        jet = MOST * ramp(self._seconds, FROM_S, TO_S)
        jet *= ramp(float(level_db.std()), 2.0 * STEADY_DB, STEADY_DB)
        # Rain and a hiss nearby rise more above 4 kHz than below.
        jet *= ramp(hiss_db - total_db, 6.0, 0.0)
        power = float(np.maximum(hops.mean(axis=0) - under, 0.0)[floor.LISTENING].sum())
        return Broad(power, Kinds(piston=PISTON, jet=jet, other=1.0 - PISTON - jet))
