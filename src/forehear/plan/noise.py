"""How loud it is where: a level for open country, and areas with levels of their own."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.areas import Ring, holds

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Noise in the band that is listened to [dB]: what maps of environmental noise show for such places, less what lies
# above 2 kHz. They are beginnings: a sensor's own reports of noise are better.
CLASSES = {"night": 36.0, "day": 42.0, "town": 48.0, "road": 55.0, "industry": 58.0, "forest": 38.0, "water": 40.0}
# -----------------------------------------------------------------------------------------------------


class NoiseArea(NamedTuple):
    """An area and its level [dB]: one outer ring of (lon, lat)."""

    ring: Ring
    noise_db: float


class NoiseMap(NamedTuple):
    """Levels of areas over that of everywhere else; where areas overlap, the loudest counts."""

    elsewhere_db: float
    areas: tuple[NoiseArea, ...] = ()
    # Louder everywhere by so much: a windy night, a day with traffic.
    louder_db: float = 0.0


def noise_at(noise: NoiseMap, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Array:
    """Give the noise (n,) at places (n,) [dB]."""
    lon, lat = np.atleast_1d(np.asarray(lon_deg, np.float64)), np.atleast_1d(np.asarray(lat_deg, np.float64))
    out = np.full(len(lon), -np.inf)
    for area in noise.areas:
        corners = np.array(area.ring, np.float64)
        (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        for k in near:
            if area.noise_db > out[k] and holds(corners, np.array([[lon[k], lat[k]]])):
                out[k] = area.noise_db
    return np.where(np.isfinite(out), out, noise.elsewhere_db) + noise.louder_db
