"""What hearing and silence say of a track's existence and kind: who heard it, and what as."""

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]


@njit(cache=True)
def join(bank: Bank, k: int, sensor: int) -> bool:
    """Note that a sensor heard track k; False where it is noted already. The longest ago is forgotten."""
    n = bank.sensors_heard[k]
    size = bank.sensors.shape[1]
    for a in range(min(n, size)):
        if bank.sensors[k, a] == sensor:
            return False
    bank.sensors[k, n % size] = sensor
    bank.sensors_heard[k] = n + 1
    return True


def kind_probabilities(evidence: Array) -> Array:
    """Turn sums of log kind probabilities (T, 3) into probabilities (T, 3)."""
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)
