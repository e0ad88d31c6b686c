"""A track's life: confirmed when it is sure, ended when it is gone."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.track.associate.ingest import Posts
from forehear.track.lifecycle.merge import merge
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Log odds from which a track is confirmed (e^5 to 1), sensors that must have heard it (one fewer where one
# of them knows bearings), and the loosest place that is worth telling [m].
CONFIRM_LOG_ODDS = 5.0
CONFIRM_SENSORS = 3
CONFIRM_SIGMA_M = 1000.0
# With only so many sensors a chance fit must first foretell what comes next, for so long [s].
PROVE_SENSORS, PROVE_S = 4, 4.0
# Slower than this it drives or floats; surely so when that many sigmas below [m/s].
CONFIRM_SPEED_MPS, CONFIRM_SPEED_SIGMAS = 31.0, 1.5
GROUND_SPEED_MPS = 22.0
# A track ends after so many seconds unheard, or below these log odds; tentative ones sooner.
HOLD_S, TENTATIVE_HOLD_S = 20.0, 10.0
END_LOG_ODDS, TENTATIVE_END_LOG_ODDS = -3.0, -1.0
# A filter whose innovations of tone are so many times what they should be has lost its target.
LOST_FIT = 6.0
# A place so loose tells nobody anything [m].
LOOSEST_M = 4000.0
# -----------------------------------------------------------------------------------------------------


def step(bank: Bank, lives: list[Life | None], posts: Posts, now_s: float) -> list[tuple[int, Life]]:
    """Confirm, merge and end tracks; returns those that ended after having been told of, row and life."""
    ended: list[tuple[int, Life]] = []
    rows = [int(k) for k in np.flatnonzero(bank.alive)]
    for k in rows:
        one = lives[k]
        assert one is not None
        unheard = now_s - bank.last_heard_s[k]
        odds = bank.log_odds[k]
        x, p = bank.mean[k], bank.covariance[k]
        speed, sigma = _speed(x, p)
        place_sigma = math.sqrt(max(p[0, 0] + p[1, 1], 0.0))
        hold, least = (HOLD_S, END_LOG_ODDS) if one.confirmed else (TENTATIVE_HOLD_S, TENTATIVE_END_LOG_ODDS)
        gone = unheard > hold or odds < least or place_sigma > LOOSEST_M or bank.fit[k, 0] > LOST_FIT
        gone = gone or not np.isfinite(x).all() or speed + 2.0 * sigma < GROUND_SPEED_MPS
        if gone:
            bank.alive[k] = False
            ended.append((k, one))
            lives[k] = None
            continue
        if not one.confirmed:
            sensors = int(bank.sensors_heard[k])
            directed = int(posts.directed[bank.sensors[k, :sensors]].sum())
            enough = sensors >= CONFIRM_SENSORS or directed >= 2
            proven = sensors >= PROVE_SENSORS or now_s - one.born_s >= PROVE_S
            flies = speed - CONFIRM_SPEED_SIGMAS * sigma > CONFIRM_SPEED_MPS
            sure = odds >= CONFIRM_LOG_ODDS and place_sigma < CONFIRM_SIGMA_M
            one.confirmed = enough and proven and flies and sure
    merge(bank, lives, ended)
    return ended


def _speed(x: Array, p: Array) -> tuple[float, float]:
    """Give horizontal speed and its sigma [m/s]."""
    speed = math.hypot(x[3], x[4])
    e, n = x[3] / max(speed, 1.0), x[4] / max(speed, 1.0)
    return speed, math.sqrt(max(e * e * p[3, 3] + n * n * p[4, 4] + 2.0 * e * n * p[3, 4], 0.0))
