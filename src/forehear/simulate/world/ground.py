"""The land, and the sensors that stand on it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import EARTH_FLATTENING, EARTH_SEMI_MAJOR_AXIS_M
from forehear.errors import ConfigurationError
from forehear.records import Network, Sensor, SensorKind, Site
from forehear.simulate.scenario.settings import Region, Scenario, Terrain

Array = NDArray[np.float64]
# Hills are a sum of this many waves of random directions: enough that no pattern repeats over a region.
_WAVES = 24
# No land lies lower or higher; a record of a sensor could not hold it [m].
_HEIGHTS_M = (-420.0, 8_800.0)
# Ten times the largest network known: more is a slip in a scenario.
MAX_SENSORS = 200_000


@dataclass(frozen=True)
class Relief:
    """A region and the height of its ground: `ground_of` makes it."""

    region: Region
    height_m: float
    amplitude_m: float
    waves: Array  # (3, n): east and north wave numbers [rad/m], phase [rad]


def ground_of(region: Region, terrain: Terrain, rng: np.random.Generator) -> Relief:
    """Draw the hills of a region."""
    turn = rng.uniform(0.0, 2.0 * math.pi, _WAVES)
    number = 2.0 * math.pi / (terrain.scale_m * rng.uniform(0.6, 2.0, _WAVES))
    phase = rng.uniform(0.0, 2.0 * math.pi, _WAVES)
    waves = np.stack([number * np.cos(turn), number * np.sin(turn), phase])
    return Relief(region, terrain.height_m, terrain.relief_m * math.sqrt(2.0 / _WAVES), waves)


def radii_m(lat_deg: ArrayLike) -> tuple[Array, Array]:
    """Give the meridian's and the prime vertical's radius of curvature [m] (WGS 84)."""
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    w2 = 1.0 - e2 * np.sin(np.radians(np.asarray(lat_deg, np.float64))) ** 2
    return EARTH_SEMI_MAJOR_AXIS_M * (1.0 - e2) / w2**1.5, EARTH_SEMI_MAJOR_AXIS_M / np.sqrt(w2)


def place(region: Region, east_m: ArrayLike, north_m: ArrayLike) -> tuple[Array, Array]:
    """Give longitude and latitude [deg] of offsets from the region's middle, true along each parallel.

    North runs along the middle's meridian, east along the parallel reached: offsets are names of places,
    not a map to measure on.
    """
    meridian, _ = radii_m(region.lat)
    lat = region.lat + np.degrees(np.asarray(north_m, np.float64) / meridian)
    _, vertical = radii_m(lat)
    lon = region.lon + np.degrees(np.asarray(east_m, np.float64) / (vertical * np.cos(np.radians(lat))))
    return lon - 360.0 * np.round(lon / 360.0), lat


def offset_m(region: Region, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[Array, Array]:
    """Give the offsets of a place: the inverse of `place`."""
    meridian, _ = radii_m(region.lat)
    lat = np.asarray(lat_deg, np.float64)
    _, vertical = radii_m(lat)
    dlon = np.asarray(lon_deg, np.float64) - region.lon
    dlon = dlon - 360.0 * np.round(dlon / 360.0)
    return np.radians(dlon) * vertical * np.cos(np.radians(lat)), np.radians(lat - region.lat) * meridian


def ground_height_m(ground: Relief, lon_deg: ArrayLike, lat_deg: ArrayLike) -> Array:
    """Give the ground's height above mean sea level [m]."""
    east, north = offset_m(ground.region, lon_deg, lat_deg)
    if ground.amplitude_m == 0.0:
        return np.full(np.shape(east), ground.height_m)
    k_east, k_north, phase = ground.waves
    hills = np.cos(east[..., None] * k_east + north[..., None] * k_north + phase).sum(axis=-1)
    return np.asarray(np.clip(ground.height_m + ground.amplitude_m * hills, *_HEIGHTS_M), np.float64)


def network_of(scenario: Scenario, ground: Relief, rng: np.random.Generator) -> Network:
    """Place the sensors of a grid or a random network. Raises ConfigurationError if none would stand."""
    plan, region = scenario.network, scenario.region
    if plan.layout == "random":
        n = plan.count or 0
        east, north = rng.uniform(-0.5, 0.5, (2, n)) * np.array([[region.east_m], [region.north_m]])
    else:
        columns = max(1, round(region.east_m / plan.spacing_m))
        rows = max(1, round(region.north_m / plan.spacing_m))
        n = columns * rows
        if n > MAX_SENSORS:
            raise ConfigurationError(scenario.name, [f"network: {n} sensors; allowed: 1 to {MAX_SENSORS}"])
        i, j = np.arange(n) % columns, np.arange(n) // columns
        aside = rng.uniform(-plan.jitter_m, plan.jitter_m, (2, n))
        east = (i - (columns - 1) / 2.0) * plan.spacing_m + aside[0]
        north = (j - (rows - 1) / 2.0) * plan.spacing_m + aside[1]
    outside = np.hypot(east, north) >= plan.hole_m
    east, north, n = east[outside], north[outside], int(outside.sum())
    if n == 0:
        raise ConfigurationError(scenario.name, [f"network.hole_m={plan.hole_m:g}: leaves no sensor"])
    lon, lat = place(region, east, north)
    height = ground_height_m(ground, lon, lat) + plan.mast_m
    kinds: list[SensorKind] = ["microphone"] * n
    arrays, observers = round(plan.array_share * n), round(plan.observer_share * n)
    order = rng.permutation(n)
    for index in order[:arrays]:
        kinds[index] = "array"
    for index in order[arrays : arrays + observers]:
        kinds[index] = "observer"
    sensors = tuple(
        Sensor(f"S{i:05d}", kinds[i], round(float(lon[i]), 6), round(float(lat[i]), 6), round(float(height[i]), 1))
        for i in range(n)
    )
    return Network(sensors, scenario.atmosphere)


def sites_of(scenario: Scenario, rng: np.random.Generator) -> tuple[Site, ...]:
    """Give the scenario's places to warn, and as many random ones as it asks for."""
    region = scenario.region
    sites = []
    for spot in scenario.sites:
        lon, lat = place(region, *spot.at_m)
        sites.append(Site(spot.id, spot.name or spot.id, spot.kind, float(lon), float(lat), spot.radius_m))
    taken = {site.id for site in sites}
    for number in range(1, scenario.random_sites + 1):
        east, north = rng.uniform(-0.45, 0.45, 2) * (region.east_m, region.north_m)
        lon, lat = place(region, east, north)
        identity = f"place-{number}"
        if identity not in taken:
            radius = round(float(rng.uniform(1_500.0, 6_000.0)))
            spot_at = (round(float(lon), 5), round(float(lat), 5))
            sites.append(Site(identity, f"Place {number}", "settlement", *spot_at, float(radius)))
    return tuple(sites)


def region_around(network: Network) -> Region:
    """Give the rectangle that holds a network."""
    lon = np.array([s.lon for s in network.sensors])
    lat = np.array([s.lat for s in network.sensors])
    lon0 = lon[0]
    dlon = (lon - lon0 + 180.0) % 360.0 - 180.0
    middle = Region(
        lon=float((lon0 + (dlon.min() + dlon.max()) / 2.0 + 180.0) % 360.0 - 180.0),
        lat=float(np.clip((lat.min() + lat.max()) / 2.0, -75.0, 75.0)),
    )
    east, north = offset_m(middle, lon, lat)
    size = [float(np.clip(2.0 * np.abs(x).max(), 1_000.0, 1_500_000.0)) for x in (east, north)]
    return Region(middle.lon, middle.lat, size[0], size[1])
