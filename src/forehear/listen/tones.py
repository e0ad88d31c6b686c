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
    """Sum bins' evidence (BINS,) over the harmonics of each fundamental (STATES,)."""
    padded = np.append(of_bins, np.float32(0.0))
    return np.asarray(np.take(padded, LINE_BIN, mode="clip").sum(axis=0), np.float32)


class Paths(NamedTuple):
    """Ways of n families through the last hops, the newest last."""

    evidence: Floats  # (n,) of each at its end [nat]
    states: NDArray[np.intp]  # (n, hops)
    slope_per_s: NDArray[np.float64]  # (n,) of the logarithm of the fundamental, at the end


class Search:
    """The paths of one stream: evidence (WAYS, STATES), and for each of the last hops where it came from."""

    def __init__(self) -> None:
        self._padded = np.zeros((WAYS, STATES + 2 * SLOPES), np.float32)
        # Whether a state's evidence came from the slope above its own, or below.
        self._from_above = np.zeros((PATH_HOPS, WAYS, STATES), np.bool_)
        self._from_below = np.zeros((PATH_HOPS, WAYS, STATES), np.bool_)
        self._hum = np.zeros(spectrum.BINS, np.float32)
        self._bins = np.zeros((PATH_HOPS, spectrum.BINS + 1), np.float32)
        self._hops = 0
        self.evidence = np.zeros((WAYS, STATES), np.float32)

    def reset(self) -> None:
        """Forget all paths; hums stay known."""
        self.evidence[:] = 0.0
        self._from_above[:] = False
        self._from_below[:] = False
        self._bins[:] = 0.0
        self._hops = 0

    def step(self, log_ratio: Floats) -> None:
        """Add one frame."""
        evidence = bin_evidence(log_ratio)
        share = spectrum.HOP_S / HUM_S
        evidence, self._hum = evidence - np.maximum(self._hum, 0.0), self._hum + share * (evidence - self._hum)
        now = self._hops % PATH_HOPS
        self._bins[now, :-1] = evidence
        best = self._moved(now)
        np.maximum(best, 0.0, out=best)
        best *= KEPT
        best += comb_evidence(evidence)
        self.evidence = best
        self._hops += 1

    def _moved(self, now: int) -> Floats:
        """Move all evidence along its slope; give the best that reaches each state, and note its slope."""
        inner = self._padded[:, SLOPES:-SLOPES]
        inner[:] = self.evidence
        # State j of slope s comes from j - s: one view with a slanted stride, no copies.
        row, item = self._padded.strides
        moved = np.ndarray((WAYS, STATES), np.float32, self._padded, 2 * SLOPES * item, (row - item, item))
        best = moved.copy()
        moved = best - np.float32(TURN_COST)
        # No masks: where most paths turn, they would cost four times as much.
        np.greater(moved[:-1], best[1:], out=self._from_below[now, 1:])
        np.maximum(best[1:], moved[:-1], out=best[1:])
        np.greater(moved[1:], best[:-1], out=self._from_above[now, :-1])
        np.maximum(best[:-1], moved[1:], out=best[:-1])
        return best

    def tops(self, least: float, most: int) -> list[tuple[float, int]]:
        """Give states whose best evidence over slopes is a peak of at least `least`, strongest first."""
        along = self.evidence.max(axis=0)
        wide = np.lib.stride_tricks.sliding_window_view(np.pad(along, 4, constant_values=-1.0), 9).max(axis=1)
        peaks = np.flatnonzero((along >= wide) & (along >= least))
        order = peaks[np.argsort(-along[peaks])][:most]
        return [(float(along[j]), int(j)) for j in order]

    def paths(self, states: NDArray[np.intp]) -> Paths:
        """Walk back from states (n,), along the slopes that reached them best."""
        way = self.evidence[:, states].argmax(axis=0)
        evidence = self.evidence[way, states]
        slope = (way - SLOPES) * (STEP / spectrum.HOP_S)
        hops = min(self._hops, PATH_HOPS)
        out = np.empty((len(states), hops), np.intp)
        out[:, -1] = at = states
        for back in range(1, hops):
            now = (self._hops - back) % PATH_HOPS
            above = self._from_above[now, way, at]
            below = self._from_below[now, way, at] & ~above
            at = np.minimum(np.maximum(at - (way - SLOPES), 0), STATES - 1)
            out[:, -1 - back] = at
            way = way + above - below
        return Paths(evidence, out, slope)

    def line_evidence(self, states: NDArray[np.intp]) -> Floats:
        """Give the evidence of each line of paths (n, hops), hop by hop (n, hops, ORDERS)."""
        hops = states.shape[1]
        rows = (self._hops - hops + np.arange(hops)) % PATH_HOPS
        return np.asarray(self._bins[rows[:, None], _LINE_BIN_OF[states]], np.float32)

    def recent(self, hops: int) -> Floats:
        """Give all bins' evidence in the last hops (hops, BINS), the newest last."""
        rows = (self._hops - hops + np.arange(hops)) % PATH_HOPS
        return np.asarray(self._bins[rows, :-1])
