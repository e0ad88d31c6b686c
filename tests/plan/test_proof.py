"""The bound on any choice: against every choice there is."""

import itertools

import numpy as np
import pytest
from tests.plan.test_siting import world

from forehear.plan.proof import bound_of_one, counted, prove, yes_or_no
from forehear.plan.siting import choose, mean_odds

pytest.importorskip("highspy")


@pytest.mark.parametrize("hearers", [1, 2, 3])
def test_the_bound_is_that_of_all_choices(hearers: int) -> None:
    choice = world(4, 11, hearers, there=3)
    proof = prove(choice, 4)
    plain = yes_or_no(choice)
    best = max(counted(plain, chosen) for chosen in itertools.combinations(range(11), 4))
    assert proof.finished
    assert proof.reached <= best + 1e-9
    assert proof.found == pytest.approx(best, abs=0.006)
    assert best - 1e-9 <= proof.bound <= best + 0.01
    assert proof.ratio == pytest.approx(proof.reached / proof.found)


def test_a_count_of_yes_or_no_is_what_it_says() -> None:
    choice = world(6, 9, 2)
    plain = yes_or_no(choice)
    mean = choice.odds @ choice.weight
    hears = np.zeros(len(choice.before))
    for candidate in (2, 5):
        part = slice(choice.first[candidate], choice.first[candidate + 1])
        hears[choice.place[part]] += mean[part] >= 0.5
    assert counted(plain, (2, 5)) == np.mean(hears >= 2)


def test_must_never_and_budget_bind_the_proof_too() -> None:
    choice = world(8, 10, 1)
    free = prove(choice, 3)
    never = np.zeros(10, bool)
    never[choose(yes_or_no(choice), 3).taken] = True
    assert prove(choice._replace(never=never), 3).bound < free.bound
    assert prove(choice._replace(cost=np.full(10, 5.0)), 10, 5.0).bound == pytest.approx(prove(choice, 1).bound)


def test_the_gains_that_are_left_bound_the_odds_of_one() -> None:
    choice = world(10, 10, 1)
    chosen = choose(choice, 3)
    best = max(mean_odds(choice, c) for c in itertools.combinations(range(10), 3))
    assert chosen.after <= best <= bound_of_one(choice, chosen.taken, 3) + 1e-9
