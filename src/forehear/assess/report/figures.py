"""The figures of the page. Each takes the story and gives a figure; links in them lead to claims and rows."""

from datetime import date
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from forehear.assess.checks import passed_on
from forehear.assess.claims.gazetteer import find
from forehear.assess.forecast.months import Forecast, MonthForecast
from forehear.assess.forecast.stock import DAYS_PER_MONTH, flows_of
from forehear.assess.launches import REGIME_FROM, Launches, month_of, raid_quantiles
from forehear.assess.report.gather import Hindcast, Story
from forehear.assess.report.look import AHEAD, CLAIMED, COUNTED, FAINT, INK, MISS, PAPER, SOFT, bare

BANDS = ((0.1, 0.9, 0.20), (0.25, 0.75, 0.30))
FIRST_MONTH = "2022-09"
CLAIMED_TOTAL = 6000


def at(month: str) -> int:
    """The place of a month on the axis: months since September 2022."""
    return (int(month[:4]) - 2022) * 12 + int(month[5:7]) - 9


def _years(axes: Axes, first: int, last: int) -> None:
    """Mark each January with its year, and July with a short line."""
    ticks = [at(f"{year}-01") for year in range(2022, 2060)]
    ticks = [t for t in ticks if first <= t <= last]
    axes.set_xticks(ticks, [str(2022 + (t + 8) // 12) for t in ticks])


def _plain_log(axes: Axes, ticks: tuple[int, ...]) -> None:
    axes.set_yscale("log")
    axes.set_yticks(ticks, [f"{t:,}" for t in ticks])
    axes.yaxis.set_minor_locator(plt.NullLocator())


def _fan(axes: Axes, months: tuple[MonthForecast, ...], what: str, colour: str = AHEAD) -> None:
    x = [at(m.month) for m in months]
    for low, high, shade in BANDS:
        lower = [np.quantile(getattr(m, what), low) for m in months]
        upper = [np.quantile(getattr(m, what), high) for m in months]
        axes.fill_between(x, lower, upper, color=colour, alpha=shade, linewidth=0)
    axes.plot(x, [np.median(getattr(m, what)) for m in months], color=colour, linewidth=1.6)


def _observed(launches: Launches) -> tuple[list[int], list[int]]:
    known = [m for m in launches.months if m.complete and m.launched]
    return [at(m.month) for m in known], [m.launched or 0 for m in known]


def echo_tree(story: Story) -> Figure:
    """One source, its tellings, and what their words made of it."""
    ledger = story.ledger
    members = max(
        (m for m in ledger.traced.members.values() if any("2023-02" in ledger.claims[i].made_on for i in m)),
        key=len, default=(),
    )  # fmt: skip
    # Direct tellings first, those by a relay last, so that no branch crosses another.
    tellings = sorted(members, key=lambda i: (bool(_relay(ledger.claims[i])), not ledger.drift[i], ledger.claims[i].row))
    figure, axes = plt.subplots(figsize=(8.6, 0.62 * max(len(tellings), 1) + 1.0))
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.97)
    axes.axis("off")
    axes.set_xlim(0, 100)
    axes.set_ylim(-0.7, len(tellings) + 0.5)
    middle = 0.5 * (len(tellings) - 1)
    box = {"boxstyle": "round,pad=0.55", "facecolor": PAPER, "edgecolor": CLAIMED, "linewidth": 1.2}
    axes.text(9, middle, "officials of a\nUS-aligned\ncountry", ha="center", va="center", color=INK, bbox=box | {"edgecolor": FAINT})
    axes.text(29, middle, "Wall Street\nJournal\n5 Feb 2023", ha="center", va="center", weight="bold", bbox=box)
    axes.plot([16.5, 22], [middle, middle], color=SOFT, linewidth=1.0)
    axes.text(64, len(tellings) - 0.1, "told by", color=SOFT, ha="left", va="center")
    axes.text(86, len(tellings) - 0.1, "in these words", color=SOFT, ha="left", va="center")
    for k, i in enumerate(tellings):
        claim, y = ledger.claims[i], len(tellings) - 1 - k
        relay = _relay(claim)
        colour = MISS if ledger.drift[i] else SOFT
        _branch(axes, 35.5, middle, 44 if relay else 63, y, colour)
        if relay:
            axes.text(45, y, relay, va="center", ha="left", color=SOFT, fontsize=8.5)
            axes.plot([58.5, 63], [y, y], color=colour, linewidth=0.9)
        outlet = axes.text(64, y, claim.outlet, va="center", ha="left", color=INK)
        outlet.set_url(f"#c{claim.row}")
        told = axes.text(86, y, _telling(claim), va="center", ha="left", color=colour if ledger.drift[i] else INK)
        told.set_weight("bold" if ledger.drift[i] else "normal")
        told.set_url(f"#c{claim.row}")
    return figure


def _relay(claim: Any) -> str | None:
    """The medium between the first one and the outlet, where the chain names one."""
    first = next((k for k, hop in enumerate(claim.chain) if find("originators", hop)), None)
    between = claim.chain[first + 1 : -1] if first is not None else ()
    return between[0] if between else None


def _telling(claim: Any) -> str:
    number = f"{claim.low or claim.high:,.0f}"
    lead = "" if claim.bound == "exactly" else claim.bound + " "
    return f"{lead}{number}{' a year' if 'year' in claim.unit else ''}"


def _branch(axes: Axes, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
    """A smooth branch from one side to another."""
    t = np.linspace(0.0, 1.0, 40)
    axes.plot(x0 + (x1 - x0) * t, y0 + (y1 - y0) * (3 * t**2 - 2 * t**3), color=colour, linewidth=0.9, alpha=0.8)


def launches_and_claims(story: Story) -> Figure:
    """Months as bars, regimes as grounds, claims of production where and when they speak."""
    figure, axes = plt.subplots(figsize=(8.6, 4.5))
    figure.subplots_adjust(0.075, 0.09, 0.985, 0.9)
    launches = story.launches
    x, y = _observed(launches)
    last = max(x) + 1
    edges = [at(month_of(day)) - 0.5 for day in REGIME_FROM] + [last + 0.9]
    for k, words in enumerate(("only destroyed", "destroyed, and lost, apart", "one figure")):
        left, right = max(edges[k], -0.8), min(edges[k + 1], last + 0.9)
        if left >= last:
            continue
        if k % 2:
            axes.axvspan(left, right, color="#f3f6f8", zorder=0)
        axes.text(0.5 * (left + right), 22_500, words, ha="center", va="center", fontsize=8, color=SOFT)
    bars = axes.bar(x, y, width=0.72, color=COUNTED, alpha=0.6, zorder=2)
    for bar, place in zip(bars, x, strict=True):
        bar.set_url(f"#m{_month_at(place)}")
    _claims_as_dots(axes, story)
    passed = passed_on(launches.days, CLAIMED_TOTAL)
    if passed:
        place = (passed.year - 2022) * 12 + passed.month - 9 + (passed.day - 15) / 30.0
        axes.annotate(
            f"6,000 in all\n{passed.day} {passed:%b %Y}", (place, 440), (place - 8.5, 3200), fontsize=8.5, color=INK,
            arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.8}, ha="center",
        )  # fmt: skip
    _plain_log(axes, (10, 30, 100, 300, 1000, 3000, 10_000))
    axes.set_ylim(5, 30_000)
    axes.set_xlim(-0.8, last + 0.9)
    _years(axes, 0, last)
    bare(axes)
    axes.set_title("Launched a month (bars), and what claims of production come to (dots)")
    return figure


def _claims_as_dots(axes: Axes, story: Story) -> None:
    """Draw claims of production with their scatter and row; those of one time step aside from each other."""
    halo = [withStroke(linewidth=2.6, foreground=PAPER)]
    taken = -99.0
    for flow in flows_of(story.ledger.claims, story.ledger.traced):
        place = (flow.at.year - 2022) * 12 + flow.at.month - 9 + (flow.at.day - 15) / 30.0
        place = taken = max(place, taken + 0.85)
        rate = float(np.exp(flow.log_rate)) * DAYS_PER_MONTH
        ends = rate * np.exp([-flow.scatter, flow.scatter])
        axes.plot([place, place], ends, color=PAPER, linewidth=3.2, zorder=3)
        axes.plot([place, place], ends, color=CLAIMED, linewidth=1.4, zorder=3)
        dot = axes.scatter([place], [rate], s=26, color=PAPER, edgecolor=CLAIMED, linewidth=1.4, zorder=4)
        dot.set_urls([f"#c{flow.row}"])
        label = axes.annotate(
            str(flow.row), (place, ends[1]), (0, 2.5), textcoords="offset points", fontsize=8, color=CLAIMED,
            ha="center", va="bottom", zorder=5, path_effects=halo, weight="bold",
        )  # fmt: skip
        label.set_url(f"#c{flow.row}")


def _month_at(place: int) -> str:
    index = place + 8
    return f"{2022 + index // 12}-{index % 12 + 1:02d}"


def fan(story: Story) -> Figure:
    """The months ahead."""
    figure, axes = plt.subplots(figsize=(8.6, 4.1))
    figure.subplots_adjust(0.075, 0.09, 0.91, 0.9)
    x, y = _observed(story.launches)
    recent = [(a, b) for a, b in zip(x, y, strict=True) if a >= max(x) - 23]
    axes.bar([a for a, _ in recent], [b for _, b in recent], width=0.72, color=COUNTED, alpha=0.85)
    _fan(axes, story.ahead.months, "launched")
    end = story.ahead.months[-1]
    for level in (0.1, 0.5, 0.9):
        value = float(np.quantile(end.launched, level))
        axes.text(at(end.month) + 0.5, value, f"{value:,.0f}", va="center", fontsize=8.5, color=AHEAD, weight="bold" if level == 0.5 else "normal")
    axes.set_ylim(0, float(np.quantile(end.launched, 0.9)) * 1.04)
    axes.yaxis.set_major_formatter(plt.FuncFormatter(lambda v, _: f"{v:,.0f}"))
    axes.set_xlim(max(x) - 23.7, at(end.month) + 0.4)
    _years(axes, max(x) - 23, at(end.month))
    bare(axes)
    axes.set_title(f"Launches a month, as forecast on {story.ahead.as_of.day} {story.ahead.as_of:%B %Y}: median, 50 and 80 % bands")
    return figure


def _hindcast(axes: Axes, hindcast: Hindcast, what: str, index: int) -> None:
    made: Forecast = hindcast.made
    _fan(axes, made.months, what)
    points = [(at(row[0]), row[index]) for row in hindcast.came if row[index] is not None]
    low_high = {at(m.month): np.quantile(getattr(m, what), (0.1, 0.9)) for m in made.months}
    for place, value in points:
        inside = low_high[place][0] <= value <= low_high[place][1]  # type: ignore[operator]
        axes.scatter([place], [value], s=20, color=COUNTED if inside else MISS, zorder=4, linewidth=0)
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(plt.NullLocator())
    first = at(made.months[0].month)
    axes.set_xticks([first, first + 5, first + 11], [_short(first), _short(first + 5), _short(first + 11)])
    bare(axes)


def _short(place: int) -> str:
    return date.fromisoformat(_month_at(place) + "-01").strftime("%b %y")


def hindcasts(story: Story) -> Figure:
    """What would have been said, beside what came and what was predicted."""
    figure, panels = plt.subplots(1, max(1, len(story.hindcasts)), figsize=(8.6, 3.5), squeeze=False)
    figure.subplots_adjust(0.07, 0.1, 0.985, 0.83, wspace=0.3)
    for k, (axes, hindcast) in enumerate(zip(panels[0], story.hindcasts, strict=False)):
        largest = k == 2
        _hindcast(axes, hindcast, "largest_day" if largest else "launched", 2 if largest else 1)
        ticks = (100, 200, 500, 1000, 2000) if largest else (30, 100, 300, 1000, 3000)
        axes.set_yticks(ticks, [f"{t:,}" for t in ticks])
        axes.set_title(f"{hindcast.made.as_of.day} {hindcast.made.as_of:%b %Y}\n{'largest day' if largest else 'launches a month'}", fontsize=9.5)
        if largest:
            place = at("2025-11")
            axes.scatter([place], [2000], marker="D", s=34, color=PAPER, edgecolor=CLAIMED, linewidth=1.5, zorder=5)
            axes.annotate("2,000 predicted", (place, 2000), (7, 5), textcoords="offset points", fontsize=8, color=CLAIMED)
        else:
            rate, words = ((CLAIMED_TOTAL / 36, "6,000 over 3 years"), (CLAIMED_TOTAL / 24, "6,000 by summer 2025"))[k]
            first = at(hindcast.made.months[0].month)
            axes.plot([first, first + 11], [rate, rate], color=CLAIMED, linewidth=1.2, linestyle=(0, (4, 3)))
            axes.text(first, rate * 0.9, words, fontsize=8, color=CLAIMED, va="top", path_effects=[withStroke(linewidth=2.2, foreground=PAPER)])
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
    for axes, what, title in ((panels[0], "raid", "A raid: median, 50 and 80 %"), (panels[1], "largest_day", "The month's largest day")):
        _fan(axes, story.ahead.months, what)
        _plain_log(axes, (3, 10, 30, 100, 300, 1000, 3000))
        axes.set_ylim(2, 5000)
        _years(axes, 0, at(story.ahead.months[-1].month))
        bare(axes)
        axes.set_title(title)
    return figure


def warning_times(story: Story) -> Figure:
    """From first heard to arrival, by variant; and over the height flown."""
    figure, panels = plt.subplots(1, 2, figsize=(8.6, 3.3), width_ratios=(1.35, 1))
    figure.subplots_adjust(0.1, 0.15, 0.985, 0.86, wspace=0.25)
    variants: dict[str, Any] = story.warning["variants"]  # type: ignore[assignment]
    axes = panels[0]
    for y, (name, v) in enumerate(reversed(variants.items())):
        for shift, key, colour, words in ((0.16, "lead_heard_s", SOFT, "first heard"), (-0.16, "lead_confirmed_s", AHEAD, "confirmed")):
            q = {level: value / 60.0 for level, value in v[key].items()}
            axes.plot([q["0.1"], q["0.9"]], [y + shift] * 2, color=colour, linewidth=5, alpha=0.35, solid_capstyle="round")
            axes.scatter([q["0.5"]], [y + shift], s=42, color=colour, zorder=3)
            axes.annotate(f"{words}  {q['0.5']:.1f}", (q["0.9"], y + shift), (8, 0), textcoords="offset points", va="center", fontsize=8.5, color=colour)
        axes.text(-0.4, y, name, ha="right", va="center", color=INK, weight="bold")
    axes.set_yticks([])
    axes.set_ylim(-0.6, len(variants) - 0.4)
    axes.set_xlim(0, max(v["lead_heard_s"]["0.9"] for v in variants.values()) / 60.0 * 1.28)
    axes.set_xlabel("minutes before arrival")
    bare(axes, "x")
    axes.set_title(f"A belt {story.warning['depth_m'] / 1e3:.0f} km deep: median and 80 % of flights")  # type: ignore[operator]
    axes = panels[1]
    for name, colour in (("propeller", COUNTED), ("jet", MISS)):
        rows = [r for r in story.heights if r["variant"] == name and r["lead_heard_s"] is not None]
        axes.plot([r["height_m"] for r in rows], [float(str(r["lead_heard_s"])) / 60.0 for r in rows], color=colour, marker="o", markersize=4)
        axes.annotate(name, (float(str(rows[-1]["height_m"])), float(str(rows[-1]["lead_heard_s"])) / 60.0), (7, 0), textcoords="offset points", color=colour, va="center", fontsize=8.5)
    axes.axvspan(6500, 9000, color="#f3f6f8")
    axes.text(7750, 2, "not heard", ha="center", color=SOFT, fontsize=8.5)
    axes.set_xlim(0, 9000)
    axes.set_ylim(0, None)
    axes.set_xticks((0, 3000, 6000, 9000), ("0", "3,000", "6,000", "9,000 m"))
    bare(axes)
    axes.set_title("First heard, by height flown")
    return figure


FIGURES = {
    "echo-tree": echo_tree, "launches-and-claims": launches_and_claims, "forecast": fan, "hindcasts": hindcasts,
    "raid-sizes": raid_sizes, "warning-time": warning_times,
}  # fmt: skip
