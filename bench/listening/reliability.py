"""Whether odds are true: what was reported as so probable, how often was it so? A table, a score and a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.intervals import wilson
from bench.listening.hearing import ItemHeard
from bench.listening.recordings import ROOT

Row = dict[str, Any]
BINS = 10
# What is counted: nothing twice, so no windows of what was heard whole.
COUNTED = ("clips", "negatives", "cold")
PICTURE = ROOT / "docs" / "pictures" / "listening-reliability.png"


def reliability(heard: Sequence[ItemHeard]) -> Row:
    """Compare the probability of a propeller in every second with whether there was one."""
    rows = [
        (s.strength, h.item.label == "piston", h.item.part != "cold")
        for h in heard
        if h.item.part in COUNTED
        for s in h.seconds
    ]
    reported, true, alone = np.array(rows, float).reshape(-1, 3).T
    square = (reported - true) ** 2
    which = np.minimum((reported * BINS).astype(int), BINS - 1)
    bins = []
    for k in range(BINS):
        inside = which == k
        count, hits = int(inside.sum()), int(true[inside].sum())
        row: Row = {"from": k / BINS, "to": (k + 1) / BINS, "count": count}
        if count:
            row |= {"reported": float(reported[inside].mean()), "happened": hits / count}
            row["interval"] = list(wilson(hits, count))
        bins.append(row)
    some = reported > 0.0
    base = float(true.mean())
    return {
        "seconds": len(reported),
        "heard": int(some.sum()),
        "base": base,
        "brier": float(square.mean()),
        "brier_of_base": base * (1.0 - base),
        "brier_heard": float(square[some].mean()) if some.any() else None,
        "brier_recordings": float(square[alone > 0.0].mean()),
        "bins": bins,
    }


def draw(measured: Row, path: Path) -> None:
    """Draw the reliability diagram, and beneath how many seconds each point is."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    ink, soft = "#1f4e79", "#8a8f98"
    bins = [b for b in measured["bins"] if b["count"]]
    x, y = np.array([b["reported"] for b in bins]), np.array([b["happened"] for b in bins])
    reach = np.array([b["interval"] for b in bins]).T
    with pyplot.rc_context({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}):
        figure, (above, below) = pyplot.subplots(
            2, 1, figsize=(5.6, 6.4), height_ratios=(4, 1), sharex=True, layout="constrained"
        )
        above.plot([0, 1], [0, 1], color=soft, linewidth=1, linestyle=(0, (4, 4)))
        words = {"rotation": 45, "rotation_mode": "anchor", "transform_rotates_text": True, "va": "top"}
        above.text(0.13, 0.11, "as reported, so it is", color=soft, **words)
        above.errorbar(
            x, y, yerr=np.abs(reach - y), color=ink, marker="o", linewidth=1.2, elinewidth=1, capsize=2.5
        )
        above.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="share that held a propeller drone")
        above.set_title(
            "When a propeller is reported as so probable, how often is it one?", loc="left", fontsize=11
        )
        score = f"Brier score {measured['brier']:.3f}\n{measured['seconds']:,} seconds, "
        score += f"{100 * measured['base']:.0f} % with a drone"
        above.text(0.98, 0.04, score, ha="right", transform=above.transAxes, color="#333333")
        middles = [0.5 * (b["from"] + b["to"]) for b in measured["bins"]]
        below.bar(middles, [max(b["count"], 0.5) for b in measured["bins"]], width=0.085, color=ink, alpha=0.35)
        below.set(yscale="log", ylim=(0.8, None), xlabel="probability reported", ylabel="seconds")
        below.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        for axes in (above, below):
            axes.grid(color="#e6e8eb", linewidth=0.8)
            axes.set_axisbelow(True)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=150, metadata={"Software": None})
        pyplot.close(figure)
