"""Scores of forecasts: closed forms, and the pool beside its peers on the past."""

import math

import numpy as np
import pytest

from forehear.assess.claims.ledger import read_claims
from forehear.assess.forecast.scoring import ForecastScore, crps, interval_score, rolling, share_interval
from forehear.assess.forecast.series import series_of
from forehear.assess.launches.launches import read_launches

CLAIMS = read_claims()[0]
LAUNCHES = read_launches()
SERIES = series_of(LAUNCHES)


def test_crps_of_a_point_is_its_error_and_of_a_normal_its_closed_form() -> None:
    assert crps(np.array([5.0]), 8.0) == pytest.approx(3.0)
    samples = np.random.default_rng(0).standard_normal(40_000)
    # Gneiting and Raftery 2007, eq. 21 at the mean of a standard normal: 2 phi(0) - 1/sqrt(pi).
    assert crps(samples, 0.0) == pytest.approx(2 / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi), abs=0.01)


def test_an_interval_costs_its_width_and_ten_times_what_lies_outside() -> None:
    assert interval_score(10.0, 30.0, 20.0) == pytest.approx(20.0)
    assert interval_score(10.0, 30.0, 33.0) == pytest.approx(20.0 + 10.0 * 3.0)
    assert interval_score(10.0, 30.0, 4.0, 0.9) == pytest.approx(20.0 + 20.0 * 6.0)
    # Of a standard normal the true quantiles score best: narrower and wider ones both cost more.
    came = np.random.default_rng(1).standard_normal(20_000)
    costs = [np.mean([interval_score(-w, w, c) for c in came]) for w in (0.9, 1.2816, 1.8)]
    assert costs[1] < min(costs[0], costs[2])


def test_a_share_of_few_cases_is_uncertain_by_wilsons_interval() -> None:
    # Eight of ten, as Wilson's interval is tabled: 0.490 to 0.943.
    assert share_interval(0.8, 10.0) == pytest.approx((0.490, 0.943), abs=0.001)
    assert share_interval(1.0, 5.0)[1] == pytest.approx(1.0)
    assert share_interval(0.0, 5.0)[0] == pytest.approx(0.0)
    near, far = (ForecastScore("pool", h, 1.0, 1.0, 0.8, 36).coverage_between() for h in (1, 12))
    assert far[0] < near[0] < 0.8 < near[1] < far[1]


@pytest.mark.slow
def test_the_pool_beats_persistence_and_trend_at_every_horizon() -> None:
    scores = {(s.model, s.horizon): s for s in rolling(SERIES, CLAIMS)}
    for h in (1, 3, 6, 12):
        for peer in ("persistence", "trend line", "persistence with errors", "trend"):
            assert scores["pool", h].crps < scores[peer, h].crps, (peer, h)
        # A trend that happens to hold what came costs more all the same: it is far wider.
        assert scores["pool", h].interval < scores["trend", h].interval
        assert 0.72 <= scores["pool", h].coverage <= 0.88, h
        low, high = scores["pool", h].coverage_between()
        assert low < 0.8 < high
    # The control: an interval that knows only the last month's value holds nothing.
    assert scores["persistence", 1].coverage == 0.0


def test_an_origin_knows_nothing_later() -> None:
    cut = SERIES.cut(20)
    later = [c for c in CLAIMS if c.made_on > cut.as_of.isoformat()]
    assert later
    assert rolling(cut, CLAIMS, 18, (1,)) == rolling(cut, [c for c in CLAIMS if c not in later], 18, (1,))
