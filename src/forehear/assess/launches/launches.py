"""Launches read whole: days, months from days, and what the monthly table says of gaps.

The regimes and what is unknown: records.py. What is refused and what set aside: tables.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

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
from forehear.assess.launches.tables import DAILY_COLUMNS, MONTHLY_COLUMNS, daily_from_rows, monthly_from_rows
from forehear.assess.tables import TableFaults, parse_table, read_table

__all__ = [
    "REGIMES",
    "REGIME_FROM",
    "Day",
    "Launches",
    "Month",
    "daily_from_rows",
    "days_in",
    "month_after",
    "month_of",
    "monthly_from_days",
    "monthly_from_rows",
    "packaged",
    "raid_quantiles",
    "read_launches",
    "regime_on",
    "undercount",
]

# Before this day nothing was launched, as the bulletins have it.
FIRST_LAUNCH = date(2022, 9, 28)
# A month is estimated from its known days when they are at least this share of it; below, it is unknown.
ENOUGH_DAYS = 0.8


def _add(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _days_expected(month: str, first: date) -> int:
    """How many days a month's count is made of: all, but for the month in which the table begins."""
    return days_in(month) - (first.day - 1 if month == month_of(first) else 0)


def monthly_from_days(days: Sequence[Day]) -> tuple[Month, ...]:
    """Add days up to months. A month that is over and lacks a day has an unknown number launched."""
    by_month: dict[str, list[Day]] = {}
    for day in days:
        by_month.setdefault(month_of(day.day), []).append(day)
    out = []
    for month, members in sorted(by_month.items()):
        regime = regime_on(members[-1].day)
        known = [d.launched for d in members if d.launched is not None]
        over = date.fromisoformat(f"{month}-{days_in(month):02d}") <= days[-1].day
        wanted = _days_expected(month, days[0].day) if over else len(members)
        launched = sum(known) if len(known) == wanted else None
        destroyed, lost = _add([d.destroyed for d in members]), _add([d.lost_location for d in members])
        attacking = _add([d.still_attacking for d in members])
        # A day whose fates are unknown is no day on which nothing was destroyed: it is left out of both.
        fates = _add([d.launched for d in members if d.destroyed is not None])
        unaccounted = None
        if launched is not None and destroyed is not None and fates is not None:
            unaccounted = fates - destroyed - (lost or 0) - (attacking or 0)
        out.append(
            Month(month, launched, len(members), over, regime, destroyed,
                  lost if regime != REGIMES[0] else None, unaccounted, max(known, default=None), with_fates=fates)
        )  # fmt: skip
    return tuple(out)


def packaged(name: str) -> str:
    """Read a table of the package's own data."""
    return files("forehear.assess").joinpath("data", name).read_text(encoding="utf-8")


def _with_table(
    days: Sequence[Day], table: dict[str, tuple[int | None, str, int]], faults: TableFaults
) -> tuple[Month, ...]:
    """Months from days; those that lack days from the monthly table, or from the days that are known.

    Tells where the two tables differ, and what a number that is not the sum of its days rests on.
    """
    months = {m.month: m for m in monthly_from_days(days)}
    for name, (launched, regime, row) in table.items():
        if name not in months and launched is not None:
            months[name] = Month(name, launched, days_in(name), True, regime, row=row)
            faults.warnings.append(f"month {name}: no day is known; launched is from the monthly table, row {row}")
    out = []
    for m in (months[name] for name in sorted(months)):
        launched, regime, row = table.get(m.month, (None, m.regime, 0))
        known = [d.launched for d in days if month_of(d.day) == m.month and d.launched is not None]
        wanted = _days_expected(m.month, days[0].day)
        changed = replace(m, regime=regime, row=row)
        if launched is not None and m.launched != launched and (m.launched is None or not m.complete):
            faults.warnings.append(
                f"month {m.month}: a day is unknown; launched is from the monthly table, row {row}"
            )
            changed = replace(changed, launched=launched, complete=True, days=wanted)
        elif m.launched is None and m.complete and len(known) >= ENOUGH_DAYS * wanted:
            estimate = round(sum(known) * wanted / len(known))
            faults.warnings.append(
                f"month {m.month}: {wanted - len(known)} days are unknown; launched={estimate} is estimated"
            )
            changed = replace(changed, launched=estimate, days=wanted)
        elif launched is not None and m.launched is not None and launched != m.launched:
            faults.warnings.append(
                f"month {m.month}: days sum to {m.launched}, the monthly table says {launched}; days stand"
            )
        out.append(changed)
    return tuple(out)


def read_launches(folder: str | Path | None = None, as_of: date | None = None) -> Launches:
    """Read `shahed_daily.csv` and `shahed_monthly.csv`; those inside the package without a folder.

    `as_of` cuts off everything after it; the data's last day without one. Raises ConfigurationError or
    InputError as the tables' readers do, and ConfigurationError when nothing is left.
    """
    if folder is None:
        daily_rows = parse_table(packaged("shahed_daily.csv"), "shahed_daily.csv", DAILY_COLUMNS)
        monthly_rows = parse_table(packaged("shahed_monthly.csv"), "shahed_monthly.csv", MONTHLY_COLUMNS)
        where = ""
    else:
        where = f"{Path(folder)}/"
        daily_rows = read_table(Path(folder) / "shahed_daily.csv", DAILY_COLUMNS)
        monthly_rows = read_table(Path(folder) / "shahed_monthly.csv", MONTHLY_COLUMNS)
    days, day_faults = daily_from_rows(daily_rows, f"{where}shahed_daily.csv")
    table, month_faults = monthly_from_rows(monthly_rows, f"{where}shahed_monthly.csv")
    last = as_of or days[-1].day
    days = tuple(d for d in days if d.day <= last)
    if not days:
        day_faults.fatal.append(f"no day is on or before {last}")
        day_faults.raise_if_fatal()
    known = {m: v for m, v in table.items() if date.fromisoformat(f"{m}-{days_in(m):02d}") <= last}
    months = _with_table(days, known, month_faults)
    return Launches(days, months, last, (day_faults, month_faults))


def launched_between(days: Sequence[Day], first: date | None, last: date) -> int | None:
    """Sum launches from `first` (the beginning without one) to `last`; None where a day of them is unknown.

    A day that the table does not have is unknown too, but for those before the first launch: a table that begins
    later does not reach back.
    """
    inside = [d for d in days if (first is None or d.day >= first) and d.day <= last]
    if not inside or any(d.launched is None for d in inside):
        return None
    begins = max(FIRST_LAUNCH, first or FIRST_LAUNCH)
    if inside[0].day > begins or (last - inside[0].day).days + 1 != len(inside):
        return None
    return sum(d.launched or 0 for d in inside)


def passed_on(days: Sequence[Day], total: int) -> date | None:
    """The day on which launches in all passed a number; None before that. Unknown days count as nothing."""
    so_far = 0
    for day in days:
        so_far += day.launched or 0
        if so_far > total:
            return day.day
    return None
