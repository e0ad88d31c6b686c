"""Weights of pairs into probabilities: loopy belief propagation."""

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
BP_ROUNDS = 12
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def propagate(psi: Array, sources: int, tracks: int, out: Array) -> None:
    """Turn weights psi (K, S) of pairs against silence into probabilities (K, S), in place of `out`.

    Reference: Williams and Lau 2014, 10.1109/TAES.2014.120568, eq. 28 to 31.
    """
    nu = np.ones((tracks, sources))
    mu = np.zeros((tracks, sources))
    for _ in range(BP_ROUNDS if tracks > 1 or sources > 1 else 1):
        for k in range(tracks):
            total = 1.0
            for s in range(sources):
                total += psi[k, s] * nu[k, s]
            for s in range(sources):
                mu[k, s] = psi[k, s] / (total - psi[k, s] * nu[k, s])
        for s in range(sources):
            total = 1.0
            for k in range(tracks):
                total += mu[k, s]
            for k in range(tracks):
                nu[k, s] = 1.0 / (total - mu[k, s])
    for k in range(tracks):
        total = 1.0
        for s in range(sources):
            total += psi[k, s] * nu[k, s]
        for s in range(sources):
            out[k, s] = psi[k, s] * nu[k, s] / total
