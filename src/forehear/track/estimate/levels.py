"""Levels of one sensor share an error that lasts: one more unknown a sensor, eliminated in closed form."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import BIAS_VAR, LEVEL_VAR, SENSOR, STATES

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Degrees of freedom of the weight 1 / (1 + chi2 / nu): honest reports keep 90 % of theirs.
ROBUST_NU = 9.0
# Sensors whose level errors are told apart in one fit; a lasting error is never known better than this [dB^2]:
# paths.
MOST_SENSORS, LEAST_BIAS_VAR = 40, 2.0**2
# -----------------------------------------------------------------------------------------------------


class Levels(NamedTuple):
    """Working memory for the levels of up to n rows and G sensors."""

    miss: Array  # (n,) [dB]; what is absent has a weight of zero
    slope: Array  # (n, 8)
    variance: Array  # (n,)
    group: Ints  # (n,) which sensor, -1 for a level that is absent
    sensor: Array  # (G,)
    prior_var: Array  # (G,) of the sensor's lasting error [dB^2]
    bias: Array  # (G,) the error that fits best [dB]
    weight: Array  # (G,) sum of the levels' weights


@njit(cache=True)
def levels_for(n: int) -> Levels:
    """Allocate."""
    g = MOST_SENSORS
    return Levels(
        np.zeros(n), np.zeros((n, STATES)), np.ones(n), np.full(n, -1, np.int64), np.zeros(g), np.ones(g),
        np.zeros(g), np.zeros(g),
    )  # fmt: skip


@njit(cache=True)
def group_rows(rows: Array, n: int, levels: Levels) -> int:
    """Sort rows by sensor into levels.group; returns how many sensors. More than MOST_SENSORS share the last."""
    groups = 0
    for r in range(n):
        levels.group[r] = -1
        if rows[r, LEVEL_VAR] < 0.0:
            continue
        at = 0
        while at < groups and levels.sensor[at] != rows[r, SENSOR]:
            at += 1
        if at == groups:
            if groups == levels.sensor.shape[0]:
                at -= 1
            else:
                groups += 1
                levels.sensor[at] = rows[r, SENSOR]
                levels.prior_var[at] = max(rows[r, BIAS_VAR], LEAST_BIAS_VAR)
        levels.group[r] = at
    return groups


@njit(cache=True)
def find_biases(n: int, groups: int, levels: Levels) -> None:
    """Fill levels.bias with each sensor's error that fits best, by weights that fall as misses from it grow."""
    levels.bias[:groups] = 0.0
    sums = np.zeros(groups)
    for _ in range(2):
        levels.weight[:groups] = 0.0
        sums[:] = 0.0
        for r in range(n):
            g = levels.group[r]
            if g >= 0:
                off = levels.miss[r] - levels.bias[g]
                weight = 1.0 / (levels.variance[r] + off * off / ROBUST_NU)
                levels.weight[g] += weight
                sums[g] += weight * levels.miss[r]
        for g in range(groups):
            levels.bias[g] = sums[g] / (levels.weight[g] + 1.0 / levels.prior_var[g])
