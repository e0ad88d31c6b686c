"""The picture of what minutes of warning are worth to a grid, with its assumptions beside it."""

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from forehear.assess.grid.worth import Measure, Worth
from forehear.assess.report.look import AHEAD, COUNTED, FAINT, INK, SOFT, bare

WIDTH_LETTERS = 44


def draw_worth(
    found: Sequence[Worth],
    measures: Sequence[Measure],
    marks: Mapping[str, float],
    assumed: Sequence[str],
    title: str,
) -> Figure:
    """Draw unserved load over minutes of warning; `marks` name the minutes that a network gives."""
    figure, (axes, words) = plt.subplots(1, 2, figsize=(9.6, 4.4), width_ratios=(1.45, 1))
    figure.subplots_adjust(0.075, 0.13, 0.985, 0.88, wspace=0.08)
    minutes = [w.minutes for w in found]
    low, high = [w.low for w in found], [w.high for w in found]
    axes.fill_between(minutes, low, high, step="post", color=AHEAD, alpha=0.18, linewidth=0)
    axes.step(minutes, [w.mean for w in found], where="post", color=AHEAD, linewidth=1.8)
    top = max(max(w.high for w in found), max(w.mean for w in found), 0.01) * 1.32
    for k, (name, at) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        if at <= minutes[-1]:
            axes.axvline(at, color=COUNTED, linewidth=1.0, linestyle=(0, (4, 3)))
            left = at > 0.7 * minutes[-1]
            place, side = (at - 0.15, "right") if left else (at + 0.15, "left")
            height = top * (0.99 - 0.055 * k)
            axes.text(place, height, f"{name} {at:.0f} min", color=COUNTED, fontsize=8, va="top", ha=side)
    for k, measure in enumerate(sorted(measures, key=lambda m: m.minutes)):
        if measure.minutes <= minutes[-1]:
            axes.plot([measure.minutes] * 2, [0, top * 0.03], color=INK, linewidth=1.4)
            axes.text(
                measure.minutes, top * (0.045 + 0.05 * (k % 2)), measure.name, color=INK, fontsize=7.5, ha="left"
            )
    axes.set_xlim(minutes[0], minutes[-1])
    axes.set_ylim(0, top)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, 0 if top > 0.1 else 1))
    axes.set_xlabel("minutes of warning")
    bare(axes)
    axes.set_title(title)
    words.axis("off")
    lines = [line for text in assumed for line in [*textwrap.wrap(text, WIDTH_LETTERS, subsequent_indent="  ")]]
    words.text(0.0, 1.0, "Assumed", weight="bold", va="top", color=INK, transform=words.transAxes)
    words.text(0.0, 0.93, "\n".join(lines), va="top", color=SOFT, fontsize=7.6, linespacing=1.35,
               transform=words.transAxes)  # fmt: skip
    words.plot([-0.03, -0.03], [0, 1], color=FAINT, linewidth=0.8, transform=words.transAxes, clip_on=False)
    return figure
