"""The choice of places: against every choice there is, and against what must and must not be."""

import itertools

import numpy as np
import pytest
from tests.plan.land import CALM, NOBODY, grid, stations

from forehear.air.hearing import PISTON
from forehear.plan.matrix import choice_of
from forehear.plan.siting import Choice, Stopped, choose, mean_odds, rungs_of

PLACES = grid(12e3, 3e3)


def world(seed: int, many: int, hearers: int, there: int = 0) -> Choice:
    rng = np.random.default_rng(seed)
    places = rng.uniform(-13e3, 13e3, (many + there, 2))
    noise = rng.uniform(40.0, 54.0, many + there)
    all_of = stations(places, noise)
    candidates, known = stations(places[:many], noise[:many]), stations(places[many:], noise[many:])
    assert len(all_of.ids) == many + there
    return choice_of((PISTON,), PLACES, candidates, known, CALM._replace(hearers=hearers))


@pytest.mark.parametrize("hearers", [1, 2, 3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_as_good_as_the_best_of_all_choices_within_two_in_a_hundred(seed: int, hearers: int) -> None:
    choice = world(seed, 10, hearers)
    best = max(mean_odds(choice, chosen) for chosen in itertools.combinations(range(10), 4))
    found = choose(choice, 4)
    assert len(found.taken) <= 4
    assert found.after == pytest.approx(mean_odds(choice, found.taken))
    assert found.after >= 0.98 * best


def test_what_must_is_taken_what_must_not_is_not_and_it_gains() -> None:
    choice = world(5, 30, 3)
    free = choose(choice, 6)
    must, never = np.zeros(30, bool), np.zeros(30, bool)
    forbidden = int(free.taken[0])
    wanted = next(k for k in range(30) if k not in free.taken)
    must[wanted], never[forbidden] = True, True
    bound = choose(choice._replace(must=must, never=never), 6)
    assert wanted in bound.taken
    assert forbidden not in bound.taken
    assert free.after >= bound.after - 1e-9
    assert free.before < free.after


def test_sensors_that_are_there_are_kept_and_counted() -> None:
    alone, beside = world(7, 12, 2), world(7, 12, 2, there=8)
    assert choose(beside, 3).before > choose(alone, 3).before == 0.0
    assert choose(beside, 3).after > choose(alone, 3).after


def test_a_budget_is_never_overspent_and_a_cheap_place_is_not_passed_over() -> None:
    choice = world(9, 25, 1)
    cost = np.where(np.arange(25) % 2 == 0, 900.0, 100.0)
    found = choose(choice._replace(cost=cost), 25, 1_000.0)
    assert cost[found.taken].sum() <= 1_000.0
    assert len(found.taken) > 2
    assert found.after > choose(choice, 1).after


def test_the_same_numbers_give_the_same_choice_and_a_stop_keeps_what_is_done() -> None:
    choice = world(11, 40, 3)
    assert choose(choice, 12).taken.tolist() == choose(choice, 12).taken.tolist()

    def stop(share: float, words: str) -> None:
        raise Stopped

    half = choose(choice, 12, show=stop)
    assert not half.finished
    assert len(half.taken) > 0
    assert half.after == pytest.approx(mean_odds(choice, half.taken))


def test_candidates_that_hear_nothing_are_left_where_they_are() -> None:
    far = stations(np.array([[90e3, 0.0], [91e3, 0.0]]))
    choice = choice_of((PISTON,), PLACES, far, NOBODY, CALM)
    assert len(choose(choice, 2).taken) == 0


def test_rungs_fade_from_below() -> None:
    assert rungs_of(3, 0.5, 1.0).tolist() == [0.25, 0.5, 1.0]
    assert rungs_of(3, 0.5, 0.0).tolist() == [0.0, 0.0, 1.0]
    assert rungs_of(1, 0.5, 1.0).tolist() == [1.0]
