"""The harmonic families of a second: which paths of the search are things of their own, and what each is like.

The strongest path's double, half and two thirds gather evidence from its lines too. So families are taken one
after another, strongest first, and a path counts only by lines that none before it has.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import fine, spectrum, tones

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Evidence of a first family, and of one beside others [nat]; noise alone reaches the first once in an hour or so.
LEAST_EVIDENCE, LEAST_BESIDE = 24.0, 28.0
# So many peaks are looked at, and so many families told.
MOST_PEAKS, MOST_FAMILIES = 10, 4
# A line this near to another family's [bins] is the other's: half the main lobe of the window.
SHARED_BINS = 4
# The tone and slope at the middle of the frame come from a straight line through so many hops of the path.
FITTED_HOPS = 4
# Lines halfway between: together more evidence than this [nat] says the fundamental is half as high. How much one
# may tell at most.
HALVED_FROM, HALF_LINE_MOST = 8.0, 4.0
# A bin with this evidence [nat] is clear of noise: one in 500 of noise is. Bins so far beside a line belong to it.
CLEAR, BESIDE = 1.5, 4
# A line counts as there with this evidence [nat] a hop.
THERE = 1.0
# -----------------------------------------------------------------------------------------------------


class Family(NamedTuple):
    """A family as of the last second."""

    evidence: float  # [nat], of lines of its own
    fine: fine.Fine
    hops: int  # of the path
    per_hop: Array  # (hops,) evidence of each hop
    per_line: Array  # (orders,) mean evidence of each line over the hops
    halved: float  # evidence [nat] of lines halfway between: the fundamental may be half as high
    strong: float  # evidence [nat] a hop of this family's clear lines
    stray: float  # that of clear lines that are of no family
    bend: float  # rms of the path's logarithm around a straight line


def families(search: tones.Search, low: NDArray[np.float32], noise: NDArray[np.float32]) -> list[Family]:
    """Give the families of the last second, strongest first; `low` (n,) half-rate sound of the frame."""
    found: list[tones.Path] = []
    told_of: list[tones.Path] = []
    out: list[Family] = []
    for _, state in search.tops(LEAST_EVIDENCE, MOST_PEAKS):
        path = search.path(state)
        lines = search.line_evidence(path)
        own = np.ones(lines.shape, np.bool_)
        for other in found:
            own &= ~_shared(path, other)
        lines = np.where(own, lines, np.float32(0.0))
        fade = tones.KEPT ** np.arange(path.hops - 1, -1, -1)
        # What came before the remembered hops, shared out like what came in them.
        told = float(fade @ lines.sum(axis=1)) / (
            1.0 - tones.KEPT**tones.PATH_HOPS if path.hops == tones.PATH_HOPS else 1.0
        )
        if told < (LEAST_BESIDE if found else LEAST_EVIDENCE):
            continue
        family = _family(path, lines, min(told, path.evidence), low, noise, [f.fine for f in out])
        found.append(path)
        # All its lines are others': another's double, or two that cross, of which one is told this second.
        if not family.fine.ratio.any():
            continue
        told_of.append(path)
        out.append(family)
        if len(out) == MOST_FAMILIES:
            break
    return _strays(search, told_of, out)


def _strays(search: tones.Search, paths: list[tones.Path], out: list[Family]) -> list[Family]:
    """Tell each family how much clear evidence there is of it, and how much of no family."""
    if not out:
        return out
    hops = max(path.hops for path in paths)
    clear = search.recent(hops)
    clear = np.where(clear > CLEAR, clear, np.float32(0.0))
    rows = np.arange(hops)
    strong = []
    for path in paths:
        tone = tones.FUNDAMENTAL_HZ[path.states]
        orders = np.arange(1, int(fine.TO_HZ / tone.min()) + 1)
        at = np.rint(tone[:, None, None] * orders[:, None] / spectrum.BIN_HZ).astype(np.intp)
        at = np.minimum(at + np.arange(-BESIDE, BESIDE + 1), spectrum.BINS - 1)
        strong.append(float(clear[rows[-path.hops :, None, None], at].sum()) / path.hops)
        clear[rows[-path.hops :, None, None], at] = 0.0
    stray = float(clear.sum()) / hops
    return [f._replace(strong=s, stray=stray) for f, s in zip(out, strong, strict=True)]


def _shared(path: tones.Path, other: tones.Path) -> NDArray[np.bool_]:
    """Say which lines of a path (hops, ORDERS) lie on lines of another."""
    n = min(path.hops, other.hops)
    mine = tones.FUNDAMENTAL_HZ[path.states[-n:], None] * tones.ORDER
    base = tones.FUNDAMENTAL_HZ[other.states[-n:], None]
    nearest = np.maximum(np.rint(mine / base), 1.0) * base
    # A line that moves is wider.
    width = SHARED_BINS * spectrum.BIN_HZ + mine * abs(other.slope_per_s) * spectrum.HOP_S
    near = np.abs(mine - nearest) < width
    return np.concatenate([np.zeros((path.hops - n, tones.ORDERS), np.bool_), near])


def _family(
    path: tones.Path,
    lines: NDArray[np.float32],
    told: float,
    low: NDArray[np.float32],
    noise: NDArray[np.float32],
    others: Sequence[fine.Fine],
) -> Family:
    hops = path.hops
    log = np.log(tones.FUNDAMENTAL_HZ[path.states])
    fitted = min(FITTED_HOPS, hops)
    # The frame's middle is as old as the last spectrum's middle and a hop more.
    at_s = spectrum.HOP_S * (np.arange(fitted, dtype=np.float64) - (fitted - 2))
    slope, middle = _line(at_s, log[-fitted:]) if fitted > 2 else (path.slope_per_s, float(log[-min(fitted, 2)]))
    sharp = fine.refine(low, fine.Start(math.exp(middle), slope), noise, others)
    steps = np.arange(hops, dtype=np.float64)
    bent, start = _line(steps, log) if hops > 1 else (0.0, float(log[0]))
    bend = log - start - bent * steps
    return Family(
        told,
        sharp,
        hops,
        lines.sum(axis=1).astype(np.float64),
        lines.mean(axis=0).astype(np.float64),
        _between(sharp),
        0.0,
        0.0,
        float(np.sqrt(np.mean(bend**2))),
    )


def _line(x: Array, y: Array) -> tuple[float, float]:
    """Give slope and value at 0 of the straight line through points, by least squares."""
    x_mean, y_mean = float(x.mean()), float(y.mean())
    slope = float((x - x_mean) @ (y - y_mean)) / float((x - x_mean) @ (x - x_mean))
    return slope, y_mean - slope * x_mean


def _between(sharp: fine.Fine) -> float:
    told = tones.bin_evidence(np.log(sharp.between + 1e-6).astype(np.float32))
    return float(np.minimum(told, HALF_LINE_MOST).sum())
