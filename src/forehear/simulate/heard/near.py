"""Who could hear whom: sensors in cells, and how far an emitter of a level reaches into how much noise."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.compiled import njit

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# About one hearing range, so that a search looks at few cells and few sensors beyond its circle.
_CELL_M = 8_000.0
# Nothing that is modelled here is heard from farther away.
_FARTHEST_M = 100_000.0
# A geographic degree is 110.57 km of meridian or more; half a per cent to spare.
_DEGREE_M = 110_000.0
# Losses on the way are tabled by whole decibels: from 200 dB at 1 m to -50 dB at the receiver.
LOSSES = 251


class Cells(NamedTuple):
    """Sensors sorted into cells of longitude and latitude; `cells_of` makes it."""

    lon0_deg: float
    lat0_deg: float
    size_deg: tuple[float, float]
    shape: tuple[int, int]
    order: Ints
    begin: Ints
    xyz_m: Array
    noise_bin: Ints


def cells_of(lon_deg: Array, lat_deg: Array, xyz_m: Array, quietest_db: Array) -> Cells:
    """Sort sensors into cells of about 8 km. `quietest_db` is the lowest ambient level each ever has."""
    lon0 = float(lon_deg[0])
    dlon = (lon_deg - lon0 + 180.0) % 360.0 - 180.0
    west, south = float(dlon.min()), float(lat_deg.min())
    # Degrees of longitude are as wide as at the latitude nearest to a pole: no cell is smaller than planned.
    cos_lat = max(math.cos(math.radians(float(np.abs(lat_deg).max()))), 0.01)
    size = (_CELL_M / (_DEGREE_M * cos_lat), _CELL_M / _DEGREE_M)
    column = ((dlon - west) / size[0]).astype(np.int64)
    line = ((lat_deg - south) / size[1]).astype(np.int64)
    shape = (int(line.max()) + 1, int(column.max()) + 1)
    key = line * shape[1] + column
    order = np.argsort(key, kind="stable").astype(np.int64)
    begin = np.searchsorted(key[order], np.arange(shape[0] * shape[1] + 1)).astype(np.int64)
    noise_bin = np.floor(quietest_db).astype(np.int64)
    return Cells(lon0 + west, south, size, shape, order, begin, xyz_m, noise_bin)


def reach_table_m(absorption_db_per_m: float) -> Array:
    """Give the distances (LOSSES,) at which 0, 1, 2, ... dB are lost on the way; at most 100 km.

    By bisection: spreading and absorption only.
    """
    losses = np.arange(LOSSES)
    near, far = np.ones(LOSSES), np.full(LOSSES, _FARTHEST_M)
    for _ in range(40):
        middle = 0.5 * (near + far)
        heard = 20.0 * np.log10(middle) + absorption_db_per_m * middle < losses
        near, far = np.where(heard, middle, near), np.where(heard, far, middle)
    return far


def farthest_m(cells: Cells, excess_db: Array, table: Ints, reach_m: Array) -> Array:
    """Give how far (m,) each emitter is heard by the quietest sensor; see `near_pairs`."""
    loss = np.ceil(excess_db).astype(np.int64) - int(cells.noise_bin.min())
    return np.asarray(reach_m[table, np.clip(loss, 0, LOSSES - 1)], np.float64)


def near_pairs(
    cells: Cells, xyz_m: Array, extent_m: Array, excess_db: Array, table: Ints, reach_m: Array
) -> tuple[Ints, Ints]:
    """List the pairs (emitter, sensor) that are close enough for the sensor's noise.

    Each emitter is somewhere within `extent_m` (m,) of `xyz_m` (m, 3). It is heard if, on the way, it loses no
    more than `excess_db` (m,) less the sensor's noise; row `table` (m,) of `reach_m` (kinds, LOSSES) says how
    far that is.
    """
    lon_deg, lat_deg, _ = geodesy.geodetic(xyz_m)
    farthest = farthest_m(cells, excess_db, table, reach_m) + extent_m
    dlon = (lon_deg - cells.lon0_deg + 180.0) % 360.0 - 180.0
    cos_lat = np.cos(np.radians(np.minimum(np.abs(lat_deg) + farthest / _DEGREE_M, 89.0)))
    wide, high = farthest / (_DEGREE_M * np.maximum(cos_lat, 0.01)), farthest / _DEGREE_M
    low_c = np.maximum(np.floor((dlon - wide) / cells.size_deg[0]), 0).astype(np.int64)
    high_c = np.minimum(np.floor((dlon + wide) / cells.size_deg[0]), cells.shape[1] - 1).astype(np.int64)
    south = lat_deg - cells.lat0_deg
    low_r = np.maximum(np.floor((south - high) / cells.size_deg[1]), 0).astype(np.int64)
    high_r = np.minimum(np.floor((south + high) / cells.size_deg[1]), cells.shape[0] - 1).astype(np.int64)
    emitters, sensors = np.empty(0, np.int64), np.empty(0, np.int64)
    spheres = _Spheres(xyz_m, extent_m, np.ceil(excess_db).astype(np.int64), table)
    # Twice: to count, and to write down.
    for _ in range(2):
        count = _near(cells, spheres, reach_m, (low_c, high_c), (low_r, high_r), emitters, sensors)
        if not len(emitters):
            emitters, sensors = np.empty(count, np.int64), np.empty(count, np.int64)
    return emitters, sensors


class _Spheres(NamedTuple):
    """Where each emitter is (m,): within `extent_m` of `xyz_m` (m, 3). See `near_pairs`."""

    xyz_m: Array
    extent_m: Array
    excess_db: Ints
    table: Ints


@njit(cache=True)
def _near(
    cells: Cells, spheres: _Spheres, reach: Array, column: tuple[Ints, Ints], line: tuple[Ints, Ints],
    emitters: Ints, sensors: Ints,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Count the pairs, and write them down where there is room; `column`, `line`: first and last of the cells."""
    order, begin, receivers, xyz = cells.order, cells.begin, cells.xyz_m, spheres.xyz_m
    count = 0
    room = len(emitters)
    for p in range(len(xyz)):
        for row in range(line[0][p], line[1][p] + 1):
            for cell in range(row * cells.shape[1] + column[0][p], row * cells.shape[1] + column[1][p] + 1):
                for k in range(begin[cell], begin[cell + 1]):
                    s = order[k]
                    dx, dy, dz = (
                        receivers[s, 0] - xyz[p, 0],
                        receivers[s, 1] - xyz[p, 1],
                        receivers[s, 2] - xyz[p, 2],
                    )
                    loss = min(max(spheres.excess_db[p] - cells.noise_bin[s], 0), LOSSES - 1)
                    far = reach[spheres.table[p], loss] + spheres.extent_m[p]
                    if dx * dx + dy * dy + dz * dz <= far * far:
                        if room:
                            emitters[count], sensors[count] = p, s
                        count += 1
    return count
