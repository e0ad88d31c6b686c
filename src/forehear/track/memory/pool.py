"""The pool that streams live in: arrays, and a linked list for each sensor. See `streams`."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import COLUMNS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Sources kept per stream; at one a second, as long as straight flight is a fair model of a fit.
POINTS = 40
# Streams of all sensors together at most: 190 MB.
MOST_STREAMS = 32_768
# How many tones' scatter is remembered, and steady engines for each sensor.
SCATTER, STEADY_ENGINES = 512, 4
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
    # (K,) since when a flight explains it, which is not told from another one yet; inf: none.
    explained_s: Array
    head: Ints  # (N,) a sensor's first stream, -1 none
    follow: Ints  # (K,) the next of the same sensor
    steady: Array  # (N, STEADY_ENGINES, 3) engines that stand still: ln tone, level [dB], when last heard [s]
    # (SCATTER + 1,) squares of tones' second differences over their stated variance; the first counts them.
    scatter: Array
    cursor: Ints  # (1,) where the search for a free place goes on


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
        explained_s=np.full(capacity, np.inf),
        head=np.full(sensors, -1, np.int64),
        follow=np.full(capacity, -1, np.int64),
        steady=np.full((sensors, STEADY_ENGINES, 3), -np.inf),
        scatter=np.zeros(SCATTER + 1),
        cursor=np.zeros(1, np.int64),
    )


def grown(pool: Streams) -> Streams:
    """Give a pool of twice the streams that starts with the same ones; not more than MOST_STREAMS."""
    old = pool.filled.shape[0]
    bigger = make(min(2 * old, MOST_STREAMS), pool.head.shape[0])
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
