"""How long the tracker takes to confirm what three sensors have heard: a table that the bench made with the
tracker.

`python -m bench.planning.confirmation --write` flies targets into grids of sensors in both simulated worlds and
writes `confirmation.json`: quantiles of the wait by spacing, kind and noise; where a quantile was never confirmed
there is none. Between its spacings (by their logarithm) and its noises the rate 1 / (a minute + wait) is taken for
linear, for which "never" is simply nought; beyond them, for that of the edge.
"""

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# No wait is longer than this [s]: the target has arrived. The rate is reckoned with this beside the wait [s].
NEVER_S, BESIDE_S = 1800.0, 60.0
QUANTILES = ("p10_s", "p50_s", "p90_s")
# -----------------------------------------------------------------------------------------------------


class WaitTable(NamedTuple):
    """Rates (noises, spacings, quantiles) [1/s] of one kind."""

    noise_db: Array
    ln_spacing: Array
    rate_per_s: Array


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Read the package's table: its rows, and what made it."""
    found: dict[str, Any] = json.loads(
        files("forehear.plan").joinpath("confirmation.json").read_text(encoding="utf-8")
    )
    return found


@lru_cache(maxsize=8)
def waits_of_kind(kind: str) -> WaitTable:
    """Give the table of one kind. Raises KeyError for a kind that it does not have."""
    rows = {(r["noise_db"], r["spacing_m"]): r for r in table()["rows"] if r["kind"] == kind}
    if not rows:
        raise KeyError(kind)
    noises, spacings = sorted({n for n, _ in rows}), sorted({s for _, s in rows})
    rate = [
        [[0.0 if rows[n, s][q] is None else 1.0 / (BESIDE_S + rows[n, s][q]) for q in QUANTILES] for s in spacings]
        for n in noises
    ]
    return WaitTable(np.array(noises), np.log(spacings), np.array(rate, np.float64))


def wait_s(kind: str, spacing_m: float, noise_db: float) -> tuple[float, float, float]:
    """Give the tenth, fiftieth and ninetieth percentile of the wait [s] at a spacing [m] and a noise [dB]."""
    known = waits_of_kind(kind)
    ln = math.log(max(spacing_m, 1.0))
    out = []
    for q in range(len(QUANTILES)):
        by_noise = [float(np.interp(ln, known.ln_spacing, rows[:, q])) for rows in known.rate_per_s]
        rate = float(np.interp(noise_db, known.noise_db, by_noise))
        out.append(min(1.0 / max(rate, 1e-9) - BESIDE_S, NEVER_S))
    return out[0], out[1], out[2]
