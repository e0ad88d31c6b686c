"""What was launched, as the bulletins counted it: three regimes, unknowns as unknown.

Regimes of the published numbers, which must not be mixed:
  destroyed_only                    to June 2024: launched and destroyed;
  destroyed+lost_separate           July 2024 to July 2025: destroyed, and "lost location", apart;
  shot_down_or_suppressed_combined  from August 2025: one figure, and hits on N locations.

An empty cell is unknown (None) and never zero; a day without any bulletin is a day without a reported launch,
which the table says with launched = 0 and rows = 0. A day or month that the table does not have is unknown.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np

from forehear.assess.tables import Faults, Row, parse_count, parse_day, parse_table, read_table

DAILY_COLUMNS = ("report_date", "rows", "launched", "destroyed")
MONTHLY_COLUMNS = ("month", "days_with_report", "launched", "reporting_regime")
REGIMES = ("destroyed_only", "destroyed+lost_separate", "shot_down_or_suppressed_combined")
# First day of each regime, from the data set's own description.
REGIME_FROM = (date(2022, 9, 1), date(2024, 7, 1), date(2025, 8, 1))
# Ten times the largest day so far: beyond it a count is a slip (two numbers run together), not a night.
LARGEST_DAY = 10_000
LARGEST_MONTH = 31 * LARGEST_DAY
# The largest leap so far was fivefold, over a day of seven; from a hundred on it was 2.2. A table that begins in
# the middle of the war may begin with any day: the first leap is measured from this.
LEAP_TIMES, LEAP_FROM = 4, 300
# A bulletin of two windows may count a drone's fate twice; beyond this the number launched is the wrong one.
TWICE_SHARE, TWICE_DRONES = 1.25, 15
# A month is estimated from its known days when they are at least this share of it; below, it is unknown.
ENOUGH_DAYS = 0.8
FIRST_DAY, LAST_DAY = date(2022, 2, 24), date(2049, 12, 31)
# How far the table was below officials' cumulative statements, by year: (low, high) share. Its reporting error.
UNDERCOUNT = {2022: (0.27, 0.27), 2023: (0.11, 0.17), 2024: (0.02, 0.06)}
UNDERCOUNT_SINCE_2025 = (0.01, 0.02)


@dataclass(frozen=True)
class Day:
    """One day's count; None is unknown. `row` is its row in the table that was read (0: none)."""

    day: date
    launched: int | None
    destroyed: int | None = None
    lost_location: int | None = None
    still_attacking: int | None = None
    hit_locations: int | None = None
    shahed: int | None = None
    row: int = 0


@dataclass(frozen=True)
class Month:
    """One month's count: `days` says of how many days it is made, `complete` whether the month is over."""

    month: str
    launched: int | None
    days: int
    complete: bool
    regime: str
    destroyed: int | None = None
    lost_location: int | None = None
    unaccounted: int | None = None
    max_day: int | None = None
    row: int = 0


@dataclass(frozen=True)
class Launches:
    """Daily and monthly counts, in order, as known on `as_of`, and what was wrong with the tables."""

    days: tuple[Day, ...]
    months: tuple[Month, ...]
    as_of: date
    faults: tuple[Faults, ...] = ()


def regime_on(day: date) -> str:
    """Name the reporting regime of a day."""
    return REGIMES[sum(day >= first for first in REGIME_FROM[1:])]


def month_of(day: date) -> str:
    """The month of a day, YYYY-MM."""
    return f"{day.year:04d}-{day.month:02d}"


def month_after(month: str, steps: int = 1) -> str:
    """The month `steps` later, YYYY-MM."""
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + steps
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def days_in(month: str) -> int:
    """How many days a month has."""
    return calendar.monthrange(int(month[:4]), int(month[5:]))[1]


def count_in(row: Row, number: int, column: str, faults: Faults, largest: float = LARGEST_DAY) -> int | None:
    """Read a count: None for an empty cell; None, and the row set aside, for an absurd one."""
    text = row.get(column, "")
    if not text:
        return None
    value = parse_count(text, largest)
    if value is None:
        faults.set_aside(
            number, column, text, f"must be a whole number from 0 to {largest:,}, or empty for unknown"
        )
    return value


def day_in(row: Row, number: int, faults: Faults) -> date | None:
    """Read a report's day; None, and a fatal fault, for anything else."""
    day = parse_day(row["report_date"])
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        faults.refuse(
            number, "report_date", row["report_date"], f"must be a day, YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}"
        )
        return None
    return day


def daily_from_rows(rows: list[Row], where: str) -> tuple[tuple[Day, ...], Faults]:
    """Read the daily table. A day with a bad count is set aside and becomes unknown.

    Raises ConfigurationError for a date that is none, or that appears twice.
    """
    faults = Faults(where)
    days: dict[date, Day] = {}
    for number, row in enumerate(rows, 1):
        day = day_in(row, number, faults)
        if day is None:
            continue
        if day in days:
            faults.refuse(
                number, "report_date", row["report_date"], f"is already in row {days[day].row}: dates overlap"
            )
            continue
        counts = {
            c: count_in(row, number, c, faults)
            for c in ("launched", "destroyed", "lost_location", "still_attacking")
        }
        counts["hit_locations"] = count_in(row, number, "hit_locations", faults)
        counts["shahed"] = count_in(row, number, "shahed_among_launched", faults)
        launched, parts = counts["launched"], (counts["destroyed"] or 0) + (counts["lost_location"] or 0)
        if launched is not None and parts > TWICE_SHARE * launched + TWICE_DRONES:
            # The 14 hits of a bulletin read as its number launched: then the number cannot stand.
            words = f"far below its own fates, destroyed and lost location: {parts}"
            faults.set_aside(number, "launched", row["launched"], words)
        elif launched is not None and parts > launched:
            # A bulletin of two windows may count one drone's fate twice: its fates are unknown, its number stands.
            faults.warnings.append(
                f"row {number}: destroyed={row['destroyed']!r}: with lost_location above launched={launched}"
            )
            counts |= {"destroyed": None, "lost_location": None, "still_attacking": None}
        if number in faults.aside:
            counts = dict.fromkeys(counts)
        days[day] = Day(day, row=number, **counts)
    if not rows:
        faults.fatal.append("the table has no rows")
    faults.raise_if_fatal()
    return _without_leaps([days[day] for day in sorted(days)], faults), faults


def _without_leaps(days: list[Day], faults: Faults) -> tuple[Day, ...]:
    """Make unknown what no day before comes near: two numbers run together, or a digit too many."""
    largest, out = LEAP_FROM, []
    for day in days:
        if day.launched is not None and day.launched > LEAP_TIMES * largest:
            faults.set_aside(
                day.row,
                "launched",
                str(day.launched),
                f"over {LEAP_TIMES} times the largest day before ({largest})",
            )
            out.append(Day(day.day, None, row=day.row))
            continue
        largest = max(largest, day.launched or 0)
        out.append(day)
    return tuple(out)


def monthly_from_rows(rows: list[Row], where: str) -> tuple[dict[str, tuple[int | None, str, int]], Faults]:
    """Read the monthly table: month -> (launched, regime, row).

    Raises ConfigurationError for a month that is none or appears twice, and for a regime unknown.
    """
    faults = Faults(where)
    months: dict[str, tuple[int | None, str, int]] = {}
    for number, row in enumerate(rows, 1):
        month = row["month"]
        if parse_day(month + "-01") is None:
            faults.refuse(number, "month", month, "must be a month, YYYY-MM")
            continue
        if month in months:
            faults.refuse(number, "month", month, f"is already in row {months[month][2]}: dates overlap")
            continue
        regime = row["reporting_regime"]
        if regime not in REGIMES:
            faults.refuse(number, "reporting_regime", regime, f"must be one of {', '.join(REGIMES)}")
            continue
        months[month] = (count_in(row, number, "launched", faults, LARGEST_MONTH), regime, number)
    faults.raise_if_fatal()
    return months, faults


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
        unaccounted = None
        if launched is not None and destroyed is not None:
            unaccounted = launched - destroyed - (lost or 0) - (attacking or 0)
        out.append(
            Month(month, launched, len(members), over, regime, destroyed,
                  lost if regime != REGIMES[0] else None, unaccounted, max(known, default=None))
        )  # fmt: skip
    return tuple(out)


def packaged(name: str) -> str:
    """Read a table of the package's own data."""
    return files("forehear.assess").joinpath("data", name).read_text(encoding="utf-8")


def _with_table(
    days: Sequence[Day], table: dict[str, tuple[int | None, str, int]], faults: Faults
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


def undercount(year: int) -> tuple[float, float]:
    """Give the share by which the table is low in a year, (low, high), against officials' cumulative numbers."""
    return UNDERCOUNT.get(year, UNDERCOUNT_SINCE_2025)


def raid_quantiles(days: Sequence[Day], levels: Sequence[float]) -> np.ndarray:
    """Quantiles of the number launched on days with a raid; NaN where no day has one."""
    sizes = [d.launched for d in days if d.launched]
    return np.quantile(np.asarray(sizes, np.float64), levels) if sizes else np.full(len(levels), np.nan)
