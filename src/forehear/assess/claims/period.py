"""The time that a claim covers, from its words: "to Sept 2025", "2024-01..2024-09", "mid-May 2025"."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# Parts of a year by their words: how many months each has.
_PARTS = {"half": 6, "h": 6, "quarter": 3, "q": 3}
_ORDINALS = ["first", "second", "third", "fourth"]
_SEASONS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
# Two periods are one when they share this much of the days that either covers.
SAME_SHARE = 0.8
# Two deadlines are one within this many days: "September 2025" and "summer 2025" are, "2025" and "2026" not.
SAME_DEADLINE_DAYS = 62


@dataclass(frozen=True)
class Period:
    """From `start` to `end`, both included; `start` None: all up to a deadline."""

    start: date | None
    end: date

    @property
    def days(self) -> int:
        """Days covered; 0 for all up to a deadline."""
        return 0 if self.start is None else (self.end - self.start).days + 1


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _point(text: str) -> tuple[date, date] | None:
    """Read one point of time: a day, a month, a season, a half, a quarter, a year."""
    if found := re.search(r"(20\d\d)-(\d\d)-(\d\d)", text):
        day = date(*map(int, found.groups()))
        return day, day
    if found := re.search(r"(20\d\d)-(\d\d)(?!\d)", text):
        return _month(int(found[1]), int(found[2])) if 1 <= int(found[2]) <= 12 else None
    if found := re.search(rf"\b{_MONTH}\s+(20\d\d)", text):
        return _month(int(found[2]), _MONTHS.index(found[1]) + 1)
    if found := re.search(r"\b(winter|spring|summer|autumn|fall)\s+(20\d\d)", text):
        first, last = _SEASONS[found[1]]
        year = int(found[2])
        return _month(year - (first > last), first)[0], _month(year, last)[1]
    if part := _part_of_year(text):
        return part
    if found := re.search(r"\b(20\d\d)\b", text):
        year = int(found[1])
        return date(year, 1, 1), date(year, 12, 31)
    return None


def _part_of_year(text: str) -> tuple[date, date] | None:
    """Read a half or a quarter: "first half of 2025", "H2 2025", "Q3 2025"."""
    found = re.search(
        r"\b(first|second|third|fourth|[1-4](?:st|nd|rd|th))\s+(half|quarter)(?:\s+of)?\s+(20\d\d)", text
    )
    if found:
        number = _ORDINALS.index(found[1]) + 1 if found[1] in _ORDINALS else int(found[1][0])
        name, year = found[2], int(found[3])
    elif found := re.search(r"\b([hq])([1-4])\s+(?:of\s+)?(20\d\d)", text):
        name, number, year = found[1], int(found[2]), int(found[3])
    else:
        return None
    months = _PARTS[name]
    if number * months > 12:
        return None
    return _month(year, (number - 1) * months + 1)[0], _month(year, number * months)[1]


def parse_period(text: str) -> Period | None:
    """Read the time a claim covers; None where its words name none."""
    words = text.lower().split(";")[0]
    try:
        if found := re.fullmatch(r"\s*(.+?)\s*(?:\.\.|–|—|\bto\b|\s-\s)\s*(.+)", words):
            first, last = _point(found[1]), _point(found[2])
            if first and last and first[0] <= last[1]:
                return Period(first[0], last[1])
        if found := re.search(r"\b(20\d\d)\s*[-–]\s*(20\d\d)\b", words):
            first_year, last_year = int(found[1]), int(found[2])
            return Period(date(first_year, 1, 1), date(last_year, 12, 31)) if first_year <= last_year else None
        point = _point(words)
    except ValueError:
        return None
    if point is None:
        return None
    if re.search(r"\b(?:to|by|until|end|before)\b", words):
        return Period(None, point[1])
    return Period(point[0], point[1])


def same_period(a: Period | None, b: Period | None) -> bool:
    """Whether two claims cover the same time; two without any do not, for nothing says so."""
    if a is None or b is None:
        return False
    if a.start is None or b.start is None:
        return a.start is b.start and abs((a.end - b.end).days) <= SAME_DEADLINE_DAYS
    shared = (min(a.end, b.end) - max(a.start, b.start)).days + 1
    return shared >= SAME_SHARE * (max(a.end, b.end).toordinal() - min(a.start, b.start).toordinal() + 1)
