"""Cells over a land, and outlines of areas in them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.plan.land import PLANE

from forehear.plan.grid import cells_over, outlines_of


def signed(ring: list[tuple[int, int]]) -> float:
    y, x = np.array(ring, float).T
    return float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2.0


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))))
def test_outlines_hold_as_much_as_there_is(inside: np.ndarray) -> None:
    rings = outlines_of(inside)
    assert sum(signed(ring) for ring in rings) == inside.sum()
    for ring in rings:
        assert ring[0] == ring[-1]
        assert len(ring) >= 5


def test_an_area_with_an_island_has_two_rings_and_corners_alone() -> None:
    inside = np.ones((3, 3), bool)
    inside[1, 1] = False
    outer, hole = sorted(outlines_of(inside), key=signed, reverse=True)
    assert signed(outer) == 9.0
    assert signed(hole) == -1.0
    assert len(outer) == 5


def test_cells_lie_over_all_places_and_their_corners_are_where_they_are() -> None:
    places = np.array([[-10e3, 0.0], [30e3, 12e3]])
    cells = cells_over(PLANE, places)
    assert cells.rows * cells.columns <= 4_300
    middles = cells.middles()
    assert middles.min(axis=0)[0] < -17e3
    assert middles.max(axis=0)[1] > 19e3
    lon, lat = cells.corners()
    assert lon.shape == (cells.rows + 1, cells.columns + 1)
    at = np.column_stack(PLANE.forward(lon[0, 0], lat[0, 0])).ravel()
    assert np.allclose(at, [cells.west_m, cells.south_m], atol=0.01)
    assert cells_over(PLANE, places, 4_000.0).step_m == 4_000.0
    assert cells.area_km2() == cells.rows * cells.columns * (cells.step_m / 1e3) ** 2
