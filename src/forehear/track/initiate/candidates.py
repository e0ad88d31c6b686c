"""The streams around a seed, and what sums each of them up."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import AZIMUTH, AZIMUTH_VAR, HEARD, LEVEL_DB, LEVEL_VAR, LN_TONE, LN_TONE_VAR, WEIGHT
from forehear.track.memory.streams import POINTS, Streams

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_STREAMS = 14

# --- numbers that decide -----------------------------------------------------------------------------
# Neighbours' streams taken in: within this distance [m], heard within these seconds, so many at most.
NEIGHBOUR_M = 16_000.0
NEIGHBOUR_S = 20.0
# Streams whose odds of piston or jet differ by more than this do not come from one engine.
KINDS_APART = 0.35
# Points that sum up one stream in the grid.
SUMMARY = 3
# What a mean tone over a third of a stream is off by its curve.
SUMMARY_LN_TONE_SIGMA = 0.002
# The model's own error of ln tone: throttle within a fit's half minute.
MODEL_LN_TONE_SIGMA = 0.0015
# -----------------------------------------------------------------------------------------------------


@njit(cache=True, inline="always")
def flying(pool: Streams, k: int) -> float:
    """Give the mean odds that stream k is heard as an engine in the air: piston or jet."""
    return pool.kinds[k, 0] + pool.kinds[k, 1]


@njit(cache=True)
def gather(pool: Streams, seed: int, now_s: float, place: Array, directed: NDArray[np.bool_], out: Ints) -> int:
    """List the seed and the streams around it, nearest first, sensor by sensor; returns how many."""
    sensor = pool.sensor[seed]
    e, n = place[sensor, 0], place[sensor, 1]
    distance = np.empty(pool.filled.shape[0])
    found = np.empty(pool.filled.shape[0], np.int64)
    many = 0
    for k in range(pool.filled.shape[0]):
        least = 1 if directed[pool.sensor[k]] else 2
        if pool.filled[k] < least or pool.last_s[k] < now_s - NEIGHBOUR_S:
            continue
        if math.isnan(pool.ln_tone[k]) != math.isnan(pool.ln_tone[seed]):
            continue
        # What is surely heard as one sort of engine does not belong to the other sort.
        if abs(flying(pool, k) - flying(pool, seed)) > KINDS_APART:
            continue
        d = math.hypot(place[pool.sensor[k], 0] - e, place[pool.sensor[k], 1] - n)
        if d < NEIGHBOUR_M:
            distance[many] = d if k != seed else -1.0
            found[many] = k
            many += 1
    picked = np.argsort(distance[:many], kind="mergesort")[:MAX_STREAMS]
    chosen = found[picked]
    by_sensor = np.argsort(pool.sensor[chosen], kind="mergesort")
    for a in range(chosen.shape[0]):
        out[a] = chosen[by_sensor[a]]
    return chosen.shape[0]


@njit(cache=True)
def copy_rows(pool: Streams, k: int, rows: Array, at: int) -> int:
    """Append stream k's measurements to rows from `at`; returns the new count."""
    n = min(pool.filled[k], POINTS)
    for a in range(n):
        rows[at + a] = pool.rows[k, a]
        if rows[at + a, LN_TONE_VAR] > 0.0:
            rows[at + a, LN_TONE_VAR] += MODEL_LN_TONE_SIGMA * MODEL_LN_TONE_SIGMA
        rows[at + a, WEIGHT] = 1.0
    return at + n


@njit(cache=True)
def summarise(rows: Array, first: int, last: int, out: Array, at: int) -> int:
    """Sum up rows first..last (one stream) in at most SUMMARY points by time; returns the new count."""
    order = first + np.argsort(rows[first:last, HEARD], kind="mergesort")
    n = last - first
    parts = min(SUMMARY, max(1, n // 2))
    for part in range(parts):
        lo, hi = part * n // parts, (part + 1) * n // parts
        out[at] = rows[order[lo]]
        sums = np.zeros(3)
        for a in range(lo, hi):
            sums[0] += rows[order[a], HEARD]
            sums[1] += rows[order[a], LEVEL_DB]
            sums[2] += rows[order[a], LN_TONE]
        out[at, HEARD], out[at, LEVEL_DB], out[at, LN_TONE] = sums / (hi - lo)
        middle = rows[order[(lo + hi) // 2]]
        out[at, AZIMUTH], out[at, AZIMUTH_VAR] = middle[AZIMUTH], middle[AZIMUTH_VAR]
        out[at, LEVEL_VAR] = rows[order[lo], LEVEL_VAR] / (hi - lo)
        if middle[LN_TONE_VAR] > 0.0:
            out[at, LN_TONE_VAR] = middle[LN_TONE_VAR] / (hi - lo) + SUMMARY_LN_TONE_SIGMA**2
        at += 1
    return at
