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
from forehear.listen.contrast import contrasts
from forehear.listen.lines import APART_HZ, TO_HZ, LineStart

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
# Evidence of a first family, and of one beside others [nat]; noise alone reaches the first once in an hour or so.
LEAST_EVIDENCE, LEAST_BESIDE = 24.0, 28.0
# So many peaks are looked at, and so many families told.
MOST_PEAKS, MOST_FAMILIES = 10, 4
# A line this near to another family's [bins] is the other's: half the main lobe of the window.
SHARED_BINS = 4
# The tone and slope at the middle of the frame come from a straight line through so many hops of the path.
FITTED_HOPS = 4
# How much one line halfway between may tell at most [nat].
HALF_LINE_MOST = 4.0
# A bin with this evidence [nat] is clear of noise: one in 500 of noise is. Bins so far beside a line belong to it.
CLEAR, BESIDE = 1.5, 4
# Stray lines that are there in this share of the hops are steady; those under this frequency [Hz] are low.
STEADY_SHARE, LOW_HZ = 0.6, 500.0
# A hop belongs to a path that began before it where it has more evidence than this [nat]; so many belong to any.
WORTH_A_HOP, LEAST_HOPS = 3.0, 3
# Hops that its contrast is of.
LATELY = 4
# A line counts as there with this evidence [nat] a hop.
THERE = 1.0
# -----------------------------------------------------------------------------------------------------

_LOW_BIN = round(LOW_HZ / spectrum.BIN_HZ)
_FADE = (tones.KEPT ** np.arange(tones.PATH_HOPS - 1, -1, -1)).astype(np.float32)
_LINE_HZ = (tones.FUNDAMENTAL_HZ[:, None] * tones.ORDER).astype(np.float32)


class Path(NamedTuple):
    """A family's way through the last hops, the newest last."""

    states: NDArray[np.intp]  # (hops,)
    slope_per_s: float  # of the logarithm of the fundamental, at the end
    hops: int


class Family(NamedTuple):
    """A family as of the last second."""

    evidence: float  # [nat], of lines of its own
    fine: fine.Fine
    hops: int  # of the path
    per_line: Array  # (orders,) mean evidence of each line over the hops
    halved: float  # evidence [nat] of lines halfway between: the fundamental may be half as high
    strong: float  # evidence [nat] a hop of this family's clear lines
    stray: float  # that of clear lines that are of no family
    steady: float  # that part of it which stays in its place: rotors, hums; not voices or birds
    low_stray: float  # that part of it which lies under LOW_HZ
    per_hop: Array  # (hops,) evidence of its lines hop by hop, the newest last
    contrast: tuple[float, ...] = ()  # how all evidence follows its comb: `contrast.NAMES`


def families(
    search: tones.Search, low: NDArray[np.float32], noise: NDArray[np.float32], before: Sequence[fine.Fine] = ()
) -> list[Family]:
    """Give the families of the last second, strongest first; `low` (n,) half-rate sound of the frame.

    `before`: those of a second ago, whose slopes tell how the same ones bend now.
    """
    states = np.array([state for _, state in search.tops(LEAST_EVIDENCE, MOST_PEAKS)], np.intp)
    if not len(states):
        return []
    paths = search.paths(states)
    lines, hops = _begun(search.line_evidence(paths.states))
    left = list(range(len(states)))
    found: list[Path] = []
    out: list[Family] = []
    while left and len(out) < MOST_FAMILIES:
        # The most evidence of its own, not the most: a part of a comb that is taken has little left.
        sums = _summed(lines, hops)
        i = max(left, key=lambda i: float(sums[i]))
        left.remove(i)
        own = float(sums[i])
        if own < (LEAST_BESIDE if found else LEAST_EVIDENCE):
            break
        path = Path(paths.states[i, -hops[i] :], float(paths.slope_per_s[i]), int(hops[i]))
        evidence = min(own, float(paths.evidence[i]))
        beside = ([f.fine for f in out], before)
        family = _family(path, lines[i, -path.hops :], evidence, low, noise, beside)
        # All its lines are others': another's double, or two that cross, of which one is told this second.
        if not family.fine.ratio.any() or family.fine.all_power <= 0.0:
            continue
        found.append(path)
        out.append(family)
        lines[_shared(paths.states, path)] = 0.0
    alone = [f._replace(halved=_between(f.fine, [o.fine for o in out if o is not f])) for f in out]
    return _strays(search, found, alone)


def _begun(lines: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Find where paths began: hops before that, of the noise that was there, are none of their own.

    Gives their evidence (n, hops, ORDERS), the hops before left out, and how many hops each has (n,).
    """
    hops = lines.shape[1]
    worth = np.cumsum((lines.sum(axis=2) - WORTH_A_HOP)[:, ::-1], axis=1)[:, ::-1]
    begin = np.minimum(worth.argmax(axis=1), max(hops - LEAST_HOPS, 0))
    lines *= (np.arange(hops) >= begin[:, None])[:, :, None]
    return lines, hops - begin


def _summed(lines: Floats, hops: NDArray[np.intp]) -> Floats:
    """Sum the evidence of lines (n, hops, ORDERS) as the search does, older hops fading."""
    # What came before the remembered hops, shared out like what came in them.
    older = np.where(hops == tones.PATH_HOPS, np.float32(1.0 - tones.KEPT**tones.PATH_HOPS), np.float32(1.0))
    return np.asarray(lines.sum(axis=2) @ _FADE[-lines.shape[1] :] / older, np.float32)


def _strays(search: tones.Search, paths: list[Path], out: list[Family]) -> list[Family]:
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
        orders = np.arange(1, int(TO_HZ / tone.min()) + 1)
        at = np.rint(tone[:, None, None] * orders[:, None] / spectrum.BIN_HZ).astype(np.intp)
        at = np.minimum(at + np.arange(-BESIDE, BESIDE + 1), spectrum.BINS - 1)
        strong.append(float(clear[rows[-path.hops :, None, None], at].sum()) / path.hops)
        clear[rows[-path.hops :, None, None], at] = 0.0
    of_bins = clear.sum(axis=0) / hops
    stray, low = float(of_bins.sum()), float(of_bins[:_LOW_BIN].sum())
    there = np.count_nonzero(clear > 0.0, axis=0)
    # A line that stands between two bins lights up one or the other.
    there[1:-1] += np.maximum(there[:-2], there[2:])
    steady = float(of_bins[there >= STEADY_SHARE * hops].sum())
    lately = np.add.reduce(search.recent(LATELY), axis=0) / np.float32(LATELY)
    return [
        f._replace(
            strong=s, stray=stray, steady=steady, low_stray=low,
            contrast=tuple(contrasts(lately, f.fine.tone_hz)),
        )
        for f, s in zip(out, strong, strict=True)
    ]  # fmt: skip


def _shared(states: NDArray[np.intp], other: Path) -> NDArray[np.bool_]:
    """Say which lines of paths (n, hops) lie on lines of another (n, hops, ORDERS)."""
    mine = _LINE_HZ[states[:, -other.hops :]]
    base = tones.FUNDAMENTAL_HZ.astype(np.float32)[other.states, None]
    nearest = np.maximum(np.rint(mine / base), np.float32(1.0)) * base
    # A line that moves is wider.
    width = np.float32(SHARED_BINS * spectrum.BIN_HZ) + mine * np.float32(abs(other.slope_per_s) * spectrum.HOP_S)
    out = np.zeros((*states.shape, tones.ORDERS), np.bool_)
    np.less(np.abs(mine - nearest), width, out=out[:, -other.hops :])
    return out


def _family(
    path: Path,
    lines: Floats,
    evidence: float,
    low: NDArray[np.float32],
    noise: NDArray[np.float32],
    beside: tuple[Sequence[fine.Fine], Sequence[fine.Fine]],
) -> Family:
    hops = path.hops
    log = np.log(tones.FUNDAMENTAL_HZ[path.states])
    fitted = min(FITTED_HOPS, hops)
    # The frame's middle is as old as the last spectrum's middle and a hop more.
    at_s = spectrum.HOP_S * (np.arange(fitted, dtype=np.float64) - (fitted - 2))
    slope, middle = _line(at_s, log[-fitted:]) if fitted > 2 else (path.slope_per_s, float(log[-min(fitted, 2)]))
    others, before = beside
    start = LineStart(math.exp(middle), slope)
    sharp = fine.refine(low, start, noise, others, fine.continued(start, before))
    return Family(
        evidence,
        sharp,
        hops,
        lines.mean(axis=0).astype(np.float64),
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        lines.sum(axis=1).astype(np.float64),
    )


def _line(x: Array, y: Array) -> tuple[float, float]:
    """Give slope and value at 0 of the straight line through points, by least squares."""
    x_mean, y_mean = float(x.mean()), float(y.mean())
    slope = float((x - x_mean) @ (y - y_mean)) / float((x - x_mean) @ (x - x_mean))
    return slope, y_mean - slope * x_mean


def _between(sharp: fine.Fine, others: Sequence[fine.Fine]) -> float:
    """Sum the evidence of lines halfway between a family's, those near other families' lines left out."""
    between = np.minimum(tones.bin_evidence(np.log(sharp.between + 1e-6).astype(np.float32)), HALF_LINE_MOST)
    half_hz = (np.arange(len(between)) + 0.5) * sharp.tone_hz
    for other in others:
        nearest = np.maximum(np.rint(half_hz / other.tone_hz), 1.0) * other.tone_hz
        moving = half_hz * abs(sharp.slope_hz_per_s / sharp.tone_hz - other.slope_hz_per_s / other.tone_hz) / 2.0
        between = np.where(np.abs(half_hz - nearest) < APART_HZ + moving, 0.0, between)
    return float(between.sum())
