"""How routes bend: an ensemble of ways that a flight may take from here on.

A drone flies legs between waypoints and does not tell where it is going. From now on a flight keeps its
course for a while, turns by some angle, keeps that, and so on; how much it turns differs from flight to flight
(some go straight to their target, some wander around defences). The ensemble is drawn once, from a fixed seed,
in units of one metre a second, and is scaled by each track's speed: so all forecasts of one track are
consistent with each other from second to second, and no forecast flickers by chance.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# How many ways: the probability of an arrival is known to 1 in 256, a 5th percentile rests on 13 of them.
ROUTES = 256
# How far ahead [s]. A piston drone flies 90 km in this; beyond, nothing of now tells.
HORIZON_S = 1800.0
STEP_S = 10.0
# Mean time on one leg [s] and the spread of the turn at its end [rad], whose own spread over flights is
# log-normal. Set so that the way flown over the straight line is 1.24 in the median and 2.1 at the 90th percentile
# over two hours, which is what the few observed flights show (tests/forecast/test_routes.py pins both).
LEG_S = 600.0
TURN_RAD, TURN_SPREAD = 0.77, 0.36
# At a bend, this share of the deviation so far is kept: a flight that went round something comes back.
KEEP = 0.6
# Of a flight that has been seen to turn sharply: mean time on a leg [s], which differs from flight to flight
# between these two; spread of the turns [rad], and its own. Not drawn back to the old course. Chosen on `turning`
# with three draws of places, tried on three others; how far a real one weaves nobody has published.
WEAVE_LEG_S = (120.0, 400.0)
WEAVE_RAD, WEAVE_SPREAD = 1.4, 0.4
# Speed over the next half hour, as a share of what it is now: throttle, height and wind change it.
SPEED_SHARE = 0.04
# No leg's turn is beyond this [rad]: sharper ones exist and are rare.
MOST_TURN_RAD = 2.4
SEED = 20221013
# -----------------------------------------------------------------------------------------------------


class Routes(NamedTuple):
    """R ways of S steps, for a flight at the origin with course 0 (along x) and speed 1 m/s."""

    along: Array  # (R, S) [m per m/s] after each step, first column 0
    across: Array  # (R, S) to the right of the course
    place: Array  # (R, 2) standard normal draws: where the target is within its covariance
    velocity: Array  # (R, 2) likewise


def draw(count: int = ROUTES, horizon_s: float = HORIZON_S, seed: int = SEED) -> Routes:
    """Draw the ensemble of flights that bend gently. The same arguments give the same routes."""
    rng = Generator(PCG64(seed))
    spread = TURN_RAD * np.exp(TURN_SPREAD * _normal(rng, count, 1)[:, 0])
    return _flown(rng, np.full(count, LEG_S), spread, KEEP, horizon_s)


def draw_weaving(count: int = ROUTES, horizon_s: float = HORIZON_S, seed: int = SEED) -> Routes:
    """Draw the ensemble of flights that have been seen to turn sharply (`habits`). Likewise."""
    rng = Generator(PCG64(seed + 1))
    spread = WEAVE_RAD * np.exp(WEAVE_SPREAD * _normal(rng, count, 1)[:, 0])
    legs = np.exp(rng.uniform(math.log(WEAVE_LEG_S[0]), math.log(WEAVE_LEG_S[1]), count))
    return _flown(rng, legs, spread, 1.0, horizon_s)


def _flown(rng: Generator, legs_s: Array, spread: Array, keep: float, horizon_s: float) -> Routes:
    """Fly ways whose legs last legs_s (R,) on average, with turns of spread (R,) [rad] between them."""
    count, steps = len(spread), math.ceil(horizon_s / STEP_S)
    bends = rng.random((count, steps)) < (1.0 - np.exp(-STEP_S / legs_s))[:, None]
    turns = np.clip(spread[:, None] * rng.standard_normal((count, steps)), -MOST_TURN_RAD, MOST_TURN_RAD)
    course = np.zeros((count, steps))
    for k in range(1, steps):
        course[:, k] = np.where(bends[:, k], keep * course[:, k - 1] + turns[:, k], course[:, k - 1])
    along, across = np.zeros((count, steps + 1)), np.zeros((count, steps + 1))
    pace = STEP_S * np.exp(SPEED_SHARE * _normal(rng, count, 1))
    np.cumsum(pace * np.cos(course), axis=1, out=along[:, 1:])
    np.cumsum(pace * np.sin(course), axis=1, out=across[:, 1:])
    return Routes(along, across, _normal(rng, count, 2), _normal(rng, count, 2))


def _normal(rng: Generator, count: int, columns: int) -> Array:
    """Standard normal draws whose mean is 0 and variance 1 to rounding: a small ensemble must not lean."""
    draws = rng.standard_normal((count, columns))
    if count < 3:
        return draws
    return np.asarray((draws - draws.mean(axis=0)) / draws.std(axis=0), np.float64)
