"""What is known of any flight before it is heard: its height, speed, loudness and place."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import LN_TONE, SENSOR_E, SENSOR_H, SENSOR_N

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
SPEED_SIGMA_MPS = 90.0
CLIMB_SIGMA_MPS = 3.0
SOURCE_LEVEL_DB, SOURCE_LEVEL_SIGMA_DB = 119.0, 7.0
PLACE_SIGMA_M = 12_000.0
# What is known of any flight's height above the sensors [m] enters again and again, as one opinion in so many
# seconds: plain microphones hardly see the height, and without it the filter digs into the ground.
HEIGHT_MEAN_M, HEIGHT_SIGMA_M, HEIGHT_EVERY_S = 600.0, 600.0, 60.0
# Speed against the air of what a propeller drives, mean and sigma [m/s]: long-range drones fly at 35 to 65, slow
# ones at 25, light aircraft at 70. The share that is of another sort, whose speeds are even up to the last.
PROPELLER_MPS, PROPELLER_SIGMA_MPS, ODD_SHARE, ODD_MOST_MPS = 50.0, 20.0, 0.1, 250.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def speed_evidence(speed_mps: float, propeller: float) -> float:
    """Give the log odds [nats] of an airspeed under what is known of the kind, over the fit's own prior of it.

    propeller: the odds that a propeller drives it; of other kinds nothing more is known. A fit knows a speed as
    two normal components (SPEED_SIGMA_MPS), so as a Rayleigh variable.
    Reference: our own, docs/decisions/0008-tracker.md, "What flies at what speed".
    """
    v = max(speed_mps, 1.0)
    plain = v / SPEED_SIGMA_MPS**2 * math.exp(-0.5 * (v / SPEED_SIGMA_MPS) ** 2)
    off = (v - PROPELLER_MPS) / PROPELLER_SIGMA_MPS
    usual = math.exp(-0.5 * off * off) / (PROPELLER_SIGMA_MPS * math.sqrt(2.0 * math.pi))
    odd = 1.0 / ODD_MOST_MPS if v < ODD_MOST_MPS else 0.0
    known = (1.0 - ODD_SHARE) * usual + ODD_SHARE * odd
    return math.log(max(propeller * known / plain + 1.0 - propeller, 1e-3))


@njit(cache=True)
def set_prior(prior: Array, anchor: Array, tonal: bool) -> None:
    """Fill prior (2, 8) around the seed's first row.

    Reference: our own, docs/decisions/0008-tracker.md, "Heights stay in the air".
    """
    prior[0, 0], prior[0, 1] = anchor[SENSOR_E], anchor[SENSOR_N]
    prior[1, 0] = prior[1, 1] = 1.0 / PLACE_SIGMA_M**2
    prior[0, 2], prior[1, 2] = anchor[SENSOR_H] + HEIGHT_MEAN_M, 1.0 / HEIGHT_SIGMA_M**2
    prior[0, 3] = prior[0, 4] = prior[0, 5] = 0.0
    prior[1, 3] = prior[1, 4] = 1.0 / SPEED_SIGMA_MPS**2
    prior[1, 5] = 1.0 / CLIMB_SIGMA_MPS**2
    prior[0, 6], prior[1, 6] = SOURCE_LEVEL_DB, 1.0 / SOURCE_LEVEL_SIGMA_DB**2
    prior[0, 7] = anchor[LN_TONE] if tonal else 4.7
    prior[1, 7] = 1.0 / 0.5**2
