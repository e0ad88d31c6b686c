"""What one sensor goes on hearing and no track explains: streams, the raw material of births.

A stream is one sensor's run of sources that belong together: seconds apart, the tone within what Doppler
and throttle allow, or toneless throughout. A false alarm makes a stream of one; an engine makes a long one.
Streams live in a pool of arrays; each sensor holds a linked list of its own, so the cost of a source does
not depend on how many sensors there are.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    COLUMNS,
    ELEVATION,
    ELEVATION_VAR,
    HEARD,
    INVERSE_SCALE,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    SENSOR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    THRESHOLD,
    WEIGHT,
)
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Sources kept per stream; at one a second, as long as straight flight is a fair model of a fit.
POINTS = 40
# A stream that heard nothing for this long is forgotten [s].
FORGET_S = 40.0
# A gap within a stream [s]: frames are lost, gusts pass.
GAP_S = 8.0
# How far ln tone may be from the last one: fixed, and per second since. A pass at 50 m/s and 400 m sweeps
# by 2 % a second; beyond that a new stream costs nothing but a second start.
TONE_STEP = 0.02
TONE_STEP_PER_S = 0.02
# A stream that sounds the same for this long [s] stands still: its tone within this share, its level within
# this range [dB] of its mean. A drone flying straight at a sensor gets 6 dB louder in that time.
STATIC_AFTER_S = 75.0
STATIC_LN_TONE = 0.006
STATIC_LEVEL_DB = 2.5
# -----------------------------------------------------------------------------------------------------


class Streams(NamedTuple):
    """A pool of K streams over N sensors."""

    rows: Array  # (K, POINTS, COLUMNS) measurements, oldest overwritten
    filled: Ints  # (K,) how many were ever put in; 0 free
    sensor: Ints  # (K,)
    first_s: Array  # (K,) hearing time of the first
    last_s: Array  # (K,) and of the last
    ln_tone: Array  # (K,) last tone, not a number without
    first_mean: Array  # (K, 2) mean level and ln tone of the first twenty seconds
    recent_mean: Array  # (K, 2) running means of the last twenty seconds
    kinds: Array  # (K, 3) mean kind probabilities
    next_try_s: Array  # (K,) not before this does a birth start here
    tries: Ints  # (K,)
    head: Ints  # (N,) a sensor's first stream, -1 none
    follow: Ints  # (K,) the next of the same sensor


def make(capacity: int, sensors: int) -> Streams:
    """Allocate an empty pool."""
    return Streams(
        rows=np.zeros((capacity, POINTS, COLUMNS)),
        filled=np.zeros(capacity, np.int64),
        sensor=np.zeros(capacity, np.int64),
        first_s=np.zeros(capacity),
        last_s=np.full(capacity, -np.inf),
        ln_tone=np.full(capacity, np.nan),
        first_mean=np.zeros((capacity, 2)),
        recent_mean=np.zeros((capacity, 2)),
        kinds=np.zeros((capacity, 3)),
        next_try_s=np.zeros(capacity),
        tries=np.zeros(capacity, np.int64),
        head=np.full(sensors, -1, np.int64),
        follow=np.full(capacity, -1, np.int64),
    )


def grown(pool: Streams) -> Streams:
    """Give a pool of twice the streams that starts with the same ones."""
    old = pool.filled.shape[0]
    bigger = make(2 * old, pool.head.shape[0])
    for name, source in pool._asdict().items():
        getattr(bigger, name)[: source.shape[0]] = source
    return bigger


@njit(cache=True)
def release(pool: Streams, k: int) -> None:
    """Take stream k out of its sensor's list and free it."""
    sensor = pool.sensor[k]
    at = pool.head[sensor]
    if at == k:
        pool.head[sensor] = pool.follow[k]
    else:
        while at >= 0 and pool.follow[at] != k:
            at = pool.follow[at]
        if at >= 0:
            pool.follow[at] = pool.follow[k]
    pool.follow[k] = -1
    pool.filled[k] = 0
    pool.last_s[k] = -np.inf


@njit(cache=True)
def forget(pool: Streams, now_s: float) -> int:
    """Release streams that heard nothing for FORGET_S; returns how many are left."""
    left = 0
    for k in range(pool.filled.shape[0]):
        if pool.filled[k] > 0:
            if pool.last_s[k] < now_s - FORGET_S:
                release(pool, k)
            else:
                left += 1
    return left


@njit(cache=True)
def add(pool: Streams, row: Array, kinds: Array, free_from: int) -> int:
    """Put a measurement's row (COLUMNS,) with kinds (3,) into the stream it continues, or into a new one.

    Returns the stream's index, or -1 where the pool is full. `free_from` is where to look for a free one.
    """
    sensor = int(row[SENSOR])
    heard = row[HEARD]
    tonal = row[LN_TONE_VAR] > 0.0
    best, best_miss = -1, 1.0
    k = pool.head[sensor]
    while k >= 0:
        gap = abs(heard - pool.last_s[k])
        known = not math.isnan(pool.ln_tone[k])
        # One frame has one source of a stream: the same moment twice is another engine (or a duplicate).
        if gap <= GAP_S and known == tonal and (gap > 0.05 or tonal is False):
            if tonal:
                step = TONE_STEP + TONE_STEP_PER_S * gap + 3.0 * math.sqrt(row[LN_TONE_VAR])
                miss = abs(row[LN_TONE] - pool.ln_tone[k]) / step
                # An octave slip of one frame stays in its stream.
                for o in (-0.6931471805599453, 0.6931471805599453):
                    slip = abs(row[LN_TONE] + o - pool.ln_tone[k]) / step
                    if slip < 0.7 and slip + 0.3 < miss and pool.filled[k] >= 3:
                        miss = slip + 0.3
            else:
                miss = 0.5
            if miss < best_miss:
                best, best_miss = k, miss
        k = pool.follow[k]
    if best < 0:
        best = free_from
        while best < pool.filled.shape[0] and pool.filled[best] > 0:
            best += 1
        if best >= pool.filled.shape[0]:
            return -1
        pool.sensor[best] = sensor
        pool.first_s[best] = heard
        pool.filled[best] = 0
        pool.tries[best] = 0
        pool.next_try_s[best] = -np.inf
        pool.ln_tone[best] = np.nan
        pool.first_mean[best] = 0.0
        pool.kinds[best] = 0.0
        pool.recent_mean[best, 0], pool.recent_mean[best, 1] = row[LEVEL_DB], row[LN_TONE]
        pool.follow[best] = pool.head[sensor]
        pool.head[sensor] = best
    elif tonal:
        if row[LN_TONE] - pool.ln_tone[best] > 0.5:
            row[LN_TONE] -= 0.6931471805599453
        elif row[LN_TONE] - pool.ln_tone[best] < -0.5:
            row[LN_TONE] += 0.6931471805599453
    n = pool.filled[best]
    pool.rows[best, n % POINTS] = row
    pool.filled[best] = n + 1
    pool.last_s[best] = max(heard, pool.last_s[best])
    if tonal:
        pool.ln_tone[best] = row[LN_TONE]
    for c in range(3):
        pool.kinds[best, c] += (kinds[c] - pool.kinds[best, c]) / min(n + 1, 20)
    if n < 20:
        pool.first_mean[best, 0] += (row[LEVEL_DB] - pool.first_mean[best, 0]) / (n + 1)
        pool.first_mean[best, 1] += (row[LN_TONE] - pool.first_mean[best, 1]) / (n + 1)
    pool.recent_mean[best, 0] += (row[LEVEL_DB] - pool.recent_mean[best, 0]) / min(n + 1, 20)
    pool.recent_mean[best, 1] += (row[LN_TONE] - pool.recent_mean[best, 1]) / min(n + 1, 20)
    return best


@njit(cache=True)
def stands_still(pool: Streams, k: int) -> bool:
    """Say whether stream k has sounded the same for so long that its source cannot be flying past."""
    if pool.last_s[k] - pool.first_s[k] < STATIC_AFTER_S:
        return False
    same_tone = abs(pool.recent_mean[k, 1] - pool.first_mean[k, 1]) < STATIC_LN_TONE
    return same_tone and abs(pool.recent_mean[k, 0] - pool.first_mean[k, 0]) < STATIC_LEVEL_DB


@njit(cache=True)
def seeds(pool: Streams, now_s: float, fresh_s: float, least: int, out: Ints) -> int:
    """List streams from which a birth may start, the best heard first; fills out (K,), returns how many."""
    n = 0
    for k in range(pool.filled.shape[0]):
        if pool.filled[k] < least or pool.last_s[k] < now_s - fresh_s or pool.next_try_s[k] > now_s:
            continue
        if stands_still(pool, k):
            continue
        out[n] = k
        n += 1
    # Loudest first; ties by index, so that the order is always the same.
    for a in range(1, n):
        k = out[a]
        b = a
        while b > 0 and pool.recent_mean[out[b - 1], 0] < pool.recent_mean[k, 0]:
            out[b] = out[b - 1]
            b -= 1
        out[b] = k
    return n


@njit(cache=True)
def feed_streams(
    pool: Streams, batch: Batch, unexplained: Array, limit: float, margin_db: float, first: int
) -> int:
    """Put unexplained sources into streams, from source `first` on.

    Returns -1 when all are in, or the source at which the pool was full.
    """
    row = np.zeros(COLUMNS)
    s = 0
    for r in range(batch.sensor.shape[0]):
        for s in range(batch.first[r], batch.first[r + 1]):
            if s < first or unexplained[s] <= limit:
                continue
            row[HEARD] = batch.heard_s[r]
            row[SENSOR_E], row[SENSOR_N] = batch.place[r, 0], batch.place[r, 1]
            row[SENSOR_H], row[INVERSE_SCALE] = batch.place[r, 2], batch.place[r, 3]
            row[SENSOR] = batch.sensor[r]
            noise = batch.noise_db[r] if not math.isnan(batch.noise_db[r]) else 30.0
            row[THRESHOLD] = noise + margin_db
            row[LEVEL_DB], row[LEVEL_VAR] = batch.level_db[s], 25.0
            if batch.is_person[r]:
                row[LEVEL_VAR] = 1e4
            row[LN_TONE], row[LN_TONE_VAR] = 0.0, -1.0
            row[AZIMUTH], row[AZIMUTH_VAR] = 0.0, -1.0
            row[ELEVATION], row[ELEVATION_VAR] = 0.0, -1.0
            row[WEIGHT] = 1.0
            if not math.isnan(batch.ln_tone[s]):
                row[LN_TONE], row[LN_TONE_VAR] = batch.ln_tone[s], batch.ln_tone_var[s]
            if not math.isnan(batch.azimuth[s]):
                row[AZIMUTH], row[AZIMUTH_VAR] = batch.azimuth[s], batch.azimuth_var[s]
            if add(pool, row, batch.kinds[s], 0) < 0:
                return s
    return -1
