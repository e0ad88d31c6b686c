"""Which streams are tried, and when: a step's attempts, within a budget that counts every one of them.

The loudest streams are asked first. One that failed waits before it is asked again, longer after every hopeless
try; a sensor that newly hears a target starts a try of its own, so a long wait costs little. Attempts that find
too few neighbours are cheap, but each looks through the pool: they have a budget of their own, so that a flood of
sources cannot stop the clock.
"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.track.associate.pairs import KNOWN_TONE_SIGMA
from forehear.track.initiate import verdict
from forehear.track.initiate.attempt import INFO, attempt
from forehear.track.initiate.candidates import MAX_STREAMS, Asked
from forehear.track.layout import STATES, TONE
from forehear.track.memory import streams
from forehear.track.memory.bank import Bank
from forehear.track.memory.pool import Streams, release

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Births tried in one step at most: a raid's start is spread over some seconds instead of stopping the clock.
# Of tries that find too few neighbours so many: each looks through the pool once, 0.1 ms of the largest.
TRIES_PER_STEP, LOOKS_PER_STEP = 8, 60
# A stream may start a birth from this many points on, heard within these seconds.
SEED_POINTS = 3
SEED_FRESH_S = 5.0
# A failed birth is tried again after these seconds, growing with every hopeless try up to the last.
HOPELESS_NATS = 5.0
RETRY_S, RETRY_GROWTH, RETRY_MOST_S = 1.0, 2.2, 20.0
# A stream that mostly sounds like something on the ground is tried so much less often.
FLIER_KINDS, GROUND_WAITS = 0.5, 3.0
# And of such streams one is tried in two steps, and one more for every so many sensors: an aircraft among them
# (a helicopter) is heard by many sensors, each of which may start.
GROUND_SENSORS, GROUND_TRIES = 20_000, 0.4
# Aircraft come in raids of one make. With n of them known, of n + ALONE streams n sound like those, give or take
# what Doppler makes of 50 m/s.
ALONE, DOPPLER_LN_SIGMA = 2.0, 0.1
# -----------------------------------------------------------------------------------------------------


def tones_known(bank: Bank) -> Array:
    """Say what any stream may be of: the share that sounds like known tracks, mean and sigma of their ln tones.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    known = bank.alive & (bank.covariance[:, TONE, TONE] < KNOWN_TONE_SIGMA**2)
    many = int(known.sum())
    if many == 0:
        return np.array([0.0, 0.0, 1.0])
    tones = bank.mean[known, TONE]
    sigma = math.hypot(float(np.std(tones)), DOPPLER_LN_SIGMA)
    return np.array([many / (many + ALONE), float(np.mean(tones)), sigma])


class Birth(NamedTuple):
    """A flight that explains some streams: state (8,) and covariance at info[0], see `attempt`."""

    x: Array
    cov: Array
    members: NDArray[np.int64]
    info: Array
    # Since when it, or its rival, foreseen what these streams went on to say [s].
    since_s: float


def births(asked: Asked, budget: Array, outcomes: Counter[int]) -> Iterator[Birth]:
    """Try this step's streams; gives each birth before its streams are released and the next one is tried.

    budget (1,): tries of streams that sound like the ground, saved from step to step. outcomes: what became of
    all.
    Reference: our own, docs/decisions/0008-tracker.md, "Initiation costs most of the time".
    """
    pool, now_s = asked.pool, asked.now_s
    candidates = np.empty(pool.filled.shape[0], np.int64)
    many = streams.seeds(pool, now_s, SEED_FRESH_S, SEED_POINTS, candidates)
    x, cov = np.empty(STATES), np.empty((STATES, STATES))
    members, info = np.empty(MAX_STREAMS, np.int64), np.zeros(INFO)
    tried = looked = 0
    budget[0] = min(budget[0] + GROUND_TRIES + len(asked.arrays.place) / GROUND_SENSORS, TRIES_PER_STEP)
    for seed in candidates[:many]:
        if tried >= TRIES_PER_STEP or looked >= LOOKS_PER_STEP:
            return
        if pool.filled[seed] == 0 or pool.next_try_s[seed] > now_s:
            continue
        grounded = _sounds_like_ground(pool, int(seed))
        if grounded and budget[0] < 1.0:
            continue
        outcome, agreeing = attempt(asked, seed, x, cov, members, info)
        outcomes[outcome] += 1
        looked += outcome == verdict.TOO_FEW
        tried += outcome != verdict.TOO_FEW
        budget[0] -= grounded and outcome != verdict.TOO_FEW
        if outcome == verdict.INITIATED:
            since_s = min(now_s, float(pool.explained_s[members[:agreeing]].min()))
            yield Birth(x.copy(), cov.copy(), members[:agreeing].copy(), info.copy(), since_s)
            for k in members[:agreeing]:
                release(pool, k)
        else:
            _postpone(pool, int(seed), members[:agreeing], outcome, info[1], now_s)


def _sounds_like_ground(pool: Streams, k: int) -> bool:
    return bool(pool.kinds[k, 0] + pool.kinds[k, 1] < FLIER_KINDS)


def _postpone(
    pool: Streams, seed: int, members: NDArray[np.int64], outcome: int, evidence: float, now_s: float
) -> None:
    """Let the seed, and the streams that agreed with it, wait before they are tried again."""
    for k in {seed, *(int(a) for a in members)}:
        pool.tries[k] += k == seed
        if outcome == verdict.AMBIGUOUS:
            pool.explained_s[k] = min(pool.explained_s[k], now_s)
        elif k == seed:
            pool.explained_s[k] = np.inf
        hopeless = outcome in (verdict.NO_FIT, verdict.TOO_FEW) or evidence < HOPELESS_NATS
        growth = RETRY_GROWTH ** float(min(pool.tries[k], 8)) if hopeless else 1.0
        if _sounds_like_ground(pool, k):
            growth *= GROUND_WAITS
        pool.next_try_s[k] = now_s + min(RETRY_S * growth, RETRY_MOST_S)
