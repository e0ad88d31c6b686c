"""Whom a sensor would hear: the odds from range, level, noise and wind, and the odds that enough sensors do.

The formulas are those of docs/physics.md: spreading by the square of the range, absorption by the kilometre, a
logistic law of level over noise, and the edge of the acoustic shadow upwind. Ignores: terrain.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Approaching(NamedTuple):
    """A kind of target as it comes: how fast, how high, and how loud."""

    kind: str
    speed_mps: float
    height_m: float
    # Level less the threshold of hearing [dB at 1 m], and what the air takes [dB/m].
    excess_db: float
    absorbed_db_per_m: float


# --- numbers that decide ----------------------------------------------------------------------------- Hearing at
# 32, 36, 40, 46 dB of noise reaches 6.3, 4.8, 3.6, 2.1 km (docs/physics.md): 114.5 dB with 1 dB/km of absorption.
# A jet is some 12 dB louder where it is heard at all, higher, and its sound is absorbed sooner (2 dB/km).
PISTON = Approaching("piston", 51.0, 350.0, 114.5, 0.001)
JET = Approaching("jet", 155.0, 800.0, 126.5, 0.002)
KINDS = (PISTON, JET)
# Odds of hearing go from 0.1 to 0.9 over 6.5 dB: the scale of a logistic law [dB]; and its ceiling.
SCALE_DB, CEILING = 6.5 / math.log(81.0), 0.95
# The edge of the shadow of a target at 350 m [m], by the wind against the sound [m/s] (docs/physics.md).
SHADOW_WIND_MPS, SHADOW_EDGE_M = (0.0, 3.0, 8.0), (3_800.0, 2_200.0, 1_400.0)
# Farther than this over ground no sensor hears anything [m].
FARTHEST_M = 8_000.0
# -----------------------------------------------------------------------------------------------------


def odds_of_hearing(kind: Approaching, range_m: Array, upwind_mps: Array, noise_db: Array) -> Array:
    """Odds (...,) that a sensor hears a kind of target at a slant range [m] through a wind against the sound
    [m/s].

    Without wind there is no shadow: by day a gradient of temperature alone may throw one: docs/limits.md.
    """
    far = np.maximum(range_m, 1.0)
    excess = kind.excess_db - 20.0 * np.log10(far) - kind.absorbed_db_per_m * far - noise_db
    odds = CEILING / (1.0 + np.exp(-np.clip(excess / SCALE_DB, -40.0, 40.0)))
    edge = np.interp(upwind_mps, SHADOW_WIND_MPS, SHADOW_EDGE_M)
    return np.where((upwind_mps > 0.0) & (far > edge), 0.0, odds)


def at_least(odds: Array, count: int) -> Array:
    """Give the odds (...,) that at least `count` of independent events (..., M) happen (Poisson binomial)."""
    fewer = np.zeros((*odds.shape[:-1], count))
    fewer[..., 0] = 1.0
    for m in range(odds.shape[-1]):
        p = odds[..., m, None]
        moved = np.concatenate([np.zeros_like(p), fewer[..., :-1]], axis=-1)
        fewer = (1.0 - p) * fewer + p * moved
    return np.asarray(np.clip(1.0 - fewer.sum(axis=-1), 0.0, 1.0), np.float64)
