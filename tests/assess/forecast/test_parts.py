"""The forecast's parts, each by hand or by a law that it must keep: scores, series, peers, flows, nights, pool."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.claims.made import claim, row
from tests.assess.claims.made import claims as made

from forehear.assess.forecast.months import WIDER_BY_SPAN, Forecast, MonthForecast, as_records, pool
from forehear.assess.forecast.nights import FEW_RAIDS, Nights, simulate_nights
from forehear.assess.forecast.scoring import crps
from forehear.assess.forecast.series import HALF_A_DRONE, series_of
from forehear.assess.forecast.space import LEAST_SHARE, from_scale, to_scale
from forehear.assess.forecast.stock import (
    BIAS,
    COMING_YEARS_MONTHS,
    DAYS_PER_MONTH,
    PASSED_SHARE,
    PRESENT_FADES,
    PRESENT_SCATTER,
    PROPELLER_SHARE,
    Flow,
    flow_of,
    flows_of,
    production,
    simulate_stock,
    usable,
)
from forehear.assess.forecast.trend import PRIOR_SPREAD, persistence_point, simulate_peer, trend_point
from forehear.assess.launches.launches import Day, Launches, monthly_from_days
from forehear.errors import InputError

NUMBERS = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=40)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def table(first: date, *counts: int | None) -> Launches:
    days = tuple(Day(first + timedelta(days=k), n) for k, n in enumerate(counts))
    return Launches(days, monthly_from_days(days), days[-1].day)


@given(NUMBERS, st.floats(-1e4, 1e4), st.floats(-100, 100), st.floats(0.1, 10))
def test_crps_moves_with_the_world_and_is_never_negative(
    samples: list[float], came: float, shift: float, scale: float
) -> None:
    x = np.array(samples)
    score = crps(x, came)
    assert score >= -1e-9
    assert crps(scale * x + shift, scale * came + shift) == pytest.approx(scale * score, rel=1e-6, abs=1e-6)
    # By its other form: E|X - y| - E|X - X'| / 2.
    pairs = np.mean(np.abs(x - came)) - 0.5 * np.mean(np.abs(x[:, None] - x))
    assert score == pytest.approx(float(pairs), rel=1e-6, abs=1e-6)


def test_crps_prefers_who_knew_to_who_was_sure() -> None:
    wide, narrow = np.linspace(0.0, 100.0, 101), np.linspace(40.0, 60.0, 101)
    assert crps(narrow, 50.0) < crps(wide, 50.0)
    assert crps(wide, 95.0) < crps(narrow, 95.0)


def test_a_series_is_launches_a_day_of_months_that_are_over() -> None:
    data = table(date(2025, 1, 1), *[2] * 31, *[0, 4] * 14, *[6] * 31, *[7] * 10)
    series = series_of(data)
    assert series.months == ("2025-01", "2025-02", "2025-03")
    np.testing.assert_allclose(np.exp(series.log_rate), [2.0, 2.0, 6.0])
    np.testing.assert_allclose(series.raid_days, [30.0, 15.0, 30.0])
    assert series.partial == (70, 10)
    past = series.cut(2)
    assert (past.months, past.partial, past.as_of) == (("2025-01", "2025-02"), (0, 0), date(2025, 2, 28))


def test_an_unknown_month_is_bridged_and_counts_as_one_without_news() -> None:
    data = table(date(2025, 1, 1), *[2] * 31, None, *[3] * 27, *[8] * 31, *[8] * 30)
    series = series_of(data)
    # Between 2 and 8 a day on the log scale: 4.
    np.testing.assert_allclose(np.exp(series.log_rate), [2.0, 4.0, 8.0, 8.0])
    assert series.raid_days[1] == 1.0
    assert series.launched[1] == pytest.approx(4.0 * 28)


def test_a_month_without_launches_still_has_a_logarithm() -> None:
    series = series_of(table(date(2025, 1, 1), *[0] * 31, *[1] * 28, *[1] * 31))
    assert series.log_rate[0] == pytest.approx(math.log(HALF_A_DRONE / 31))


def test_two_months_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(InputError, match="2 complete months are known on 2025-03-01; a forecast needs 3"):
        series_of(table(date(2025, 1, 1), *[1] * 60))


@given(st.lists(st.floats(0.1, 1000.0), min_size=2, max_size=12), st.integers(1, 24))
def test_a_line_drawn_on_never_comes_near_nothing(rates: list[float], step: int) -> None:
    assert trend_point(np.array(rates), step) >= 0.3 * rates[-1]
    assert persistence_point(np.array(rates), step) == rates[-1]


def test_a_trend_of_a_straight_line_is_the_line() -> None:
    rate = 5.0 + 2.0 * np.arange(10)
    assert [trend_point(rate, h) for h in (1, 3, 12)] == pytest.approx([25.0, 29.0, 47.0])


def test_a_peer_without_a_past_has_the_prior_spread_and_one_without_errors_less() -> None:
    one = simulate_peer(np.log([5.0]), 1, "persistence", 40_000, rng())
    assert np.std(one[:, 0]) == pytest.approx(PRIOR_SPREAD, rel=0.05)
    still = simulate_peer(np.full(30, math.log(5.0)), 1, "persistence", 40_000, rng())
    # Twenty-four errors of nothing, and a prior of six months: a fifth of it is left.
    assert np.std(still[:, 0]) == pytest.approx(PRIOR_SPREAD * 6 / 30, rel=0.05)
    assert np.median(still[:, 0]) == pytest.approx(math.log(5.0), abs=0.01)


def test_a_peers_spread_is_that_of_its_errors() -> None:
    noise = 0.4 * rng(7).standard_normal(200)
    drawn = simulate_peer(5.0 + np.cumsum(noise), 1, "persistence", 20_000, rng())
    # Two years of steps of 0.4, and six months of the prior's 0.3.
    assert np.std(drawn[:, 0]) == pytest.approx((24 * 0.4 + 6 * PRIOR_SPREAD) / 30, rel=0.35)


@given(st.lists(st.floats(-3.0, 6.0), min_size=2, max_size=20), st.sampled_from([0.25, 0.5, 1.0]))
def test_a_scale_has_slope_one_at_the_recent_level_and_a_floor(log_rates: list[float], power: float) -> None:
    x = np.array(log_rates)
    _, level = to_scale(x, power)
    step = from_scale(np.array([0.0, 1e-6]), power, level)
    assert step[0] == pytest.approx(level)
    assert (step[1] - step[0]) / 1e-6 == pytest.approx(1.0, rel=1e-3)
    lowest = from_scale(np.array([-1e9]), power, level)[0]
    assert lowest == pytest.approx(level + math.log(LEAST_SHARE) / power)


def flow(**cells: str) -> Flow | None:
    return flow_of(claim(**({"kind": "plan", "unit": "drones", "date_of_claim": "2023-05-10"} | cells)), "o")


@pytest.mark.parametrize(
    ("cells", "a_month"),
    [
        ({"unit": "drones/month", "quantity": "300"}, 300.0),
        ({"unit": "drones/year", "quantity": "1200"}, 100.0),
        ({"unit": "drones/day", "quantity": "10"}, 10.0 * DAYS_PER_MONTH),
        # A year's number, over its twelve months.
        ({"quantity": "1200", "period": "2023"}, 100.0),
        # What is to be made by a deadline is made from the day of saying it.
        ({"quantity": "1000", "period": "to 2023-12-31"}, 1000.0 / (236 / DAYS_PER_MONTH)),
        # "The coming years" are three; their middle lies after decoys came, so this is six tenths of what flies.
        ({"quantity": "3600", "period": "in the coming years"}, 3600.0 / COMING_YEARS_MONTHS / PROPELLER_SHARE),
        # Between two numbers their geometric middle.
        ({"unit": "drones/month", "quantity": "100-400"}, 200.0),
    ],
)
def test_a_claim_is_so_many_a_month(cells: dict[str, str], a_month: float) -> None:
    found = flow(**cells)
    assert found is not None
    assert math.exp(found.log_rate - BIAS["plan"]) * DAYS_PER_MONTH == pytest.approx(a_month, rel=1e-3)


def test_since_decoys_came_a_claim_of_propeller_drones_is_of_a_part() -> None:
    before = flow(unit="drones/month", quantity="300", date_of_claim="2024-06-30")
    after = flow(unit="drones/month", quantity="300", date_of_claim="2024-07-01")
    every = flow(unit="drones/month of all types", quantity="300", date_of_claim="2024-07-01")
    assert before is not None
    assert after is not None
    assert every is not None
    assert math.exp(after.log_rate - before.log_rate) == pytest.approx(1.0 / PROPELLER_SHARE)
    assert every.log_rate == before.log_rate
    assert after.scatter > before.scatter


@pytest.mark.parametrize(
    "cells",
    [
        {"kind": "observed", "unit": "drones/month"}, {"kind": "cost", "unit": "USD"}, {"unit": "launches/month"},
        {"unit": "drones/night"}, {"unit": "drones (stage 3)", "period": "2023"}, {"unit": "decoys/month"},
        {"unit": "drones/month", "variant": "Geran-3"}, {"unit": "drones/month", "quantity": "0"},
        {"unit": "drones/month", "quantity": "", "claim": "many"}, {"unit": "drones", "period": "no time"},
        {"unit": "drones/month", "claim": "denies that 700 are made"},
        {"unit": "drones", "period": "to 2022-12-31"},
    ],
)  # fmt: skip
def test_what_is_no_production_of_drones_gives_none(cells: dict[str, str]) -> None:
    assert flow(**cells) is None


def test_ten_echoes_are_one_flow() -> None:
    echo = {"attributed_to": "officials via WSJ", "kind": "plan", "unit": "drones/month", "quantity": "300"}
    rows = [row(**echo, outlet=f"Sheet {k}") for k in range(10)]
    assert len(flows_of(made(*rows))) == 1


NOW = date(2025, 6, 30)


def test_claims_that_are_passed_or_stale_are_left_aside() -> None:
    level = math.log(100.0)
    floor = level + math.log(PASSED_SHARE)
    flows = [
        Flow(1, "a", NOW, floor + 0.01, 0.5),
        Flow(2, "b", NOW, floor - 0.01, 0.5),
        Flow(3, "c", NOW - timedelta(days=365), level, 0.5),
        Flow(4, "d", NOW - timedelta(days=366), level, 0.5),
    ]
    assert [f.row for f in usable(flows, level, NOW)] == [1, 3]


def test_without_claims_production_is_the_present_and_ever_less_sure() -> None:
    mean, scatter = production([], 3.0, NOW, 6)
    np.testing.assert_allclose(mean, 3.0)
    np.testing.assert_allclose(scatter, [PRESENT_SCATTER + PRESENT_FADES * h for h in range(1, 7)])


@given(st.floats(0.0, 3.0), st.integers(0, 300))
def test_one_claim_draws_production_towards_it_and_never_beyond(above: float, days: int) -> None:
    mean, _ = production([Flow(1, "a", NOW + timedelta(days=days), 3.0 + above, 0.5)], 3.0, NOW, 12)
    assert np.all(mean >= 3.0 - 1e-9)
    assert np.all(mean <= 3.0 + above + 1e-9)


def test_launches_follow_production_and_stop_at_the_stock() -> None:
    steady = simulate_stock(np.full(6, 3.0), [], NOW, 6, 4000, rng())
    assert np.median(steady[:, 5]) == pytest.approx(3.0, abs=0.1)
    more = simulate_stock(np.full(6, 3.0), [Flow(1, "a", NOW, 4.5, 0.1)], NOW, 6, 4000, rng())
    medians = np.median(more, axis=0)
    assert np.all(np.diff(medians) > 0.0)
    assert medians[-1] < 4.5


def test_the_pool_averages_quantiles_and_keeps_paths() -> None:
    draws = rng(3).standard_normal((500, 3))
    one, other = draws, 2.0 * rng(4).standard_normal((500, 3)) + 6.0
    pooled = pool({"state space": one, "trend": other}, 1000)
    widened = 1.0 + WIDER_BY_SPAN * np.arange(3) / 1000
    expected = 0.5 * (np.sort(one, axis=0) + np.sort(other, axis=0))
    middle = np.median(expected, axis=0)
    np.testing.assert_allclose(np.sort(pooled, axis=0), middle + widened * (expected - middle))
    # The sample that was largest in the state space is largest in the pool.
    assert np.array_equal(np.argsort(pooled, axis=0), np.argsort(one, axis=0))


def test_few_months_seen_make_the_pool_wider_ahead_about_the_same_middle() -> None:
    drawn = {"state space": rng(1).standard_normal((500, 2)), "trend": rng(2).standard_normal((500, 2))}
    few, many = pool(drawn, 5), pool(drawn, 40)
    np.testing.assert_allclose(np.median(few, axis=0), np.median(many, axis=0))
    np.testing.assert_allclose(np.std(few, axis=0) / np.std(many, axis=0), [1.0, (1 + 0.4 / 5) / (1 + 0.4 / 40)])


def test_the_shape_of_nights_is_of_raids_over_their_own_time() -> None:
    days = [Day(date(2025, 1, 1) + timedelta(days=k), 100 if k % 2 else 0) for k in range(122)]
    nights = Nights.of(days)
    np.testing.assert_allclose(nights.ratios, 1.0)
    assert nights.frequency == 0.5
    few = Nights.of(days[:10])
    assert len(few.ratios) == 5 + 14 < FEW_RAIDS


def test_unknown_days_are_no_quiet_days() -> None:
    days = [Day(date(2025, 1, 1) + timedelta(days=k), 100 if k % 2 else None) for k in range(122)]
    assert Nights.of(days).frequency == 1.0


@given(st.integers(0, 20_000), st.integers(28, 31), st.lists(st.integers(1, 400), max_size=10))
def test_a_month_falls_into_nights_that_hold_it(total: int, days: int, seen: list[int]) -> None:
    nights = Nights.of([Day(date(2025, 1, 1) + timedelta(days=k), 20 + 13 * (k % 7)) for k in range(60)])
    launched = np.full(20, float(max(total, sum(seen))))
    raid, largest = simulate_nights(launched, days, nights, seen, rng())
    assert np.all(raid <= largest)
    assert np.all(largest >= max(seen, default=0) * (launched > 0))
    assert np.all(largest <= np.maximum(launched, 1.0))
    assert np.all((largest > 0) == (launched > 0))


def test_a_record_has_its_quantiles_in_order_and_rounded() -> None:
    samples = np.arange(0.0, 101.0)
    made_of = Forecast(NOW, (MonthForecast("2025-07", samples, samples / 2, samples / 3),), "2025-06", ())
    (record,) = as_records(made_of)
    assert record["month"] == "2025-07"
    assert record["launched"] == {
        "0.05": 5.0, "0.1": 10.0, "0.25": 25.0, "0.5": 50.0, "0.75": 75.0, "0.9": 90.0, "0.95": 95.0,
    }  # fmt: skip
    assert record["largest_day"]["0.5"] == 16.7
