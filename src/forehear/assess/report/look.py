"""How figures look: one ink, three colours with one meaning each, no frame that tells nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, SOFT, FAINT, PAPER = "#22303c", "#6b7a88", "#dde3e8", "#ffffff"
# The strip under a figure that says as of when its data are.
NOTE_INCHES = 0.2
# Counted is blue, claimed is amber, forecast is green; a miss is red.
COUNTED, CLAIMED, AHEAD, MISS = "#2f6690", "#c47f17", "#3a7d6c", "#b3423a"

_SETTINGS: dict[Any, Any] = {
    # Whatever whoever calls has set: sizes and margins are the page's own.
    "figure.constrained_layout.use": False,
    "font.family": "DejaVu Sans", "font.size": 9.0, "text.color": INK, "axes.labelcolor": SOFT,
    "axes.edgecolor": FAINT, "axes.linewidth": 0.8, "xtick.color": SOFT, "ytick.color": SOFT,
    "xtick.major.size": 0.0, "ytick.major.size": 0.0,
    "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "axes.titlesize": 10.0, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlepad": 10.0, "figure.facecolor": PAPER, "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER, "svg.fonttype": "none", "svg.hashsalt": "forehear", "legend.frameon": False,
    "legend.fontsize": 8.5,
}  # fmt: skip


@contextmanager
def calm() -> Iterator[None]:
    """Draw with the house's settings, and leave the caller's as they were."""
    with matplotlib.rc_context(_SETTINGS):
        yield


def bare(axes: Axes, grid: Literal["x", "y"] | None = "y") -> None:
    """Take away the frame; leave a faint grid along one axis."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    if grid:
        axes.grid(axis=grid, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)


def save(figure: Figure, path: Path, note: str = "") -> str:
    """Write a PNG, and give the same picture as SVG text for the page; `note` stands in its lower right corner."""
    if note:
        # In a strip of its own below: the picture's own layout stays as it is.
        width, height = figure.get_size_inches()
        strip = NOTE_INCHES / (height + NOTE_INCHES)
        for axes in figure.axes:
            x, y, w, h = axes.get_position().bounds
            axes.set_position((x, strip + y * (1.0 - strip), w, h * (1.0 - strip)))
        figure.set_size_inches(width, height + NOTE_INCHES)
        figure.text(0.993, 0.25 * strip, note, ha="right", va="bottom", fontsize=7.0, color=SOFT)
    # No date and no version in the file: the same data gives the same bytes.
    figure.savefig(path, dpi=160, metadata={"Software": None})
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    svg = text.getvalue()
    return svg[svg.index("<svg") :]
