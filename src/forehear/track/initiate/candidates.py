"""The streams around a seed, and what sums each of them up."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.ingest import SensorArrays
from forehear.track.estimate.prior import set_prior
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    COLUMNS,
    HEARD,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    STATES,
    WEIGHT,
)
from forehear.track.memory.pool import POINTS, Streams
from forehear.track.memory.steady import stands_still

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_STREAMS = 14

# --- numbers that decide -----------------------------------------------------------------------------
# Neighbours' streams taken in: within this distance [m], heard within these seconds, so many at most.
NEIGHBOUR_M = 16_000.0
NEIGHBOUR_S = 20.0
# Where there are more, those nearer to a chosen one than this are left out [m], and a sensor's streams beyond
# these.
SPREAD_M, MOST_OF_SENSOR = 800.0, 3
# Tones of one engine differ by no more than what 190 m/s make of them, coming and going [ln].
DOPPLER_LN = 1.2
# Streams whose odds of piston or jet differ by more than this do not come from one engine.
KINDS_APART = 0.45
# Points that sum up one stream in the grid.
SUMMARY = 3
# What a mean tone over a third of a stream is off by its curve.
SUMMARY_LN_TONE_SIGMA = 0.002
# The model's own error of ln tone: throttle within a fit's half minute.
MODEL_LN_TONE_SIGMA = 0.0015
# -----------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What a birth is asked of: all streams, at a time, and what is known of sensors, air and errors."""

    pool: Streams
    arrays: SensorArrays
    air: Array  # (4,) see `measurement`
    scales: Array  # (4,) factors on the variances
    # (3,) how likely any stream is of another aircraft known, and the mean and sigma of their ln tones.
    tones: Array
    now_s: float


class Gathered(NamedTuple):
    """A seed and the streams around it, sensor by sensor, as rows of measurements."""

    near: Ints  # (MAX_STREAMS,) the streams
    sensors: Ints  # (MAX_STREAMS,) their sensors; equal ones adjacent
    rows: Array  # (n, COLUMNS) their measurements
    starts: Ints  # (MAX_STREAMS + 1,) rows of stream a are starts[a] to starts[a + 1]
    points: Array  # (n, COLUMNS) what sums them up
    p_starts: Ints  # (MAX_STREAMS + 1,)
    prior: Array  # (2, STATES) what is known of any flight, around the seed
    streams: int  # how many; 0 where too few sensors hear
    seed: int  # which of them the seed is
    distinct: int  # of how many sensors
    time_s: float  # of the latest measurement


@njit(cache=True, inline="always")
def flying(pool: Streams, k: int) -> float:
    """Give the mean odds that stream k is heard as an engine in the air: piston or jet."""
    return pool.kinds[k, 0] + pool.kinds[k, 1]


@njit(cache=True)
def may_agree(pool: Streams, k: int, seed: int, now_s: float, directed: NDArray[np.bool_]) -> bool:
    """Say whether stream k may be of the seed's engine: alive, alike, and not of one that stands still.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
    least = 1 if directed[pool.sensor[k]] else 2
    if pool.filled[k] < least or pool.last_s[k] < now_s - NEIGHBOUR_S:
        return False
    if math.isnan(pool.ln_tone[k]) != math.isnan(pool.ln_tone[seed]):
        return False
    if abs(pool.ln_tone[k] - pool.ln_tone[seed]) > DOPPLER_LN:
        return False
    # What is surely heard as one sort of engine does not belong to the other sort.
    if abs(flying(pool, k) - flying(pool, seed)) > KINDS_APART:
        return False
    return not stands_still(pool, k)


@njit(cache=True)
def gather(pool: Streams, seed: int, now_s: float, place: Array, directed: NDArray[np.bool_], out: Ints) -> int:
    """List the seed and the streams around it, sensor by sensor; returns how many.

    Nearest first, but where sensors stand close together not all of them: what tells where a sound is from is how
    far apart those are that hear it.
    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
    sensor = pool.sensor[seed]
    e, n = place[sensor, 0], place[sensor, 1]
    distance = np.empty(pool.filled.shape[0])
    found = np.empty(pool.filled.shape[0], np.int64)
    many = 0
    for k in range(pool.filled.shape[0]):
        if pool.filled[k] == 0:
            continue
        d = math.hypot(place[pool.sensor[k], 0] - e, place[pool.sensor[k], 1] - n)
        if d < NEIGHBOUR_M and (k == seed or may_agree(pool, k, seed, now_s, directed)):
            distance[many] = d if k != seed else -1.0
            found[many] = k
            many += 1
    nearest = found[np.argsort(distance[:many], kind="mergesort")]
    chosen = 0
    for k in nearest:
        if chosen == MAX_STREAMS:
            break
        if many <= MAX_STREAMS or _stands_apart(pool, place, out, chosen, k):
            out[chosen] = k
            chosen += 1
    by_sensor = np.argsort(pool.sensor[out[:chosen]], kind="mergesort")
    out[:chosen] = out[:chosen][by_sensor]
    return chosen


@njit(cache=True)
def _stands_apart(pool: Streams, place: Array, out: Ints, chosen: int, k: int) -> bool:
    """Say whether stream k stands away from those chosen, or is one of few of a chosen one's sensor."""
    same = 0
    for a in range(chosen):
        s, t = pool.sensor[out[a]], pool.sensor[k]
        same += s == t
        if s != t and math.hypot(place[s, 0] - place[t, 0], place[s, 1] - place[t, 1]) < SPREAD_M:
            return False
    return same < MOST_OF_SENSOR


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
    """Sum up rows first..last (one stream) in at most SUMMARY points by time; returns the new count.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
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


@njit(cache=True)
def gathered(asked: Asked, seed: int) -> Gathered:
    """Gather a seed's neighbours: of two sensors at least."""
    pool, arrays = asked.pool, asked.arrays
    near, sensors = np.empty(MAX_STREAMS, np.int64), np.empty(MAX_STREAMS, np.int64)
    starts, p_starts = np.zeros(MAX_STREAMS + 1, np.int64), np.zeros(MAX_STREAMS + 1, np.int64)
    prior = np.empty((2, STATES))
    streams = gather(pool, seed, asked.now_s, arrays.place, arrays.directed, near)
    distinct, previous = 0, -1
    for a in range(streams):
        sensors[a] = pool.sensor[near[a]]
        if sensors[a] != previous:
            previous = sensors[a]
            distinct += 1
    if distinct < 2:
        nothing = np.empty((0, COLUMNS))
        return Gathered(near, sensors, nothing, starts, nothing, p_starts, prior, 0, 0, distinct, 0.0)
    rows = np.empty((streams * POINTS, COLUMNS))
    points = np.empty((streams * SUMMARY, COLUMNS))
    which, time_s = 0, -np.inf
    for a in range(streams):
        starts[a + 1] = copy_rows(pool, near[a], rows, starts[a])
        p_starts[a + 1] = summarise(rows, starts[a], starts[a + 1], points, p_starts[a])
        which = a if near[a] == seed else which
        time_s = max(time_s, pool.last_s[near[a]])
    set_prior(prior, rows[starts[which]], rows[starts[which], LN_TONE_VAR] > 0.0)
    return Gathered(near, sensors, rows, starts, points, p_starts, prior, streams, which, distinct, time_s)
