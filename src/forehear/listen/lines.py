"""A family's lines turned back to zero frequency, and summed over blocks of whole periods.

A tone, its slope, and so each line's phase are known roughly. Half-rate sound times the conjugate of that phase
makes a line nearly constant; over whole periods of the fundamental all other lines of the family sum to nothing.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# --- numbers that decide -----------------------------------------------------------------------------
TO_HZ = 2000.0
MOST_ORDERS = 40
# Between so many lines is looked whether there are more.
MOST_HALVES = 20
# Blocks of about this length [s]: lines may be 16 Hz off at first.
BLOCK_S = 0.03
# Lines of two families nearer than this [Hz], and what they move against each other, cannot be parted.
APART_HZ = 3.0
# -----------------------------------------------------------------------------------------------------


class Lines(NamedTuple):
    """Lines of one family, or the places halfway between them."""

    z: Complex  # (lines, blocks) sums over each block
    at_s: Array  # (blocks,) middle of each
    samples: Array  # (blocks,) how many samples it has
    order: Array  # (lines,)
    noise: Array  # (lines,) variance per sample of white noise as strong as that around the line


class LineStart(NamedTuple):
    """A tone at the middle of a frame, known to about 0.4 %, and the slope of its logarithm."""

    tone_hz: float
    slope_per_s: float


def turned_back(
    low: NDArray[np.float32], tone_hz: float, slope_per_s: float, noise: NDArray[np.float32]
) -> tuple[Lines, Lines]:
    """Turn all lines, and the places halfway between them, back to zero frequency.

    Parameters: a second at half the rate (n,); the tone at its middle [Hz]; the slope of its logarithm [1/s]; the
    noise (BINS,) as the logarithm of its power. Gives the lines, and the halves, each (lines, blocks).
    Reference: our own, docs/listening.md, "Theory of operation", 4; against frame by frame: design/tones.py.
    """
    n = len(low)
    t = (np.arange(n) - (n - 1) / 2) / spectrum.RATE_HZ
    turns = tone_hz * t * (1.0 + t * slope_per_s / 2)
    whole = math.floor(turns[-1] - turns[0])
    blocks = max(round(whole / max(BLOCK_S * tone_hz, 1.0)), 1)
    # Blocks of whole periods, as alike as can be; what is left over, less than a period, is left out at both ends.
    periods = np.rint(np.linspace(0.0, whole, blocks + 1)) + (turns[-1] + turns[0] - whole) / 2.0
    edges = np.searchsorted(turns, periods)
    orders = max(min(int(TO_HZ / tone_hz), MOST_ORDERS), 1)
    angle = (np.pi * (turns - 2.0 * np.rint(turns / 2.0))).astype(np.float32)
    back = np.empty(n, np.complex64)
    back.real = np.cos(angle)
    back.imag = -np.sin(angle)
    turned = low * back
    back = back * back
    # The sum from the last edge on is of the rest, and goes.
    edges = np.minimum(edges, n - 1)
    z = np.zeros((2, orders, len(edges)), np.complex64)
    halves = turned
    ones = low * back
    for k in range(orders):
        z[0, k] = np.add.reduceat(ones, edges)
        if k < MOST_HALVES:
            z[1, k] = np.add.reduceat(halves, edges)
            halves *= back
        ones *= back
    samples = np.diff(edges).astype(np.float64)
    at_s = t[edges[:-1]] + (samples - 1) / 2 / spectrum.RATE_HZ
    order = np.arange(1, orders + 1, dtype=np.float64)
    lines = Lines(z[0, :, :-1].astype(np.complex128), at_s, samples, order, _noise_at(order * tone_hz, noise))
    half = order[:MOST_HALVES] - 0.5
    between = z[1, : len(half), :-1].astype(np.complex128)
    return lines, Lines(between, at_s, samples, half, _noise_at(half * tone_hz, noise))


def _noise_at(line_hz: Array, noise: NDArray[np.float32]) -> Array:
    """Give the variance per sample (lines,) of white noise as strong as that around lines (lines,) [Hz]."""
    at = np.minimum(np.rint(line_hz / spectrum.BIN_HZ).astype(np.intp), spectrum.BINS - 1)
    return np.asarray(np.exp(noise[at].astype(np.float64)) / spectrum.WINDOW_POWER * difference(line_hz))


def difference(line_hz: Array) -> Array:
    """Give the power (lines,) that taking differences leaves of a line's at (lines,) [Hz]: 4 sin^2(pi f / rate).

    Reference: the response of x[n] - x[n - 1] at `spectrum.RATE_HZ`.
    """
    return np.asarray(4.0 * np.sin(np.pi * line_hz / spectrum.RATE_HZ) ** 2)


def freed(a: Lines, start: LineStart, others: Sequence[tuple[float, float]]) -> Lines:
    """Give lines that others (tone [Hz], slope [Hz/s]) have too infinite noise: they then tell nothing."""
    noise = a.noise
    line = a.order * start.tone_hz
    for tone_hz, slope_hz_per_s in others:
        nearest = np.maximum(np.rint(line / tone_hz), 1.0)
        # Over the frame the two move against each other.
        crossing = np.abs(a.order * start.tone_hz * start.slope_per_s - nearest * slope_hz_per_s) / 2.0
        noise = np.where(np.abs(line - nearest * tone_hz) < APART_HZ + crossing, np.inf, noise)
    return a._replace(noise=noise)
