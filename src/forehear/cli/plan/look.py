"""How pictures of plans look: heard is blue and plain, not heard is orange and hatched, in colour and in grey."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch
from numpy.typing import NDArray

from forehear.plan.grid import LandCells

Array = NDArray[np.float64]

INK, SOFT, FAINT = "#22303c", "#5b6a77", "#dde3e8"
# From the least odds on: colour, hatch, words. Blue and orange stay apart for every kind of colour blindness; in
# grey the hatches say what the colours do.
CLASSES = (
    (0.0, "#b35806", "xxxx", "hardly heard (below .2)"),
    (0.2, "#fdc98a", "////", "seldom heard (.2 to .5)"),
    (0.5, "#deebf7", "", "more often than not (.5 to .8)"),
    (0.8, "#9ecae1", "", "mostly heard (.8 to .95)"),
    (0.95, "#6baed6", "", "surely heard (above .95)"),
)
SETTINGS: dict[Any, Any] = {
    "figure.constrained_layout.use": False, "font.family": "DejaVu Sans", "font.size": 9.0, "text.color": INK,
    "axes.labelcolor": SOFT, "axes.edgecolor": FAINT, "xtick.color": SOFT, "ytick.color": SOFT,
    "xtick.major.size": 0.0, "ytick.major.size": 0.0, "axes.titlesize": 10.0, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "figure.facecolor": "white", "savefig.facecolor": "white",
    "hatch.linewidth": 0.6, "hatch.color": "#5a3005", "legend.frameon": False, "legend.fontsize": 8.5,
}  # fmt: skip


@contextmanager
def calm() -> Iterator[None]:
    """Draw with these settings, and leave the caller's as they were."""
    with matplotlib.rc_context(SETTINGS):
        yield


def png(figure: Figure) -> bytes:
    """Give a figure as PNG bytes: no date in them."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=150, metadata={"Software": None})
    plt.close(figure)
    return out.getvalue()


def panels(many: int, cells: LandCells, wide: float = 3.6) -> tuple[Figure, list[Axes]]:
    """Make a figure with so many maps, at most three in a row, and room for a legend below."""
    columns = min(many, 3)
    rows = -(-many // columns)
    tall = wide * min(max(cells.rows / cells.columns, 0.5), 1.6) + 0.3
    figure, axes = plt.subplots(rows, columns, figsize=(wide * columns + 0.3, tall * rows + 0.95), squeeze=False)
    flat = list(axes.ravel())
    for axis in flat[many:]:
        axis.set_visible(False)
    under = 0.85 / (tall * rows + 0.95)
    figure.subplots_adjust(
        left=0.02, right=0.98, top=1.0 - 0.28 / (tall * rows), bottom=under, wspace=0.06, hspace=0.16
    )
    return figure, flat[:many]


def odds_map(axes: Axes, cells: LandCells, odds: Array, title: str) -> None:
    """Draw odds (P,) over the cells."""
    grid = odds.reshape(cells.rows, cells.columns)
    east = (cells.west_m + cells.step_m * np.arange(cells.columns + 1)) / 1000.0
    north = (cells.south_m + cells.step_m * np.arange(cells.rows + 1)) / 1000.0
    edges = [low for low, *_ in CLASSES] + [1.01]
    levels = matplotlib.colors.BoundaryNorm(edges, len(CLASSES))
    colours = matplotlib.colors.ListedColormap([colour for _, colour, _, _ in CLASSES])
    axes.pcolormesh(east, north, grid, cmap=colours, norm=levels, rasterized=True)
    middle_e, middle_n = 0.5 * (east[1:] + east[:-1]), 0.5 * (north[1:] + north[:-1])
    if cells.rows > 1 and cells.columns > 1:
        hatches = [hatch or None for _, _, hatch, _ in CLASSES]
        axes.contourf(middle_e, middle_n, grid, levels=edges, hatches=hatches, colors="none")
        if grid.min() < 0.5 < grid.max():
            axes.contour(middle_e, middle_n, grid, levels=[0.5], colors=INK, linewidths=1.0)
    frame(axes, cells, title)


def frame(axes: Axes, cells: LandCells, title: str) -> None:
    """Give a map its frame: true to shape, a bar of length, north up."""
    axes.set_aspect("equal")
    axes.set_title(title, pad=5.0)
    axes.set_xticks([])
    axes.set_yticks([])
    west, south = cells.west_m / 1000.0, cells.south_m / 1000.0
    wide, tall = cells.columns * cells.step_m / 1000.0, cells.rows * cells.step_m / 1000.0
    axes.set_xlim(west, west + wide)
    axes.set_ylim(south, south + tall)
    bar = _round_down(wide / 4.0)
    x, y = west + 0.03 * wide, south + 0.03 * tall
    box = {"facecolor": "white", "alpha": 0.8, "pad": 1.5, "linewidth": 0.0}
    axes.plot([x, x + bar], [y, y], color=INK, linewidth=3.0, solid_capstyle="butt", zorder=6)
    axes.text(x, y + 0.015 * tall, f"{bar:g} km", fontsize=8.0, va="bottom", bbox=box, zorder=6)
    axes.annotate(
        "N", xy=(west + 0.96 * wide, south + 0.98 * tall), xytext=(west + 0.96 * wide, south + 0.88 * tall),
        ha="center", va="center", fontsize=8.5, zorder=6, bbox=box,
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.0},
    )  # fmt: skip


def _round_down(km: float) -> float:
    """Give the largest of 1, 2, 5 times a power of ten that is no more."""
    power = 10.0 ** np.floor(np.log10(max(km, 1e-3)))
    return float(next(m * power for m in (5.0, 2.0, 1.0) if m * power <= km))


def dots(
    axes: Axes, place_m: Array, colour: str = INK, marker: str = ".", size: float = 9.0, label: str = ""
) -> None:
    """Draw sensors."""
    if len(place_m):
        at = place_m / 1000.0
        edge = "none" if marker == "." else "white"
        axes.scatter(
            at[:, 0], at[:, 1], s=size, c=colour, marker=marker, zorder=4, edgecolors=edge, linewidths=0.6
        )


def sites(axes: Axes, names: Sequence[str], place_m: Array, radius_m: Array) -> None:
    """Draw sites, all alike: a ring, and the name where there are few."""
    for name, (east, north), radius in zip(names, place_m / 1000.0, radius_m / 1000.0, strict=True):
        axes.add_patch(Circle((east, north), max(radius, 0.5), fill=False, color=INK, linewidth=1.4, zorder=5))
        if len(names) <= 20:
            box = {"facecolor": "white", "alpha": 0.75, "pad": 0.8, "linewidth": 0.0}
            axes.text(east, north + radius + 0.5, name, fontsize=7.5, ha="center", va="bottom", zorder=6, bbox=box)


def legend(figure: Figure, more: Sequence[Any] = ()) -> None:
    """Say what colours and marks mean, below all maps, in two lines."""
    patches = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="#5a3005" if hatch else SOFT, linewidth=0.4, label=words)
        for _, colour, hatch, words in reversed(CLASSES)
    ]
    columns = 2 if figure.get_figwidth() < 5.0 else 4
    figure.legend(
        handles=[*patches, *more], loc="lower center", ncols=columns, handlelength=1.8, columnspacing=1.6,
        fontsize=8.0 if figure.get_figwidth() > 6.0 else 7.0,
    )  # fmt: skip


def mark(colour: str, marker: str, words: str) -> Any:
    """Give a line of a legend for a mark."""
    return Line2D([], [], color=colour, marker=marker, linestyle="", markersize=6.0, label=words)
