"""Paths: turns at their rate, speeds, heights, recordings, and a velocity that is the slope of the place."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from forehear import geodesy
from forehear.simulate.scenario.settings import Region
from forehear.simulate.world import paths
from forehear.simulate.world.ground import place

Array = NDArray[np.float64]
REGION = Region()


def flown(
    waypoints: list[tuple[float, float, float, float]], turn_dps: float = 3.0, duration_s: float = 3600.0
) -> tuple[Array, Array]:
    """Knots as east-north-up [m] around the region's middle, and their velocities."""
    w = np.array(waypoints)
    lon, lat = place(REGION, w[:, 0], w[:, 1])
    knots = paths.follow(lon, lat, w[:, 2], w[:, 3], turn_dps, 1.0, 5.0, duration_s)
    turn = geodesy.east_north_up(REGION.lon, REGION.lat)
    xyz = (geodesy.ecef(*knots) - geodesy.ecef(REGION.lon, REGION.lat, 0.0)) @ turn.T
    return xyz, paths.slopes(xyz)


def test_a_straight_flight_is_straight_and_keeps_its_speed() -> None:
    xyz, velocity = flown([(-10_000.0, 0.0, 400.0, 51.0), (10_000.0, 0.0, 400.0, 51.0)])
    assert len(xyz) == pytest.approx(20_000.0 / 51.0, abs=2.0)
    # An ellipsoid's parallel is followed by steering: it strays by less than a metre of the straight line.
    assert float(np.abs(xyz[:, 1]).max()) < 10.0
    assert np.linalg.norm(velocity[1:-1], axis=1) == pytest.approx(51.0, rel=2e-3)


@pytest.mark.parametrize(("turn_dps", "speed"), [(2.0, 51.0), (3.0, 51.0), (2.5, 150.0)])
def test_turns_are_rounded_at_their_rate(turn_dps: float, speed: float) -> None:
    xyz, velocity = flown(
        [(0.0, -30_000.0, 500.0, speed), (0.0, 0.0, 500.0, speed), (30_000.0, 0.0, 500.0, speed)], turn_dps
    )
    course = np.unwrap(np.arctan2(velocity[:, 0], velocity[:, 1]))
    rate = np.degrees(np.diff(course))
    assert float(rate.max()) == pytest.approx(turn_dps, rel=0.02)
    turning = int((rate > 0.5 * turn_dps).sum())
    assert turning == pytest.approx(90.0 / turn_dps, abs=3)
    # The arc touches both legs: after it the flight is on the second one, not beside it.
    radius = speed / math.radians(turn_dps)
    after = xyz[(xyz[:, 0] > 1.5 * radius) & (xyz[:, 0] < 10_000.0)]
    assert float(np.abs(after[:, 1]).max()) < 0.1 * radius


def test_speed_and_height_change_at_the_rates_allowed_and_reach_what_is_asked() -> None:
    xyz, velocity = flown(
        [(-20_000.0, 0.0, 300.0, 40.0), (-10_000.0, 0.0, 800.0, 60.0), (10_000.0, 0.0, 800.0, 60.0)]
    )
    speed = np.linalg.norm(velocity, axis=1)[1:-1]
    assert speed[10] == pytest.approx(40.0, rel=5e-3)
    assert speed[-10] == pytest.approx(60.0, rel=5e-3)
    assert float(np.abs(np.diff(speed)).max()) < 1.1
    climb = np.diff(xyz[:, 2])
    assert float(np.abs(climb).max()) < 5.2
    assert float(np.abs(np.diff(climb)).max()) < 1.1
    # The earth falls away under the tangent plane: 10 km off by 8 m.
    assert xyz[-5, 2] == pytest.approx(800.0, abs=10.0)


def test_a_hairpin_and_a_waypoint_too_near_to_turn_to_are_survived() -> None:
    xyz, _ = flown(
        [
            (0.0, 0.0, 400.0, 51.0),
            (5_000.0, 0.0, 400.0, 51.0),
            (4_900.0, 50.0, 400.0, 51.0),
            (0.0, 0.0, 400.0, 51.0),
        ],
        duration_s=1000.0,
    )
    assert len(xyz) < 400
    assert float(np.linalg.norm(xyz[-1, :2])) < 200.0


def test_the_antimeridian_is_no_seam() -> None:
    lon, lat, _ = paths.follow(
        np.array([179.9, -179.9]), np.array([0.0, 0.0]), np.full(2, 100.0), np.full(2, 50.0), 3.0, 1.0, 5.0, 3600.0
    )
    xyz = geodesy.ecef(lon, lat, 100.0)
    assert np.linalg.norm(np.diff(xyz, axis=0), axis=1) == pytest.approx(50.0, rel=1e-3)
    assert len(lon) == pytest.approx(0.2 * 111_320.0 / 50.0, abs=3)


def test_velocity_is_the_slope_of_the_place() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(60.0)
    xyz = np.cumsum(50.0 + np.cumsum(rng.standard_normal((60, 3)), axis=0), axis=0)
    path = paths.EmitterPath(10.0, xyz, t, t)
    at = 10.0 + rng.uniform(1.0, 58.0, 200)
    step = 1e-5
    ahead, behind = paths.state_at(path, at + step)[0], paths.state_at(path, at - step)[0]
    assert paths.state_at(path, at)[1] == pytest.approx((ahead - behind) / (2.0 * step), rel=1e-6, abs=1e-5)
    assert paths.state_at(path, 10.0 + t)[0] == pytest.approx(xyz)
    assert path.end_s == 69.0


def test_a_recording_passes_through_its_fixes_and_between_them_curves() -> None:
    # A circle of 2 km radius at 60 m/s, a fix each 4 s.
    fixes = np.arange(0.0, 200.0, 4.0)
    region = Region()

    def circle(t: Array) -> tuple[Array, Array]:
        return place(region, 2_000.0 * np.cos(0.03 * t), 2_000.0 * np.sin(0.03 * t))

    start, xyz = paths.resample(fixes, *circle(fixes), np.full(len(fixes), 500.0))
    assert start == 0.0
    t = np.arange(len(xyz), dtype=np.float64)
    true = geodesy.ecef(*circle(t), 500.0)
    error = np.linalg.norm(xyz - true, axis=1)
    assert float(error[::4].max()) < 1e-6
    # Away from the ends, where the slope is one-sided, the cubic is true to a decimetre; a chord is off by 3.6 m.
    assert float(error[8:-8].max()) < 0.15


def test_a_path_that_stands_still_stays() -> None:
    path = paths.EmitterPath(0.0, np.repeat(np.array([[1.0, 2.0, 3.0]]), 5, axis=0), np.zeros(5), np.zeros(5))
    place_, velocity = paths.state_at(path, np.array([0.0, 1.7, 4.0]))
    assert place_ == pytest.approx(np.array([[1.0, 2.0, 3.0]] * 3))
    assert velocity == pytest.approx(np.zeros((3, 3)))
