"""Places on the earth: geodetic coordinates, earth-centred coordinates, and the plane that tracks live in.

The plane is the oblique (double) stereographic projection: conformal, so that in it every neighbourhood is
true to shape, with one scale and one convergence. A distance between a sensor and what it hears is a plane
distance divided by the scale there. So a region of 600 km across loses nothing to a flat earth: distances
over one hearing range are exact to parts in 1e5 (see tests/test_geodesy.py).

Height above mean sea level is taken for ellipsoidal height: only differences of height between neighbours
enter, and the geoid is smooth over a hearing range.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import EARTH_FLATTENING, EARTH_SEMI_MAJOR_AXIS_M
from forehear.errors import NoSolution

Array = NDArray[np.float64]

_A = EARTH_SEMI_MAJOR_AXIS_M
_E2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
_E = math.sqrt(_E2)
# Newton's steps to the geodetic latitude gain two digits more each; five reach rounding (1e-16 rad).
_LATITUDE_STEPS = 8


def ecef(lon_deg: ArrayLike, lat_deg: ArrayLike, height_m: ArrayLike) -> Array:
    """Convert geodetic coordinates to earth-centred, earth-fixed ones.

    Parameters: degrees, degrees, metres above the ellipsoid; broadcast together.
    Returns (..., 3) x-y-z [m].
    Reference: NGA.STND.0036 (WGS 84), 4.2.
    """
    lon = np.radians(np.asarray(lon_deg, dtype=np.float64))
    lat = np.radians(np.asarray(lat_deg, dtype=np.float64))
    height = np.asarray(height_m, dtype=np.float64)
    prime_vertical = _A / np.sqrt(1.0 - _E2 * np.sin(lat) ** 2)
    x = (prime_vertical + height) * np.cos(lat) * np.cos(lon)
    y = (prime_vertical + height) * np.cos(lat) * np.sin(lon)
    z = (prime_vertical * (1.0 - _E2) + height) * np.sin(lat)
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def geodetic(xyz_m: ArrayLike) -> tuple[Array, Array, Array]:
    """Convert earth-centred coordinates (..., 3) [m] to longitude [deg], latitude [deg] and height [m].

    Bowring's formula, iterated to rounding. Ignores: the earth's core (below -100 km it loses digits).
    Reference: Bowring 1976, Survey Review 23(181), eq. 4.
    """
    xyz = np.asarray(xyz_m, dtype=np.float64)
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    distance = np.hypot(x, y)
    b = _A * (1.0 - EARTH_FLATTENING)
    ep2 = _E2 / (1.0 - _E2)
    reduced = np.arctan2(z * _A, distance * b)
    lat = reduced
    for _ in range(3):
        lat = np.arctan2(z + ep2 * b * np.sin(reduced) ** 3, distance - _E2 * _A * np.cos(reduced) ** 3)
        reduced = np.arctan2((1.0 - EARTH_FLATTENING) * np.sin(lat), np.cos(lat))
    prime_vertical = _A / np.sqrt(1.0 - _E2 * np.sin(lat) ** 2)
    # This form of the height stays exact at the poles as well as at the equator.
    height = distance * np.cos(lat) + z * np.sin(lat) - _A * _A / prime_vertical
    return np.degrees(np.arctan2(y, x)), np.degrees(lat), height


def east_north_up(lon_deg: float, lat_deg: float) -> Array:
    """Give the rotation (3, 3) from earth-centred differences to east-north-up ones at a place [deg]."""
    lon, lat = math.radians(lon_deg), math.radians(lat_deg)
    sl, cl, sp, cp = math.sin(lon), math.cos(lon), math.sin(lat), math.cos(lat)
    return np.array([[-sl, cl, 0.0], [-sp * cl, -sp * sl, cp], [cp * cl, cp * sl, sp]])


@dataclass(frozen=True)
class Plane:
    """A conformal east-north plane around one place: `plane_at` makes it.

    Reference: IOGP 373-7-2 (Geomatics Guidance Note 7-2), oblique stereographic, EPSG method 9809.
    """

    lon0_deg: float
    lat0_deg: float
    _n: float
    _c: float
    _chi0: float
    _radius_m: float

    def _conformal_sphere(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Array, Array]:
        """Longitude from the centre and latitude on the conformal sphere [rad]."""
        dlon = np.asarray(lon_deg, dtype=np.float64) - self.lon0_deg
        dlon = np.radians(dlon - 360.0 * np.round(dlon / 360.0))
        sin_lat = np.sin(np.radians(np.asarray(lat_deg, dtype=np.float64)))
        with np.errstate(divide="ignore"):
            isometric = np.arctanh(sin_lat) - _E * np.arctanh(_E * sin_lat)
        chi = np.arcsin(np.tanh(self._n * isometric + 0.5 * math.log(self._c)))
        return self._n * dlon, chi

    def forward(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Array, Array]:
        """Project longitude and latitude [deg] to plane east and north [m]."""
        lam, chi = self._conformal_sphere(lon_deg, lat_deg)
        s0, c0 = math.sin(self._chi0), math.cos(self._chi0)
        b = 1.0 + np.sin(chi) * s0 + np.cos(chi) * c0 * np.cos(lam)
        east = 2.0 * self._radius_m * np.cos(chi) * np.sin(lam) / b
        north = 2.0 * self._radius_m * (np.sin(chi) * c0 - np.cos(chi) * s0 * np.cos(lam)) / b
        return east, north

    def inverse(self, east_m: ArrayLike, north_m: ArrayLike) -> tuple[Array, Array]:
        """Give longitude and latitude [deg] of plane east and north [m]. Raises NoSolution off the sphere."""
        x = np.asarray(east_m, dtype=np.float64) / (2.0 * self._radius_m)
        y = np.asarray(north_m, dtype=np.float64) / (2.0 * self._radius_m)
        if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
            raise NoSolution(f"plane point east_m={east_m!r}, north_m={north_m!r} is not finite")
        # Rotate the unit sphere's point of the stereographic plane back by the centre's latitude.
        scale = 2.0 / (1.0 + x * x + y * y)
        e, n, u = x * scale, y * scale, scale - 1.0
        s0, c0 = math.sin(self._chi0), math.cos(self._chi0)
        sin_chi = np.clip(n * c0 + u * s0, -1.0, 1.0)
        lam = np.arctan2(e, u * c0 - n * s0)
        with np.errstate(divide="ignore"):
            isometric = (np.arctanh(sin_chi) - 0.5 * math.log(self._c)) / self._n
        lat = np.arcsin(np.tanh(isometric))
        for _ in range(_LATITUDE_STEPS):
            lat = np.arcsin(np.tanh(isometric + _E * np.arctanh(_E * np.sin(lat))))
        lon = self.lon0_deg + np.degrees(lam / self._n)
        return lon - 360.0 * np.round(lon / 360.0), np.degrees(lat)

    def scale(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Array:
        """Give plane length over true length at a place; the same in every direction."""
        lam, chi = self._conformal_sphere(lon_deg, lat_deg)
        lat = np.radians(np.asarray(lat_deg, dtype=np.float64))
        prime_vertical = _A / np.sqrt(1.0 - _E2 * np.sin(lat) ** 2)
        s0, c0 = math.sin(self._chi0), math.cos(self._chi0)
        b = 1.0 + np.sin(chi) * s0 + np.cos(chi) * c0 * np.cos(lam)
        return np.asarray(
            2.0 * self._n * self._radius_m * np.cos(chi) / (b * prime_vertical * np.cos(lat)), np.float64
        )

    def convergence(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Array:
        """Give the bearing of plane north at a place, clockwise from true north [rad].

        A true azimuth is a plane azimuth plus this.
        """
        lam, chi = self._conformal_sphere(lon_deg, lat_deg)
        s0, c0 = math.sin(self._chi0), math.cos(self._chi0)
        sine = np.sin(lam) * (np.sin(chi) + s0)
        cosine = np.cos(chi) * c0 + (1.0 + np.sin(chi) * s0) * np.cos(lam)
        return np.asarray(np.arctan2(sine, cosine), np.float64)


def plane_at(lon_deg: float, lat_deg: float) -> Plane:
    """Make the plane whose origin, with scale 1, is at this longitude and latitude [deg].

    Raises NoSolution within 0.01 degree of a pole, where east has no meaning.
    """
    if not abs(lat_deg) <= 89.99:
        raise NoSolution(f"lat_deg={lat_deg} is outside -89.99 to 89.99: there is no east at a pole")
    lat = math.radians(lat_deg)
    s = math.sin(lat)
    meridian = _A * (1.0 - _E2) / (1.0 - _E2 * s * s) ** 1.5
    prime_vertical = _A / math.sqrt(1.0 - _E2 * s * s)
    n = math.sqrt(1.0 + _E2 * math.cos(lat) ** 4 / (1.0 - _E2))
    isometric = math.atanh(s) - _E * math.atanh(_E * s)
    # The conformal sphere touches the ellipsoid at the centre: its latitude there follows sin(lat)/n.
    chi0 = math.asin(s / n)
    c = math.exp(2.0 * (math.atanh(math.sin(chi0)) - n * isometric))
    return Plane(lon_deg, lat_deg, n, c, chi0, math.sqrt(meridian * prime_vertical))
