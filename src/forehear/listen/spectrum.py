"""From samples to what the search for tones works on: half-rate sound, short spectra, and what stands out of them.

Everything up to 2 kHz is looked for at 8 kHz. A frame is half a second under a Hann window, a new one each
quarter; a bin of the padded spectrum is 0.98 Hz. `floor_and_ratio` divides a spectrum by its own running median
along frequency: what is left is 1 on average where there is only noise, of whatever colour, and large where
there is a line.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ

Floats = NDArray[np.float32]

# --- numbers that decide -----------------------------------------------------------------------------
RATE_HZ = LISTENING_RATE_HZ // 2
HOP_S = 0.25
# Two hops: lines of a passing drone (3 Hz/s at the fundamental) smear little, neighbours at 38 Hz stand apart.
FRAME_HOPS = 2
TO_HZ = 2050.0
PADDED = 8192
# The running median: over this many bins to each side, each so many bins, of each so many bins.
MEDIAN_HALF, MEDIAN_STEP, MEDIAN_STRIDE = 64, 16, 3
TAPS = 33
# Half-rate samples made at once: a divisor of HOP.
BLOCK = 20
# -----------------------------------------------------------------------------------------------------

HOP_IN = int(HOP_S * LISTENING_RATE_HZ)
HOP = int(HOP_S * RATE_HZ)
FRAME = FRAME_HOPS * HOP
BIN_HZ = RATE_HZ / PADDED
BINS = int(TO_HZ / BIN_HZ)
# Half-rate sound comes by so much later than the input [s].
DELAY_S = (TAPS - 1) / 2 / LISTENING_RATE_HZ
_EPS = np.float32(1e-14)


def _low_pass() -> Floats:
    taps = np.hanning(TAPS) * np.sinc((np.arange(TAPS) - (TAPS - 1) / 2) / 2 * 0.95)
    return np.asarray(taps / taps.sum(), np.float32)


LOW = _low_pass()
WINDOW = np.asarray(np.hanning(FRAME + 1)[:FRAME], np.float32)
# Noise of unit variance has this power in a bin of a frame.
WINDOW_POWER = float(np.sum(np.float64(WINDOW) ** 2))
# A line of amplitude A at a bin's middle has the power A^2 times this.
LINE_POWER = float(np.sum(np.float64(WINDOW))) ** 2 / 4.0


class Hops(NamedTuple):
    """Quarters of a second: half-rate samples (n * HOP,), and each one's power above 4 kHz [full scale^2] (n,)."""

    low: Floats
    high_power: Floats


def _both_halves() -> Floats:
    """Give what samples of a block and the TAPS - 1 before it add to its outputs: (samples, low then high)."""
    out = np.zeros((2 * BLOCK + TAPS - 2, 2 * BLOCK), np.float32)
    for k in range(BLOCK):
        out[2 * k : 2 * k + TAPS, k] = LOW[::-1]
        # Moved to the upper half, every second tap changes its sign.
        out[2 * k : 2 * k + TAPS, BLOCK + k] = LOW[::-1] * (1.0 - 2.0 * (np.arange(TAPS) % 2))
    return out


_HALVES = _both_halves()


class Halver:
    """Halve the rate of a stream, hop by hop; keeps the end of the last hop."""

    def __init__(self) -> None:
        self._before = np.zeros(TAPS - 1, np.float32)

    def take(self, samples: Floats) -> Hops:
        """Take samples (n * HOP_IN,) of one hop or several."""
        joined = np.concatenate([self._before, samples])
        self._before = joined[len(samples) :]
        # One product of matrices for all of them: blocks of inputs, each with what lies before it.
        step, hops = joined.itemsize, len(samples) // HOP_IN
        blocks = np.ndarray((hops * HOP // BLOCK, len(_HALVES)), np.float32, joined, 0, (2 * BLOCK * step, step))
        both = blocks.copy() @ _HALVES
        # Every second sample is enough for a power.
        high = both[:, BLOCK:].reshape(hops, HOP)
        return Hops(both[:, :BLOCK].ravel(), np.einsum("ij,ij->i", high, high) / np.float32(HOP))


def power_spectrum(frames: Floats) -> Floats:
    """Give the power (..., BINS) of frames (..., FRAME) of half-rate samples."""
    # Without the mean: a dead microphone's constant would leave a comb of side lobes.
    out = np.empty((*frames.shape[:-1], BINS), np.float32)
    padded = np.zeros(PADDED, np.float32)
    inside = padded[:FRAME]
    # One after another: all of them at once do not stay in a small computer's cache.
    for frame, power in zip(frames.reshape(-1, FRAME), out.reshape(-1, BINS), strict=True):
        np.subtract(frame, np.add.reduce(frame) / np.float32(FRAME), out=inside)
        inside *= WINDOW
        spectrum = np.fft.rfft(padded)[:BINS]
        np.multiply(spectrum.real, spectrum.real, out=power)
        power += spectrum.imag**2
    return out


def _surroundings() -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    centres = np.arange(0, BINS + MEDIAN_STEP, MEDIAN_STEP)
    near = np.abs(centres[:, None] + np.arange(-MEDIAN_HALF, MEDIAN_HALF + 1, MEDIAN_STRIDE)[None])
    near = np.where(near > BINS - 1, 2 * (BINS - 1) - near, near)
    return near, np.asarray(np.arange(MEDIAN_STEP) / MEDIAN_STEP, np.float32)


_NEAR, _BETWEEN = _surroundings()
_MIDDLE = _NEAR.shape[1] // 2
# The median of an exponential law of mean 1 is ln 2.
_LN_LN2 = np.float32(np.log(np.log(2.0)))


def floor_and_ratio(power: Floats) -> tuple[Floats, Floats]:
    """Give the logarithm of the noise's power per bin (..., BINS), and that of power over noise (..., BINS)."""
    log = np.log(power + _EPS)
    near = log.take(_NEAR, axis=-1)
    near.partition(_MIDDLE, axis=-1)
    median = near[..., _MIDDLE]
    across = median[..., :-1, None] + (median[..., 1:] - median[..., :-1])[..., None] * _BETWEEN
    noise = across.reshape(*power.shape[:-1], -1)[..., :BINS] - _LN_LN2
    return noise, log - noise
