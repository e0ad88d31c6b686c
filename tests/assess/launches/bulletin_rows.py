"""Bulletins for tests: one row with usual cells, and files of them."""

import csv
from pathlib import Path

from forehear.assess.launches.bulletins import COLUMNS

PUBLIC = {
    "lost_location": "not_reach_goal", "shahed_among_launched": "is_shahed", "hit_locations": "num_hit_location",
    "fragment_locations": "num_fall_fragment_location",
}  # fmt: skip


def row(day: str, launched: str = "10", **cells: str) -> dict[str, str]:
    """A night's bulletin that ends on a day at eight."""
    usual = {
        "report_date": day, "time_start": f"{day} 00:00", "time_end": f"{day} 08:00", "model": "Shahed-136/131",
        "launched": launched, "destroyed": "4", "target": "Ukraine", "source": "post",
    }  # fmt: skip
    return dict.fromkeys(COLUMNS, "") | usual | cells


def public(cells: dict[str, str]) -> dict[str, str]:
    """The same under the public table's heading, which has no report_date."""
    named = {PUBLIC.get(key, key): value for key, value in cells.items() if key != "report_date"}
    return named | {"carrier": "", "affected region": ""}


def written(path: Path, *rows: dict[str, str]) -> Path:
    """A file of bulletins."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path
