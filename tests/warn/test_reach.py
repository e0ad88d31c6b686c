"""Whom a sensor would hear, held against the table of docs/physics.md."""

import itertools
import math

import numpy as np
import pytest

from forehear.warn.reach import CEILING, PISTON, at_least, odds_of_hearing


@pytest.mark.parametrize(("noise_db", "reach_m"), [(32.0, 6300.0), (36.0, 4800.0), (40.0, 3600.0), (46.0, 2100.0)])
def test_half_of_the_ceiling_lies_where_the_physics_page_has_it(noise_db: float, reach_m: float) -> None:
    ranges = np.array([0.85 * reach_m, 1.15 * reach_m])
    near, far = odds_of_hearing(PISTON, ranges, np.zeros(2), np.full(2, noise_db)) / CEILING
    assert near > 0.5 > far


def test_in_seventy_eight_decibels_nobody_hears_anything() -> None:
    assert odds_of_hearing(PISTON, np.array([1000.0]), np.zeros(1), np.array([78.0]))[0] < 0.02


def test_against_the_wind_a_sensor_hears_to_the_edge_of_the_shadow() -> None:
    wind = np.full(2, 8.0)
    before, beyond = odds_of_hearing(PISTON, np.array([1300.0, 1500.0]), wind, np.full(2, 32.0))
    assert before > 0.9
    assert beyond == 0.0


def test_the_odds_of_enough_are_those_of_counting_every_case() -> None:
    odds = np.array([0.1, 0.5, 0.9, 0.3, 0.7])
    for count in (1, 2, 3, 5):
        total = 0.0
        for case in itertools.product((0, 1), repeat=len(odds)):
            if sum(case) >= count:
                total += math.prod(p if hit else 1.0 - p for p, hit in zip(odds, case, strict=True))
        assert at_least(odds, count) == pytest.approx(total, abs=1e-12)
    assert at_least(np.zeros((2, 0)), 1).tolist() == [0.0, 0.0], "no sensors hear nothing"
