"""The noise floor by bands: what a place sounds like when nothing passes.

Each hop gives the power in third octaves from 40 to 2,000 Hz, from 2 to 4 kHz and above. Ten seconds give a mean,
ten minutes of such means a low quantile: a passing vehicle or drone, some minutes long, does not raise it, and
weather that changes within a quarter of an hour does. Memory and work are constant however long it runs.
"""

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
FROM_HZ, TO_HZ = 40.0, 2000.0
# So many hops make a mean, so many means are remembered: 10 s, 10 min.
MEAN_HOPS, MEANS = 40, 60
# What passes may be there 70 % of the time.
QUANTILE = 0.3
# -----------------------------------------------------------------------------------------------------

_edges = FROM_HZ * 2.0 ** (np.arange(round(3.0 * np.log2(TO_HZ / FROM_HZ)) + 1) / 3.0)
_first = np.rint(_edges / spectrum.BIN_HZ).astype(np.intp)
# Third octaves, then 2 to 4 kHz, then above.
EDGES_HZ = np.append(np.minimum(_edges, TO_HZ), (spectrum.RATE_HZ / 2.0, spectrum.RATE_HZ))
BANDS = len(EDGES_HZ) - 1
LISTENING = slice(0, BANDS - 2)


def band_powers(power: Floats, low_power: Floats, high_power: Floats) -> Array:
    """Give the power [full scale^2] in each band (n, BANDS) from spectra (n, BINS) and both halves' power (n,).

    Reference: Parseval's theorem, one-sided; bands and floor: docs/listening.md, "Theory of operation", 7.
    """
    # One-sided: a bin stands for its mirror too; the padding spreads each over PADDED / FRAME bins.
    scale = 2.0 / (spectrum.WINDOW_POWER * spectrum.PADDED)
    out = np.empty((len(power), BANDS))
    out[:, :-2] = np.add.reduceat(power, _first, axis=1, dtype=np.float64)[:, :-1] * scale
    out[:, -2] = np.maximum(low_power - power.sum(axis=1, dtype=np.float64) * scale, 0.0)
    out[:, -1] = high_power
    return out


class NoiseFloor:
    """The floor of one stream: powers (BANDS,)."""

    def __init__(self) -> None:
        self._hops = np.zeros((MEAN_HOPS, BANDS))
        self._means = np.zeros((MEANS, BANDS))
        self._count = 0
        self._floor: Array | None = None

    @property
    def known_s(self) -> float:
        """For how long the floor has been listened to, up to what is remembered."""
        return min(self._count, MEAN_HOPS * MEANS) * spectrum.HOP_S

    @property
    def powers(self) -> Array | None:
        """The floor [full scale^2] (BANDS,), None before the first hop.

        Reference: docs/listening.md, "Theory of operation", 7.
        """
        return self._floor

    def hear(self, powers: Array) -> None:
        """Add hops' powers (n, BANDS), or one's (BANDS,) [full scale^2].

        Reference: docs/listening.md, "Theory of operation", 7.
        """
        for of_hop in np.atleast_2d(powers):
            self._hops[self._count % MEAN_HOPS] = of_hop
            self._count += 1
            means, rest = divmod(self._count, MEAN_HOPS)
            if rest == 0:
                self._means[(means - 1) % MEANS] = self._hops.mean(axis=0)
                self._floor = np.quantile(self._means[: min(means, MEANS)], QUANTILE, axis=0)
        means, rest = divmod(self._count, MEAN_HOPS)
        if means == 0 and rest:
            self._floor = np.quantile(self._hops[:rest], QUANTILE, axis=0)
