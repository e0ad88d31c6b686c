"""What one sensor goes on hearing and no track explains: streams, the raw material of births.

A stream is one sensor's run of sources that belong together: seconds apart, the tone within what Doppler
and throttle allow, or toneless throughout. A false alarm makes a stream of one; an engine makes a long one.
Streams live in a pool of arrays; each sensor holds a linked list of its own, so the cost of a source does
not depend on how many sensors there are.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    BIAS_VAR,
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
from forehear.track.memory.pool import MOST_STREAMS, POINTS, SCATTER, Streams, grown, release
from forehear.track.memory.steady import has_stood, remember, stands_still

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# A source goes to the streams when the odds are even that no track made it.
UNEXPLAINED = 0.5
# A stream that heard nothing for this long is forgotten [s].
FORGET_S = 40.0
# One of a single source, which nothing can follow any more, is forgotten sooner [s]: a flood is made of those.
FORGET_SINGLE_S = 20.0
# Streams of one sensor at most: as many engines as are ever told apart at once, with room; a new one then takes
# the place of the one of fewest points.
MOST_OF_SENSOR = 12
# Points are neighbours in a measurement of tones' scatter that follow within so much [s].
SCATTER_GAP_S = 1.6
# Scatter of a level about any smooth course [dB^2]: 4 dB of measurement, and 5 of fading over seconds, which
# neighbouring seconds share.
STREAM_LEVEL_VAR = 45.0
# A gap within a stream [s]: frames are lost, gusts pass, and what is far is heard now and then; but a stream of
# few points may be chance, and chance points join what they please.
GAP_S, YOUNG_GAP_S, YOUNG_POINTS = 20.0, 8.0, 4
# How far ln tone may be from the last one: fixed, per second since, and at most. A pass at 50 m/s and 400 m sweeps
# by 2 % a second, for some seconds and loud enough to be heard in each; what is far sweeps by a tenth of that.
# Beyond it a new stream costs nothing but a second start.
TONE_STEP = 0.012
TONE_STEP_PER_S, TONE_STEP_MOST = 0.015, 0.04
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def forget(pool: Streams, now_s: float) -> int:
    """Release streams that heard nothing for FORGET_S; returns how many are left.

    On the way, what stands still is entered among its sensor's steady engines.
    """
    left = 0
    for k in range(pool.filled.shape[0]):
        if pool.filled[k] > 0:
            keep_s = FORGET_S if pool.filled[k] > 1 else FORGET_SINGLE_S
            if pool.last_s[k] < now_s - keep_s:
                release(pool, k)
            else:
                left += 1
                if has_stood(pool, k):
                    remember(pool, k)
    return left


@njit(cache=True)
def _free(pool: Streams) -> int:
    """Find a free place, going on from where the last was found; -1 where there is none."""
    size = pool.filled.shape[0]
    for step in range(size):
        at = (pool.cursor[0] + step) % size
        if pool.filled[at] == 0:
            pool.cursor[0] = (at + 1) % size
            return int(at)
    return -1


@njit(cache=True)
def _note_scatter(pool: Streams, k: int, n: int) -> None:
    """Note how far the last three tones of stream k are from a line, over what their stated sigmas allow."""
    a, b, c = pool.rows[k, (n - 2) % POINTS], pool.rows[k, (n - 1) % POINTS], pool.rows[k, n % POINTS]
    before, after = b[HEARD] - a[HEARD], c[HEARD] - b[HEARD]
    if not (0.3 < before < SCATTER_GAP_S and 0.3 < after < SCATTER_GAP_S):
        return
    share = after / before
    off = c[LN_TONE] - b[LN_TONE] - share * (b[LN_TONE] - a[LN_TONE])
    variance = c[LN_TONE_VAR] + (1.0 + share) ** 2 * b[LN_TONE_VAR] + share * share * a[LN_TONE_VAR]
    at = 1 + int(pool.scatter[0]) % SCATTER
    pool.scatter[0] += 1.0
    pool.scatter[at] = off * off / variance


@njit(cache=True)
def add(pool: Streams, row: Array, kinds: Array) -> int:
    """Put a measurement's row (COLUMNS,) with kinds (3,) into the stream it continues, or into a new one.

    Returns the stream's index, or -1 where the pool is full.
    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
    k = _continued(pool, row)
    if k < 0:
        k = _begun(pool, row)
        if k < 0:
            return -1
    tonal = row[LN_TONE_VAR] > 0.0
    n = pool.filled[k]
    if tonal and n > 0:
        # An octave slip of one frame stays in its stream.
        if row[LN_TONE] - pool.ln_tone[k] > 0.5:
            row[LN_TONE] -= 0.6931471805599453
        elif row[LN_TONE] - pool.ln_tone[k] < -0.5:
            row[LN_TONE] += 0.6931471805599453
    pool.rows[k, n % POINTS] = row
    if tonal and n >= 2:
        _note_scatter(pool, k, n)
    pool.filled[k] = n + 1
    pool.last_s[k] = max(row[HEARD], pool.last_s[k])
    if tonal:
        pool.ln_tone[k] = row[LN_TONE]
    for c in range(3):
        pool.kinds[k, c] += (kinds[c] - pool.kinds[k, c]) / min(n + 1, 20)
    if n < 20:
        pool.first_mean[k, 0] += (row[LEVEL_DB] - pool.first_mean[k, 0]) / (n + 1)
        pool.first_mean[k, 1] += (row[LN_TONE] - pool.first_mean[k, 1]) / (n + 1)
    pool.recent_mean[k, 0] += (row[LEVEL_DB] - pool.recent_mean[k, 0]) / min(n + 1, 20)
    pool.recent_mean[k, 1] += (row[LN_TONE] - pool.recent_mean[k, 1]) / min(n + 1, 20)
    return k


@njit(cache=True)
def _continued(pool: Streams, row: Array) -> int:
    """Find the stream that a row continues; -1 where there is none."""
    tonal = row[LN_TONE_VAR] > 0.0
    best, best_miss = -1, 1.0
    k = pool.head[int(row[SENSOR])]
    while k >= 0:
        gap = abs(row[HEARD] - pool.last_s[k])
        known = not math.isnan(pool.ln_tone[k])
        longest = GAP_S if pool.filled[k] >= YOUNG_POINTS else YOUNG_GAP_S
        # One frame has one source of a stream: the same moment twice is another engine (or a duplicate).
        if gap <= longest and known == tonal and (gap > 0.05 or tonal is False):
            miss = _tone_miss(pool, k, row, gap) if tonal else 0.5
            if miss < best_miss:
                best, best_miss = k, miss
        k = pool.follow[k]
    return best


@njit(cache=True)
def _tone_miss(pool: Streams, k: int, row: Array, gap: float) -> float:
    """Give how far a row's tone is from stream k's, in what it may have changed since; octaves are farther."""
    step = min(TONE_STEP + TONE_STEP_PER_S * gap, TONE_STEP_MOST) + 3.0 * math.sqrt(row[LN_TONE_VAR])
    miss = abs(row[LN_TONE] - pool.ln_tone[k]) / step
    for o in (-0.6931471805599453, 0.6931471805599453):
        slip = abs(row[LN_TONE] + o - pool.ln_tone[k]) / step
        if slip < 0.7 and slip + 0.3 < miss and pool.filled[k] >= 3:
            miss = slip + 0.3
    return miss


@njit(cache=True)
def _begun(pool: Streams, row: Array) -> int:
    """Begin a stream with no points yet for a row's sensor; -1 where the pool is full."""
    sensor = int(row[SENSOR])
    many, weakest = 0, -1
    k = pool.head[sensor]
    while k >= 0:
        many += 1
        if weakest < 0 or pool.filled[k] <= pool.filled[weakest]:
            weakest = k
        k = pool.follow[k]
    if many >= MOST_OF_SENSOR:
        release(pool, weakest)
    k = _free(pool)
    if k < 0:
        return -1
    pool.sensor[k] = sensor
    pool.first_s[k] = row[HEARD]
    pool.last_s[k] = row[HEARD]
    pool.filled[k] = pool.tries[k] = 0
    pool.next_try_s[k] = -np.inf
    pool.explained_s[k] = np.inf
    pool.ln_tone[k] = np.nan
    pool.first_mean[k] = 0.0
    pool.kinds[k] = 0.0
    pool.recent_mean[k, 0], pool.recent_mean[k, 1] = row[LEVEL_DB], row[LN_TONE]
    pool.follow[k] = pool.head[sensor]
    pool.head[sensor] = k
    return k


@njit(cache=True)
def seeds(pool: Streams, now_s: float, fresh_s: float, least: int, out: Ints) -> int:
    """List streams from which a birth may start, the best heard first; fills out (K,), returns how many.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
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
def feed_streams(pool: Streams, batch: Batch, unexplained: Array, thresholds: Array, first: int) -> int:
    """Put unexplained sources into streams, from source `first` on.

    Returns -1 when all are in, or the source at which the pool was full: what no pool can hold is left out.
    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
    row = np.zeros(COLUMNS)
    s = 0
    for r in range(batch.sensor.shape[0]):
        for s in range(batch.first[r], batch.first[r + 1]):
            if s < first or unexplained[s] <= UNEXPLAINED:
                continue
            row[HEARD] = batch.heard_s[r]
            row[SENSOR_E], row[SENSOR_N] = batch.place[r, 0], batch.place[r, 1]
            row[SENSOR_H], row[INVERSE_SCALE] = batch.place[r, 2], batch.place[r, 3]
            row[SENSOR] = batch.sensor[r]
            row[THRESHOLD] = thresholds[r]
            row[LEVEL_DB], row[LEVEL_VAR], row[BIAS_VAR] = batch.level_db[s], STREAM_LEVEL_VAR, batch.bias_var[r]
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
            if add(pool, row, batch.kinds[s]) < 0 and pool.filled.shape[0] < MOST_STREAMS:
                return s
    return -1


def fed(pool: Streams, batch: Batch, unexplained: Array, thresholds: Array) -> Streams:
    """Put a step's unexplained sources into streams; gives the pool, a larger one where it was full.

    unexplained: the odds of each source (S,) that no track made it; thresholds (R,): what it took each report to
    hear [dB]. Reference: as `feed_streams`.
    """
    done = feed_streams(pool, batch, unexplained, thresholds, 0)
    while done >= 0:
        pool = grown(pool)
        done = feed_streams(pool, batch, unexplained, thresholds, done)
    return pool
