"""The law of hearing: held against the table of docs/physics.md, counting every case, and drawing nights by
chance.
"""

import itertools
import math

import numpy as np
import pytest

from forehear.air import hearing
from forehear.air.hearing import PISTON, PRIORS, at_least, even_range_m, excess_db, heard_by, odds_within


@pytest.mark.parametrize(("noise_db", "reach_m"), [(32.0, 6300.0), (36.0, 4800.0), (40.0, 3600.0), (46.0, 2100.0)])
def test_it_reaches_as_far_as_the_physics_page_has_it(noise_db: float, reach_m: float) -> None:
    # The page's ranges were measured at other levels than the tracker's prior: within an eighth, 1 to 1.5 dB.
    assert even_range_m(PISTON, noise_db) == pytest.approx(reach_m, rel=0.145)
    at = np.array([even_range_m(PISTON, noise_db)])
    assert excess_db(PISTON, at, np.zeros(1), np.full(1, noise_db))[0] == pytest.approx(0.0, abs=1e-6)


def test_in_seventy_eight_decibels_nobody_hears_anything() -> None:
    excess = excess_db(PISTON, np.array([1000.0]), np.zeros(1), np.array([78.0]))
    assert odds_within(excess)[0] < 0.02


def test_against_the_wind_a_sensor_hears_to_the_edge_of_the_shadow() -> None:
    still, wind = (odds_within(excess_db(PISTON, np.array([1300.0, 2000.0]), np.full(2, w), 40.0)) for w in (0, 8))
    assert still.min() > 0.9
    assert wind[0] > 0.9
    assert wind[1] < 0.35


def test_the_odds_of_enough_are_those_of_counting_every_case() -> None:
    odds = np.array([0.1, 0.5, 0.9, 0.3, 0.7])
    for count in (1, 2, 3, 5):
        total = 0.0
        for case in itertools.product((0, 1), repeat=len(odds)):
            if sum(case) >= count:
                total += math.prod(p if hit else 1.0 - p for p, hit in zip(odds, case, strict=True))
        assert at_least(odds, count) == pytest.approx(total, abs=1e-12)
    assert at_least(np.zeros((2, 0)), 1).tolist() == [0.0, 0.0], "no sensors hear nothing"


def drawn(excess: np.ndarray, nights: int, rng: np.random.Generator) -> np.ndarray:
    """How many sensors hear in each of many nights: every error drawn, second by second."""
    many = len(excess)
    shared = PRIORS.shared_db * rng.standard_normal((nights, 1))
    level = excess + shared + PRIORS.own_db * rng.standard_normal((nights, many))
    fading, keep = rng.standard_normal((nights, many)), math.exp(-1.0 / PRIORS.fading_s)
    heard = np.zeros((nights, many), bool)
    for _ in range(PRIORS.within_s):
        over = (level + PRIORS.fading_db * fading) / PRIORS.scale_db
        heard |= rng.random((nights, many)) < PRIORS.ceiling / (1.0 + np.exp(-over))
        fading = keep * fading + math.sqrt(1.0 - keep * keep) * rng.standard_normal((nights, many))
    return np.asarray((heard & (rng.random((nights, many)) < PRIORS.working)).sum(axis=1))


@pytest.mark.parametrize("middle_db", [-9.0, -4.0, 1.0, 8.0])
def test_the_odds_are_how_often_it_happens(middle_db: float) -> None:
    rng = np.random.default_rng([7, int(100 + middle_db)])
    excess = middle_db + np.array([3.0, 1.0, 0.0, -2.0, -5.0])
    count = drawn(excess, 40_000, rng)
    for k in (1, 2, 3):
        # Four sigmas of 40,000 nights are 0.01; tables and nodes take a hundredth.
        assert heard_by(excess, k) == pytest.approx(float(np.mean(count >= k)), abs=0.018)


def test_independence_is_too_sure_of_itself() -> None:
    excess = np.full(6, -4.0)
    apart = PRIORS._replace(shared_db=0.0, own_db=math.hypot(PRIORS.own_db, PRIORS.shared_db))
    assert heard_by(excess, 3, apart) > heard_by(excess, 3) + 0.03
    assert heard_by(excess - 4.0, 1, apart) > heard_by(excess - 4.0, 1) + 0.03


def test_a_sensor_that_is_not_there_hears_nothing_and_more_seconds_hear_more() -> None:
    assert heard_by(np.full((1, 3), -np.inf), 1)[0] < 1e-6
    assert heard_by(np.zeros((1, 0)), 1)[0] == 0.0
    second = PRIORS._replace(within_s=1)
    assert odds_within(np.zeros(1), second)[0] < odds_within(np.zeros(1))[0] - 0.1
    assert odds_within(np.full(1, 50.0))[0] == pytest.approx(PRIORS.working, abs=1e-3)


def test_the_kinds_are_in_order() -> None:
    speeds = [kind.speed_mps for kind in (PISTON, hearing.FAST, hearing.JET)]
    assert speeds == sorted(speeds)
    with pytest.raises(AttributeError):
        PRIORS.margin_db = 1.0  # type: ignore[misc]
