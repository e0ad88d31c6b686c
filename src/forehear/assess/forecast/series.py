"""The observed series as the models see it: log launches per day, month by month, up to the last complete one."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forehear.assess.launches.launches import Launches, days_in, month_after, month_of
from forehear.errors import InputError

Array = NDArray[np.float64]
# Fewer months than these say nothing of a spread: five, as the war's tables had in February 2023.
FEWEST_MONTHS = 3
# A month with no launch at all still has a logarithm: half a drone in the month.
HALF_A_DRONE = 0.5


@dataclass(frozen=True)
class Series:
    """Complete months in a row, the last of them `months[-1]`.

    `log_rate` (n,) log of launches per day; `raid_days` (n,) days with a launch, per 30 days; `launched` (n,).
    `partial`: launches so far, and days so far, of the month after the last, where it has begun.
    """

    months: tuple[str, ...]
    log_rate: Array
    raid_days: Array
    launched: Array
    partial: tuple[int, int]
    as_of: date

    def cut(self, count: int) -> "Series":
        """The first `count` months, as they were known at the end of the last of them."""
        last = self.months[count - 1]
        end = date(int(last[:4]), int(last[5:]), days_in(last))
        return Series(
            self.months[:count], self.log_rate[:count], self.raid_days[:count], self.launched[:count], (0, 0), end
        )


def series_of(launches: Launches) -> Series:
    """Make the series. A month unknown inside is bridged on the log scale, and counts as one without news.

    Raises InputError when fewer than three complete months are known.
    """
    complete = {m.month: m for m in launches.months if m.complete and m.launched is not None}
    if len(complete) < FEWEST_MONTHS:
        raise InputError(
            f"{len(complete)} complete months are known on {launches.as_of}; a forecast needs {FEWEST_MONTHS}"
        )
    first, last = min(complete), max(m.month for m in launches.months if m.complete)
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1]))
    raid_days = dict.fromkeys(months, 0)
    for day in launches.days:
        if day.launched and month_of(day.day) in raid_days:
            raid_days[month_of(day.day)] += 1
    known = [i for i, m in enumerate(months) if m in complete]
    days = np.array([max(1, complete[m].days) if m in complete else days_in(m) for m in months], np.float64)
    launched = np.array(
        [max(HALF_A_DRONE, complete[m].launched or 0) if m in complete else np.nan for m in months]
    )
    log_rate = np.log(launched / days)
    log_rate = np.interp(np.arange(len(months)), known, log_rate[known])
    per_30 = np.array([raid_days[m] for m in months], np.float64) * 30.0 / days
    # A bridged month has no news: the noise of one raid day.
    per_30 = np.where(np.isnan(launched), 1.0, np.maximum(per_30, 1.0))
    launched = np.where(np.isnan(launched), np.exp(log_rate) * days, launched)
    after = month_after(last)
    begun = [d for d in launches.days if month_of(d.day) == after and d.launched is not None]
    partial = (sum(d.launched or 0 for d in begun), len(begun))
    return Series(tuple(months), log_rate, per_30, launched, partial, launches.as_of)
