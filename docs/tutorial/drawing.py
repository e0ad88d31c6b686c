"""How the lessons' pictures look, and where they go. Nothing here is about sound."""

import os
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, SOFT, FAINT = "#22303c", "#6b7a88", "#dde3e8"
# What was heard is blue, what is true is dark, what is estimated is green, what is wrong is red.
HEARD, TRUE, FOUND, WRONG = "#2f6690", INK, "#3a7d6c", "#b3423a"

plt.rcParams.update(
    {
        "font.size": 9.5, "text.color": INK, "axes.labelcolor": SOFT, "axes.edgecolor": FAINT,
        "xtick.color": SOFT, "ytick.color": SOFT, "axes.titlesize": 10.5, "axes.titlelocation": "left",
        "legend.frameon": False, "axes.grid": True, "grid.color": FAINT, "axes.axisbelow": True,
        "axes.spines.top": False, "axes.spines.right": False, "figure.constrained_layout.use": True,
    }
)  # fmt: skip


def sheet(rows: int = 1, columns: int = 1, height_in: float = 3.8) -> tuple[Figure, list[Axes]]:
    """An empty figure, eight inches wide, and its axes."""
    figure, axes = plt.subplots(rows, columns, figsize=(8.0, height_in), squeeze=False)
    return figure, list(axes.ravel())


def save(figure: Figure, name: str) -> None:
    """Write the picture beside the lesson, or into the folder that TUTORIAL_OUT names."""
    folder = Path(os.environ.get("TUTORIAL_OUT", Path(__file__).parent))
    figure.savefig(folder / f"{name}.png", dpi=110, metadata={"Software": None})
    plt.close(figure)
