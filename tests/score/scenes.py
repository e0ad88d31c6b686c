"""Targets, tracks and seconds for tests of the score, placed to the millimetre."""

import math
from collections.abc import Iterable

from forehear.records import TargetKind, TrackStatus, Truth
from forehear.score.records import Score, TrackPoint
from forehear.score.score import score

T0 = 1_790_000_000.0
LAT = 47.0
# One metre on the ellipsoid at 47 degrees north, in degrees (from WGS 84's two radii of curvature there).
SINE2 = math.sin(math.radians(LAT)) ** 2
M_NORTH = math.degrees(1.0 / (6_378_137.0 * (1 - 0.00669437999) / (1 - 0.00669437999 * SINE2) ** 1.5))
M_EAST = math.degrees(1.0 / (6_378_137.0 / math.sqrt(1 - 0.00669437999 * SINE2) * math.cos(math.radians(LAT))))
MILLIMETRE = 1e-3


def target(
    name: str,
    s: float,
    north_m: float = 0.0,
    audible: float = 1.0,
    east_mps: float = 0.0,
    kind: TargetKind = "piston",
) -> Truth:
    """Give a target's line s seconds after the start, flying east at a height of 300 m."""
    return Truth(
        name,
        T0 + s,
        31.0 + east_mps * s * M_EAST,
        LAT + north_m * M_NORTH,
        300.0,
        east_mps,
        0.0,
        0.0,
        kind,
        audible,
    )


def point(
    name: str,
    s: float,
    north_m: float = 0.0,
    east_mps: float = 0.0,
    sigma_m: float = 100.0,
    status: TrackStatus = "confirmed",
    kind: TargetKind = "piston",
) -> TrackPoint:
    """Give a track's line s seconds after the start."""
    course = 90.0 if east_mps else 0.0
    return TrackPoint(
        T0 + s,
        name,
        status,
        31.0 + east_mps * s * M_EAST,
        LAT + north_m * M_NORTH,
        east_mps,
        course,
        sigma_m,
        kind,
    )


def still(truth: Iterable[Truth], tracks: Iterable[TrackPoint], hold_s: float = 0.0) -> Score:
    """Score with GOSPA's cut-off at 2 km."""
    return score(truth, tracks, cutoff_m=2000.0, hold_s=hold_s)
