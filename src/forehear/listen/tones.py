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
    at = np.clip((log_ratio - _TABLE_FROM) * (1.0 / _TABLE_STEP), 0.0, _TABLE_SIZE - 1.0)
    return np.asarray(_TABLE[at.astype(np.intp)], np.float32)


def comb_evidence(of_bins: Floats) -> Floats:
    """Sum bins' evidence (BINS,) over the harmonics of each fundamental (STATES,)."""
    padded = np.append(of_bins, np.float32(0.0))
    return np.asarray(padded[LINE_BIN].sum(axis=0), np.float32)


class Path(NamedTuple):
    """A family's way through the last hops, the newest last: states (n,), its evidence, and where each hop was."""

    evidence: float
    states: NDArray[np.intp]
    slope_per_s: float  # of the logarithm of the fundamental, at the end
    hops: int  # n

    @property
    def tone_hz(self) -> float:
        """The fundamental at the end."""
        return float(FUNDAMENTAL_HZ[self.states[-1]])


class Search:
    """The paths of one stream: evidence (WAYS, STATES), and for each of the last hops where it came from."""

    def __init__(self) -> None:
        self._padded = np.zeros((WAYS, STATES + 2 * SLOPES), np.float32)
        self._came = np.zeros((PATH_HOPS, WAYS, STATES), np.int8)
        self._hum = np.zeros(spectrum.BINS, np.float32)
        self._bins = np.zeros((PATH_HOPS, spectrum.BINS + 1), np.float32)
        self._hops = 0
        self.evidence = np.zeros((WAYS, STATES), np.float32)

    def reset(self) -> None:
        """Forget all paths; hums stay known."""
        self.evidence[:] = 0.0
        self._came[:] = 0
        self._bins[:] = 0.0
        self._hops = 0

    def step(self, log_ratio: Floats) -> None:
        """Add one frame."""
        told = bin_evidence(log_ratio)
        share = spectrum.HOP_S / HUM_S
        told, self._hum = told - np.maximum(self._hum, 0.0), self._hum + share * (told - self._hum)
        now = self._hops % PATH_HOPS
        self._bins[now, :-1] = told
        came = self._moved()
        best = came[0]
        self._came[now] = came[1]
        np.maximum(best, 0.0, out=best)
        best *= KEPT
        best += comb_evidence(told)
        self.evidence = best
        self._hops += 1

    def _moved(self) -> tuple[Floats, NDArray[np.int8]]:
        """Move all evidence along its slope; gives the best that reaches each state, and the change of slope."""
        inner = self._padded[:, SLOPES:-SLOPES]
        inner[:] = self.evidence
        # State j of slope s comes from j - s: one view with a slanted stride, no copies.
        row, item = self._padded.strides
        moved = np.lib.stride_tricks.as_strided(self._padded[0, 2 * SLOPES :], (WAYS, STATES), (row - item, item))
        best = moved.copy()
        came = np.zeros((WAYS, STATES), np.int8)
        # No masks: where most paths turn, they would cost four times as much.
        turned = moved[:-1] - np.float32(TURN_COST)
        better = (turned > best[1:]).view(np.int8)
        np.maximum(best[1:], turned, out=best[1:])
        came[1:] -= better
        turned = moved[1:] - np.float32(TURN_COST)
        better = (turned > best[:-1]).view(np.int8)
        np.maximum(best[:-1], turned, out=best[:-1])
        came[:-1] *= 1 - better
        came[:-1] += better
        return best, came

    def tops(self, least: float, most: int) -> list[tuple[float, int]]:
        """Give states whose best evidence over slopes is a peak of at least `least`, strongest first."""
        along = self.evidence.max(axis=0)
        wide = np.lib.stride_tricks.sliding_window_view(np.pad(along, 4, constant_values=-1.0), 9).max(axis=1)
        peaks = np.flatnonzero((along >= wide) & (along >= least))
        order = peaks[np.argsort(-along[peaks])][:most]
        return [(float(along[j]), int(j)) for j in order]

    def path(self, state: int) -> Path:
        """Walk back from a state, along the slope that reached it best."""
        way = int(self.evidence[:, state].argmax())
        evidence = float(self.evidence[way, state])
        slope = (way - SLOPES) * STEP / spectrum.HOP_S
        states = [state]
        hops = min(self._hops, PATH_HOPS)
        for back in range(1, hops):
            now = (self._hops - back) % PATH_HOPS
            change = int(self._came[now, way, states[-1]])
            states.append(min(max(states[-1] - (way - SLOPES), 0), STATES - 1))
            way += change
        return Path(evidence, np.array(states[::-1], np.intp), slope, hops)

    def line_evidence(self, path: Path) -> Floats:
        """Give the evidence of each line of a path, hop by hop (n, ORDERS)."""
        n = len(path.states)
        rows = (self._hops - n + np.arange(n)) % PATH_HOPS
        return np.asarray(self._bins[rows[:, None], LINE_BIN[:, path.states].T], np.float32)

    def recent(self, hops: int) -> Floats:
        """Give all bins' evidence in the last hops (hops, BINS), the newest last."""
        rows = (self._hops - hops + np.arange(hops)) % PATH_HOPS
        return np.asarray(self._bins[rows, :-1])
