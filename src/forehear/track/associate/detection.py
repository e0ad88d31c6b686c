"""The law of hearing: how likely a sensor is to report a level."""

import math

from forehear.compiled import njit


@njit(cache=True)
def hearing_probability(expected_db: float, threshold_db: float, sigma_db: float, best: float) -> float:
    """Give the odds that a level is heard: a normal fluctuation that must exceed the threshold."""
    return best * 0.5 * math.erfc((threshold_db - expected_db) / sigma_db * 0.7071067811865476)
