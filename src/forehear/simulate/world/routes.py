"""Routes: the waypoints of a flight as the scenario gives them, or drawn across the region."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.errors import ConfigurationError
from forehear.simulate.scenario.settings import FARTHEST_M, Emitter, Flights, Region
from forehear.simulate.world.ground import Relief, offset_m

Array = NDArray[np.float64]

_OPPOSITE = {"east": "west", "west": "east", "north": "south", "south": "north"}
# Entries and exits keep away from the corners: this share of an edge.
_EDGE_SHARE = 0.85
# Spreads end here: slower than a slow drone, lower than a tree, as fast as a path may be written [m/s, m].
_SPEEDS_MPS = (5.0, 230.0)
_HEIGHTS_M = (20.0, 15_000.0)


def waypoints(flights: Flights, emitter: Emitter, k: int, ground: Relief, rng: np.random.Generator) -> Array:
    """Give flight k's waypoints: rows of east, north, height above mean sea level [m], speed [m/s]."""
    speed = flights.speed_mps or emitter.speed_mps
    speed = float(np.clip(speed + flights.speed_spread_mps * rng.standard_normal(), *_SPEEDS_MPS))
    height = emitter.height_m if flights.height_m is None else flights.height_m
    height = float(np.clip(height + flights.height_spread_m * rng.standard_normal(), *_HEIGHTS_M))
    given = flights.waypoints or flights.waypoints_lonlat
    if given is None:
        way = random_route(flights, ground.region, rng)
        return np.column_stack([way, np.full(len(way), height + ground.height_m), np.full(len(way), speed)])
    points = np.array([(*w, *(height, speed)[len(w) - 2 :]) for w in given], np.float64)
    if flights.waypoints_lonlat is not None:
        points[:, 0], points[:, 1] = offset_m(ground.region, points[:, 0], points[:, 1])
    points[:, 0] += flights.offset_m[0] * k
    points[:, 1] += flights.offset_m[1] * k
    points[:, 2] += ground.height_m
    farthest = float(np.abs(points[:, :2]).max())
    if farthest > FARTHEST_M:
        fault = f"flight {k + 1} of a {flights.emitter}: {farthest:.0f} m from the region's middle"
        raise ConfigurationError("scenario", [f"{fault}; allowed: up to {FARTHEST_M:.0f}"])
    return points


def random_route(flights: Flights, region: Region, rng: np.random.Generator) -> Array:
    """Draw a way from an edge across the region, or to somewhere within: (n, 2) east, north [m]."""
    half = np.array([region.east_m, region.north_m]) / 2.0
    enter = flights.enter_from if flights.enter_from != "any" else list(_OPPOSITE)[int(rng.integers(4))]
    begin = _edge(enter, half, rng)
    if flights.leave_to == "inside":
        end = rng.uniform(-0.8, 0.8, 2) * half
    else:
        leave: str = flights.leave_to
        if leave == "across":
            leave = _OPPOSITE[enter]
        elif leave == "any":
            leave = [side for side in _OPPOSITE if side != enter][int(rng.integers(3))]
        end = _edge(leave, half, rng)
    points = [begin]
    for bend in range(flights.bends):
        ahead = (end - points[-1]) / (flights.bends - bend + 1)
        turn = math.radians(float(rng.uniform(-1.0, 1.0)) * flights.bend_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        points.append(points[-1] + np.array([cos * ahead[0] - sin * ahead[1], sin * ahead[0] + cos * ahead[1]]))
    return np.array([*points, end])


def _edge(side: str, half: Array, rng: np.random.Generator) -> Array:
    """Draw a point on an edge of the region."""
    along = float(rng.uniform(-_EDGE_SHARE, _EDGE_SHARE))
    unit = {"east": (1.0, along), "west": (-1.0, along), "north": (along, 1.0), "south": (along, -1.0)}
    return np.array(unit[side]) * half


def road(at: Array, length_m: float, typical_mps: float, rng: np.random.Generator) -> Array:
    """Draw a way along roads from `at`: straight stretches, gentle bends, junctions; 8 to 30 m/s.

    Returns rows of east, north [m], speed [m/s].
    """
    course, here = float(rng.uniform(0.0, 2.0 * math.pi)), at.copy()
    points, gone = [(here[0], here[1], float(rng.uniform(8.0, 30.0)))], 0.0
    while gone < length_m:
        stretch = float(rng.uniform(300.0, 2_500.0))
        here = here + stretch * np.array([math.sin(course), math.cos(course)])
        points.append((here[0], here[1], float(np.clip(typical_mps + 5.0 * rng.standard_normal(), 8.0, 30.0))))
        gone += stretch
        junction = rng.random() < 0.25
        course += math.radians(float(rng.choice([-90.0, 90.0]) if junction else 20.0 * rng.standard_normal()))
    return np.array(points)
