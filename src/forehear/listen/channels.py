"""Several channels of one place to one: none that is dead, none against the others.

A recorder's second channel may be dead, or wired the other way round, as a balanced lead plugged into an
unbalanced socket is: the mean of both is then half as loud, or nothing at all. So each channel is compared with
the loudest, over seconds, and turned round where it goes against it; one that is dead is left out of the mean.

Ignores: how far apart the microphones are. What reaches two of them half a period apart is turned round like a
wrong lead, which is right for the sound that is loudest; microphones a metre apart are better heard as an array.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# Channels are compared at about this rate [Hz]: engines are heard below half of it, hiss and bats above.
COMPARED_AT_HZ = 4000.0
# How long it is remembered how they went together [s]: a turned lead stays so for months; less, and a passing
# sound from the side would decide.
MEMORY_S = 10.0
# A channel is turned where its correlation with the loudest is below minus this. Of noise of its own, 2 s of it
# to 2 kHz, that has a sigma of 0.01; before there is as much, more is asked.
TURNED_FROM, TURNED_AT_ONCE, SURE_AFTER_S = 0.1, 0.3, 2.0
# It is called a lead that is wired against the others only from here: sound from the side alone seldom does that.
OPPOSED_FROM = 0.5
# A channel so much weaker than the loudest is dead (40 dB): preamplifiers differ by 10, telephones' ends by 20.
DEAD_UNDER = 1e-4
# -----------------------------------------------------------------------------------------------------


class Mixer:
    """Mixes the channels of one stream. `opposed` counts those that are wired against the others now."""

    def __init__(self, rate_hz: float) -> None:
        self._step = max(round(rate_hz / COMPARED_AT_HZ), 1)
        self._rate_hz = rate_hz
        self._together: NDArray[np.float64] | None = None
        self._signs: Floats = np.ones(1, np.float32)
        self._known_s = 0.0
        self.opposed = 0

    def mix(self, x: Floats) -> Floats:
        """Give samples (n, 1) of samples (n, channels) of full scale 1; NaN where no channel has a number.

        Reference: our own, each channel's sign by its correlation with the loudest; docs/microphone.md, "Health".
        """
        if x.shape[1] == 1 or len(x) == 0:
            return x[:, :1]
        good: NDArray[np.bool_] = np.asarray(np.isfinite(x))
        whole = bool(good.all())
        known = x if whole else np.where(good, x, np.float32(0.0))
        alive = self._compared(known)
        weights = (self._signs * alive).astype(np.float32)
        if whole:
            return np.asarray(known @ (weights / alive.sum())[:, None], np.float32)
        count = (good & alive).sum(axis=1)
        mixed = known @ weights
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(count > 0, mixed / count, np.nan), np.float32)[:, None]

    def _compared(self, x: Floats) -> NDArray[np.bool_]:
        """Bring the signs up to date with samples (n, channels) of numbers alone; gives which live (channels,)."""
        n, channels = x.shape
        if self._together is None or len(self._together) != channels:
            self._together = np.zeros((channels, channels))
            self._signs = np.ones(channels, np.float32)
            self._known_s, self.opposed = 0.0, 0
        whole = n // self._step * self._step
        slow = x[:whole].reshape(-1, self._step, channels).mean(axis=1, dtype=np.float64) if whole else x
        # Differences: neither an offset nor wind decides.
        moves = np.diff(np.clip(slow, -1e3, 1e3), axis=0)
        now = moves.T @ moves
        power = np.diag(now)
        if len(moves) == 0 or not power.max() > 0.0:
            return np.ones(channels, bool)
        kept = math.exp(-n / self._rate_hz / MEMORY_S)
        self._together = kept * self._together + now
        self._known_s = min(self._known_s + n / self._rate_hz, MEMORY_S)
        self._turn()
        return np.asarray(power >= DEAD_UNDER * power.max())

    def _turn(self) -> None:
        """Turn each channel that goes against the loudest."""
        assert self._together is not None
        power = np.diag(self._together)
        loudest = int(power.argmax())
        with np.errstate(invalid="ignore", divide="ignore"):
            together = np.nan_to_num(self._together[loudest] / np.sqrt(power * power[loudest]))
        least = TURNED_FROM if self._known_s >= SURE_AFTER_S else TURNED_AT_ONCE
        against = together * self._signs * self._signs[loudest] < -least
        self._signs[against] *= -1.0
        # The fewer are the wrong ones.
        self.opposed = min(int((together < -OPPOSED_FROM).sum()), int((together > OPPOSED_FROM).sum()))
