"""Forecasts: beat the peers on the past, never peek, hindcasts beside what came."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forehear.assess.claims.ledger import as_of, read_claims
from forehear.assess.forecast.months import LEVELS, as_records, forecast
from forehear.assess.forecast.nights import Nights, simulate_nights
from forehear.assess.forecast.scoring import crps, rolling
from forehear.assess.forecast.series import series_of
from forehear.assess.forecast.space import from_scale, simulate_space, to_scale
from forehear.assess.forecast.stock import flow_of, flows_of, production, usable
from forehear.assess.forecast.trend import simulate_peer, trend_point
from forehear.assess.launches.launches import read_launches
from forehear.errors import InputError

CLAIMS = read_claims()[0]
LAUNCHES = read_launches()
SERIES = series_of(LAUNCHES)


def test_crps_of_a_point_is_its_error_and_of_a_normal_its_closed_form() -> None:
    assert crps(np.array([5.0]), 8.0) == pytest.approx(3.0)
    samples = np.random.default_rng(0).standard_normal(40_000)
    # Gneiting and Raftery 2007, eq. 21 at the mean of a standard normal: 2 phi(0) - 1/sqrt(pi).
    assert crps(samples, 0.0) == pytest.approx(2 / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi), abs=0.01)


@pytest.mark.slow
def test_the_pool_beats_persistence_and_trend_at_every_horizon() -> None:
    scores = {(s.model, s.horizon): s for s in rolling(SERIES, CLAIMS)}
    for h in (1, 3, 6, 12):
        for peer in ("persistence", "trend line", "persistence with errors", "trend"):
            assert scores["pool", h].crps < scores[peer, h].crps, (peer, h)
    # 20 to 32 overlapping origins: a true 0.8 shows as 0.66 to 0.94 in nineteen of twenty.
    for h in (1, 3, 6):
        assert 0.66 <= scores["pool", h].coverage <= 0.94
    # Not so a year ahead: 2025 outran everything that had been seen or claimed, and the docs say so.
    assert scores["pool", 12].coverage < 0.66


def test_nothing_after_the_day_changes_a_forecast(tmp_path: Path) -> None:
    day = date(2024, 6, 30)
    honest = as_records(forecast(read_launches(None, day), as_of(CLAIMS, day), 3))
    assert as_records(forecast(read_launches(None, day), CLAIMS, 3)) == honest
    data = Path(str(tmp_path))
    from importlib.resources import files

    for name in ("shahed_daily.csv", "shahed_monthly.csv"):
        text = files("forehear.assess").joinpath("data", name).read_text(encoding="utf-8").splitlines()
        kept = [line for line in text if line[:4] in ("repo", "mont") or line[:7] <= "2024-06"]
        (data / name).write_text("\n".join(kept) + "\n")
    assert as_records(forecast(read_launches(data, day), CLAIMS, 3)) == honest


@pytest.mark.parametrize(
    ("day", "month", "came", "low", "high"),
    [
        # February 2023: 6,000 in the coming years had just been claimed, and 45 and 89 flew.
        (date(2023, 2, 5), "2023-02", 45, 5, 300),
        (date(2023, 2, 28), "2023-03", 89, 20, 400),
        # July 2025: 2,000 in one night by November had just been predicted; at most 653 came.
        (date(2025, 7, 31), "2025-11", 5534, 2000, 20_000),
    ],
)
def test_hindcasts_hold_what_came(day: date, month: str, came: int, low: float, high: float) -> None:
    records = {r["month"]: r for r in as_records(forecast(read_launches(None, day), CLAIMS, 6))}
    launched = records[month]["launched"]
    assert isinstance(launched, dict)
    assert low <= launched["0.05"] <= came <= launched["0.95"] <= high


def test_august_2023_expected_too_little_of_september_and_enough_of_the_half_year() -> None:
    came = {m.month: m.launched for m in LAUNCHES.months}
    records = as_records(forecast(read_launches(None, date(2023, 8, 31)), CLAIMS, 6))
    inside = []
    for r in records:
        q = r["launched"]
        assert isinstance(q, dict)
        inside.append(q["0.1"] <= (came[str(r["month"])] or 0) <= q["0.9"])
    # 503 came in September, above the 90 % quantile: a plain miss.
    assert inside == [False, True, True, True, True, True]


def test_in_july_2025_two_thousand_in_a_night_was_seen_as_unlikely() -> None:
    result = forecast(read_launches(None, date(2025, 7, 20)), CLAIMS, 5)
    november = result.months[-1]
    assert november.month == "2025-11"
    assert np.mean(november.largest_day >= 2000) < 0.15


def test_the_contract_holds_and_quantiles_rise() -> None:
    for record in as_records(forecast(LAUNCHES, CLAIMS, 12)):
        assert set(record) == {"month", "launched", "raid", "largest_day"}
        for name in ("launched", "raid", "largest_day"):
            q = record[name]
            assert isinstance(q, dict)
            assert list(q) == [f"{level:g}" for level in LEVELS]
            assert list(q.values()) == sorted(q.values())
            assert q["0.05"] >= 0.0
        assert record["raid"]["0.5"] <= record["largest_day"]["0.5"] <= record["launched"]["0.5"]  # type: ignore[index]


def test_the_first_month_is_the_first_not_complete() -> None:
    assert forecast(LAUNCHES, CLAIMS, 1).months[0].month == "2026-01"
    assert forecast(read_launches(None, date(2025, 7, 20)), CLAIMS, 1).months[0].month == "2025-07"
    assert forecast(read_launches(None, date(2025, 7, 31)), CLAIMS, 1).months[0].month == "2025-08"


def test_a_month_in_progress_keeps_what_was_counted() -> None:
    result = forecast(read_launches(None, date(2025, 7, 30)), CLAIMS, 1).months[0]
    assert result.launched.min() >= 5994
    assert np.quantile(result.launched, 0.9) - np.quantile(result.launched, 0.1) < 1000
    assert result.largest_day.min() >= 728


@pytest.mark.parametrize("months", [0, 25, -1])
def test_months_out_of_range_are_refused(months: int) -> None:
    with pytest.raises(InputError, match="must be from 1 to 24"):
        forecast(LAUNCHES, CLAIMS, months)


def test_two_months_are_too_few_to_forecast_from() -> None:
    with pytest.raises(InputError, match="needs 3"):
        forecast(read_launches(None, date(2022, 11, 20)), CLAIMS, 1)


def test_without_claims_or_with_nonsense_it_still_answers() -> None:
    assert len(forecast(LAUNCHES, (), 3).months) == 3


def test_scales_are_inverse() -> None:
    values = np.log(np.array([3.0, 9.0, 40.0, 180.0]))
    for power in (0.0, 0.5, 1.0):
        scaled, level = to_scale(values, power)
        np.testing.assert_allclose(from_scale(scaled, power, level), values, rtol=1e-12)


def test_a_steady_series_is_forecast_to_stay_and_a_growing_one_to_grow() -> None:
    rng = np.random.default_rng(3)
    raids = np.full(36, 30.0)
    steady = simulate_space(5.0 + 0.05 * rng.standard_normal(36), raids, 3, 0.0, 2000, np.random.default_rng(1))
    growing = simulate_space(1.0 + 0.1 * np.arange(36.0), raids, 3, 0.0, 2000, np.random.default_rng(1))
    assert np.median(steady[:, 2]) == pytest.approx(5.0, abs=0.15)
    assert np.median(growing[:, 2]) == pytest.approx(1.0 + 0.1 * 38, abs=0.15)
    # Known noise, known spread: a month ahead the steady one scatters by 5 % and what is not known of it.
    assert 0.05 < np.std(steady[:, 0]) < 0.25


def test_the_trend_draws_its_line_on_and_never_to_nothing() -> None:
    assert trend_point(np.array([10.0, 20.0, 30.0]), 2) == pytest.approx(50.0)
    assert trend_point(np.array([30.0, 20.0, 10.0]), 5) == pytest.approx(3.0)
    assert trend_point(np.array([7.0]), 3) == pytest.approx(7.0)
    assert simulate_peer(SERIES.log_rate, 2, "persistence", 100, np.random.default_rng(0)).shape == (100, 2)


def test_claims_become_production_once_for_each_origin() -> None:
    flows = flows_of(CLAIMS)
    assert len({f.origin for f in flows}) == len(flows)
    assert sum("2023-02-05" in f.origin for f in flows) == 1
    day = next(c for c in CLAIMS if c.row == 28)
    flow = flow_of(day, "o")
    assert flow is not None
    assert math.exp(flow.log_rate) == pytest.approx(170.0, rel=0.01)
    assert flow_of(next(c for c in CLAIMS if c.row == 39), "o") is None


def test_a_claim_that_launches_have_passed_is_left_aside() -> None:
    flows = flows_of(CLAIMS)
    rows = {f.row for f in usable(flows, math.log(170.0), date(2025, 12, 31))}
    assert 26 not in rows
    assert rows
    mean, scatter = production(
        usable(flows, math.log(170.0), date(2025, 12, 31)), math.log(170.0), date(2025, 12, 31), 12
    )
    assert 100 < math.exp(mean[-1]) < 250
    assert np.all(np.diff(scatter) > -0.05)


def test_nights_sum_to_their_month_and_the_largest_is_the_largest() -> None:
    nights = Nights.of(LAUNCHES.days)
    raid, largest = simulate_nights(np.full(2000, 5300.0), 31, nights, [], np.random.default_rng(2))
    assert np.all(largest >= raid)
    assert nights.frequency == 1.0
    # December 2025: 5,131 launched, the largest day 653.
    assert np.quantile(largest, 0.1) < 653 < np.quantile(largest, 0.9)
    assert np.mean(raid) == pytest.approx(5300 / 31, rel=0.1)


def test_no_launches_make_no_raid() -> None:
    raid, largest = simulate_nights(np.zeros(3), 30, Nights.of(LAUNCHES.days[:2]), [], np.random.default_rng(0))
    assert raid.tolist() == largest.tolist() == [0.0, 0.0, 0.0]


def test_the_same_call_gives_the_same_numbers() -> None:
    assert as_records(forecast(LAUNCHES, CLAIMS, 2)) == as_records(forecast(LAUNCHES, CLAIMS, 2))
