"""Claims beside the count: what launches can decide, and what they only stand beside."""

from datetime import date

import pytest
from tests.assess.claims.rows import row

from forehear.assess.claims.checks import AGREE_SHARE, Check, check, check_all, verdicts
from forehear.assess.claims.ledger import claims_from_rows
from forehear.assess.launches.records import Day, Launches
from forehear.records import Claim

# June 2031: a hundred launched each day, 180 on the twelfth.
DAYS = tuple(Day(date(2031, 6, d), 180 if d == 12 else 100) for d in range(1, 31))
LAUNCHES = Launches(DAYS, (), date(2031, 6, 30))
COUNTED = 3080


def claim(**cells: str) -> Claim:
    claims, faults = claims_from_rows([row(**cells)], "t")
    assert not faults.aside
    return claims[0]


def observed(quantity: str, **cells: str) -> Check | None:
    said = {"kind": "observed", "unit": "drones", "period": "2031-06", "claim": f"{quantity} drones launched"}
    return check(claim(**(said | {"quantity": quantity} | cells)), LAUNCHES)


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
    found = observed(quantity)
    assert found is not None
    assert found.counted == COUNTED
    assert found.verdict is verdict
    assert found.what == "launched from 2031-06-01 to 2031-06-30: 3,080"


def test_a_time_that_has_not_come_or_is_not_said_is_not_checked() -> None:
    assert observed("3080", period="2031-07") is None
    assert observed("3080", period="") is None
    assert observed("3080", period="coming years") is None


def test_a_denial_and_what_is_not_counted_in_drones_are_not_checked() -> None:
    assert observed("3080", claim="denies that 3080 drones were launched") is None
    assert observed("3080", unit="USD", claim="3080 USD spent") is None


def test_a_night_foretold_is_set_beside_the_largest_day() -> None:
    said = {"kind": "forecast", "unit": "drones per night", "period": "2031-06", "claim": "drones in one night"}
    met = check(claim(quantity="180", **said), LAUNCHES)
    missed = check(claim(quantity="2000", **said), LAUNCHES)
    assert met is not None
    assert missed is not None
    assert (met.verdict, missed.verdict) == (True, False)
    assert met.what == "largest day to 2031-06-30: 180 on 2031-06-12"
    assert check(claim(quantity="180", **(said | {"period": "2031-08"})), LAUNCHES) is None


def test_production_stands_beside_launches_without_a_verdict() -> None:
    found = check(claim(kind="actual", unit="drones per day", quantity="170", period="2031-06"), LAUNCHES)
    assert found is not None
    assert found.verdict is None
    assert "3,080, 103 a day" in found.what


def test_an_unknown_day_leaves_the_claim_unchecked() -> None:
    holed = (*DAYS[:5], Day(date(2031, 6, 6), None), *DAYS[6:])
    said = claim(kind="observed", unit="drones", quantity="3080", period="2031-06", claim="3080 drones launched")
    assert check(said, Launches(holed, (), date(2031, 6, 30))) is None


def test_only_what_a_count_decides_goes_to_the_grades() -> None:
    rows = [
        row(kind="observed", unit="drones", quantity="3080", period="2031-06", claim="3080 drones launched"),
        row(kind="plan", unit="drones", quantity="700", period="2031-06"),
        row(kind="plan", unit="drones", quantity="700", period="2040"),
    ]
    checks = check_all(claims_from_rows(rows, "t")[0], LAUNCHES)
    assert set(checks) == {1, 2}
    assert verdicts(checks) == {1: True}
