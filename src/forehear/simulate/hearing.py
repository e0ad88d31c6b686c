"""What reaches each sensor: the exact retarded time on the real path, level, tone, direction, odds.

Theory. The sound that reaches a sensor at s at time t left its emitter at the one time tau for which

    |p(tau) + w d - s| = c d,   d = t - tau,

because in the time d the wavefront grew to the radius c d while the wind carried its middle by w d. As long
as the emitter is slower than sound against the air, the difference of both sides rises with tau at the rate
c + n.(v - w), so Newton's steps find the root from any start; the path between knots is the cubic of `paths`.
All of it happens in earth-centred coordinates: straight lines through the real (round) earth's air, the
sensor's own east, north and up, its own wind. Nothing here uses the tracker's plane or its closed form.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# Rows with smaller odds of being heard than this are not even rolled for: one lost report in a thousand
# at the very edge of hearing, against a third of the work.
LEAST_ODDS = 1e-3
_STEPS = 12
# A tenth of a microsecond: 0.03 mm of sound.
_CLOSE_S = 1e-7


@dataclass(frozen=True)
class Ears:
    """The sensors as arrays; `wind_m` is the wind in earth-centred coordinates at each sensor [m/s]."""

    xyz_m: Array  # (n, 3)
    frame: Array  # (n, 3, 3) rows are east, north, up
    wind_mps: Array  # (n, 3)
    phase_s: Array  # (n,) the middle of its frames within each second


@dataclass(frozen=True)
class Window:
    """All emitters that sound in a block: knots of each, one after another."""

    first: Ints  # (m + 1,) where each emitter's knots begin
    start_s: Array  # (m,) time of its first knot
    xyz_m: Array  # (k, 3)
    slope: Array  # (k, 3)
    tone_hz: Array  # (k,)
    level_db: Array  # (k,)
    absorption: Array  # (m,) [dB/m]


@njit(cache=True)  # type: ignore[misc]
def hear_pairs(
    pair_emitter: Ints, pair_sensor: Ints,
    xyz: Array, frame: Array, wind: Array, phase: Array, noise: Array, deaf: NDArray[np.bool_],
    first: Ints, start: Array, knot: Array, slope: Array, tone: Array, level: Array, absorption: Array,
    t0: float, ticks: int, c: float, threshold: float, spread: float, max_detection: float, least: float,
    row_emitter: Ints, row_sensor: Ints, row_tick: Ints, row: Array, best: Array, expected: Array,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    """Fill a row (level, tone, azimuth, elevation) per pair and tick that may be heard; returns how many.

    `noise` (sensor, tick) [dB]. `best`, `expected` (emitter, tick) gather the odds over the sensors that work.
    """
    count = 0
    for pair in range(len(pair_emitter)):
        m, s = pair_emitter[pair], pair_sensor[pair]
        k0, k1 = first[m], first[m + 1]
        if k1 - k0 < 2:
            continue
        t_first, t_last = start[m], start[m] + (k1 - k0 - 1)
        tau = -1e300
        for tick in range(ticks):
            t = t0 + tick + phase[s]
            if tau < -1e299:
                # First guess: as far as the sound of the latest knot would be old.
                tau = min(t, t_last)
                i = k0 + min(int(tau - t_first), k1 - k0 - 2) if tau > t_first else k0
                ax, ay, az = knot[i, 0] - xyz[s, 0], knot[i, 1] - xyz[s, 1], knot[i, 2] - xyz[s, 2]
                tau = t - math.sqrt(ax * ax + ay * ay + az * az) / c
            else:
                tau += 1.0
            found = False
            ex = ey = ez = vx = vy = vz = d = u = 0.0
            i = k0
            for _ in range(_STEPS):
                at = min(max(tau, t_first), t_last)
                i = k0 + min(int(at - t_first), k1 - k0 - 2)
                u = at - t_first - (i - k0)
                u2 = u * u
                a0, b0 = (2.0 * u - 3.0) * u2 + 1.0, (u - 2.0) * u2 + u
                a1, b1 = (3.0 - 2.0 * u) * u2, (u - 1.0) * u2
                da, db0, db1 = 6.0 * (u2 - u), 3.0 * u2 - 4.0 * u + 1.0, 3.0 * u2 - 2.0 * u
                d = t - at
                ex = a0 * knot[i, 0] + b0 * slope[i, 0] + a1 * knot[i + 1, 0] + b1 * slope[i + 1, 0]
                ey = a0 * knot[i, 1] + b0 * slope[i, 1] + a1 * knot[i + 1, 1] + b1 * slope[i + 1, 1]
                ez = a0 * knot[i, 2] + b0 * slope[i, 2] + a1 * knot[i + 1, 2] + b1 * slope[i + 1, 2]
                vx = da * (knot[i, 0] - knot[i + 1, 0]) + db0 * slope[i, 0] + db1 * slope[i + 1, 0]
                vy = da * (knot[i, 1] - knot[i + 1, 1]) + db0 * slope[i, 1] + db1 * slope[i + 1, 1]
                vz = da * (knot[i, 2] - knot[i + 1, 2]) + db0 * slope[i, 2] + db1 * slope[i + 1, 2]
                ex += wind[s, 0] * d - xyz[s, 0]
                ey += wind[s, 1] * d - xyz[s, 1]
                ez += wind[s, 2] * d - xyz[s, 2]
                length = max(math.sqrt(ex * ex + ey * ey + ez * ez), 1e-9)
                closing = ex * (vx - wind[s, 0]) + ey * (vy - wind[s, 1]) + ez * (vz - wind[s, 2])
                step = (length - c * d) / (c + closing / length)
                tau = at - step
                if abs(step) < _CLOSE_S:
                    found = True
                    break
            if not found or tau < t_first or tau > t_last:
                # It did not sound yet, or no longer.
                continue
            path = c * d
            received = level[i] + u * (level[i + 1] - level[i])
            received -= 20.0 * math.log10(max(path, 1.0)) + absorption[m] * path
            margin = (received - noise[s, tick] - threshold) / spread
            odds = max_detection * 0.5 * (1.0 + math.erf(margin / math.sqrt(2.0)))
            if odds < least:
                continue
            if not deaf[s]:
                expected[m, tick] += odds
                best[m, tick] = max(best[m, tick], odds)
            nx, ny, nz = ex / path, ey / path, ez / path
            along_v = nx * vx + ny * vy + nz * vz
            along_w = nx * wind[s, 0] + ny * wind[s, 1] + nz * wind[s, 2]
            sent = tone[i] + u * (tone[i + 1] - tone[i])
            east = frame[s, 0, 0] * nx + frame[s, 0, 1] * ny + frame[s, 0, 2] * nz
            north = frame[s, 1, 0] * nx + frame[s, 1, 1] * ny + frame[s, 1, 2] * nz
            up = frame[s, 2, 0] * nx + frame[s, 2, 1] * ny + frame[s, 2, 2] * nz
            row_emitter[count], row_sensor[count], row_tick[count] = m, s, tick
            row[count, 0] = received
            row[count, 1] = sent / (1.0 + along_v / (c - along_w))
            row[count, 2] = math.degrees(math.atan2(east, north))
            row[count, 3] = math.degrees(math.asin(max(-1.0, min(1.0, up))))
            count += 1
    return count


def reach_m(source_level_db: float, absorption_db_per_m: float, least_level_db: float) -> float:
    """Give the distance at which a source sinks to a level, by bisection; at most 100 km."""
    near, far = 1.0, 100_000.0
    for _ in range(60):
        middle = 0.5 * (near + far)
        level = source_level_db - 20.0 * math.log10(middle) - absorption_db_per_m * middle
        near, far = (middle, far) if level > least_level_db else (near, middle)
    return far


@dataclass(frozen=True)
class Cells:
    """Sensors sorted into cells of longitude and latitude: who stands near a place."""

    lon0_deg: float
    lat0_deg: float
    size_deg: tuple[float, float]
    shape: tuple[int, int]
    order: Ints
    begin: Ints
    xyz_m: Array


# About one hearing range, so that a search looks at few cells and few sensors beyond its circle.
_CELL_M = 8_000.0


def cells_of(lon_deg: Array, lat_deg: Array, xyz_m: Array) -> Cells:
    """Sort sensors into cells of about 8 km."""
    lon0 = float(lon_deg[0])
    dlon = (lon_deg - lon0 + 180.0) % 360.0 - 180.0
    west, south = float(dlon.min()), float(lat_deg.min())
    # Metres per degree at the latitude nearest to a pole: cells are nowhere smaller than planned.
    cos_lat = max(math.cos(math.radians(float(np.abs(lat_deg).max()))), 0.01)
    size = (_CELL_M / (111_000.0 * cos_lat), _CELL_M / 111_000.0)
    column = ((dlon - west) / size[0]).astype(np.int64)
    line = ((lat_deg - south) / size[1]).astype(np.int64)
    shape = (int(line.max()) + 1, int(column.max()) + 1)
    key = line * shape[1] + column
    order = np.argsort(key, kind="stable").astype(np.int64)
    begin = np.searchsorted(key[order], np.arange(shape[0] * shape[1] + 1)).astype(np.int64)
    return Cells(lon0 + west, south, size, shape, order, begin, xyz_m)


def near_pairs(cells: Cells, lon_deg: Array, lat_deg: Array, xyz_m: Array, reach: Array) -> tuple[Ints, Ints]:
    """List the pairs (place, sensor) no farther apart than each place's reach [m]."""
    dlon = (lon_deg - cells.lon0_deg + 180.0) % 360.0 - 180.0
    cos_lat = np.maximum(np.cos(np.radians(np.minimum(np.abs(lat_deg) + reach / 111_000.0, 89.0))), 0.01)
    # A geographic degree of latitude is 110.57 km or more; half a per cent to spare.
    wide, high = reach / (110_000.0 * cos_lat), reach / 110_000.0
    low_c = np.floor((dlon - wide) / cells.size_deg[0]).astype(np.int64)
    high_c = np.floor((dlon + wide) / cells.size_deg[0]).astype(np.int64)
    low_r = np.floor((lat_deg - cells.lat0_deg - high) / cells.size_deg[1]).astype(np.int64)
    high_r = np.floor((lat_deg - cells.lat0_deg + high) / cells.size_deg[1]).astype(np.int64)
    low_c, low_r = np.maximum(low_c, 0), np.maximum(low_r, 0)
    high_c, high_r = np.minimum(high_c, cells.shape[1] - 1), np.minimum(high_r, cells.shape[0] - 1)
    arguments = (cells.order, cells.begin, cells.shape[1], cells.xyz_m, xyz_m, reach, low_c, high_c, low_r, high_r)
    counted = _near(*arguments, np.empty(0, np.int64), np.empty(0, np.int64))
    places, sensors = np.empty(counted, np.int64), np.empty(counted, np.int64)
    _near(*arguments, places, sensors)
    return places, sensors


@njit(cache=True)  # type: ignore[misc]
def _near(
    order: Ints, begin: Ints, columns: int, ears: Array, xyz: Array, reach: Array,
    low_c: Ints, high_c: Ints, low_r: Ints, high_r: Ints, places: Ints, sensors: Ints,
) -> int:  # pragma: no cover - compiled  # fmt: skip
    count = 0
    room = len(places)
    for p in range(len(reach)):
        for line in range(low_r[p], high_r[p] + 1):
            for column in range(low_c[p], high_c[p] + 1):
                for k in range(begin[line * columns + column], begin[line * columns + column + 1]):
                    s = order[k]
                    dx, dy, dz = ears[s, 0] - xyz[p, 0], ears[s, 1] - xyz[p, 1], ears[s, 2] - xyz[p, 2]
                    if dx * dx + dy * dy + dz * dz <= reach[p] * reach[p]:
                        if room:
                            places[count], sensors[count] = p, s
                        count += 1
    return count
