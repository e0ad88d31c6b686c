"""Pictures of what is to be expected, how well that was foretold, and what warning is left."""

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, NullLocator

from forehear.assess.forecast.months import Forecast
from forehear.assess.launches.launches import month_of, raid_quantiles
from forehear.assess.report.axes import (
    CLAIMED_TOTAL,
    at,
    draw_fan,
    mark_years,
    observed,
    plain_log,
    short_name,
)
from forehear.assess.report.gather import Hindcast, Story
from forehear.assess.report.look import AHEAD, CLAIMED, COUNTED, INK, MISS, PAPER, SOFT, bare
from forehear.assess.report.words import inside


def fan(story: Story) -> Figure:
    """The months ahead."""
    figure, axes = plt.subplots(figsize=(8.6, 4.1))
    figure.subplots_adjust(0.075, 0.09, 0.91, 0.9)
    x, y = observed(story.launches)
    recent = [(a, b) for a, b in zip(x, y, strict=True) if a >= max(x) - 23]
    axes.bar([a for a, _ in recent], [b for _, b in recent], width=0.72, color=COUNTED, alpha=0.85)
    draw_fan(axes, story.ahead.months, "launched")
    end = story.ahead.months[-1]
    for level in (0.1, 0.5, 0.9):
        value = float(np.quantile(end.launched, level))
        axes.text(
            at(end.month) + 0.5,
            value,
            f"{value:,.0f}",
            va="center",
            fontsize=8.5,
            color=AHEAD,
            weight="bold" if level == 0.5 else "normal",
        )
    axes.set_ylim(0, float(np.quantile(end.launched, 0.9)) * 1.04)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
    axes.set_xlim(max(x) - 23.7, at(end.month) + 0.4)
    mark_years(axes, max(x) - 23, at(end.month))
    bare(axes)
    axes.set_title(
        f"Launches a month, as forecast on {story.ahead.as_of.day} {story.ahead.as_of:%B %Y}: median, 50 and 80 "
        f"% bands"
    )
    return figure


def _hindcast(axes: Axes, hindcast: Hindcast, what: str) -> None:
    made: Forecast = hindcast.made
    draw_fan(axes, made.months, what)
    for month, (name, launched, largest) in zip(made.months, hindcast.came, strict=True):
        value = largest if what == "largest_day" else launched
        if value is not None:
            colour = COUNTED if inside(getattr(month, what), value) else MISS
            axes.scatter([at(name)], [value], s=20, color=colour, zorder=4, linewidth=0)
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    first = at(made.months[0].month)
    axes.set_xticks(
        [first, first + 5, first + 11], [short_name(first), short_name(first + 5), short_name(first + 11)]
    )
    bare(axes)


def hindcasts(story: Story) -> Figure:
    """What would have been said, beside what came and what was predicted."""
    figure, panels = plt.subplots(1, max(1, len(story.hindcasts)), figsize=(8.6, 3.5), squeeze=False)
    figure.subplots_adjust(0.07, 0.1, 0.985, 0.83, wspace=0.3)
    for k, (axes, hindcast) in enumerate(zip(panels[0], story.hindcasts, strict=False)):
        largest = k == 2
        _hindcast(axes, hindcast, "largest_day" if largest else "launched")
        ticks = (100, 200, 500, 1000, 2000) if largest else (30, 100, 300, 1000, 3000)
        axes.set_yticks(ticks, [f"{t:,}" for t in ticks])
        axes.set_title(
            f"{hindcast.made.as_of.day} "
            f"{hindcast.made.as_of:%b %Y}\n{'largest day' if largest else 'launches a month'}",
            fontsize=9.5,
        )
        if largest:
            place = at("2025-11")
            axes.scatter(
                [place], [2000], marker="D", s=34, color=PAPER, edgecolor=CLAIMED, linewidth=1.5, zorder=5
            )
            axes.annotate(
                "2,000 predicted", (place, 2000), (7, 5), textcoords="offset points", fontsize=8, color=CLAIMED
            )
        else:
            rate, words = (
                (CLAIMED_TOTAL / 36, "6,000 over 3 years"),
                (CLAIMED_TOTAL / 24, "6,000 by summer 2025"),
            )[k]
            first = at(hindcast.made.months[0].month)
            axes.plot([first, first + 11], [rate, rate], color=CLAIMED, linewidth=1.2, linestyle=(0, (4, 3)))
            axes.text(
                first,
                rate * 0.9,
                words,
                fontsize=8,
                color=CLAIMED,
                va="top",
                path_effects=[withStroke(linewidth=2.2, foreground=PAPER)],
            )
    return figure


def raid_sizes(story: Story) -> Figure:
    """How large a raid is, month by month and ahead; and the largest day."""
    figure, panels = plt.subplots(1, 2, figsize=(8.6, 3.7), sharey=True)
    figure.subplots_adjust(0.075, 0.1, 0.985, 0.88, wspace=0.06)
    launches = story.launches
    months = [m for m in launches.months if m.complete]
    x = [at(m.month) for m in months]
    by_month = {m.month: [d for d in launches.days if month_of(d.day) == m.month] for m in months}
    rows = np.array([raid_quantiles(by_month[m.month], (0.1, 0.25, 0.5, 0.75, 0.9)) for m in months])
    panels[0].fill_between(x, rows[:, 0], rows[:, 4], color=COUNTED, alpha=0.16, linewidth=0)
    panels[0].fill_between(x, rows[:, 1], rows[:, 3], color=COUNTED, alpha=0.26, linewidth=0)
    panels[0].plot(x, rows[:, 2], color=COUNTED, linewidth=1.5)
    panels[1].plot(x, [m.max_day or np.nan for m in months], color=COUNTED, linewidth=1.5)
    for axes, what, title in (
        (panels[0], "raid", "A raid: median, 50 and 80 %"),
        (panels[1], "largest_day", "The month's largest day"),
    ):
        draw_fan(axes, story.ahead.months, what)
        plain_log(axes, (3, 10, 30, 100, 300, 1000, 3000))
        axes.set_ylim(2, 5000)
        mark_years(axes, 0, at(story.ahead.months[-1].month))
        bare(axes)
        axes.set_title(title)
    return figure


def warning_times(story: Story) -> Figure:
    """From first heard to arrival, by variant; and over the height flown."""
    figure, panels = plt.subplots(1, 2, figsize=(8.6, 3.3), width_ratios=(1.35, 1))
    figure.subplots_adjust(0.1, 0.15, 0.985, 0.86, wspace=0.25)
    _leads(panels[0], story)
    _heights(panels[1], story)
    return figure


def _leads(axes: Axes, story: Story) -> None:
    """Medians and 80 % of flights, first heard and confirmed."""
    variants: dict[str, Any] = story.warning["variants"]  # type: ignore[assignment]
    for y, (name, v) in enumerate(reversed(variants.items())):
        for shift, key, colour, words in (
            (0.16, "lead_heard_s", SOFT, "first heard"),
            (-0.16, "lead_confirmed_s", AHEAD, "confirmed"),
        ):
            q = {level: value / 60.0 for level, value in v[key].items()}
            axes.plot(
                [q["0.1"], q["0.9"]],
                [y + shift] * 2,
                color=colour,
                linewidth=5,
                alpha=0.35,
                solid_capstyle="round",
            )
            axes.scatter([q["0.5"]], [y + shift], s=42, color=colour, zorder=3)
            axes.annotate(
                f"{words}  {q['0.5']:.1f}",
                (q["0.9"], y + shift),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                color=colour,
            )
        axes.text(-0.4, y, name, ha="right", va="center", color=INK, weight="bold")
    axes.set_yticks([])
    axes.set_ylim(-0.6, len(variants) - 0.4)
    axes.set_xlim(0, max(v["lead_heard_s"]["0.9"] for v in variants.values()) / 60.0 * 1.28)
    axes.set_xlabel("minutes before arrival")
    bare(axes, "x")
    axes.set_title(f"A belt {story.warning['depth_m'] / 1e3:.0f} km deep: median and 80 % of flights")  # type: ignore[operator]


def _heights(axes: Axes, story: Story) -> None:
    """The closed form over the height flown."""
    for name, colour in (("propeller", COUNTED), ("jet", MISS)):
        rows = [r for r in story.heights if r["variant"] == name and r["lead_heard_s"] is not None]
        axes.plot(
            [float(str(r["height_m"])) for r in rows],
            [float(str(r["lead_heard_s"])) / 60.0 for r in rows],
            color=colour,
            marker="o",
            markersize=4,
        )
        axes.annotate(
            name,
            (float(str(rows[-1]["height_m"])), float(str(rows[-1]["lead_heard_s"])) / 60.0),
            (7, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            fontsize=8.5,
        )
    variants: dict[str, Any] = story.warning["variants"]  # type: ignore[assignment]
    farthest = max(v["hearing_range_m"] for v in variants.values())
    axes.axvspan(farthest, 10_000, color="#f3f6f8")
    axes.text(0.5 * (farthest + 10_000), 2, "not heard", ha="center", color=SOFT, fontsize=8.5)
    axes.set_xlim(0, 10_000)
    axes.set_ylim(0, None)
    axes.set_xticks((0, 3000, 6000, 9000), ("0", "3,000", "6,000", "9,000 m"))
    bare(axes)
    axes.set_title("First heard, by height flown")
