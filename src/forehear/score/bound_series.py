"""The Cramer-Rao bound of every target of a truth file, from the truth and the network alone.

What the files do not hold is taken so: sensors hear by one soft curve of level, whose place is set second by
second so that the odds sum to the truth's `heard_by`; the tone at rest follows from the kind; the errors of
level, tone and bearing are the arguments'. A target's path is taken in a plane of its own.
"""

import math
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from forehear.air.level import received_level_db
from forehear.air.medium import UniformAir, air_at
from forehear.errors import NoSolution
from forehear.geodesy import plane_at
from forehear.records import Network, TargetKind, Truth
from forehear.score.bound import (
    FlightPath,
    Hearers,
    Motion,
    Prior,
    Senses,
    bound,
    horizontal_sigma_m,
    path_lengths_m,
)
from forehear.score.records import BoundSeries

Array = NDArray[np.float64]

# Standard deviation of what makes a sensor hear at a level or not: a fluctuation of 5 dB, differences of
# ambient level of 4 dB between sensors [dB].
HEARING_SPREAD_DB = 6.0
# The most that a sensor's odds come to: busy, masked, restarting.
BEST_ODDS = 0.95
# Sensors farther from the whole path than this hear nothing of it [m].
REACH_M = 12_000.0
# Tones at rest [Hz]: a two-stroke pusher's, a light aircraft's propeller; a jet has none.
TONES_HZ: dict[TargetKind, float | None] = {"piston": 110.0, "jet": None, "other": 80.0}


def bounds_of(truth: Iterable[Truth], network: Network, senses: Senses) -> dict[str, BoundSeries]:
    """Give each target's bound. A target that has none (a single line, faster than sound) is left out."""
    kinds: dict[str, TargetKind] = {}
    columns: dict[str, array[float]] = {}
    for t in truth:
        kinds[t.target] = t.kind
        row = (t.time_s, t.lon, t.lat, t.height_m, t.east_mps, t.north_mps, t.up_mps, t.heard_by)
        columns.setdefault(t.target, array("d")).extend(row)
    sensors = _Sensors(network)
    out = {}
    for target, values in columns.items():
        rows = np.frombuffer(values, np.float64).reshape(-1, 8)
        try:
            series = _bound_of(rows, kinds[target], sensors, senses)
        except NoSolution:
            continue
        if series is not None:
            out[target] = series
    return out


class _Sensors:
    """The network as arrays."""

    def __init__(self, network: Network) -> None:
        self.lon = np.array([s.lon for s in network.sensors])
        self.lat = np.array([s.lat for s in network.sensors])
        self.height_m = np.array([s.height_m for s in network.sensors])
        self.is_array = np.array([s.kind == "array" for s in network.sensors])
        self.air = air_at(network.atmosphere)


def _bound_of(rows: Array, kind: TargetKind, sensors: _Sensors, senses: Senses) -> BoundSeries | None:
    """Give one target's bound from its lines (n, 8), columns as in `bounds_of`; None for a single second.

    Raises NoSolution as `bound`. Reference: docs/score.md, "What the bound is taken from".
    """
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    rows = rows[np.append(True, np.diff(rows[:, 0]) > 0.0)]
    seconds = math.floor(rows[-1, 0] - rows[0, 0]) + 1
    if seconds < 2:
        return None
    middle = len(rows) // 2
    plane = plane_at(rows[middle, 1], rows[middle, 2])
    grid = rows[0, 0] + np.arange(seconds)
    east, north = plane.forward(rows[:, 1], rows[:, 2])
    turn = plane.convergence(rows[:, 1], rows[:, 2])
    east_mps = rows[:, 4] * np.cos(turn) - rows[:, 5] * np.sin(turn)
    north_mps = rows[:, 5] * np.cos(turn) + rows[:, 4] * np.sin(turn)
    path = np.column_stack([east, north, rows[:, 3], east_mps, north_mps, rows[:, 6], rows[:, 7]])
    path = np.column_stack([np.interp(grid, rows[:, 0], column) for column in path.T])
    places, velocities, heard_by = path[:, :3], path[:, 3:6], path[:, 6]
    s_east, s_north = plane.forward(sensors.lon, sensors.lat)
    sensors_m = np.column_stack([s_east, s_north, sensors.height_m])
    near = _near(places, sensors_m)
    if not near.any():
        return BoundSeries(float(grid[0]), [float("inf")] * seconds)
    sensors_m, is_array = sensors_m[near], sensors.is_array[near]
    odds = _odds(places, sensors_m, heard_by, sensors.air)
    flight, hearers = FlightPath(places, velocities, TONES_HZ[kind]), Hearers(sensors_m, is_array, odds)
    covariance = bound(flight, hearers, senses, sensors.air, Motion(), Prior())
    return BoundSeries(float(grid[0]), horizontal_sigma_m(covariance).tolist())


def _near(places: Array, sensors_m: Array) -> NDArray[np.bool_]:
    """Give which sensors (s,) of (s, 3) come within reach of any tenth second of the path (k, 3) [m]."""
    box = (sensors_m[:, :2] > places[:, :2].min(axis=0) - REACH_M) & (
        sensors_m[:, :2] < places[:, :2].max(axis=0) + REACH_M
    )
    out = box.all(axis=1)
    inside = np.flatnonzero(out)
    least = np.full(len(inside), np.inf)
    for place in places[::10]:
        least = np.minimum(least, np.hypot(*(sensors_m[inside, :2] - place[:2]).T))
    out[inside[least > REACH_M]] = False
    return np.asarray(out, bool)


def _odds(places: Array, sensors_m: Array, heard_by: Array, air: UniformAir) -> Array:
    """Give the odds (k, s) of hearing what is emitted each second, by bisection on the loudness that they need.

    Parameters: places (k, 3) and sensors (s, 3) [m]; how many heard the target by the truth (k,).
    Reference: a soft curve of level, docs/physics.md, "Who hears, and what silence is worth"; docs/score.md,
    "What the bound is taken from".
    """
    path = path_lengths_m(places, sensors_m, air)
    loss = -received_level_db(0.0, path, air.absorption_db_per_m)
    # What is emitted now is heard later: the truth's count is of the moment of hearing.
    k = np.arange(len(places))
    wanted = np.interp(k + path.min(axis=1) / air.c_mps, k, heard_by)
    low, high = np.full(len(places), 20.0), np.full(len(places), 180.0)
    for _ in range(20):
        middle = 0.5 * (low + high)
        total = BEST_ODDS * ndtr((middle[:, None] - loss) / HEARING_SPREAD_DB).sum(axis=1)
        low, high = np.where(total < wanted, middle, low), np.where(total < wanted, high, middle)
    odds = BEST_ODDS * ndtr((low[:, None] - loss) / HEARING_SPREAD_DB)
    return np.asarray(np.where(wanted[:, None] > 1e-3, odds, 0.0), np.float64)
