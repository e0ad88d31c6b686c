"""The bulletins themselves: one row a raid as posted, added up to days.

The daily table is derived from these; adding them up again is how a newer copy is checked or made.
"""

import gzip
from datetime import date, timedelta
from importlib.resources import files

from forehear.assess.launches.records import Day
from forehear.assess.launches.tables import count_in, day_in
from forehear.assess.tables import Row, TableFaults, parse_table

REPORT_COLUMNS = (
    "report_date", "launched", "destroyed", "lost_location", "still_attacking", "shahed_among_launched",
    "hit_locations", "fragment_locations",
)  # fmt: skip
FILE = "shahed_reports.csv.gz"


def read_bulletins() -> tuple[tuple[Day, ...], TableFaults]:
    """Read and add up the bulletins inside the package."""
    text = gzip.decompress(files("forehear.assess").joinpath("data", FILE).read_bytes()).decode()
    return daily_from_reports(parse_table(text, FILE, REPORT_COLUMNS), FILE)


def daily_from_reports(rows: list[Row], where: str) -> tuple[tuple[Day, ...], TableFaults]:
    """Add up the bulletins of each day; a part that no bulletin of the day tells stays unknown.

    Days between the first and the last bulletin that have none are zeros, as the daily table has them.
    """
    faults = TableFaults(where)
    sums: dict[date, dict[str, int | None]] = {}
    first_row: dict[date, int] = {}
    for number, row in enumerate(rows, 1):
        day = day_in(row, number, faults)
        if day is None:
            continue
        values = {c: count_in(row, number, c, faults) for c in REPORT_COLUMNS[1:]}
        if values["launched"] is None and number not in faults.aside:
            faults.set_aside(number, "launched", row["launched"], "a bulletin needs its number launched")
        first_row.setdefault(day, number)
        so_far = sums.setdefault(day, dict.fromkeys(values))
        if number in faults.aside:
            # Part of the day is unknown, so the day's sum is.
            so_far["launched"] = -1
            continue
        for column, value in values.items():
            if value is not None and so_far[column] != -1:
                so_far[column] = (so_far[column] or 0) + value
    faults.raise_if_fatal()
    days = []
    for offset in range((max(sums) - min(sums)).days + 1 if sums else 0):
        day = min(sums) + timedelta(days=offset)
        v = sums.get(day)
        if v is None:
            days.append(Day(day, 0))
        elif v["launched"] == -1:
            days.append(Day(day, None, row=first_row[day]))
        else:
            days.append(
                Day(day, v["launched"], v["destroyed"], v["lost_location"], v["still_attacking"],
                    v["hit_locations"], v["shahed_among_launched"], first_row[day])
            )  # fmt: skip
    return tuple(days), faults
