"""The matrix that is chosen by says the same as the odds of the sensors that it stands for."""

import numpy as np
import pytest
from tests.plan.land import CALM, grid, stations

from forehear.air.hearing import JET, PISTON
from forehear.plan.matrix import ALIVE, choice_of
from forehear.plan.odds import Weather, odds_of
from forehear.plan.siting import mean_odds
from forehear.plan.stations import joined, taken

PLACES = grid(15e3, 2e3)
THERE, CANDIDATES = stations(grid(8e3, 8e3), 40.0), stations(grid(12e3, 6e3) + 900.0, 44.0)


@pytest.mark.parametrize("hearers", [1, 3])
def test_with_candidates_taken_it_gives_the_odds_of_all_these_sensors(hearers: int) -> None:
    situation = CALM._replace(hearers=hearers, weathers=(Weather(), Weather(4.0, 120.0, 0.0, 2.0)))
    choice = choice_of((PISTON, JET), PLACES, CANDIDATES, THERE, situation)
    chosen = np.array([1, 4, 7])
    all_of = joined(THERE, taken(CANDIDATES, chosen))
    wanted = np.mean([odds_of(kind, PLACES, all_of, situation)[:, 0].mean() for kind in (PISTON, JET)])
    # Three nodes of what all share for five, and no odds below a twenty-fifth.
    assert mean_odds(choice, chosen) == pytest.approx(wanted, abs=0.015)
    assert choice.weight.sum() == pytest.approx(1.0)


def test_sensors_that_may_fail_are_worth_less() -> None:
    whole, thinned = (choice_of((PISTON,), PLACES, CANDIDATES, THERE, CALM, alive) for alive in (1.0, ALIVE))
    every = np.arange(len(CANDIDATES.ids))
    assert mean_odds(thinned, every) < mean_odds(whole, every)
