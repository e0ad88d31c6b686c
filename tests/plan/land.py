"""A small land for the planner's tests: a grid of sensors around a middle, and candidates at random."""

import numpy as np
from numpy.typing import NDArray

from forehear.geodesy import Plane, plane_at
from forehear.plan.odds import Situation
from forehear.plan.stations import Stations

Array = NDArray[np.float64]
PLANE: Plane = plane_at(31.0, 47.0)
CALM = Situation(PLANE)


def stations(place_m: Array, noise_db: float | Array = 36.0, kind: str = "microphone") -> Stations:
    """Sensors at places (n, 2) in the plane."""
    n = len(place_m)
    lonlat = np.column_stack(PLANE.inverse(place_m[:, 0], place_m[:, 1])) if n else np.zeros((0, 2))
    noise = np.broadcast_to(np.asarray(noise_db, np.float64), (n,)).copy()
    return Stations(
        tuple(f"S{k:03d}" for k in range(n)), (kind,) * n, place_m, lonlat, np.full(n, 4.0), noise, np.zeros(n),
        np.ones(n),
    )  # fmt: skip


def grid(half_m: float, step_m: float) -> Array:
    """A square grid of places around the middle (n, 2)."""
    line = np.arange(-half_m, half_m + 1.0, step_m)
    return np.column_stack([np.tile(line, len(line)), np.repeat(line, len(line))])


NOBODY = stations(np.zeros((0, 2)))
