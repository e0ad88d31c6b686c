"""Routes: random ones enter and leave where asked, roads are driven at road speeds, rides go on all night."""

import numpy as np
import pytest
from tests.simulate.worlds import made

from forehear.simulate import run
from forehear.simulate.scenario.settings import Flights, Region
from forehear.simulate.world import routes

REGION = Region(east_m=100_000.0, north_m=60_000.0)


@pytest.mark.parametrize("side", ["east", "north", "south", "west"])
def test_a_random_route_enters_where_asked_and_leaves_across(side: str) -> None:
    flights = Flights(random=True, enter_from=side, leave_to="across", bends=3)  # type: ignore[arg-type]
    for seed in range(20):
        way = routes.random_route(flights, REGION, np.random.default_rng(seed))
        assert len(way) == 5
        axis, sign = {"east": (0, 1), "west": (0, -1), "north": (1, 1), "south": (1, -1)}[side]
        half = (50_000.0, 30_000.0)[axis]
        assert way[0, axis] == sign * half
        assert way[-1, axis] == -sign * half


def test_a_random_route_may_end_inside() -> None:
    flights = Flights(random=True, leave_to="inside")
    ends = np.array([routes.random_route(flights, REGION, np.random.default_rng(k))[-1] for k in range(50)])
    assert np.all(np.abs(ends) < (40_000.0, 24_000.0))
    assert float(ends[:, 0].std()) > 10_000.0


def test_a_road_is_driven_at_road_speeds() -> None:
    way = routes.road(np.zeros(2), 50_000.0, 18.0, np.random.default_rng(1))
    assert np.all((way[:, 2] >= 8.0) & (way[:, 2] <= 30.0))
    stretches = np.hypot(*np.diff(way[:, :2], axis=0).T)
    assert float(stretches.sum()) >= 50_000.0
    assert np.all((stretches >= 300.0) & (stretches <= 2_500.0))


def test_rides_follow_one_another_for_the_whole_night() -> None:
    world = run.prepare(made(duration_s=3600, clutter={"motorcycles": 5}), 1)
    spans = [(path.start_s, path.end_s) for path in (actor.make() for actor in world.actors)]
    for t in range(0, 3600, 60):
        assert sum(start <= t <= end for start, end in spans) in (4, 5, 6)
    assert all(end - start <= 1502.0 for start, end in spans)
