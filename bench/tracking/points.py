"""Tracks, ours and Stone Soup's, as the points that are scored."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from forehear.geodesy import Plane
from forehear.records import Track
from forehear.score.records import TrackPoint

if TYPE_CHECKING:
    # Needs Stone Soup.
    from bench.tracking.soup import Row


def of_track(t: Track) -> TrackPoint:
    """Take of a track what is scored."""
    values = (t.time_s, t.track, t.status, t.lon, t.lat, t.speed_mps, t.course_deg, t.position_sigma_m, t.kind)
    return TrackPoint(*values)


def of_rows(rows: "Sequence[Row]", plane: Plane, begin_s: float, later_s: float = 0.0) -> list[TrackPoint]:
    """Give rows, whose times count from `begin_s`; `later_s`: so much later, carried on by their velocity."""
    if not rows:
        return []
    east = np.array([r.east_m + later_s * r.east_mps for r in rows])
    north = np.array([r.north_m + later_s * r.north_mps for r in rows])
    lon, lat = plane.inverse(east, north)
    return [
        TrackPoint(
            begin_s + r.time_s + later_s, r.track, "confirmed", float(lon[k]), float(lat[k]),
            math.hypot(r.east_mps, r.north_mps), math.degrees(math.atan2(r.east_mps, r.north_mps)),
            max(r.sigma_m, 1e-3), "piston",
        )
        for k, r in enumerate(rows)
    ]  # fmt: skip
