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
from dataclasses import dataclass
from datetime import date

import numpy as np

from forehear.assess.tables import TableFaults

REGIMES = ("destroyed_only", "destroyed+lost_separate", "shot_down_or_suppressed_combined")
# First day of each regime, from the data set's own description.
REGIME_FROM = (date(2022, 9, 1), date(2024, 7, 1), date(2025, 8, 1))
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
    # Launched on the days whose fates are known: what the fates are a share of.
    with_fates: int | None = None


@dataclass(frozen=True)
class Launches:
    """Daily and monthly counts, in order, as known on `as_of`, and what was wrong with the tables."""

    days: tuple[Day, ...]
    months: tuple[Month, ...]
    as_of: date
    faults: tuple[TableFaults, ...] = ()


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


def undercount(year: int) -> tuple[float, float]:
    """Give the share by which the table is low in a year, (low, high), against officials' cumulative numbers."""
    return UNDERCOUNT.get(year, UNDERCOUNT_SINCE_2025)


def raid_quantiles(days: Sequence[Day], levels: Sequence[float]) -> np.ndarray:
    """Quantiles of the number launched on days with a raid; NaN where no day has one."""
    sizes = [d.launched for d in days if d.launched]
    return np.quantile(np.asarray(sizes, np.float64), levels) if sizes else np.full(len(levels), np.nan)
