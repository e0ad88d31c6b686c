"""Sites laid out in the plane, and how far away from one a place is."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.areas import parts_of
from forehear.compiled import njit
from forehear.geodesy import Plane
from forehear.records import Site

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Places(NamedTuple):
    """N sites in the plane: rings of vertices, and a radius around them (0 for a polygon).

    Parts of a site of several stand one behind the other, each closed and with a row of NaN behind it.
    """

    ids: tuple[str, ...]
    middle: Array  # (N, 2) [m]
    reach: Array  # (N,) radius around the middle that holds the whole site [m]
    radius: Array  # (N,) [m]
    first: Ints  # (N + 1,) ring k is vertices first[k] to first[k + 1]
    ring: Array  # (M, 2) [m]


def places_of(sites: Sequence[Site], plane: Plane) -> Places:
    """Lay sites out in the plane. Ignores: the plane's scale (a part in a thousand over 300 km)."""
    rings, radii = [], []
    for site in sites:
        points = parts_of(site.rings) if site.rings else np.array([(site.lon, site.lat)])
        east, north = plane.forward(points[:, 0], points[:, 1])
        rings.append(np.column_stack([east, north]))
        radii.append(site.radius_m if site.polygon is None else 0.0)
    first = np.zeros(len(rings) + 1, np.int64)
    np.cumsum([len(r) for r in rings], out=first[1:])
    middle = np.array([np.nanmean(r, axis=0) for r in rings]).reshape(-1, 2)
    reach = np.array(
        [
            radius + float(np.nanmax(np.hypot(*(r - m).T)))
            for r, m, radius in zip(rings, middle, radii, strict=True)
        ]
    )
    ring = np.concatenate(rings) if rings else np.zeros((0, 2))
    return Places(tuple(s.id for s in sites), middle, reach, np.array(radii), first, ring)


@njit(cache=True)
def away_kernel(east: float, north: float, ring: Array, radius: float) -> float:
    """Distance to a site [m], 0 within it."""
    n = ring.shape[0]
    if n == 1:
        return max(math.hypot(east - ring[0, 0], north - ring[0, 1]) - radius, 0.0)
    inside = False
    nearest = 1e18
    b = n - 1
    for a in range(n):
        xa, ya, xb, yb = ring[a, 0], ring[a, 1], ring[b, 0], ring[b, 1]
        if math.isnan(xa) or math.isnan(xb):
            # Between two parts there is no edge.
            b = a
            continue
        if (ya > north) != (yb > north) and east < (xb - xa) * (north - ya) / (yb - ya) + xa:
            inside = not inside
        dx, dy = xb - xa, yb - ya
        long2 = dx * dx + dy * dy
        u = 0.0 if long2 == 0.0 else min(max(((east - xa) * dx + (north - ya) * dy) / long2, 0.0), 1.0)
        nearest = min(nearest, math.hypot(east - xa - u * dx, north - ya - u * dy))
        b = a
    return 0.0 if inside else max(nearest - radius, 0.0)


def away_m(places: Places, site: int, east_m: Array, north_m: Array) -> Array:
    """Distance (n,) of places in the plane (n,) to the area of one site, by its number [m]; 0 within it."""
    ring = places.ring[places.first[site] : places.first[site + 1]]
    radius = float(places.radius[site])
    return np.array([away_kernel(float(e), float(n), ring, radius) for e, n in zip(east_m, north_m, strict=True)])
