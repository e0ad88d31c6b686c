"""What a configuration says that can be served and can hardly be meant: told in words, never a refusal.

A fault stops; a doubt is for somebody to look at: coordinates the wrong way round, a place whose approach nobody
hears, sensors all on one spot, keys that nothing reads.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.io.geojson import unread_keys
from forehear.records import Sensor, Site
from forehear.service.config import Settings

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A propeller drone is heard to about so far at most [m]: a place with no sensor within it does not hear what is
# above it. (physics.md: 4 to 8 km on a quiet night.)
EARSHOT_M = 10_000.0
# How fast what is warned of comes nearer [m/s]: what is heard farther away than it flies within `watch_s` cannot
# raise a watch.
APPROACH_MPS = 50.0
# Two sensors nearer than this are on one spot [m]; so many on one are hardly meant: a warning rests on places.
ONE_SPOT_M, MOST_ON_ONE_SPOT = 1.0, 2
# 0 N 0 E is where tools put what has no place; within so much of it [deg].
NOWHERE_DEG = 0.01
# A sensor so far from its nearest neighbour hears alone, whatever it hears [m].
ALONE_M = 100_000.0
# Of each kind so many are named.
MOST_NAMED = 5
# -----------------------------------------------------------------------------------------------------


def doubts(settings: Settings) -> list[str]:
    """Give everything about a configuration that can hardly be meant, in words."""
    sensors, sites = settings.network.sensors, settings.sites
    out = []
    for file in (settings.config.network, settings.config.sites):
        if file is not None:
            out += [f"{file}: {words}" for words in unread_keys(settings.folder / file)]
    out += _nowhere(sensors, sites)
    places = geodesy.ecef([s.lon for s in sensors], [s.lat for s in sensors], np.zeros(len(sensors)))
    if len(sensors) == 0:
        return out
    out += _crowded(sensors, places) + _alone(sensors, places)
    for site in sites:
        out += _unheard(site, places, settings.config.warn.watch_s)
    return out


def _nowhere(sensors: Sequence[Sensor], sites: Sequence[Site]) -> list[str]:
    there = [(noun, s.id) for noun, some in (("sensor", sensors), ("site", sites)) for s in some
             if abs(s.lon) < NOWHERE_DEG and abs(s.lat) < NOWHERE_DEG]  # fmt: skip
    return [f"{noun} {name!r} stands at 0 N 0 E, where tools put what has no place" for noun, name in there]


def _crowded(sensors: Sequence[Sensor], places: Array) -> list[str]:
    spots: dict[tuple[int, ...], list[str]] = {}
    for sensor, place in zip(sensors, places, strict=True):
        spots.setdefault(tuple(np.round(place / ONE_SPOT_M).astype(int).tolist()), []).append(sensor.id)
    return [f"{len(names)} sensors stand on one spot ({_named(names)}): they count as one place"
            for names in spots.values() if len(names) > MOST_ON_ONE_SPOT]  # fmt: skip


def _alone(sensors: Sequence[Sensor], places: Array) -> list[str]:
    if len(sensors) < 2:
        return []
    from scipy.spatial import cKDTree

    tree = cKDTree(places)
    away = tree.query(places, k=2)[0][:, 1]
    out = []
    for k in np.flatnonzero(away > ALONE_M).tolist():
        sensor = sensors[k]
        hint = _swapped(sensor.lon, sensor.lat, np.delete(places, k, axis=0), ALONE_M)
        out.append(f"sensor {sensor.id!r} is {away[k] / 1000.0:.0f} km from every other: it hears alone{hint}")
    return out


def _unheard(site: Site, places: Array, watch_s: float) -> list[str]:
    reach = site.radius_m
    at = geodesy.ecef(site.lon, site.lat, 0.0)
    if site.rings:
        corners = np.concatenate([np.array(ring) for ring in site.rings])
        around = geodesy.ecef(corners[:, 0], corners[:, 1], np.zeros(len(corners)))
        reach = float(np.linalg.norm(around - at, axis=1).max())
    nearest = float(np.linalg.norm(places - at, axis=1).min()) - reach
    approach = APPROACH_MPS * watch_s
    if nearest <= EARSHOT_M:
        return []
    hint = _swapped(site.lon, site.lat, places, approach)
    whom = f"site {site.id!r}: the nearest sensor is {nearest / 1000.0:.0f} km from it"
    if nearest > approach + EARSHOT_M:
        return [f"{whom}: nobody hears it or what flies to it, so it is never warned{hint}"]
    return [f"{whom}: nobody hears what is there; warned only of what was heard elsewhere before{hint}"]


def _swapped(lon: float, lat: float, places: Array, within_m: float) -> str:
    """Say so where a place would be among the sensors with its coordinates the other way round."""
    if abs(lon) > 90.0 or math.isclose(lon, lat):
        return ""
    other = geodesy.ecef(lat, lon, 0.0)
    if float(np.linalg.norm(places - other, axis=1).min()) > within_m:
        return ""
    return f". GeoJSON has longitude first: is [{lon:g}, {lat:g}] meant to be [{lat:g}, {lon:g}]?"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(map(repr, names[:MOST_NAMED])) + more
