"""What a stream's quarters of a second give before anything is judged: floor, search, noise, powers, beat.

Hops are taken many at a time: a second at once is a few large steps of arrays instead of many small ones. What
comes of them does not depend on how many come at once.
"""

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum
from forehear.listen.beat import Beat
from forehear.listen.floor import BANDS, NoiseFloor, band_powers
from forehear.listen.tones import Search
from forehear.listen.traits import Sound

Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# How much of the floor's logarithm a new hop replaces: lines are compared with the noise of about a second.
NEWS = 0.4
# Sound that sets in after silence is not compared with the silence: the noise is at most so far behind [nat].
BEHIND = np.float32(4.0)
# Samples beyond this many times full scale are cut off there: their squares must stay numbers.
MOST_FULL_SCALE = np.float32(1e3)
# -----------------------------------------------------------------------------------------------------

SECOND_HOPS = 4


class FrontEnd:
    """Follows one stream: `low` (n,) is the half-rate sound of the hops that came last, `noise` what is behind."""

    def __init__(self) -> None:
        """Begin in silence."""
        self.floor = NoiseFloor()
        self.search = Search()
        self.begin()

    def begin(self) -> None:
        """Begin anew: the floor stays, and what hums."""
        self._halver = spectrum.Halver()
        self._beat = Beat()
        self._hops = 0
        self.low = np.zeros(SECOND_HOPS * spectrum.HOP, np.float32)
        self.noise: Floats | None = None
        self.bands = np.zeros((0, BANDS))
        self._powers = (0.0, 0.0)
        self.search.reset()

    def hear(self, samples: Floats) -> None:
        """Hear whole hops (n, channels) of full scale, n a multiple of HOP_IN.

        Reference: our own, docs/listening.md, "Theory of operation", 1, 2 and 7.
        """
        hops = len(samples) // spectrum.HOP_IN
        taken = self._halver.take(_living(samples, hops))
        self._beat.hear(taken.low)
        # Each frame begins a hop before the hop that it ends with; the stream's first hop has none before it.
        joined = np.concatenate([self.low[-(spectrum.FRAME - spectrum.HOP) :], taken.low])
        self.low = taken.low
        first = 0 if self._hops else spectrum.FRAME_HOPS - 1
        self._hops += hops
        if first >= hops:
            return
        frames = np.lib.stride_tricks.sliding_window_view(joined, spectrum.FRAME)[:: spectrum.HOP][first:]
        power = spectrum.power_spectrum(frames)
        noises, ratios = spectrum.floor_and_ratio(power)
        for noise in noises:
            old = noise if self.noise is None else self.noise
            self.noise = np.maximum((1.0 - NEWS) * old + np.float32(NEWS) * noise, noise - BEHIND)
        self.search.step(ratios)
        of_hops = taken.low.reshape(hops, spectrum.HOP)[first:]
        low_power = np.einsum("ij,ij->i", of_hops, of_hops) / np.float32(spectrum.HOP)
        high_power = taken.high_power[first:]
        self.bands = band_powers(power, low_power, high_power)
        self.floor.hear(self.bands)
        self._powers = (float(low_power.mean()), float(high_power.mean()))

    def sound(self, count: int) -> Sound:
        """Describe what was heard last, in which so many families were found."""
        return Sound(*self._powers, self.bands.mean(axis=0), self._beat.clearness(), count)


def _living(samples: Floats, hops: int) -> Floats:
    """Give what is heard (n,) of samples (n, channels): of each hop the first microphone that lives."""
    if samples.shape[1] == 1:
        return samples[:, 0]
    of_hops = samples.reshape(hops, spectrum.HOP_IN, -1)
    living = (np.ptp(of_hops, axis=1) > 0.0).argmax(axis=1)
    return np.ascontiguousarray(of_hops[np.arange(hops), :, living]).ravel()
