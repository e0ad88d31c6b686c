"""Sites in the plane: how far away from one a place is, held against points laid out by hand."""

import numpy as np
import pytest

from forehear.forecast.places import away_m, places_of
from forehear.geodesy import plane_at
from forehear.records import Site

PLANE = plane_at(31.0, 47.0)


def at(east: float, north: float) -> tuple[float, float]:
    lon, lat = PLANE.inverse(east, north)
    return float(lon), float(lat)


def square(east: float, north: float, half: float) -> tuple[tuple[float, float], ...]:
    corners = [(-half, -half), (half, -half), (half, half), (-half, half), (-half, -half)]
    return tuple(at(east + x, north + y) for x, y in corners)


ROUND = Site("round", "Round", "other", *at(0.0, 0.0), 3000.0)
SQUARE = Site("square", "Square", "other", *at(0.0, 0.0), polygon=square(0.0, 0.0, 2000.0))
PARTS = Site(
    "parts",
    "Parts",
    "other",
    *at(0.0, 0.0),
    polygon=square(0.0, 0.0, 1000.0),
    further=(square(20_000.0, 0.0, 1000.0),),
)


@pytest.mark.parametrize(
    ("number", "place", "away"),
    [
        (0, (5000.0, 0.0), 2000.0), (0, (1000.0, 1000.0), 0.0), (0, (0.0, -3000.0), 0.0),
        (1, (5000.0, 0.0), 3000.0), (1, (1999.0, 1999.0), 0.0), (1, (5000.0, 6000.0), 5000.0),
        (2, (10_000.0, 0.0), 9000.0), (2, (20_500.0, 500.0), 0.0), (2, (15_000.0, 0.0), 4000.0),
    ],
)  # fmt: skip
def test_the_distance_is_to_the_nearest_edge_and_nothing_within(
    number: int, place: tuple[float, float], away: float
) -> None:
    places = places_of([ROUND, SQUARE, PARTS], PLANE)
    assert away_m(places, number, np.array([place[0]]), np.array([place[1]]))[0] == pytest.approx(away, abs=2.0)


def test_between_two_parts_is_neither() -> None:
    places = places_of([PARTS], PLANE)
    east = np.array([1500.0, 18_500.0])
    assert away_m(places, 0, east, np.zeros(2)) == pytest.approx([500.0, 500.0], abs=2.0)


def test_the_reach_holds_the_whole_site() -> None:
    places = places_of([ROUND, SQUARE, PARTS], PLANE)
    assert places.ids == ("round", "square", "parts")
    assert places.reach[0] == pytest.approx(3000.0, abs=1.0)
    assert places.reach[1] == pytest.approx(2000.0 * 2**0.5, abs=3.0)
    assert places.reach[2] >= 11_000.0


def test_no_sites_are_no_places() -> None:
    assert places_of([], PLANE).ids == ()
