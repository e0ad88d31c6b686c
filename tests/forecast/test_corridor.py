"""The corridor: ahead along the course, widened by what is not known, closed, and turned with the world."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from forehear.forecast import routes
from forehear.forecast.corridor import AHEAD_S, PIECE_S, SHARE, corridor, shape
from forehear.geodesy import plane_at
from forehear.records import Kinds, Track

PLANE = plane_at(31.0, 47.0)
DRAWN = routes.draw()
UNIT = shape(DRAWN)
SPEED_MPS = 50.0
# Corners are written to 1e-5 degrees.
DIGIT_M = 1.2


def track(course: float = 90.0, **more: float) -> Track:
    plain = Track(
        1000.0, "T1", "confirmed", 31.0, 47.0, 300.0, SPEED_MPS, course, 0.0, 1.0, 0.01, 1.0, 1, "piston",
        Kinds(0.9, 0.05, 0.05),
    )  # fmt: skip
    return replace(plain, **more)


def corners(one: Track) -> np.ndarray:  # type: ignore[type-arg]
    """The ring in metres east and north of the track."""
    ring = corridor(one, UNIT, PLANE)
    return np.stack(PLANE.forward([p[0] for p in ring], [p[1] for p in ring]), axis=1)


def test_the_ring_is_closed_and_has_a_piece_for_each_minute() -> None:
    ring = corridor(track(), UNIT, PLANE)
    assert ring[0] == ring[-1]
    assert len(ring) == 2 * (round(AHEAD_S / PIECE_S) + 1) + 1


def test_at_each_moment_its_share_of_the_ways_lies_between_the_sides() -> None:
    along, low, high = UNIT
    # Sooner, most ways have not bent yet.
    for k in (5, 7, 10):
        step = round(k * PIECE_S / routes.STEP_S)
        across = DRAWN.across[:, step]
        assert np.mean((across >= low[k]) & (across <= high[k])) == pytest.approx(SHARE, abs=2.0 / len(across))
        assert along[k] == pytest.approx(np.median(DRAWN.along[:, step]))


def test_it_begins_at_the_target_and_reaches_ahead_by_its_speed() -> None:
    ring = corners(track())
    assert float(ring[:, 0].min()) > -100.0
    # Bends shorten the way: most of ten minutes of flight, and no more than all of it.
    assert 0.8 * SPEED_MPS * AHEAD_S < float(ring[:, 0].max()) <= SPEED_MPS * AHEAD_S + DIGIT_M
    assert abs(float(ring[0].mean())) < 200.0


@pytest.mark.parametrize("course", [0.0, 137.0, 270.0])
def test_another_course_is_the_same_ring_turned(course: float) -> None:
    # The plane touches the earth at the track, so north is north there.
    east, turned = corners(track()), corners(track(course))
    angle = math.radians(course - 90.0)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    assert np.allclose(turned, east @ turn, atol=2.0 * DIGIT_M)


def test_what_is_not_known_of_place_and_course_widens_it() -> None:
    def width(one: Track) -> float:
        ring = corners(one)
        return float(np.ptp(ring[:, 1]))

    plain = width(track())
    assert width(track(position_sigma_m=5000.0)) > plain + 1000.0
    assert width(track(velocity_sigma_mps=30.0)) > plain + 1000.0


def test_the_start_is_as_wide_as_the_place_is_unknown() -> None:
    ring = corners(track(position_sigma_m=2000.0))
    half = 1.28 * 2000.0 / math.sqrt(2.0)
    assert ring[0] == pytest.approx([0.0, half], abs=2.0 * DIGIT_M)
    assert ring[-2] == pytest.approx([0.0, -half], abs=2.0 * DIGIT_M)
