"""The map of where one hears: over the sensors, and nowhere else; and it changes when they do."""

import numpy as np
from tests.warn.test_coverage import GRID, INDEX, NETWORK, beating, hear
from tests.warn.world import PLANE

from forehear.records import HearingMap, Network
from forehear.warn.coverage import Reporting, nobody_reported
from forehear.warn.hearing_map import MOST_CELLS, grid_of, hearing_map


def drawn(reporting: Reporting, now_s: float = 305.0) -> HearingMap:
    grid = grid_of(NETWORK, PLANE)
    assert grid is not None
    return hearing_map(grid, reporting, now_s, 3)


def odds_at(now: HearingMap, lon: float, lat: float) -> int:
    row, column = int((lat - now.south_deg) / now.step_lat_deg), int((lon - now.west_deg) / now.step_lon_deg)
    return now.odds[row * now.columns + column]


def test_amid_the_sensors_one_hears_and_at_the_edge_of_the_map_not() -> None:
    now = drawn(beating())
    assert len(now.odds) <= 1.2 * MOST_CELLS
    assert len(now.odds) % now.columns == 0
    assert odds_at(now, 31.0, 47.0) > 60
    assert now.odds[0] == 0


def test_where_sensors_fell_silent_a_hole_opens() -> None:
    reporting = beating()
    hear(reporting, np.arange(310.0, 361.0, 10.0), [s.id for s in GRID if s.lon > 31.0])
    now = drawn(reporting, 365.0)
    assert odds_at(now, 31.15, 47.0) > 60
    assert odds_at(now, 30.85, 47.0) == 0


def test_a_network_of_nobody_has_no_map_and_a_silent_one_an_empty_map() -> None:
    assert grid_of(Network(()), PLANE) is None
    assert max(drawn(nobody_reported(len(INDEX))).odds) == 0
