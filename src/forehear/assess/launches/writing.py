"""Bulletins added up to the daily and the monthly table, as text: what `forehear assess import` writes.

The reader of these tables is launches.py; a sum is empty where a part of it is unknown, and never zero.
"""

import calendar
import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

from forehear.assess.launches.bulletins import COLUMNS, COUNTS, Bulletin
from forehear.assess.launches.records import REGIMES, month_of, regime_on

DAILY = (
    "report_date", "rows", "launched", "destroyed", "lost_location", "still_attacking", "unaccounted",
    "hit_locations", "fragment_locations", "shahed_among_launched",
)  # fmt: skip
MONTHLY = (
    "month", "days_with_report", "launched", "destroyed", "lost_location", "still_attacking", "unaccounted",
    "neutralised_share", "unaccounted_share", "hit_locations", "hit_locations_per_launched",
    "shahed_share_where_reported", "max_day", "cumulative_launched", "reporting_regime",
)  # fmt: skip
# The daily table begins the day before the first launch of the war, as the public one does.
DAYS_BEFORE = 1
Sums = dict[str, int | None]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _unaccounted(sums: Sums) -> int | None:
    if sums["launched"] is None or sums["destroyed"] is None:
        return None
    return sums["launched"] - sums["destroyed"] - (sums["lost_location"] or 0) - (sums["still_attacking"] or 0)


def days_of(bulletins: Sequence[Bulletin], unknown: frozenset[date], last: date) -> dict[date, Sums]:
    """Add bulletins up to days, from the day before the first to `last`; `rows` counts those used.

    A day with a doubted bulletin is unknown, and so is one of `unknown`; any other without one is a zero.
    """
    by_day: dict[date, list[Bulletin]] = {}
    for bulletin in bulletins:
        by_day.setdefault(bulletin.day, []).append(bulletin)
    begins = min(by_day) - timedelta(DAYS_BEFORE)
    out: dict[date, Sums] = {}
    for offset in range((last - begins).days + 1):
        day = begins + timedelta(offset)
        here = by_day.get(day, [])
        sums: Sums = dict.fromkeys(COUNTS) | {"rows": len(here)}
        if not here and day not in unknown:
            sums |= {"launched": 0, "destroyed": 0}
        elif here and not any(b.doubt for b in here):
            sums |= {column: _sum([b.counts[column] for b in here]) for column in COUNTS}
        sums["unaccounted"] = _unaccounted(sums) if here else None
        out[day] = sums
    return out


def _table(columns: Sequence[str], rows: Sequence[dict[str, object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if row.get(c) is None else row[c] for c in columns] for row in rows])
    return stream.getvalue()


def daily_text(days: dict[date, Sums]) -> str:
    """Write the daily table."""
    return _table(DAILY, [{"report_date": day.isoformat(), **sums} for day, sums in days.items()])


def _share(part: int | None, whole: int | None) -> float | None:
    return round(part / whole, 3) if part is not None and whole else None


def monthly_text(days: dict[date, Sums]) -> str:
    """Write the monthly table: months that are over only; one that lacks a day has no number launched."""
    rows: list[dict[str, object]] = []
    months: dict[str, list[date]] = {}
    for day in days:
        months.setdefault(month_of(day), []).append(day)
    total: int | None = 0
    for month, members in months.items():
        if members[-1].day < calendar.monthrange(members[-1].year, members[-1].month)[1]:
            continue
        every = [days[day] for day in members]
        regime = regime_on(members[-1])
        sums = {column: _sum([d[column] for d in every]) for column in COUNTS}
        if any(d["launched"] is None for d in every):
            sums |= {"launched": None, "destroyed": None}
        if regime == REGIMES[0]:
            sums["lost_location"] = None
        launched = sums["launched"]
        total = None if total is None or launched is None else total + launched
        of_shahed = [d for d in every if d["shahed_among_launched"] is not None]
        neutralised = None if sums["destroyed"] is None else sums["destroyed"] + (sums["lost_location"] or 0)
        unaccounted = _unaccounted(sums)
        rows.append(
            sums
            | {
                "month": month,
                "days_with_report": sum(bool(d["rows"]) for d in every),
                "unaccounted": unaccounted,
                "neutralised_share": _share(neutralised, launched),
                "unaccounted_share": _share(unaccounted, launched),
                "hit_locations_per_launched": _share(sums["hit_locations"], launched),
                "shahed_share_where_reported": _share(
                    _sum([d["shahed_among_launched"] for d in of_shahed]), _sum([d["launched"] for d in of_shahed])
                ),
                "max_day": max((d["launched"] for d in every if d["launched"] is not None), default=None),
                "cumulative_launched": total,
                "reporting_regime": regime,
            }
        )
    return _table(MONTHLY, rows)


def bulletins_text(bulletins: Sequence[Bulletin]) -> str:
    """Write the bulletins under this project's columns; doubted ones too, so that they are doubted again."""
    return _table(COLUMNS, [dict(b.cells) for b in bulletins])
