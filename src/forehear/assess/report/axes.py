"""What the figures share: the axis of months, bands, plain logarithms."""

from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from forehear.assess.forecast.months import MonthForecast
from forehear.assess.launches.launches import Launches
from forehear.assess.report.look import AHEAD

BANDS = ((0.1, 0.9, 0.20), (0.25, 0.75, 0.30))
CLAIMED_TOTAL = 6000


def at(month: str) -> int:
    """The place of a month on the axis: months since September 2022."""
    return (int(month[:4]) - 2022) * 12 + int(month[5:7]) - 9


def mark_years(axes: Axes, first: int, last: int) -> None:
    """Mark each January with its year, and July with a short line."""
    ticks = [at(f"{year}-01") for year in range(2022, 2060)]
    ticks = [t for t in ticks if first <= t <= last]
    axes.set_xticks(ticks, [str(2022 + (t + 8) // 12) for t in ticks])


def plain_log(axes: Axes, ticks: tuple[int, ...]) -> None:
    """A logarithmic axis with plain numbers."""
    axes.set_yscale("log")
    axes.set_yticks(ticks, [f"{t:,}" for t in ticks])
    axes.yaxis.set_minor_locator(NullLocator())


def draw_fan(axes: Axes, months: tuple[MonthForecast, ...], what: str, colour: str = AHEAD) -> None:
    """Draw bands and median of months ahead; `what` is launched, raid or largest_day."""
    x = [at(m.month) for m in months]
    for low, high, shade in BANDS:
        lower = [np.quantile(getattr(m, what), low) for m in months]
        upper = [np.quantile(getattr(m, what), high) for m in months]
        axes.fill_between(x, lower, upper, color=colour, alpha=shade, linewidth=0)
    axes.plot(x, [np.median(getattr(m, what)) for m in months], color=colour, linewidth=1.6)


def observed(launches: Launches) -> tuple[list[int], list[int]]:
    """Complete months: their places and the numbers launched."""
    known = [m for m in launches.months if m.complete and m.launched]
    return [at(m.month) for m in known], [m.launched or 0 for m in known]


def month_at(place: int) -> str:
    """The month at a place: the inverse of `at`."""
    index = place + 8
    return f"{2022 + index // 12}-{index % 12 + 1:02d}"


def short_name(place: int) -> str:
    """A month's short name: Sep 23."""
    return date.fromisoformat(month_at(place) + "-01").strftime("%b %y")
