"""Harmonic families by track before detect: no frame is asked whether it holds a tone, paths through frames are.

For each fundamental of a grid (even in its logarithm) a frame's evidence is the sum, over its harmonics up to 2
kHz, of a log-likelihood ratio: a line of unknown strength is there with probability PRESENT, or it is not. Lines
that are missing count a little against, lines that stand out count for, one line alone cannot count for much.
Evidence is added up along paths: a state is a fundamental and its slope, the slope changes by one step a hop at
a price, old evidence fades. A faint steady line so gathers seconds of evidence, wherever Doppler moves it; a
bark does not.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum

Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
LOWEST_HZ, HIGHEST_HZ = 38.0, 260.0
# One step of the grid, in the logarithm; a slope of one step a hop is 0.8 % a second.
STEP = 0.002
# 9.6 % a second: 50 m/s at 80 m, or 100 m/s at 300 m.
SLOPES = 12
ORDERS = 20
# A line of a family is there with this probability; its power over the noise between these, any decade alike.
PRESENT, LEAST_RATIO, MOST_RATIO = 0.35, 2.0, 300.0
# One line of one frame tells at most this [nat]: real sounds have single strong lines for many reasons.
MOST_EVIDENCE = 4.0
# What is left of evidence after a hop, and the price of a change of slope [nat].
KEPT = 0.9
TURN_COST = 2.0
# Paths are remembered for so many hops.
PATH_HOPS = 10
# A peak is higher than so many states to each side.
PEAK_STATES = 4
# A hum that stays in its bin loses its evidence with this time constant [s].
HUM_S = 180.0
# -----------------------------------------------------------------------------------------------------

FUNDAMENTAL_HZ = np.exp(np.arange(np.log(LOWEST_HZ), np.log(HIGHEST_HZ), STEP))
STATES = len(FUNDAMENTAL_HZ)
WAYS = 2 * SLOPES + 1
ORDER = np.arange(1, ORDERS + 1)
# Room for the bins beside a line.
_LAST = spectrum.BINS - 8
_bins = np.rint(FUNDAMENTAL_HZ[:, None] * ORDER / spectrum.BIN_HZ).astype(np.intp)
# Lines beyond 2 kHz point to a bin beyond the end that never tells anything. By order first: sums go along memory.
LINE_BIN = np.ascontiguousarray(np.where(_bins < _LAST, _bins, spectrum.BINS).T)
_LINE_BIN_OF = np.ascontiguousarray(LINE_BIN.T)
_TABLE_FROM, _TABLE_STEP, _TABLE_SIZE = -6.0, 0.02, 901


def _evidence_table() -> Floats:
    """Tabulate the log-likelihood ratio of one bin over the logarithm of its power over the noise."""
    ratio = np.exp(_TABLE_FROM + _TABLE_STEP * np.arange(_TABLE_SIZE))
    strength = np.geomspace(LEAST_RATIO, MOST_RATIO, 30)
    # Power over noise is exponential: of mean 1 without a line, of mean 1 + strength with one.
    likelihood = np.mean(
        np.exp(np.minimum(ratio[:, None] * strength / (1.0 + strength), 50.0)) / (1.0 + strength), axis=1
    )
    return np.asarray(np.minimum(np.log(1.0 - PRESENT + PRESENT * likelihood), MOST_EVIDENCE), np.float32)


_TABLE = _evidence_table()


def bin_evidence(log_ratio: Floats) -> Floats:
    """Give each bin's log-likelihood ratio (BINS,) of a line against none."""
    at = ((log_ratio - _TABLE_FROM) * (1.0 / _TABLE_STEP)).astype(np.intp)
    return np.asarray(np.take(_TABLE, at, mode="clip"), np.float32)


def comb_evidence(of_bins: Floats) -> Floats:
    """Sum bins' evidence (BINS + 1,), the last of which is 0, over the harmonics of each fundamental (STATES,)."""
    return np.asarray(np.add.reduce(of_bins.take(LINE_BIN, mode="clip"), axis=0), np.float32)


class Paths(NamedTuple):
    """Ways of n families through the last hops, the newest last."""

    evidence: Floats  # (n,) of each at its end [nat]
    states: NDArray[np.intp]  # (n, hops)
    slope_per_s: NDArray[np.float64]  # (n,) of the logarithm of the fundamental, at the end


class Search:
    """The paths of one stream: evidence (WAYS, STATES), and for each of the last hops where it came from."""

    def __init__(self) -> None:
        # Two, of which one is what is and the other what was; beside the states there is room for those beyond.
        self._padded = np.zeros((2, WAYS, STATES + 2 * SLOPES), np.float32)
        self._turned = np.zeros((WAYS, STATES), np.float32)
        # Whether a state's evidence came from the slope above its own, or below.
        self._from_above = np.zeros((PATH_HOPS, WAYS, STATES), np.bool_)
        self._from_below = np.zeros((PATH_HOPS, WAYS, STATES), np.bool_)
        self._hum = np.zeros(spectrum.BINS, np.float32)
        self._bins = np.zeros((PATH_HOPS, spectrum.BINS + 1), np.float32)
        self._hops = 0

    @property
    def evidence(self) -> Floats:
        """Evidence (WAYS, STATES) of all states [nat]. Reference: docs/listening.md, "Theory of operation", 2."""
        return np.asarray(self._padded[self._hops % 2, :, SLOPES:-SLOPES])

    def reset(self) -> None:
        """Forget all paths; hums stay known."""
        self._padded[:] = 0.0
        self._from_above[:] = False
        self._from_below[:] = False
        self._bins[:] = 0.0
        self._hops = 0

    def step(self, log_ratios: Floats) -> None:
        """Add frames (n, BINS), one after another."""
        share = np.float32(spectrum.HOP_S / HUM_S)
        for evidence in bin_evidence(np.atleast_2d(log_ratios)):
            now = self._hops % PATH_HOPS
            bins = self._bins[now]
            np.subtract(evidence, np.maximum(self._hum, 0.0), out=bins[:-1])
            self._hum += share * (evidence - self._hum)
            best = self._moved(now)
            np.maximum(best, 0.0, out=best)
            best *= np.float32(KEPT)
            best += comb_evidence(bins)
            self._hops += 1

    def _moved(self, now: int) -> Floats:
        """Move all evidence along its slope; give the best that reaches each state, and note its slope."""
        was, new = self._padded[self._hops % 2], self._padded[(self._hops + 1) % 2]
        # State j of slope s comes from j - s: one view with a slanted stride, no copies.
        row, item = was.strides
        moved = np.ndarray((WAYS, STATES), np.float32, was, 2 * SLOPES * item, (row - item, item))
        best: Floats = new[:, SLOPES:-SLOPES]
        turned = self._turned
        best[:] = moved
        np.subtract(moved, np.float32(TURN_COST), out=turned)
        # No masks: where most paths turn, they would cost four times as much.
        np.greater(turned[:-1], best[1:], out=self._from_below[now, 1:])
        np.maximum(best[1:], turned[:-1], out=best[1:])
        np.greater(turned[1:], best[:-1], out=self._from_above[now, :-1])
        np.maximum(best[:-1], turned[1:], out=best[:-1])
        return best

    def tops(self, least: float, most: int) -> list[tuple[float, int]]:
        """Give states whose best evidence over slopes is a peak of at least `least`, strongest first."""
        along = np.maximum.reduce(self.evidence, axis=0)
        high = np.flatnonzero(along >= least)
        if not len(high):
            return []
        beside = along.take(high[:, None] + np.arange(-PEAK_STATES, PEAK_STATES + 1), mode="clip")
        peaks = high[along[high] >= np.maximum.reduce(beside, axis=1)]
        order = peaks[np.argsort(-along[peaks])][:most]
        return [(float(along[j]), int(j)) for j in order]

    def paths(self, states: NDArray[np.intp]) -> Paths:
        """Walk back from states (n,), along the slopes that reached them best."""
        evidence = self.evidence[:, states]
        way = evidence.argmax(axis=0)
        hops = min(self._hops, PATH_HOPS)
        out = np.empty((hops, len(states)), np.intp)
        out[-1] = at = states
        slopes = way - SLOPES
        for back in range(1, hops):
            now = (self._hops - back) % PATH_HOPS
            from_here = (slopes + SLOPES) * STATES + at
            above = self._from_above[now].take(from_here)
            below = self._from_below[now].take(from_here) & ~above
            at = np.minimum(np.maximum(at - slopes, 0), STATES - 1)
            out[-1 - back] = at
            slopes = slopes + above - below
        each = np.arange(len(states))
        return Paths(evidence[way, each], np.ascontiguousarray(out.T), (way - SLOPES) * (STEP / spectrum.HOP_S))

    def line_evidence(self, states: NDArray[np.intp]) -> Floats:
        """Give the evidence of each line of paths (n, hops), hop by hop (n, hops, ORDERS)."""
        hops = states.shape[1]
        rows = (self._hops - hops + np.arange(hops)) % PATH_HOPS
        return np.asarray(self._bins[rows[:, None], _LINE_BIN_OF[states]], np.float32)

    def recent(self, hops: int) -> Floats:
        """Give all bins' evidence in the last hops (hops, BINS), the newest last."""
        rows = (self._hops - hops + np.arange(hops)) % PATH_HOPS
        return np.asarray(self._bins[rows, :-1])
