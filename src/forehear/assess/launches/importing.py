"""`forehear assess import`: bulletins of files, and of a folder that has some already, to a folder's three tables.

The folder's own bulletins come first and stand where files disagree. What was set aside is named, never dropped
in silence; a day that lost a bulletin, and a run of days too long to be quiet, are unknown and not zero.
"""

import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

from forehear.assess.launches.bulletins import Bulletin, read_bulletins
from forehear.assess.launches.merging import Merged, merge, warn_of_unknown
from forehear.assess.launches.writing import Sums, bulletins_text, daily_text, days_of, monthly_text
from forehear.assess.tables import TableFaults
from forehear.errors import ConfigurationError, InputError

REPORTS, DAILY, MONTHLY = "shahed_reports.csv", "shahed_daily.csv", "shahed_monthly.csv"
# A run of quiet days less likely than this is a gap: the longest true one, nineteen days of November 2022, had a
# chance of 1.4e-5; three days without a bulletin in 2026 have 4e-6.
UNLIKELY_QUIET = 1e-5


@dataclass(frozen=True)
class Imported:
    """What became of the files: merged bulletins, the texts of the tables by name, every doubt in words."""

    merged: Merged
    tables: dict[str, str]
    as_of: date
    set_aside: tuple[str, ...]
    warnings: tuple[str, ...]
    unknown_days: tuple[date, ...]


def packaged_bulletins(today: date) -> tuple[tuple[Bulletin, ...], TableFaults]:
    """Read the bulletins inside the package."""
    with as_file(files("forehear.assess").joinpath("data", f"{REPORTS}.gz")) as path:
        return read_bulletins(path, today)


def _own(folder: Path) -> Path | None:
    """The bulletins of a folder, where it has some. Raises InputError for tables without their bulletins."""
    for name in (REPORTS, f"{REPORTS}.gz"):
        if (folder / name).exists():
            return folder / name
    for name in (DAILY, MONTHLY):
        if (folder / name).exists():
            raise InputError(
                f"{folder / name}: the folder has no {REPORTS} to add to, and its table would be overwritten;"
                f" name the bulletins that it was made of, or another folder"
            )
    return None


def _name_quiet(summed: dict[date, Sums], covered: tuple[date, date] | None, faults: TableFaults) -> None:
    """Name the new days that count as zeros because no bulletin speaks of them; no zero is silent."""
    quiet = [
        day for day, sums in list(summed.items())[1:]
        if not sums["rows"] and sums["launched"] == 0 and not (covered and covered[0] <= day <= covered[1])
    ]  # fmt: skip
    if quiet:
        shown = ", ".join(str(day) for day in quiet[:6]) + (", ..." if len(quiet) > 6 else "")
        many = "day has" if len(quiet) == 1 else "days have"
        faults.warnings.append(f"{len(quiet)} {many} no bulletin, taken for no raid: {shown}")


def import_bulletins(
    paths: Sequence[Path], folder: Path | None, today: date, until: date | None = None,
    newer_stands: bool = False, with_packaged: bool = False,
) -> Imported:  # fmt: skip
    """Read, check, merge and add up. Nothing is written.

    `until`: days to it without a bulletin are zeros; the last bulletin's day without one. Raises
    ConfigurationError and InputError as the readers do, and ConfigurationError for an `until` before that day.
    """
    read: list[tuple[tuple[Bulletin, ...], TableFaults]] = []
    if with_packaged:
        read.append(packaged_bulletins(today))
    own = _own(folder) if folder is not None else None
    sources = [own] if own is not None else []
    sources += [path for path in paths if own is None or path.resolve() != own.resolve()]
    read += [read_bulletins(path, today) for path in sources]
    if not with_packaged and own is None:
        # Every row of a first file is new.
        read.insert(0, ((), TableFaults("")))
    merged = merge([bulletins for bulletins, _ in read], newer_stands)
    gaps = TableFaults(str(folder or ""))
    days = sorted({bulletin.day for bulletin in merged.bulletins})
    # A doubted day may be a slip of the pen: it does not draw the table out to itself.
    sound = [bulletin.day for bulletin in merged.bulletins if not bulletin.doubt]
    if not sound:
        raise ConfigurationError(str(paths[0]), ["no bulletin can be used", *merged.aside])
    last = until or max(sound)
    if last < max(sound):
        raise ConfigurationError("command line", [f"--until {last}: a bulletin is of {max(sound)}"])
    days = [day for day in days if day <= last]
    unknown = warn_of_unknown(days if last == days[-1] else [*days, last], gaps, UNLIKELY_QUIET)
    summed = days_of(merged.bulletins, unknown, last)
    texts = {
        REPORTS: bulletins_text(merged.bulletins), DAILY: daily_text(summed), MONTHLY: monthly_text(summed),
    }  # fmt: skip
    covered = {b.day for b in read[0][0]}
    _name_quiet(summed, (min(covered), max(covered)) if covered else None, gaps)
    aside = [f"{f.where}: {words}" for _, f in read for words in f.aside.values()] + list(merged.aside)
    warnings = [f"{f.where}: {words}" for _, f in read for words in f.warnings] + gaps.warnings
    lost = tuple(day for day, sums in summed.items() if sums["launched"] is None)
    return Imported(merged, texts, last, tuple(aside), tuple(warnings), lost)


def write_tables(imported: Imported, folder: Path) -> list[Path]:
    """Write the three tables, each whole or not at all; bulletins packed where the folder has them packed."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in imported.tables.items():
        packed = name == REPORTS and (folder / f"{REPORTS}.gz").exists()
        path = folder / (f"{name}.gz" if packed else name)
        data = text.encode("utf-8")
        beside = path.with_name(f".{path.name}.new")
        # No time and no name in the packed file: the same rows are the same bytes.
        beside.write_bytes(gzip.compress(data, 9, mtime=0) if packed else data)
        os.replace(beside, path)
        written.append(path)
    return written
