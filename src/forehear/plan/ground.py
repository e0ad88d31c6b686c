"""The ground as a raster of heights, and what a hill between source and sensor takes.

Theory. Sound that bends over one edge loses by Maekawa's curve: 10 log10(3 + 20 N) with N = 2 delta / wavelength
the detour over the edge in half wavelengths; nothing where the line of sight clears it by more than half a
wavelength's detour. Ignores: several edges, sound round the side, refraction over the hill (which shortens it).
Reference: ISO 9613-2:1996, 7.4, eq. 14, for one edge.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import STANDARD_SOUND_SPEED_MPS

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Points looked at between source and sensor, and what one edge takes at most [dB] (ISO 9613-2, 7.4).
POINTS, MOST_SCREENED_DB = 24, 20.0
# So many pairs are looked at at once: memory of some ten megabytes.
CHUNK = 8192
# -----------------------------------------------------------------------------------------------------


class Raster(NamedTuple):
    """Heights (rows, columns) [m], rows from south to north; the first stands for a point at south, west [deg]."""

    south_deg: float
    west_deg: float
    step_lat_deg: float
    step_lon_deg: float
    values: Array

    @property
    def north_deg(self) -> float:
        """Its northernmost row [deg]."""
        return float(self.south_deg + self.step_lat_deg * (self.values.shape[0] - 1))

    @property
    def east_deg(self) -> float:
        """Its easternmost column [deg]."""
        return float(self.west_deg + self.step_lon_deg * (self.values.shape[1] - 1))

    def at(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Array:
        """Give the value between its four neighbours; beyond the edge that of the edge."""
        rows, columns = self.values.shape
        y = np.clip((np.asarray(lat_deg, np.float64) - self.south_deg) / self.step_lat_deg, 0.0, rows - 1.000001)
        x = np.clip((np.asarray(lon_deg, np.float64) - self.west_deg) / self.step_lon_deg, 0.0, columns - 1.000001)
        i, j = y.astype(np.int64), x.astype(np.int64)
        u, v = y - i, x - j
        low = self.values[i, j] * (1.0 - v) + self.values[i, j + 1] * v
        high = self.values[i + 1, j] * (1.0 - v) + self.values[i + 1, j + 1] * v
        return np.asarray(low * (1.0 - u) + high * u, np.float64)


def screened_db(ground: Raster, source: Array, sensor: Array, apart_m: Array, frequency_hz: float) -> Array:
    """Give what the highest edge between sources and sensors takes (n,) [dB].

    `source` and `sensor` (n, 3): longitude, latitude [deg], height above mean sea level [m]; `apart_m` (n,) over
    ground. Reference: module docstring.
    """
    out = np.zeros(len(source))
    share = np.linspace(0.0, 1.0, POINTS + 2)[1:-1]
    half_wave = 0.5 * STANDARD_SOUND_SPEED_MPS / frequency_hz
    for begin in range(0, len(source), CHUNK):
        a, b = source[begin : begin + CHUNK, None, :], sensor[begin : begin + CHUNK, None, :]
        at = a + (b - a) * share[:, None]
        far = np.maximum(apart_m[begin : begin + CHUNK, None], 1.0)
        over = ground.at(at[..., 0], at[..., 1]) - at[..., 2]
        # The detour over an edge that stands `over` above the line, between two legs of the way.
        one, other = far * share, far * (1.0 - share)
        detour = np.hypot(one, over) - one + np.hypot(other, over) - other
        number = (np.where(over > 0.0, detour, -detour) / half_wave).max(axis=1)
        lost = 10.0 * np.log10(np.maximum(3.0 + 20.0 * np.maximum(number, -0.1), 1.0))
        out[begin : begin + CHUNK] = np.minimum(np.where(number > -0.1, lost, 0.0), MOST_SCREENED_DB)
    return out
