"""Launches as read: regimes never added, unknown as unknown, every figure one that a reader can add up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.launches import view
from forehear.assess.launches.launches import monthly_from_days, read_launches
from forehear.assess.launches.records import (
    REGIME_FROM,
    REGIMES,
    Day,
    Launches,
    Month,
    days_in,
    month_after,
    month_of,
    raid_quantiles,
    regime_on,
    undercount,
)
from forehear.assess.tables import TableFaults

MONTHS = st.builds(lambda y, m: f"{y:04d}-{m:02d}", st.integers(2014, 2049), st.integers(1, 12))
LAUNCHES = WHOLE = read_launches(None, date(2025, 12, 31))


def made(*days: Day) -> Launches:
    return Launches(days, monthly_from_days(days), days[-1].day)


def run(first: date, *counts: tuple[int | None, int | None]) -> Launches:
    """Days in a row, each launched and destroyed."""
    return made(*(Day(first + timedelta(days=k), a, b, row=k + 1) for k, (a, b) in enumerate(counts)))


@given(MONTHS, st.integers(-200, 200))
def test_months_go_on_and_back(month: str, steps: int) -> None:
    assert month_after(month_after(month, steps), -steps) == month
    assert month_of(date.fromisoformat(month + "-01")) == month


@given(MONTHS)
def test_a_month_has_the_days_to_the_next(month: str) -> None:
    first, after = (date.fromisoformat(m + "-01") for m in (month, month_after(month)))
    assert days_in(month) == (after - first).days


@pytest.mark.parametrize("k", [1, 2])
def test_a_regime_begins_on_its_day_and_not_before(k: int) -> None:
    assert regime_on(REGIME_FROM[k]) == REGIMES[k]
    assert regime_on(REGIME_FROM[k] - timedelta(days=1)) == REGIMES[k - 1]


def test_a_share_is_of_the_days_that_say_their_fates() -> None:
    # 10 launched and 8 destroyed; and 90 launched of which nobody said anything: 80 %, not 8 %.
    data = run(date(2025, 9, 1), (10, 8), (90, None), *[(0, 0)] * 28)
    month = data.months[0]
    assert (month.launched, month.with_fates, month.destroyed, month.unaccounted) == (100, 10, 8, 2)
    assert view.neutralised(data.months) == pytest.approx(0.8)
    record = view.regimes(data)[0]
    assert (record["launched"], record["neutralised_share"], record["unknown_days"]) == (100, 0.8, 0)


def test_without_any_fate_there_is_no_share() -> None:
    data = run(date(2025, 9, 1), *[(10, None)] * 30)
    assert view.neutralised(data.months) is None
    assert view.regimes(data)[0]["neutralised_share"] is None
    assert "unknown one figure" not in view.as_text(data)
    assert "unknown shot down or suppressed" in view.as_text(data)


def test_the_shares_of_the_packaged_regimes_add_up_from_its_days() -> None:
    for record in view.regimes(WHOLE):
        days = [d for d in WHOLE.days if regime_on(d.day) == record["regime"] and d.destroyed is not None]
        fates = sum((d.destroyed or 0) + (d.lost_location or 0) for d in days)
        assert record["neutralised_share"] == round(fates / sum(d.launched or 0 for d in days), 3)


def test_each_regime_counts_only_its_own_days() -> None:
    data = run(date(2024, 6, 29), *[(10, 5)] * 4)
    assert [(r["regime"], r["launched"]) for r in view.regimes(data)] == [(REGIMES[0], 20), (REGIMES[1], 20)]
    assert sum(int(str(r["launched"])) for r in view.regimes(WHOLE)) == sum(d.launched or 0 for d in WHOLE.days)


def test_the_size_of_a_day_decides_its_row_and_only_the_last_regime_counts() -> None:
    data = run(date(2025, 8, 1), (74, 70), (75, 60), (199, 190), (400, 390), (0, 0), (500, None))
    old = run(date(2025, 7, 30), (74, 0))
    rows = view.unaccounted_by_size((*old.days, *data.days))
    assert [(r["launched_a_day"], r["days"], r["unaccounted_share"]) for r in rows] == [
        ("1–74", 1, round(4 / 74, 3)),
        ("75–199", 2, round((15 + 9) / 274, 3)),
        ("400 and more", 1, 0.025),
    ]


def test_what_a_count_may_have_been_is_never_below_it() -> None:
    for year in range(2022, 2030):
        low, high = undercount(year)
        assert 0.0 <= low <= high < 1.0
        least, most = view.corrected(1000, year) or (0, 0)
        assert 1000 < least <= most
    # 27 % low: 730 counted were 1,000.
    assert view.corrected(730, 2022) == [1000, 1000]
    assert view.corrected(0, 2022) == [0, 0]


def test_another_count_is_compared_with_months_that_are_over_only() -> None:
    over = Month("2025-06", 5000, 30, True, REGIMES[1])
    assert [c["month"] for c in view.crosscheck([over])] == ["2025-06"]
    assert view.crosscheck([Month("2025-06", 5000, 12, False, REGIMES[1])]) == []
    assert view.crosscheck([Month("2025-06", None, 30, True, REGIMES[1])]) == []


def test_the_record_keeps_rows_regimes_and_every_fault() -> None:
    faults = TableFaults("shahed_daily.csv", aside={3: "row 3: launched='x': no"}, warnings=["row 4: odd"])
    data = run(date(2025, 9, 1), (10, 8), (None, None))
    record = view.as_record(Launches(data.days, data.months, data.as_of, (faults,)))
    assert record["set_aside"] == ["row 3: launched='x': no"]
    assert record["warnings"] == ["shahed_daily.csv: row 4: odd"]
    assert record["launched"] == 10
    assert record["largest_day"] == {"day": "2025-09-01", "launched": 10, "row": 1}
    assert record["passed_6000_on"] is None
    second = record["days"][1]  # type: ignore[index]
    assert (second["launched"], second["corrected"], second["regime"]) == (None, None, REGIMES[2])
    assert record["months"][0]["complete"] is False  # type: ignore[index]


def test_without_a_launch_there_is_no_largest_day_and_no_raid() -> None:
    record = view.as_record(run(date(2025, 9, 1), (0, 0), (0, 0)))
    assert record["largest_day"] is None
    assert set(record["raid_last_3_months"].values()) == {None}  # type: ignore[attr-defined]
    assert "largest day" not in view.as_text(run(date(2025, 9, 1), (0, 0))).splitlines()[0]


def test_the_words_say_what_the_record_says() -> None:
    text = view.as_text(WHOLE)
    assert text.startswith("As of 2025-12-31: 69,204 launched; largest day 810 on 2025-09-07")
    assert "6,000 in all were passed on 2024-07-21" in text
    assert "their shares are not comparable" in text
    assert len([line for line in text.splitlines() if line[:2] == "20"]) == len(WHOLE.months)


def test_a_month_in_progress_says_how_many_days_it_has() -> None:
    data = read_launches(None, date(2025, 7, 20))
    assert view.as_text(data).splitlines()[-1].endswith("(20 days so far)")


@given(st.lists(st.integers(0, 900), min_size=1, max_size=50))
def test_a_raid_is_a_day_with_a_launch(counts: list[int]) -> None:
    days = [Day(date(2025, 1, 1) + timedelta(days=k), n) for k, n in enumerate(counts)]
    least, most = raid_quantiles(days, (0.0, 1.0))
    sizes = [n for n in counts if n]
    assert [least, most] == [min(sizes), max(sizes)] if sizes else (least != least and most != most)


@given(st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=62, max_size=62))
def test_months_are_the_sum_of_their_days_or_unknown(counts: list[int | None]) -> None:
    days = [Day(date(2025, 7, 1) + timedelta(days=k), n) for k, n in enumerate(counts)]
    for month in monthly_from_days(days):
        inside = [d.launched for d in days if month_of(d.day) == month.month]
        known = [n for n in inside if n is not None]
        assert month.launched == (sum(known) if len(known) == len(inside) else None)
        assert month.max_day == max(known, default=None)
        assert month.complete


def test_regimes_are_summed_apart_and_the_share_through_falls_with_size() -> None:
    record = view.as_record(LAUNCHES)
    assert [r["regime"] for r in view.regimes(LAUNCHES)] == list(REGIMES)
    by_size = view.unaccounted_by_size(LAUNCHES.days)
    # Published for August to December 2025: 29 % under 75 a day, 8 % at 400 and more.
    assert by_size[0]["unaccounted_share"] == pytest.approx(0.29, abs=0.01)
    assert by_size[-1]["unaccounted_share"] == pytest.approx(0.08, abs=0.01)
    assert record["largest_day"] == {"day": "2025-09-07", "launched": 810, "row": 1076}


def test_another_counter_differs_by_two_percent_at_most() -> None:
    checked = view.crosscheck(LAUNCHES.months)
    assert len(checked) == 12
    assert max(abs(float(str(c["difference_share"]))) for c in checked) < 0.025
    assert view.corrected(100, 2022) == [137, 137]
    assert view.corrected(None, 2022) is None
