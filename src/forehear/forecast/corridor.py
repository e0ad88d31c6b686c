"""The corridor that a target is likely to fly in: a polygon for the map, from the same ways as the arrivals."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.forecast.routes import STEP_S, Routes
from forehear.geodesy import Plane
from forehear.records import Track

Array = NDArray[np.float64]

# How far ahead a corridor is drawn [s], in pieces of [s], and the share of ways between its sides.
AHEAD_S = 600.0
PIECE_S = 60.0
SHARE = 0.8


def shape(routes: Routes, ahead_s: float = AHEAD_S) -> tuple[Array, Array, Array]:
    """Give the unit corridor (P,): along, left and right [m per m/s], of SHARE of the ways at each moment."""
    steps = np.arange(0.0, ahead_s + 1e-9, PIECE_S)
    k = np.minimum((steps / STEP_S).astype(np.int64), routes.along.shape[1] - 1)
    low, high = np.quantile(routes.across[:, k], [0.5 - SHARE / 2.0, 0.5 + SHARE / 2.0], axis=0)
    return np.median(routes.along[:, k], axis=0), low, high


def corridor(track: Track, unit: tuple[Array, Array, Array], plane: Plane) -> list[list[float]]:
    """Give a closed ring of [lon, lat] around where the target is likely to be in the next minutes.

    `unit` is from `shape`. The sides are widened by the track's own uncertainty of place and course.
    """
    along, low, high = unit
    east, north = plane.forward(track.lon, track.lat)
    course = math.radians(track.course_deg) - float(plane.convergence(track.lon, track.lat))
    sine, cosine = math.sin(course), math.cos(course)
    # 80 % of a normal spread lie within 1.28 sigma; per axis, and grown with the course's uncertainty.
    place = 1.28 * track.position_sigma_m / math.sqrt(2.0)
    drift = 1.28 * track.velocity_sigma_mps / math.sqrt(2.0)
    ahead = track.speed_mps * along
    grown = np.sqrt(place**2 + (drift * PIECE_S * np.arange(len(along))) ** 2)
    left = -np.hypot(track.speed_mps * low, grown)
    right = np.hypot(track.speed_mps * high, grown)
    x = np.concatenate([ahead, ahead[::-1], ahead[:1]])
    y = np.concatenate([left, right[::-1], left[:1]])
    lon, lat = plane.inverse(float(east) + sine * x + cosine * y, float(north) + cosine * x - sine * y)
    return [[round(float(a), 5), round(float(b), 5)] for a, b in zip(lon, lat, strict=True)]
