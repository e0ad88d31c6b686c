"""What the silence of sensors says against a flight: where it is, and where it must have come from.

Theory of operation. Three microphones in a line hear a flight and its mirror image alike, and so do two. What
tells them apart is who else should have heard: the image of a drone that comes from outside has flown over sensors
within the network. So every sensor near the flight is asked at several moments of its recent past, a correlation
time apart, from a little before it was first heard. One sensor's silence is bounded, however many moments it is
asked of.

A sensor that reported something else is asked too, see `memory.lately`: that hides only what may be the flight
itself, and what is much weaker.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import (
    CORRELATION_S,
    ceiling_of,
    hearing_probability,
    hearing_sigma,
    margin_of,
    silence_nats,
)
from forehear.track.associate.existence import SILENCE_MOST_NATS
from forehear.track.associate.ingest import SensorArrays
from forehear.track.estimate.measurement import predict_measurement
from forehear.track.layout import (
    COLUMNS,
    INVERSE_SCALE,
    MEASURED,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
)
from forehear.track.memory.lately import hidden_below

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Sensors within this of a flight [m] are asked whether they heard it, if they reported within these seconds.
SILENT_WITHIN_M, ALIVE_S = 9_000.0, 15.0
# What a fit's level at a sensor that does not take part in it is uncertain by [dB^2].
FLIGHT_LEVEL_VAR = 9.0
# From how long before the first hearing it is asked for [s], and for how long in all: straight flight is a fair
# guess for a minute.
ASKED_BEFORE_S, ASKED_MOST_S = 20.0, 60.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def silence_evidence(
    x: Array,
    time_s: float,
    since_s: float,
    now_s: float,
    arrays: SensorArrays,
    heard: NDArray[np.bool_],
    tonal: bool,
    air: Array,
) -> float:
    """Give the log odds [nats, at most 0] of what the sensors near a flight did not hear of it.

    x (8,) at `time_s`; since_s: when it was first heard. `heard` (N,) marks those that take part in the fit;
    tonal: it has a tone. A sensor that reported within ALIVE_S is asked by the one law of hearing.
    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    row = np.zeros(COLUMNS)
    begin_s = max(since_s - ASKED_BEFORE_S, time_s - ASKED_MOST_S)
    times = 1 + int(max(time_s - begin_s, 0.0) / CORRELATION_S)
    back_e, back_n = x[0] + (begin_s - time_s) * x[3], x[1] + (begin_s - time_s) * x[4]
    first = np.searchsorted(arrays.east_sorted, min(x[0], back_e) - SILENT_WITHIN_M)
    last = np.searchsorted(arrays.east_sorted, max(x[0], back_e) + SILENT_WITHIN_M)
    south, north = min(x[1], back_n) - SILENT_WITHIN_M, max(x[1], back_n) + SILENT_WITHIN_M
    total = 0.0
    for i in range(first, last):
        s = arrays.by_east[i]
        if heard[s] or arrays.person[s] or arrays.last_report_s[s] < now_s - ALIVE_S:
            continue
        if not south < arrays.place[s, 1] < north:
            continue
        row[SENSOR_E], row[SENSOR_N] = arrays.place[s, 0], arrays.place[s, 1]
        row[SENSOR_H], row[INVERSE_SCALE] = arrays.place[s, 2], arrays.place[s, 3]
        total += _silence_of(x, time_s, times, tonal, s, row, arrays, air)
    return total


@njit(cache=True)
def _silence_of(
    x: Array, time_s: float, times: int, tonal: bool, s: int, row: Array, arrays: SensorArrays, air: Array
) -> float:
    """Give what the silence of sensor s, placed by row, says at so many moments up to its last report [nats].

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    noise = arrays.noise_db[s] if not math.isnan(arrays.noise_db[s]) else 35.0
    sigma, ceiling = hearing_sigma(arrays.laws, s, FLIGHT_LEVEL_VAR), ceiling_of(arrays.laws, s)
    total = 0.0
    for a in range(times):
        heard_s = arrays.last_report_s[s] - (a + 0.5) * CORRELATION_S
        delay = predict_measurement(x, heard_s - time_s, row, air, h, jac)
        hidden = hidden_below(arrays.lately[s], heard_s, h[1] if tonal else np.nan, 0.5 * CORRELATION_S)
        odds = hearing_probability(h[0], max(noise, hidden) + margin_of(arrays.laws, s), sigma, ceiling)
        total += silence_nats(odds, delay * air[0], CORRELATION_S)
        if total < -SILENCE_MOST_NATS:
            return -SILENCE_MOST_NATS
    return total
