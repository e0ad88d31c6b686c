"""Pictures of what was claimed and what was counted."""

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from forehear.assess.claims.gazetteer import find
from forehear.assess.forecast.stock import DAYS_PER_MONTH, flows_of
from forehear.assess.launches.launches import REGIME_FROM, month_of, passed_on
from forehear.assess.report.axes import (
    CLAIMED_TOTAL,
    at,
    mark_years,
    month_at,
    observed,
    plain_log,
)
from forehear.assess.report.gather import Story
from forehear.assess.report.look import CLAIMED, COUNTED, FAINT, INK, MISS, PAPER, SOFT, bare


def echo_tree(story: Story) -> Figure:
    """One source, its tellings, and what their words made of it."""
    ledger = story.ledger
    members = max(
        (m for m in ledger.traced.members.values() if any("2023-02" in ledger.claims[i].made_on for i in m)),
        key=len, default=(),
    )  # fmt: skip
    # Direct tellings first, those by a relay last, so that no branch crosses another.
    tellings = sorted(
        members, key=lambda i: (bool(_relay(ledger.claims[i])), not ledger.drift[i], ledger.claims[i].row)
    )
    figure, axes = plt.subplots(figsize=(8.6, 0.62 * max(len(tellings), 1) + 1.0))
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.97)
    axes.axis("off")
    axes.set_xlim(0, 100)
    axes.set_ylim(-0.7, len(tellings) + 0.5)
    middle = 0.5 * (len(tellings) - 1)
    box = {"boxstyle": "round,pad=0.55", "facecolor": PAPER, "edgecolor": CLAIMED, "linewidth": 1.2}
    axes.text(
        9,
        middle,
        "officials of a\nUS-aligned\ncountry",
        ha="center",
        va="center",
        color=INK,
        bbox=box | {"edgecolor": FAINT},
    )
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
            axes.text(45, y, relay, va="center", ha="left", color=SOFT, fontsize=8.5, parse_math=False)
            axes.plot([58.5, 63], [y, y], color=colour, linewidth=0.9)
        # A stranger's words are words: "$20,000 to $50,000" is no formula.
        outlet = axes.text(64, y, claim.outlet, va="center", ha="left", color=INK, parse_math=False)
        outlet.set_url(f"#c{claim.row}")
        teller = axes.text(
            86,
            y,
            _telling(claim),
            va="center",
            ha="left",
            color=colour if ledger.drift[i] else INK,
            parse_math=False,
        )
        teller.set_fontweight("bold" if ledger.drift[i] else "normal")
        teller.set_url(f"#c{claim.row}")
    return figure


def _relay(claim: Any) -> str | None:
    """The medium between the first one and the outlet, where the chain names one."""
    first = next((k for k, hop in enumerate(claim.chain) if find("originators", hop)), None)
    between = claim.chain[first + 1 : -1] if first is not None else ()
    return between[0] if between else None


def _telling(claim: Any) -> str:
    anchor = claim.low if claim.low is not None else claim.high
    if anchor is None:
        return "a denial" if claim.denies else "without a number"
    number = f"{anchor:,.0f}"
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
    x, y = observed(launches)
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
        bar.set_url(f"#m{month_at(place)}")
    _claims_as_dots(axes, story)
    passed = passed_on(launches.days, CLAIMED_TOTAL)
    if passed:
        when = (passed.year - 2022) * 12 + passed.month - 9 + (passed.day - 15) / 30.0
        axes.annotate(
            f"6,000 in all\n{passed.day} {passed:%b %Y}", (when, 440), (when - 8.5, 3200),
            fontsize=8.5, color=INK,
            arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.8}, ha="center",
        )  # fmt: skip
    plain_log(axes, (10, 30, 100, 300, 1000, 3000, 10_000))
    axes.set_ylim(5, 30_000)
    axes.set_xlim(-0.8, last + 0.9)
    mark_years(axes, 0, last)
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
