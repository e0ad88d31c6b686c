"""A simple listener of one engine, for tests that need tones from sound before and beside the real one.

Frames of half a second, a comb over the harmonics of every fundamental on a grid, the peak by a parabola: no
slope, no floor, no kinds.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FRAME_S = 0.5
# A twentieth of the highest line's width, over the number of lines.
STEP_HZ = 0.05


def tones(
    sound: NDArray[np.float32], low_hz: float, high_hz: float, lines: int, rate_hz: float = 16000.0
) -> tuple[Array, Array]:
    """Give middles of frames (n,) [s] and the fundamental of the best comb in each (n,) [Hz]."""
    length = int(FRAME_S * rate_hz)
    grid = np.arange(low_hz, high_hz, STEP_HZ)
    window = np.hanning(length)
    middles, found = [], []
    for first in range(0, len(sound) - length + 1, length):
        power = np.abs(np.fft.rfft(sound[first : first + length] * window, 4 * length)) ** 2
        frequency = np.arange(len(power)) * rate_hz / (4 * length)
        score = np.zeros(len(grid))
        for k in range(1, lines + 1):
            # Each line by its square root, or the loudest would be all.
            score += np.sqrt(np.interp(k * grid, frequency, power))
        i = int(np.clip(np.argmax(score), 1, len(grid) - 2))
        low, here, high = score[i - 1 : i + 2]
        middles.append((first + 0.5 * length) / rate_hz)
        found.append(grid[i] + STEP_HZ * 0.5 * (low - high) / (low - 2.0 * here + high))
    return np.array(middles), np.array(found)
