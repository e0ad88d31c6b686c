"""What the map shows of a track beside its record: its uncertainty's shape, and where it was heard from."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forehear.geodesy import Plane
from forehear.track.estimate.filter import state_at
from forehear.track.layout import STATES
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank


class View(NamedTuple):
    """A track's ellipse (one sigma) now, and the place that its latest sound came from."""

    major_m: float
    minor_m: float
    # Of the major axis, clockwise from true north [deg].
    axis_deg: float
    from_lon: float
    from_lat: float
    emitted_at_s: float


def views(bank: Bank, lives: Sequence[Life | None], plane: Plane, zero_s: float, time_s: float) -> dict[str, View]:
    """Give the view of every live track at a time, by its name."""
    rows = [(k, one) for k, one in enumerate(lives) if one is not None]
    if not rows:
        return {}
    x, p = np.empty(STATES), np.empty((STATES, STATES))
    heard = np.array([bank.mean[k, :2] for k, _ in rows])
    places, shapes = np.empty((len(rows), 2)), np.empty((len(rows), 3))
    for i, (k, _) in enumerate(rows):
        state_at(bank.x[k], bank.p[k], bank.mu[k], time_s - zero_s - bank.time_s[k], x, p)
        places[i] = x[:2]
        half, skew = 0.5 * (p[0, 0] - p[1, 1]), math.hypot(0.5 * (p[0, 0] - p[1, 1]), p[0, 1])
        mean = 0.5 * (p[0, 0] + p[1, 1])
        angle = 0.5 * math.atan2(p[0, 1], half) if skew > 0.0 else 0.0
        # `angle` is the major axis from east towards north; the map counts from north towards east.
        shapes[i] = math.sqrt(max(mean + skew, 0.0)), math.sqrt(max(mean - skew, 0.0)), math.pi / 2.0 - angle
    if not (np.isfinite(heard).all() and np.isfinite(places).all()):
        finite = np.isfinite(heard).all(axis=1) & np.isfinite(places).all(axis=1)
        heard[~finite], places[~finite] = 0.0, 0.0
    lon, lat = plane.inverse(heard[:, 0], heard[:, 1])
    turn = plane.convergence(*plane.inverse(places[:, 0], places[:, 1]))
    out = {}
    for i, (k, one) in enumerate(rows):
        axis = math.degrees(shapes[i, 2] + float(turn[i])) % 180.0
        out[one.name] = View(
            round(float(shapes[i, 0]), 1), round(float(shapes[i, 1]), 1), round(axis, 1),
            round(float(lon[i]), 6), round(float(lat[i]), 6), round(float(bank.time_s[k]) + zero_s, 2),
        )  # fmt: skip
    return out
