"""The radius that holds 95 of 100, against an integral; an ellipse along east and north, against its matrix."""

import math

import numpy as np
import pytest
from tests.io.outlets.made import track

from forehear.io.outlets.fix import TrackFix, radius_95_m, sigmas_east_north_m


def inside(radius: float, major: float, minor: float) -> float:
    """Integrate the normal density over a circle: along each direction in closed form, directions numerically."""
    angles = (np.arange(20_000) + 0.5) * (2.0 * math.pi / 20_000)
    inverse = (np.cos(angles) / major) ** 2 + (np.sin(angles) / minor) ** 2
    return float(np.mean((1.0 - np.exp(-0.5 * inverse * radius**2)) / inverse)) / (major * minor)


@pytest.mark.parametrize("ratio", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_the_radius_holds_95_of_100(ratio: float) -> None:
    assert inside(radius_95_m(80.0, 80.0 * ratio), 80.0, 80.0 * ratio) == pytest.approx(0.95, abs=0.001)


def test_the_radius_of_a_circle_and_of_a_line_are_the_textbook_s() -> None:
    assert radius_95_m(1.0, 1.0) == pytest.approx(math.sqrt(-2.0 * math.log(0.05)), rel=0.002)
    assert radius_95_m(1.0, 0.0) == pytest.approx(1.95996, rel=0.001)
    assert radius_95_m(0.0, 0.0) == 0.0


@pytest.mark.parametrize("axis_deg", [0.0, 30.0, 90.0, 135.0, 179.0])
def test_an_ellipse_along_east_and_north(axis_deg: float) -> None:
    angle = math.radians(axis_deg)
    along, across = np.array([math.sin(angle), math.cos(angle)]), np.array([math.cos(angle), -math.sin(angle)])
    covariance = 90.0**2 * np.outer(along, along) + 20.0**2 * np.outer(across, across)
    east, north = sigmas_east_north_m(TrackFix(track(), (90.0, 20.0, axis_deg)))
    assert east == pytest.approx(math.sqrt(covariance[0, 0]))
    assert north == pytest.approx(math.sqrt(covariance[1, 1]))


def test_without_an_ellipse_it_is_a_circle_of_the_same_trace() -> None:
    fix = TrackFix(track(position_sigma_m=100.0))
    assert math.hypot(*sigmas_east_north_m(fix)) == pytest.approx(100.0)
