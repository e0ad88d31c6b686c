"""What sure pairs teach of the sensors: how their errors scatter, what their clocks are."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.measurement import detected_level, wrapped
from forehear.track.layout import AZIMUTH, AZIMUTH_VAR, LEVEL_DB, LEVEL_VAR, LN_TONE, LN_TONE_VAR, THRESHOLD
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# What the level's variance is multiplied by in filters and fits: errors of one sensor, path and attitude last
# for many reports, which are not so many opinions.
LEVEL_CAUTION = 1.4
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def learn(
    bank: Bank,
    k: int,
    batch: Batch,
    r: int,
    row: Array,
    pred: Array,
    spreads: Array,
    rates: Array,
    clock: Array,
    residuals: Array,
    scales: Array,
) -> None:
    """From a source that surely is track k's: how well it fits, and what the sensor's clock must be."""
    level_var = row[LEVEL_VAR] / LEVEL_CAUTION * scales[0] + spreads[0]
    rise, share = detected_level(pred[0], row[THRESHOLD], math.sqrt(level_var))
    miss = row[LEVEL_DB] - pred[0] - rise
    sensor = batch.sensor[r]
    at = 1 + int(residuals[0, 0]) % (residuals.shape[0] - 1)
    residuals[0, 0] += 1.0
    for c in range(4):
        residuals[at, c] = -1.0
    if row[LEVEL_VAR] > 0.0:
        residuals[at, 0] = miss * miss / (level_var * max(share, 0.2))
        bank.fit[k, 1] += 0.03 * (min(residuals[at, 0], 16.0) - bank.fit[k, 1])
    # Temper: the state's error is common to neighbouring reports, so each says less of the clock alone.
    if row[LN_TONE_VAR] > 0.0:
        tone_var = row[LN_TONE_VAR] * scales[1] + spreads[1]
        tone_miss = row[LN_TONE] - pred[1]
        residuals[at, 1] = tone_miss * tone_miss / tone_var
        bank.fit[k, 0] += 0.03 * (min(residuals[at, 1], 16.0) - bank.fit[k, 0])
        _learn_clock(clock, sensor, -rates[1], tone_miss, 4.0 * tone_var)
    if row[AZIMUTH_VAR] > 0.0:
        azimuth_var = row[AZIMUTH_VAR] * scales[2] + spreads[2]
        azimuth_miss = wrapped(row[AZIMUTH] - pred[2])
        residuals[at, 2] = azimuth_miss * azimuth_miss / azimuth_var
        _learn_clock(clock, sensor, -rates[2], azimuth_miss, 4.0 * azimuth_var)


@njit(cache=True)
def _learn_clock(clock: Array, sensor: int, slope: float, miss: float, variance: float) -> None:
    """Take one innovation as a measurement of the sensor's clock (offset, variance), a scalar Kalman step."""
    var = clock[sensor, 1]
    s = slope * slope * var + variance
    if miss * miss > 16.0 * s:
        return
    gain = var * slope / s
    clock[sensor, 0] += gain * miss
    clock[sensor, 1] = max(var * (1.0 - gain * slope), 1e-4)
