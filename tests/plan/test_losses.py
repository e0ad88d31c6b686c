"""What is left after a loss."""

import numpy as np
import pytest
from tests.plan.land import CALM, grid, stations

from forehear.air.hearing import PISTON
from forehear.plan.losses import after_loss
from forehear.plan.odds import odds_of
from forehear.plan.stations import taken

GRID, PLACES = stations(grid(15e3, 5e3), 42.0), grid(16e3, 2e3)


def test_nothing_lost_is_everything_and_all_lost_is_nothing() -> None:
    none = after_loss(PISTON, PLACES, GRID, CALM, 0.0)
    assert none.whole == pytest.approx(odds_of(PISTON, PLACES, GRID, CALM)[:, 0].mean())
    assert none.least == none.random_median == pytest.approx(none.whole)
    assert after_loss(PISTON, PLACES, GRID, CALM, 1.0).least == 0.0


def test_a_tenth_lost_costs_something_and_a_region_is_what_it_is_by_hand() -> None:
    found = after_loss(PISTON, PLACES, GRID, CALM, 0.25)
    assert found.least <= found.random_worst <= found.random_median < found.whole
    apart = np.hypot(*(GRID.place_m - GRID.place_m[0]).T)
    lost = np.argsort(apart, kind="stable")[: round(0.25 * len(apart))]
    left = taken(GRID, np.setdiff1d(np.arange(len(apart)), lost))
    assert found.region_worst <= odds_of(PISTON, PLACES, left, CALM)[:, 0].mean() + 1e-9
    assert found == after_loss(PISTON, PLACES, GRID, CALM, 0.25)
