"""The tables of launches: cells checked, dates once, absurd counts set aside; nothing becomes zero silently."""

from datetime import date

from forehear.assess.launches.records import REGIMES, Day
from forehear.assess.tables import Row, TableFaults, parse_count, parse_day

DAILY_COLUMNS = ("report_date", "rows", "launched", "destroyed")
MONTHLY_COLUMNS = ("month", "days_with_report", "launched", "reporting_regime")
# Ten times the largest day so far: beyond it a count is a slip (two numbers run together), not a night.
LARGEST_DAY = 10_000
LARGEST_MONTH = 31 * LARGEST_DAY
# From fifty launched a day on no day has been more than 1.4 times the largest before it; four times is no night
# but a slip. A table may begin in the middle of the war: its first leaps are measured from LEAP_FROM.
LEAP_TIMES, LEAP_FROM = 4, 300
# A bulletin of two windows may count a drone's fate twice; beyond this the number launched is the wrong one.
TWICE_SHARE, TWICE_DRONES = 1.25, 15
FIRST_DAY, LAST_DAY = date(2022, 2, 24), date(2049, 12, 31)


def count_in(row: Row, number: int, column: str, faults: TableFaults, largest: float = LARGEST_DAY) -> int | None:
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


def day_in(row: Row, number: int, faults: TableFaults) -> date | None:
    """Read a report's day; None, and a fatal fault, for anything else."""
    day = parse_day(row["report_date"])
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        faults.refuse(
            number, "report_date", row["report_date"], f"must be a day, YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}"
        )
        return None
    return day


def daily_from_rows(rows: list[Row], where: str) -> tuple[tuple[Day, ...], TableFaults]:
    """Read the daily table. A day with a bad count is set aside and becomes unknown.

    Raises ConfigurationError for a date that is none, or that appears twice.
    """
    faults = TableFaults(where)
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


def _without_leaps(days: list[Day], faults: TableFaults) -> tuple[Day, ...]:
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


def monthly_from_rows(rows: list[Row], where: str) -> tuple[dict[str, tuple[int | None, str, int]], TableFaults]:
    """Read the monthly table: month -> (launched, regime, row).

    Raises ConfigurationError for a month that is none or appears twice, and for a regime unknown.
    """
    faults = TableFaults(where)
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
