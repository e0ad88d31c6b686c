"""A month's nights: they sum to it, and the largest is the largest."""

from datetime import date

import numpy as np
import pytest

from forehear.assess.forecast.nights import Nights, simulate_nights
from forehear.assess.launches.launches import read_launches

LAUNCHES = read_launches(None, date(2025, 12, 31))


def test_nights_sum_to_their_month_and_the_largest_is_the_largest() -> None:
    nights = Nights.of(LAUNCHES.days)
    raid, largest = simulate_nights(np.full(2000, 5300.0), 31, nights, [], np.random.default_rng(2))
    assert np.all(largest >= raid)
    assert nights.frequency == 1.0
    # December 2025: 5,131 launched, the largest day 653.
    assert np.quantile(largest, 0.1) < 653 < np.quantile(largest, 0.9)
    assert np.mean(raid) == pytest.approx(5300 / 31, rel=0.1)


def test_a_month_larger_than_expected_is_flatter_and_still_sums() -> None:
    nights = Nights.of(LAUNCHES.days)
    launched = np.repeat([3000.0, 6000.0, 12_000.0], 3000)
    _, largest = simulate_nights(launched, 31, nights, [], np.random.default_rng(3))
    share = [float(np.median(largest[k * 3000 : (k + 1) * 3000])) / launched[k * 3000] for k in range(3)]
    assert share[0] > share[1] > share[2]
    # Each alone is its own median: no flattening then.
    alone = [
        np.median(simulate_nights(np.full(3000, n), 31, nights, [], np.random.default_rng(3))[1]) / n
        for n in (3000.0, 12_000.0)
    ]
    assert alone[0] == pytest.approx(alone[1], rel=0.02)


def test_no_launches_make_no_raid() -> None:
    raid, largest = simulate_nights(np.zeros(3), 30, Nights.of(LAUNCHES.days[:2]), [], np.random.default_rng(0))
    assert raid.tolist() == largest.tolist() == [0.0, 0.0, 0.0]
