"""What sure pairs teach of the sensors: how their errors scatter, what their clocks are."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import learn_bias
from forehear.track.associate.ingest import SensorArrays
from forehear.track.estimate.measurement import detected_level, wrapped
from forehear.track.layout import AZIMUTH, AZIMUTH_VAR, LEVEL_DB, LEVEL_VAR, LN_TONE, LN_TONE_VAR, THRESHOLD
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# What the level's variance is multiplied by in filters and fits: errors of one sensor, path and attitude last
# for many reports, which are not so many opinions.
LEVEL_CAUTION = 1.4
# How well a track's reports fit is followed by this step a report, faster at its start.
FIT_STEP = 0.03
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def learn(
    bank: Bank, k: int, batch: Batch, r: int, row: Array, pred: Array, spreads: Array, rates: Array,
    arrays: SensorArrays, scales: Array, residuals: Array,
) -> None:  # fmt: skip
    """From a source that surely is track k's: how well it fits, what the sensor's clock and level error are.

    Reference: docs/physics.md, "Bearings, clocks, air" (clocks), and "Who hears, and what silence is worth"
    (levels).
    """
    sensor = batch.sensor[r]
    level_var = row[LEVEL_VAR] / LEVEL_CAUTION * scales[0] + spreads[0]
    rise, share = detected_level(pred[0], row[THRESHOLD], math.sqrt(max(level_var, 1e-6)))
    at = 1 + int(residuals[0, 0]) % (residuals.shape[0] - 1)
    residuals[0, 0] += 1.0
    for c in range(4):
        residuals[at, c] = -1.0
    bank.foreseen[k] += 1.0
    step = max(FIT_STEP, 1.0 / (bank.foreseen[k] + 3.0))
    if row[LEVEL_VAR] > 0.0:
        miss = row[LEVEL_DB] - pred[0] - rise
        residuals[at, 0] = miss * miss / (level_var * max(share, 0.2))
        bank.fit[k, 1] += step * (min(residuals[at, 0], 16.0) - bank.fit[k, 1])
        learn_bias(arrays.laws, sensor, miss, level_var * max(share, 0.2), batch.lasting_s[r])
    # Temper: the state's error is common to neighbouring reports, so each says less of the clock alone.
    if row[LN_TONE_VAR] > 0.0:
        tone_var = row[LN_TONE_VAR] * scales[1] + spreads[1]
        tone_miss = row[LN_TONE] - pred[1]
        residuals[at, 1] = tone_miss * tone_miss / tone_var
        bank.fit[k, 0] += step * (min(residuals[at, 1], 16.0) - bank.fit[k, 0])
        _learn_clock(arrays.clock, sensor, -rates[1], tone_miss, 4.0 * tone_var)
    if row[AZIMUTH_VAR] > 0.0:
        azimuth_var = row[AZIMUTH_VAR] * scales[2] + spreads[2]
        azimuth_miss = wrapped(row[AZIMUTH] - pred[2])
        residuals[at, 2] = azimuth_miss * azimuth_miss / azimuth_var
        _learn_clock(arrays.clock, sensor, -rates[2], azimuth_miss, 4.0 * azimuth_var)


@njit(cache=True)
def _learn_clock(clock: Array, sensor: int, slope: float, miss: float, variance: float) -> None:
    """Take one innovation as a measurement of the sensor's clock (offset, variance), a scalar Kalman step.

    Reference: a scalar Kalman step, Bar-Shalom, Li and Kirubarajan 2001, 10.1002/0471221279, section 5.2; clocks:
    docs/physics.md, "Bearings, clocks, air".
    """
    var = clock[sensor, 1]
    s = slope * slope * var + variance
    if miss * miss > 16.0 * s:
        return
    gain = var * slope / s
    clock[sensor, 0] += gain * miss
    clock[sensor, 1] = max(var * (1.0 - gain * slope), 1e-4)
