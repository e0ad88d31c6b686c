"""A track with the shape of its error, as every outlet gets it, and what outlets say of an error.

What lives here: from a covariance's ellipse to the radius that holds 95 %, and to errors along east and north.
"""

import math

from msgspec import Struct

from forehear.records import Track

# In the ratio of the axes: from a line (1.960) to a circle (2.448).
_LEENHOUTS = (1.960790, 0.004071, 0.114276, 0.371625)


class TrackFix(Struct, frozen=True):
    """A track now, and its one-sigma ellipse: major, minor [m], the major axis clockwise from true north [deg]."""

    track: Track
    ellipse: tuple[float, float, float] | None = None

    @property
    def axes(self) -> tuple[float, float, float]:
        """The ellipse; a circle of the same trace where none is known."""
        if self.ellipse is not None:
            return self.ellipse
        radius = self.track.position_sigma_m / math.sqrt(2.0)
        return radius, radius, 0.0


def radius_95_m(major_m: float, minor_m: float) -> float:
    """Give the radius [m] of the circle that holds a two-dimensional normal error in 95 of 100 cases.

    Parameters: the standard deviations along the ellipse's axes [m]. Exact to 0.1 %.
    Ignores: errors that are not normal.
    Reference: Leenhouts 1985, NAVIGATION 32(1), 16-28, the polynomial for R95.
    """
    if major_m <= 0.0:
        return 0.0
    ratio = min(minor_m / major_m, 1.0)
    return major_m * sum(factor * ratio**power for power, factor in enumerate(_LEENHOUTS))


def sigmas_east_north_m(fix: TrackFix) -> tuple[float, float]:
    """Give the standard deviations [m] along east and north of a track's ellipse."""
    major_m, minor_m, axis_deg = fix.axes
    sine, cosine = math.sin(math.radians(axis_deg)), math.cos(math.radians(axis_deg))
    return math.hypot(major_m * sine, minor_m * cosine), math.hypot(major_m * cosine, minor_m * sine)
