"""Claims beside the count: what launches decide, what they cannot, and that an unknown day decides nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.claims.made import FIRST, claim, launches, row

from forehear.assess.claims.checks import AGREE_SHARE, Check, check, check_all, verdicts
from forehear.assess.claims.ledger import claims_from_rows
from forehear.assess.launches.launches import launched_between, passed_on
from forehear.assess.launches.records import Day, Launches, undercount

# Ten a day from 28 September 2022 to 31 December 2023.
STEADY = launches(*[10] * 460)
END_2023 = STEADY.days[-1].day
# June 2031: a hundred launched each day, 180 on the twelfth.
JUNE_DAYS = tuple(Day(date(2031, 6, d), 180 if d == 12 else 100) for d in range(1, 31))
JUNE = Launches(JUNE_DAYS, (), date(2031, 6, 30))
COUNTED = 3080


def observed(quantity: str, period: str = "2023", unit: str = "drones launched"):  # type: ignore[no-untyped-def]
    return claim(kind="observed", unit=unit, quantity=quantity, period=period)


def forecast(quantity: str, period: str = "by Dec 2023"):  # type: ignore[no-untyped-def]
    return claim(
        kind="forecast", unit="drones/night", quantity=quantity, period=period, claim=f"{quantity} in a night"
    )


def test_the_steady_table_is_what_it_says() -> None:
    assert date(2023, 12, 31) == END_2023
    assert launched_between(STEADY.days, date(2023, 1, 1), END_2023) == 3650


@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [
        # 3,650 counted in 2023, the table low by 11 to 17 %, and 5 % for rounding: 3,468 to 4,618.
        ("3650", True), ("3500", True), ("3400", False), ("4600", True), ("4700", False),
        (">=4000", True), (">=5000", False), ("<=3500", True), ("<=3400", False), ("3000-3400", False),
        ("3000-4000", True),
    ],
)  # fmt: skip
def test_a_tally_is_borne_out_within_what_the_count_is_known_to_lack(quantity: str, verdict: bool) -> None:
    found = check(observed(quantity), STEADY)
    assert found is not None
    assert found.counted == 3650
    assert found.verdict is verdict
    assert found.what == "launched from 2023-01-01 to 2023-12-31: 3,650"


@given(st.integers(1, 20_000))
def test_a_floor_and_a_ceiling_cannot_both_miss(amount: int) -> None:
    floor, ceiling = check(observed(f">={amount}"), STEADY), check(observed(f"<={amount}"), STEADY)
    assert floor is not None
    assert ceiling is not None
    assert floor.verdict or ceiling.verdict


def test_production_is_shown_beside_launches_without_a_verdict() -> None:
    for kind in ("plan", "actual", "capacity", "contract"):
        found = check(claim(kind=kind, unit="drones", quantity="9999", period="2023"), STEADY)
        assert found is not None
        assert found.verdict is None
        assert found.what == "launched from 2023-01-01 to 2023-12-31, all types: 3,650"


def test_a_rate_is_set_beside_the_month_that_it_speaks_of() -> None:
    found = check(claim(kind="actual", unit="drones/day", quantity="170", period="by Nov 2023"), STEADY)
    assert found is not None
    assert found.what == "launched from 2023-11-01 to 2023-11-30, all types: 300, 10 a day"


def test_a_total_to_a_day_says_when_launches_passed_it() -> None:
    found = check(claim(kind="plan", unit="drones total", quantity="600", period="to end 2023"), STEADY)
    assert found is not None
    # The sixty-first day of ten brings 610, the first above 600.
    assert found.what.endswith(f"600 were passed on {FIRST + timedelta(days=60)}")


@pytest.mark.parametrize(
    "cells",
    [
        {"unit": "USD", "kind": "cost"},
        {"unit": "drones", "kind": "observed", "period": "coming years"},
        {"unit": "drones", "kind": "observed", "period": "2024"},
        {"unit": "drones", "kind": "observed", "period": "2023", "quantity": "", "claim": "many"},
        {"unit": "drones", "kind": "observed", "period": "2023", "claim": "denies 700 craft"},
        {"unit": "% decoys", "kind": "share", "period": "2023"},
        {"unit": "drones/night", "kind": "forecast", "period": "by Dec 2024"},
    ],
)
def test_what_a_count_does_not_bear_on_is_left_alone(cells: dict[str, str]) -> None:
    assert check(claim(**cells), STEADY) is None


@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [(">=40", True), (">=50", False), ("42", True), ("41", True), ("43", False), ("2000", False),
     # "Up to so many in a night" is a ceiling, and a night above it breaks it.
     ("<=40", True), ("<=39", True), ("<=38", False)],
)  # fmt: skip
def test_a_prediction_of_a_night_is_set_beside_the_largest(quantity: str, verdict: bool) -> None:
    table = launches(*[10] * 400, 40, *[10] * 59)
    found = check(forecast(quantity), table)
    assert found is not None
    assert (found.counted, found.verdict) == (40, verdict)
    assert found.what == "largest day to 2023-12-31: 40 on 2023-11-02"


def test_an_unknown_night_may_have_been_the_largest() -> None:
    table = launches(*[10] * 400, None, *[10] * 59)
    # Ten came for sure; whether fifty did, or whether twenty were ever passed, no one can say.
    assert check(forecast(">=10"), table).verdict is True  # type: ignore[union-attr]
    assert check(forecast(">=50"), table).verdict is None  # type: ignore[union-attr]
    assert check(forecast("<=20"), table).verdict is None  # type: ignore[union-attr]
    assert check(forecast("<=5"), table).verdict is False  # type: ignore[union-attr]


def test_an_unknown_day_makes_its_sum_unknown() -> None:
    table = launches(*[10] * 200, None, *[10] * 259)
    assert launched_between(table.days, date(2023, 1, 1), END_2023) is None
    assert check(observed("3650"), table) is None
    # What lies before it is known.
    assert launched_between(table.days, date(2022, 10, 1), date(2022, 10, 31)) == 310


def test_a_day_that_the_table_lacks_is_unknown_and_no_zero() -> None:
    gap = tuple(d for d in STEADY.days if d.day != date(2023, 5, 5))
    assert launched_between(gap, date(2023, 5, 1), date(2023, 5, 31)) is None
    assert launched_between(gap, date(2023, 6, 1), date(2023, 6, 30)) == 300


def test_a_table_that_ends_early_does_not_say_what_came_later() -> None:
    late = launches(*[10] * 460, as_of=date(2024, 12, 31))
    assert launched_between(late.days, date(2023, 7, 1), date(2024, 6, 30)) is None
    assert check(observed("1840", "2023-07..2024-06"), late) is None
    assert check(forecast(">=50", "by June 2024"), late).verdict is None  # type: ignore[union-attr]


def test_a_table_that_begins_late_does_not_reach_back() -> None:
    late = launches(*[10] * 365, first=date(2023, 1, 1))
    assert launched_between(late.days, None, END_2023) is None
    assert launched_between(late.days, date(2023, 1, 1), END_2023) == 3650
    # Before the first launch of all there is nothing to lack.
    assert launched_between(STEADY.days, date(2022, 1, 1), date(2022, 12, 31)) == 950


@given(st.lists(st.one_of(st.none(), st.integers(0, 900)), min_size=1, max_size=60), st.integers(0, 20_000))
def test_a_number_is_passed_on_the_first_day_that_exceeds_it(counts: list[int | None], total: int) -> None:
    days = launches(*counts).days
    passed = passed_on(days, total)
    sums = {d.day: sum(x.launched or 0 for x in days if x.day <= d.day) for d in days}
    assert passed == next((day for day, so_far in sums.items() if so_far > total), None)


def test_only_what_is_decided_goes_to_the_grades() -> None:
    made = [observed("3650"), claim(kind="plan", unit="drones", period="2023"), observed("9999")]
    rows = [made[0], made[1], made[2]]
    from msgspec.structs import replace

    checks = check_all([replace(c, row=k) for k, c in enumerate(rows, 1)], STEADY)
    assert set(checks) == {1, 2, 3}
    assert verdicts(checks) == {1: True, 3: False}


def test_the_allowance_is_wider_where_the_table_was_lower() -> None:
    def span(year: int) -> float:
        low, high = undercount(year)
        return (1 + AGREE_SHARE) / (1 - high) - min(1.0, 1 / (1 - low)) * (1 - AGREE_SHARE)

    assert span(2022) > span(2023) > span(2024) > span(2025) > 2 * AGREE_SHARE


def in_june(quantity: str, **cells: str) -> Check | None:
    said = {"kind": "observed", "unit": "drones", "period": "2031-06", "claim": f"{quantity} drones launched"}
    return check(claim(**(said | {"quantity": quantity} | cells)), JUNE)


# Before the table's own undercount, which makes the upper side looser.
@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [
        (str(COUNTED), True),
        (str(int(COUNTED * (1.0 - AGREE_SHARE)) + 1), True),
        (str(int(COUNTED * (1.0 - AGREE_SHARE)) - 40), False),
        ("4000", False),
        (">=2000", True),
        (">=4000", False),
        ("<=2000", False),
        ("<=4000", True),
    ],
)
def test_an_observation_is_borne_out_where_it_meets_the_count(quantity: str, verdict: bool) -> None:
    found = in_june(quantity)
    assert found is not None
    assert found.counted == COUNTED
    assert found.verdict is verdict
    assert found.what == "launched from 2031-06-01 to 2031-06-30: 3,080"


def test_a_time_that_has_not_come_or_is_not_said_is_not_checked() -> None:
    assert in_june("3080", period="2031-07") is None
    assert in_june("3080", period="") is None
    assert in_june("3080", period="coming years") is None


def test_a_denial_and_what_is_not_counted_in_drones_are_not_checked() -> None:
    assert in_june("3080", claim="denies that 3080 drones were launched") is None
    assert in_june("3080", unit="USD", claim="3080 USD spent") is None


def test_a_night_foretold_is_set_beside_the_largest_day() -> None:
    said = {"kind": "forecast", "unit": "drones per night", "period": "2031-06", "claim": "drones in one night"}
    met = check(claim(quantity="180", **said), JUNE)
    missed = check(claim(quantity="2000", **said), JUNE)
    assert met is not None
    assert missed is not None
    assert (met.verdict, missed.verdict) == (True, False)
    assert met.what == "largest day to 2031-06-30: 180 on 2031-06-12"
    assert check(claim(quantity="180", **(said | {"period": "2031-08"})), JUNE) is None


def test_production_stands_beside_launches_without_a_verdict() -> None:
    found = check(claim(kind="actual", unit="drones per day", quantity="170", period="2031-06"), JUNE)
    assert found is not None
    assert found.verdict is None
    assert "3,080, 103 a day" in found.what


def test_an_unknown_day_leaves_the_claim_unchecked() -> None:
    holed = (*JUNE_DAYS[:5], Day(date(2031, 6, 6), None), *JUNE_DAYS[6:])
    said = claim(kind="observed", unit="drones", quantity="3080", period="2031-06", claim="3080 drones launched")
    assert check(said, Launches(holed, (), date(2031, 6, 30))) is None


def test_only_what_a_count_decides_goes_to_the_grades() -> None:
    rows = [
        row(kind="observed", unit="drones", quantity="3080", period="2031-06", claim="3080 drones launched"),
        row(kind="plan", unit="drones", quantity="700", period="2031-06"),
        row(kind="plan", unit="drones", quantity="700", period="2040"),
    ]
    checks = check_all(claims_from_rows(rows, "t")[0], JUNE)
    assert set(checks) == {1, 2}
    assert verdicts(checks) == {1: True}
