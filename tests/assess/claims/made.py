"""Claims and launches made for tests, with the cells that a test does not care about filled in."""

from datetime import date, timedelta

from tests.assess.claims.rows import row

from forehear.assess.claims.ledger import claims_from_rows
from forehear.assess.launches.records import Day, Launches
from forehear.records import Claim

__all__ = ["FIRST", "claim", "claims", "launches", "row"]

FIRST = date(2022, 9, 28)


def claims(*rows: dict[str, str]) -> tuple[Claim, ...]:
    """Read rows as claims; none may be set aside."""
    read, faults = claims_from_rows(list(rows), "made")
    assert not faults.aside, faults.aside
    return read


def claim(**cells: str) -> Claim:
    """Read one row as a claim."""
    return claims(row(**cells))[0]


def launches(*counts: int | None, first: date = FIRST, as_of: date | None = None) -> Launches:
    """Make a table of days in a row from `first` on, each with its number launched."""
    days = tuple(Day(first + timedelta(days=k), count, row=k + 1) for k, count in enumerate(counts))
    return Launches(days, (), as_of or days[-1].day)
