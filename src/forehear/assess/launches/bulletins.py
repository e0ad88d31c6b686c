"""The bulletins themselves: one row a raid as posted, each checked alone.

Two headings are read: this project's, and those of the public table that it comes from (`not_reach_goal` is what
lost its location there, `is_shahed` how many of the launched were). The day of a report is the day on which its
window ends, local time.

A row that cannot be used is set aside with row and column, and the day that it speaks of is unknown from then on;
a row whose day cannot be read makes the file unusable, because nobody knows which day lacks it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from forehear.assess.launches.tables import (
    FIRST_DAY,
    LAST_DAY,
    TWICE_DRONES,
    TWICE_SHARE,
    count_in,
)
from forehear.assess.tables import Row, TableFaults, parse_day, read_table

# The columns that are written, in order: what it is, then counts, then words.
COUNTS = (
    "launched", "destroyed", "lost_location", "still_attacking", "shahed_among_launched", "hit_locations",
    "fragment_locations", "turbojet",
)  # fmt: skip
COLUMNS = ("report_date", "time_start", "time_end", "model", *COUNTS, "launch_place", "target", "source")
# What the public table calls these columns.
PUBLIC_NAMES = {
    "not_reach_goal": "lost_location",
    "is_shahed": "shahed_among_launched",
    "num_hit_location": "hit_locations",
    "num_fall_fragment_location": "fragment_locations",
}
NEEDED = ("time_start", "time_end", "model", "launched", "destroyed")
# What a bulletin is of: the public table has missiles and reconnaissance in other rows.
MODEL = "shahed"
# No window of a bulletin has been longer than a day and a half; two days' sum read as one night would be.
LONGEST_WINDOW = timedelta(hours=48)
_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Bulletin:
    """One bulletin: its window, its counts (None: not said) and its cells as they are written.

    `row` of `where` is the row it was read from; `doubt` says why its counts are not used (empty: they are).
    """

    where: str
    row: int
    day: date
    begins: datetime
    ends: datetime
    counts: dict[str, int | None]
    cells: Row
    doubt: str = ""

    @property
    def window(self) -> tuple[datetime, datetime, str]:
        """What says that two bulletins are of one raid: the same hours over the same places."""
        return self.begins, self.ends, self.cells["target"]


def time_in(text: str, last: bool) -> datetime | None:
    """Read a local time; a day alone is its first minute, or its last. None for anything else."""
    day = parse_day(text)
    if day is not None:
        return datetime(day.year, day.month, day.day) + (timedelta(hours=23, minutes=59) if last else timedelta())
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _renamed(row: Row) -> Row:
    """A row under this project's names, every column there."""
    named = {PUBLIC_NAMES.get(key, key): value for key, value in row.items()}
    return {column: named.get(column, "") for column in COLUMNS}


def _window(row: Row, number: int, faults: TableFaults) -> tuple[date, datetime, datetime] | None:
    """Read a bulletin's day and window; None, and a fatal fault, where its day cannot be known."""
    begins, ends = time_in(row["time_start"], False), time_in(row["time_end"], True)
    day = parse_day(row["report_date"]) or (ends.date() if ends else None)
    column = "report_date" if row["report_date"] else "time_end"
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        faults.refuse(
            number, column, row[column], f"must be a day from {FIRST_DAY} to {LAST_DAY}, with or without hours"
        )
        return None
    if begins is None or ends is None:
        column = "time_start" if begins is None else "time_end"
        faults.set_aside(number, column, row[column], "must be YYYY-MM-DD, or YYYY-MM-DD HH:MM")
    elif ends < begins or ends - begins > LONGEST_WINDOW:
        allowed = f"must be after time_start={row['time_start']!r}, by at most {LONGEST_WINDOW.days * 24} hours"
        faults.set_aside(number, "time_end", row["time_end"], allowed)
    elif ends.date() != day:
        faults.set_aside(
            number, "report_date", row["report_date"], f"must be the day of time_end={row['time_end']!r}"
        )
    noon = datetime(day.year, day.month, day.day, 12)
    return day, begins or noon, ends or noon


def _bulletin(row: Row, number: int, where: str, faults: TableFaults, today: date) -> Bulletin | None:
    window = _window(row, number, faults)
    if window is None:
        return None
    day, begins, ends = window
    if day > today:
        faults.set_aside(number, "report_date", str(day), f"lies after today, {today}")
    counts = {column: count_in(row, number, column, faults) for column in COUNTS}
    launched = counts["launched"]
    if launched is None:
        faults.set_aside(number, "launched", row["launched"], "a bulletin needs its number launched")
        launched = 0
    fates = sum(counts[column] or 0 for column in ("destroyed", "lost_location", "still_attacking"))
    if fates > TWICE_SHARE * launched + TWICE_DRONES:
        words = f"far below its own fates (destroyed, lost location, still in the air): {fates}"
        faults.set_aside(number, "launched", row["launched"], words)
    for part in ("shahed_among_launched", "turbojet"):
        if (counts[part] or 0) > launched:
            faults.set_aside(number, part, row[part], f"must be at most launched={launched}")
    for column in ("hit_locations", "fragment_locations"):
        if (counts[column] or 0) > launched + TWICE_DRONES:
            faults.set_aside(
                number, column, row[column], f"far above launched={launched}: nothing falls that often"
            )
    return Bulletin(where, number, day, begins, ends, counts, row | {"report_date": day.isoformat()},
                    faults.aside.get(number, ""))  # fmt: skip


def bulletins_from_rows(rows: Sequence[Row], where: str, today: date) -> tuple[tuple[Bulletin, ...], TableFaults]:
    """Read bulletins from a table's rows: this project's columns or the public table's.

    Rows of other models are left out, and counted in a warning. Raises ConfigurationError when a day cannot be
    read.
    """
    faults = TableFaults(where)
    out: list[Bulletin] = []
    others = 0
    for number, row in enumerate(map(_renamed, rows), 1):
        if MODEL not in row["model"].lower():
            others += 1
            continue
        bulletin = _bulletin(row, number, where, faults, today)
        if bulletin is not None:
            out.append(bulletin)
    if others:
        faults.warnings.append(f"{others} of {len(rows)} rows are of other models than {MODEL}: left out")
    if not out:
        faults.fatal.append(f"no row is of a {MODEL}: nothing to read")
    faults.raise_if_fatal()
    return tuple(out), faults


def read_bulletins(path: str | Path, today: date) -> tuple[tuple[Bulletin, ...], TableFaults]:
    """Read a file of bulletins (CSV or .csv.gz). Raises ConfigurationError and InputError as `read_table` does."""
    return bulletins_from_rows(read_table(path, NEEDED), str(path), today)
