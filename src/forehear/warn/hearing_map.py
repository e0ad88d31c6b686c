"""Where one hears now: a grid over the network, and at each the odds that enough sensors hear a passing drone.

This is for the operator's eyes: areas to mend, as thresholds of seismic networks are mapped. The public sees of it
only whether its own place is covered.
"""

import math
from typing import NamedTuple

import numpy as np

from forehear.air.hearing import FARTHEST_M, PISTON, Array, Ints, excess_db, heard_by
from forehear.air.medium import wind_mps
from forehear.geodesy import Plane
from forehear.records import HearingMap, Network
from forehear.warn.coverage import Reporting, now_hearing

# --- numbers that decide -----------------------------------------------------------------------------
# Cells at most, and their least width [m]: a map of a country is drawn in a tenth of a second.
MOST_CELLS, LEAST_CELL_M = 4_000, 1_000.0
# The grid goes so far beyond the outermost sensors [m].
MARGIN_M = 8_000.0
# Nearest sensors looked at for one place.
MOST_SENSORS = 24
# A drone is heard at its nearest over half a minute either way [m]; which way it flies is unknown, so that of this
# the mean over all directions counts, 2 / pi.
PASSING_M, ANY_WAY = 1_500.0, 2.0 / math.pi
# -----------------------------------------------------------------------------------------------------


class Grid(NamedTuple):
    """Rows from south to north, columns from west to east; which sensors could hear each of the C places."""

    south: float
    west: float
    step_lat: float
    step_lon: float
    rows: int
    columns: int
    sensor: Ints  # (C, M), -1: none
    range_m: Array  # (C, M)
    upwind_mps: Array  # (C, M)


def grid_of(network: Network, plane: Plane) -> Grid | None:
    """Lay the grid over a network; None for one without sensors."""
    if not network.sensors:
        return None
    lon, lat = (np.array([getattr(s, name) for s in network.sensors]) for name in ("lon", "lat"))
    north_m, east_m = 111_132.0, 111_320.0 * math.cos(math.radians(float(lat.mean())))
    south, north = float(lat.min()) - MARGIN_M / north_m, float(lat.max()) + MARGIN_M / north_m
    west, east = float(lon.min()) - MARGIN_M / east_m, float(lon.max()) + MARGIN_M / east_m
    area = (north - south) * north_m * (east - west) * east_m
    cell_m = max(math.sqrt(area / MOST_CELLS), LEAST_CELL_M)
    rows, columns = (max(math.ceil(w / cell_m), 1) for w in ((north - south) * north_m, (east - west) * east_m))
    step_lat, step_lon = (north - south) / rows, (east - west) / columns
    at_lat = south + step_lat * (np.arange(rows * columns) // columns + 0.5)
    at_lon = west + step_lon * (np.arange(rows * columns) % columns + 0.5)
    places = np.column_stack(plane.forward(lon, lat))
    cells = np.column_stack(plane.forward(at_lon, at_lat))
    sensor, ranges, upwind = _nearest(places, cells, columns, np.array(wind_mps(network.atmosphere)))
    return Grid(south, west, step_lat, step_lon, rows, columns, sensor, ranges, upwind)


def _nearest(places: Array, cells: Array, columns: int, wind: Array) -> tuple[Ints, Array, Array]:
    """Find each cell's nearest sensors, row by row: of a whole country's, few lie beside one row."""
    shape = (len(cells), MOST_SENSORS)
    sensor, ranges, upwind = np.full(shape, -1, np.int64), np.full(shape, 1e6), np.zeros(shape)
    order = np.argsort(places[:, 1], kind="stable")
    north = places[order, 1]
    for begin in range(0, len(cells), columns):
        row = cells[begin : begin + columns]
        low, high = np.searchsorted(north, (row[:, 1].min() - FARTHEST_M, row[:, 1].max() + FARTHEST_M))
        beside = order[low:high]
        way = places[beside] - row[:, None, :]
        ground = np.hypot(way[..., 0], way[..., 1])
        for k, here in enumerate(ground):
            found = np.argsort(here, kind="stable")[:MOST_SENSORS]
            found = found[here[found] <= FARTHEST_M]
            n, far = len(found), here[found]
            nearest = np.maximum(far - ANY_WAY * PASSING_M, (1.0 - ANY_WAY) * far)
            sensor[begin + k, :n] = beside[found]
            ranges[begin + k, :n] = np.hypot(nearest, PISTON.height_m)
            upwind[begin + k, :n] = np.maximum(-(way[k, found] @ wind) / np.maximum(far, 1.0), 0.0)
    return sensor, ranges, upwind


def hearing_map(grid: Grid, reporting: Reporting, now_s: float, sensors: int) -> HearingMap:
    """Give the odds now that at least so many sensors hear a propeller drone in a minute's flight by each cell."""
    alive, noise = now_hearing(reporting, now_s)
    there = grid.sensor >= 0
    index = np.where(there, grid.sensor, 0)
    excess = excess_db(PISTON, grid.range_m, grid.upwind_mps, noise[index])
    enough = heard_by(np.where(there & alive[index], excess, -np.inf), sensors)
    hundredths = tuple(np.rint(100.0 * enough).astype(int).tolist())
    return HearingMap(
        round(grid.south, 6), round(grid.west, 6), grid.step_lat, grid.step_lon, grid.columns, hundredths
    )
