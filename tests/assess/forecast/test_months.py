"""Forecasts of months: they never peek, hold their contract, and stand as hindcasts beside what came."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forehear.assess.claims.ledger import as_of, read_claims
from forehear.assess.forecast.months import LEVELS, as_records, forecast
from forehear.assess.launches.launches import read_launches
from forehear.errors import InputError

pytestmark = pytest.mark.slow


CLAIMS = read_claims()[0]
LAUNCHES = read_launches(None, date(2025, 12, 31))


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


@pytest.mark.slow
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
        assert set(record) == {"month", "launched", "raid", "largest_day", "as_of"}
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


def test_the_same_call_gives_the_same_numbers() -> None:
    assert as_records(forecast(LAUNCHES, CLAIMS, 2)) == as_records(forecast(LAUNCHES, CLAIMS, 2))
