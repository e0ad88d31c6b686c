"""Areas on the globe: across 180 degrees, of several parts, of thousands of corners."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.areas import MOST_CORNERS, Ring, crosses_itself, cut, holds, middle_of, outline, outlines, wrapped


def wavy(corners: int, lon: float = 31.0, lat: float = 47.0, wave: float = 0.3, waves: int = 40) -> Ring:
    """A coast: a circle of 0.2 degrees that goes in and out."""
    out = []
    for k in range(corners):
        angle = 2.0 * math.pi * k / corners
        away = 0.2 * (1.0 + wave * math.sin(waves * angle))
        out.append((wrapped(lon + away * math.cos(angle)), lat + 0.7 * away * math.sin(angle)))
    return (*out, out[0])


def test_a_ring_over_180_degrees_has_its_middle_there_and_is_cut_in_two() -> None:
    # Raw: [[179.9,0],[-179.75,0],[-179.75,0.2],[179.9,0.2],[179.9,0]]. Symptom: its middle was at 0.075 E, "42291
    # km to the north, not heading here now" in a warning. Cause: the mean of longitudes as they are written.
    ring = ((179.9, 0.0), (-179.75, 0.0), (-179.75, 0.2), (179.9, 0.2), (179.9, 0.0))
    lon, lat = middle_of((ring,))
    assert lon == pytest.approx(-179.925)
    assert lat == pytest.approx(0.1)
    west, east = sorted(cut(ring), key=lambda part: part[0][0])
    assert sorted({p[0] for p in west}) == [-180.0, -179.75]
    assert sorted({p[0] for p in east}) == [179.9, 180.0]
    assert all(part[0] == part[-1] for part in (west, east))


@pytest.mark.parametrize("lon", [31.0, 180.0, -179.9])
def test_thousands_of_corners_become_some_hundred_that_hold_them_all(lon: float) -> None:
    ring = wavy(6000, lon)
    found = outline(ring, MOST_CORNERS)
    assert len(found) <= MOST_CORNERS + 1
    assert found[0] == found[-1]

    def about(ring: Ring) -> np.ndarray:
        corners = np.array(ring[:-1])
        corners[:, 0] = (corners[:, 0] - lon + 180.0) % 360.0 - 180.0
        return corners

    held, by = about(ring), about(found)
    assert holds(by, held)
    assert not crosses_itself(by)
    # It says where people live: it may not grow by much.
    assert _area(by) < 1.05 * _area(held)


def _area(corners: np.ndarray) -> float:
    x, y = corners.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2.0


@given(
    st.lists(st.floats(0.3, 1.0), min_size=60, max_size=160),
    st.integers(8, 40),
    st.floats(-180.0, 180.0),
    st.floats(-75.0, 75.0),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_shape_what_is_made_of_it_holds_it(
    reaches: list[float], most: int, lon: float, lat: float
) -> None:
    angles = [2.0 * math.pi * k / len(reaches) for k in range(len(reaches))]
    points = [
        (wrapped(lon + r * math.cos(a)), lat + r * math.sin(a)) for r, a in zip(reaches, angles, strict=True)
    ]
    found = outline((*points, points[0]), most)
    assert len(found) <= most + 1
    held = (np.array(points)[:, 0] - lon + 180.0) % 360.0 - 180.0
    by = (np.array(found)[:-1, 0] - lon + 180.0) % 360.0 - 180.0
    assert holds(np.column_stack([by, np.array(found)[:-1, 1]]), np.column_stack([held, np.array(points)[:, 1]]))


def test_parts_share_the_corners_and_small_areas_stay_as_they_are() -> None:
    small = wavy(40)
    assert outlines((small,)) == (small,)
    parts = outlines((wavy(6000), wavy(600, 33.0), wavy(20, 34.0)))
    assert len(parts) == 3
    assert sum(map(len, parts)) <= MOST_CORNERS + 40
