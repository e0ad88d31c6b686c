"""The grid of hypotheses: where the sound left, course and speed, scored on the streams' summaries."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.measurement import predict_heard, wrapped
from forehear.track.estimate.prior import SOURCE_LEVEL_DB, SOURCE_LEVEL_SIGMA_DB
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    HEARD,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# The grid: range [m] at emission from the seed, azimuths, courses, speeds [m/s]: from slow drones to jets.
RANGES_M = np.array([600.0, 1300.0, 2300.0, 3600.0, 5300.0, 7600.0])
AZIMUTHS = 18
COURSES = 14
SPEEDS_MPS = np.array([42.0, 62.0, 100.0, 160.0])
TONELESS_SPEEDS_MPS = np.array([90.0, 130.0, 180.0])
GRID_HEIGHT_M = 500.0
# What the grid's steps leave of level [dB] and ln tone, and the most a stream that does not fit costs.
GRID_LEVEL_SIGMA_DB = 4.0
GRID_LN_TONE_SIGMA = 0.04
GRID_AZIMUTH_SIGMA = 0.2
GRID_CAP = 6.0
# A source level so many sigmas (squared) from what is heard from kilometres is not looked at.
GRID_ODDEST = 16.0
APART_M = 1200.0
APART_MPS = 22.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def search_grid(
    points: Array,
    starts: Ints,
    sensors: Ints,
    streams: int,
    seed: int,
    time_s: float,
    air: Array,
    best_x: Array,
    best_cost: Array,
) -> int:
    """Score the grid on summary points; fills best_x (STARTS, 8), best_cost (STARTS,). Returns how many.

    points (P, COLUMNS), starts (streams + 1,): the points of each stream, sensors (streams,) their sensors
    (equal ones adjacent), seed: which stream is the seed.
    """
    h = np.empty(3)
    x = np.zeros(STATES)
    c = air[0]
    first, last = starts[seed], starts[seed + 1]
    anchor = points[last - 1]
    tonal = anchor[LN_TONE_VAR] > 0.0
    found = 0
    speeds = SPEEDS_MPS if tonal else TONELESS_SPEEDS_MPS
    for ir in range(RANGES_M.shape[0]):
        for ia in range(AZIMUTHS):
            azimuth = 2.0 * math.pi * (ia + 0.5 * (ir % 2)) / AZIMUTHS
            if anchor[AZIMUTH_VAR] > 0.0:
                off = wrapped(azimuth - anchor[AZIMUTH])
                if abs(off) > 0.4:
                    continue
            qe = anchor[SENSOR_E] + RANGES_M[ir] * math.sin(azimuth)
            qn = anchor[SENSOR_N] + RANGES_M[ir] * math.cos(azimuth)
            since = time_s - anchor[HEARD] + math.hypot(RANGES_M[ir], GRID_HEIGHT_M) / c
            for ic in range(COURSES):
                course = 2.0 * math.pi * ic / COURSES
                for iv in range(speeds.shape[0]):
                    x[3], x[4] = speeds[iv] * math.sin(course), speeds[iv] * math.cos(course)
                    x[0], x[1] = qe + x[3] * since, qn + x[4] * since
                    x[2] = anchor[SENSOR_H] + GRID_HEIGHT_M
                    x[5], x[6], x[7] = 0.0, 0.0, 0.0
                    # The seed's own points tell the source's level and tone at rest.
                    level, tone = 0.0, 0.0
                    for r in range(first, last):
                        predict_heard(x, points[r, HEARD] - time_s, points[r], air, h)
                        level += (points[r, LEVEL_DB] - h[0]) / (last - first)
                        tone += (points[r, LN_TONE] - h[1]) / (last - first)
                    x[6], x[7] = level, tone
                    odd = (level - SOURCE_LEVEL_DB) / SOURCE_LEVEL_SIGMA_DB
                    cost = odd * odd
                    limit = best_cost[found - 1] if found == best_cost.shape[0] else np.inf
                    if cost > min(limit, GRID_ODDEST):
                        continue
                    sensor, at_sensor = -1, GRID_CAP
                    for s in range(streams):
                        if sensors[s] != sensor:
                            if sensor >= 0:
                                cost += at_sensor
                            sensor, at_sensor = sensors[s], GRID_CAP
                        if cost > limit:
                            break
                        enough = at_sensor * (starts[s + 1] - starts[s]) / 1.5
                        one = 0.0
                        for r in range(starts[s], starts[s + 1]):
                            if one > enough:
                                break
                            predict_heard(x, points[r, HEARD] - time_s, points[r], air, h)
                            m = points[r, LEVEL_DB] - h[0]
                            one += m * m / (GRID_LEVEL_SIGMA_DB**2 + points[r, LEVEL_VAR])
                            if tonal:
                                m = (points[r, LN_TONE] - h[1]) / GRID_LN_TONE_SIGMA
                                one += m * m
                            if points[r, AZIMUTH_VAR] > 0.0:
                                m = wrapped(points[r, AZIMUTH] - h[2]) / GRID_AZIMUTH_SIGMA
                                one += m * m
                        at_sensor = min(at_sensor, one / (starts[s + 1] - starts[s]) * 1.5)
                    cost += at_sensor
                    if cost < limit:
                        found = _keep(x, cost, best_x, best_cost, found)
    return found


@njit(cache=True)
def _keep(x: Array, cost: float, best_x: Array, best_cost: Array, found: int) -> int:
    """Put a hypothesis among the best if nothing better is near it; those near and worse go."""
    for a in range(found):
        if best_cost[a] <= cost and close_to(x, best_x[a], APART_M, APART_MPS):
            return found
    kept = 0
    for a in range(found):
        if not close_to(x, best_x[a], APART_M, APART_MPS):
            if kept != a:
                best_x[kept] = best_x[a]
                best_cost[kept] = best_cost[a]
            kept += 1
    at = min(kept, best_cost.shape[0] - 1)
    while at > 0 and best_cost[at - 1] > cost:
        best_x[at] = best_x[at - 1]
        best_cost[at] = best_cost[at - 1]
        at -= 1
    best_x[at] = x
    best_cost[at] = cost
    return min(kept + 1, best_cost.shape[0])


@njit(cache=True, inline="always")
def close_to(a: Array, b: Array, metres: float, mps: float) -> bool:
    return math.hypot(a[0] - b[0], a[1] - b[1]) < metres and math.hypot(a[3] - b[3], a[4] - b[4]) < mps
