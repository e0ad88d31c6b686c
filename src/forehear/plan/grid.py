"""The land that is planned for, as a grid of places in the plane; and the areas where too little is heard."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.geodesy import Plane

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# LandCells at most, their least width [m], and how far the land goes beyond the outermost sensor or site [m].
MOST_CELLS, LEAST_CELL_M, MARGIN_M = 4_000, 1_000.0, 8_000.0
# -----------------------------------------------------------------------------------------------------


class LandCells(NamedTuple):
    """Rows from south to north, columns from west to east, in a plane."""

    plane: Plane
    south_m: float
    west_m: float
    step_m: float
    rows: int
    columns: int

    def middles(self) -> Array:
        """Their middles (rows * columns, 2), east and north [m]."""
        east = self.west_m + self.step_m * (np.arange(self.columns) + 0.5)
        north = self.south_m + self.step_m * (np.arange(self.rows) + 0.5)
        return np.column_stack([np.tile(east, self.rows), np.repeat(north, self.columns)])

    def corners(self) -> tuple[Array, Array]:
        """Longitude and latitude (rows + 1, columns + 1) of their corners [deg]."""
        east = self.west_m + self.step_m * np.arange(self.columns + 1)
        north = self.south_m + self.step_m * np.arange(self.rows + 1)
        lon, lat = self.plane.inverse(np.tile(east, self.rows + 1), np.repeat(north, self.columns + 1))
        shape = (self.rows + 1, self.columns + 1)
        return lon.reshape(shape), lat.reshape(shape)

    def area_km2(self) -> float:
        """The area of all."""
        return self.rows * self.columns * (self.step_m / 1000.0) ** 2


def cells_over(
    plane: Plane, place_m: Array, step_m: float | None = None, most: int = MOST_CELLS, margin_m: float = MARGIN_M
) -> LandCells:
    """Lay cells over places (n, 2) [m] and a margin; as narrow as `most` of them allow, where no step is named."""
    low, high = place_m.min(axis=0) - margin_m, place_m.max(axis=0) + margin_m
    wide, tall = float(high[0] - low[0]), float(high[1] - low[1])
    if step_m is None:
        step_m = max(math.ceil(math.sqrt(wide * tall / most) / 100.0) * 100.0, LEAST_CELL_M)
    columns, rows = max(math.ceil(wide / step_m), 1), max(math.ceil(tall / step_m), 1)
    west = float(low[0] + high[0] - columns * step_m) / 2.0
    south = float(low[1] + high[1] - rows * step_m) / 2.0
    return LandCells(plane, south, west, step_m, rows, columns)


def outlines_of(inside: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """Give the outlines of areas in a grid (rows, columns): rings of corners (row, column), closed, areas on the
    left.

    Edges between what is inside and what is not are put together, turning left where four meet: areas that touch
    by a corner alone stay apart. A hole in an area is a ring of its own, the other way round.
    """
    padded = np.pad(inside, 1)
    after: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def edge(a: tuple[int, int], b: tuple[int, int]) -> None:
        after.setdefault(a, []).append(b)

    for i, j in np.argwhere(inside):
        r, c = int(i), int(j)
        if not padded[r, c + 1]:
            edge((r, c), (r, c + 1))
        if not padded[r + 2, c + 1]:
            edge((r + 1, c + 1), (r + 1, c))
        if not padded[r + 1, c]:
            edge((r + 1, c), (r, c))
        if not padded[r + 1, c + 2]:
            edge((r, c + 1), (r + 1, c + 1))
    rings = []
    while after:
        start = min(after)
        ring, here, came = [start], start, (0, 0)
        while True:
            there = _left_most(here, came, after[here])
            after[here].remove(there)
            if not after[here]:
                del after[here]
            came = (there[0] - here[0], there[1] - here[1])
            here = there
            ring.append(here)
            if here == start:
                break
        rings.append(_straight(ring))
    return rings


def _left_most(here: tuple[int, int], came: tuple[int, int], ways: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(ways) == 1:
        return ways[0]
    # Steps are (row, column), rows to the north: to the left of (dr, dc) is (dc, -dr).
    left = (here[0] + came[1], here[1] - came[0])
    return left if left in ways else ways[0]


def _straight(ring: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out corners at which nothing turns."""
    kept = [ring[0]]
    for k in range(1, len(ring) - 1):
        (ar, ac), (br, bc), (cr, cc) = ring[k - 1], ring[k], ring[k + 1]
        if (br - ar, bc - ac) != (cr - br, cc - bc):
            kept.append(ring[k])
    return [*kept, ring[0]]
