"""Tables from strangers: columns checked, cells typed, every fault named by row and column.

Two kinds of fault. A table that cannot be used at all (a column missing, no rows, dates twice) raises
ConfigurationError with every such fault. A row that cannot be used is set aside, counted and reported; it is
never read as zero. Rows are numbered as a reader counts them: 1 is the first row under the header.
"""

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from forehear.errors import ConfigurationError, InputError

# Showing the first fifty faults of a broken file is help; showing a thousand is not.
MAX_FAULTS_SHOWN = 50

Row = dict[str, str]
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass
class TableFaults:
    """What was wrong with a table: `fatal` faults make it unusable, `aside` counts rows left out."""

    where: str
    fatal: list[str] = field(default_factory=list)
    aside: dict[int, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def set_aside(self, row: int, column: str, value: str, allowed: str) -> None:
        """Leave a row out, for the first reason found."""
        self.aside.setdefault(row, f"row {row}: {column}={value!r}: {allowed}")

    def refuse(self, row: int, column: str, value: str, allowed: str) -> None:
        """Note a fault that makes the whole table unusable."""
        self.fatal.append(f"row {row}: {column}={value!r}: {allowed}")

    def raise_if_fatal(self) -> None:
        """Raise ConfigurationError with every fatal fault."""
        if self.fatal:
            listed = self.fatal[:MAX_FAULTS_SHOWN]
            if len(self.fatal) > len(listed):
                listed.append(f"... and {len(self.fatal) - len(listed)} more")
            raise ConfigurationError(self.where, listed)

    def summary(self) -> str:
        """One line of words: how many rows were set aside, the first of them in full."""
        if not self.aside:
            return ""
        first = self.aside[min(self.aside)]
        many = "row" if len(self.aside) == 1 else "rows"
        return f"{self.where}: {len(self.aside)} {many} set aside; first: {first}"


def read_table(path: str | Path, columns: Sequence[str]) -> list[Row]:
    """Read a CSV (or .csv.gz) into rows of stripped text.

    Raises ConfigurationError when a column is missing, the header repeats one, or a row has more cells than
    the header; InputError when the file is not there or is not UTF-8 text.
    """
    where = str(path)
    try:
        data = Path(path).read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{where}: there is no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{where}: cannot be read: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: is not UTF-8 text: byte {error.start}") from None
    return parse_table(text, where, columns)


def parse_table(text: str, where: str, columns: Sequence[str]) -> list[Row]:
    """Parse CSV text into rows of stripped text; raises as `read_table`."""
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{where}: is not a CSV table: {error}") from None
    header = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in columns if name not in header]
    faults = TableFaults(
        where, [f"column {name!r} is missing; the table has: {', '.join(header)}" for name in missing]
    )
    for name in sorted({n for n in header if n and header.count(n) > 1}):
        faults.fatal.append(f"column {name!r} appears more than once")
    rows: list[Row] = []
    for cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        number = len(rows) + 1
        if len(cells) > len(header):
            faults.fatal.append(f"row {number}: {len(cells)} cells under {len(header)} columns")
        padded = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
        rows.append(dict(zip(header, padded, strict=False)))
    faults.raise_if_fatal()
    return rows


def parse_day(text: str) -> date | None:
    """Read YYYY-MM-DD strictly; None for anything else."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        return None


def parse_count(text: str, largest: float) -> int | None:
    """Read a whole number from 0 to `largest`; None for anything else (an empty cell is for the caller)."""
    try:
        value = float(text)
    except ValueError:
        return None
    if not math.isfinite(value) or value < 0 or value > largest or value != int(value):
        return None
    return int(value)
