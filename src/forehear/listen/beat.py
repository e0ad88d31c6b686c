"""What beats in the last seconds: something that turns or fires slower than a drone's engine.

A helicopter's main rotor, an aircraft's slow propeller, a lorry's cylinders swell all of a sound 8 to 36 times a
second, the lines of tail rotors and gears and the hiss with it, and so show where no line of theirs can be told
from another's. Here the power in three bands is taken every 5 ms; the spectra of its logarithm's course are
compared with their own medians, and the comb that fits them best tells how clear the beat is: the mean over its
lines, but no more than its first line says, or any faster beat would count as a slow one's multiple.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# The course of the power: one value each STEP samples of half-rate sound, of FRAME samples around it (a window so
# long that what beats 125 times a second is not seen, and hardly what beats faster), for so many values (2 s).
STEP, FRAME, COURSE = 40, 128, 400
# Bands [Hz]: below an engine's firing, its lines, and its hiss.
BANDS_HZ = ((60.0, 260.0), (260.0, 1000.0), (1000.0, 3500.0))
# Beats that are looked for, in steps of the padded spectrum, and up to which multiple [Hz].
SLOWEST_HZ, FASTEST_HZ, TOP_HZ, MOST_MULTIPLES = 8.0, 36.0, 72.0, 4
# What swells slower than this many values is weather.
SLOW = 61
# -----------------------------------------------------------------------------------------------------

_RATE_HZ = spectrum.RATE_HZ / STEP
_PADDED = 2 * COURSE
_BIN_HZ = _RATE_HZ / _PADDED
_WINDOW = np.hanning(FRAME + 2)[1:-1].astype(np.float32)
_HZ = np.fft.rfftfreq(FRAME, 1.0 / spectrum.RATE_HZ)
_IN_BAND = np.array([(low <= _HZ) & (high > _HZ) for low, high in BANDS_HZ], np.float32)
_BEATS_HZ = np.arange(SLOWEST_HZ, FASTEST_HZ + 1e-9, _BIN_HZ)
_MULTIPLES = np.arange(1, MOST_MULTIPLES + 1)
_USED = _BEATS_HZ[:, None] * _MULTIPLES <= TOP_HZ
_AT = np.where(_USED, np.rint(_BEATS_HZ[:, None] * _MULTIPLES / _BIN_HZ), 0.0).astype(np.intp)
_USED_SUM = _USED.sum(axis=1)
_NOISE = slice(round(6.0 / _BIN_HZ), round(TOP_HZ / _BIN_HZ) + 2)
_FAINT = 1e-12


class Beat:
    """Follows the course of the power of half-rate sound; works only when it is asked."""

    def __init__(self) -> None:
        """Begin in silence."""
        self._rest = np.zeros(FRAME - STEP, np.float32)
        self._course = np.zeros((0, len(BANDS_HZ)), np.float32)
        self._waiting: list[NDArray[np.float32]] = []

    def hear(self, low: NDArray[np.float32]) -> None:
        """Hear a hop (n,) of half-rate sound, n a multiple of STEP."""
        self._waiting.append(low)
        # What is so old is not asked for again, but for the samples before the first frame.
        while sum(map(len, self._waiting[1:])) >= COURSE * STEP + FRAME:
            self._rest = self._waiting.pop(0)[STEP - FRAME :]

    def _follow(self) -> None:
        """Take in what was heard since it was last asked for."""
        x = np.concatenate([self._rest, *self._waiting])
        self._waiting = []
        self._rest = x[len(x) - (FRAME - STEP) :]
        count = (len(x) - FRAME) // STEP + 1
        frames = np.ndarray((count, FRAME), np.float32, x, 0, (STEP * x.itemsize, x.itemsize)) * _WINDOW
        spectra = np.fft.rfft(frames, axis=1)
        power = spectra.real**2 + spectra.imag**2
        self._course = np.concatenate([self._course, np.log(power @ _IN_BAND.T + np.float32(_FAINT))])[-COURSE:]

    def clearness(self) -> float:
        """Give how clear the clearest beat is: 1 to 2 of noise, 3 and more of rotors; 0 in the first second."""
        if self._waiting:
            self._follow()
        n = len(self._course)
        if n < COURSE // 2:
            return 0.0
        course = (self._course - _smooth(self._course)).T * _windows(n)
        spectra = np.fft.rfft(course, _PADDED)[:, : _NOISE.stop]
        of_bands = spectra.real**2 + spectra.imag**2
        beside = np.sort(of_bands[:, _NOISE], axis=1)
        middle = (beside[:, (beside.shape[1] - 1) // 2] + beside[:, beside.shape[1] // 2]) / 2.0
        above = np.add.reduce(of_bands / (middle[:, None] + 1e-12), axis=0)
        courses = np.log1p(above / (len(BANDS_HZ) + 1.0)).take(_AT) * _USED
        return float(np.minimum(np.add.reduce(courses, axis=1) / _USED_SUM, courses[:, 0]).max())


@cache
def _windows(count: int) -> Array:
    return np.hanning(count)


def _smooth(course: NDArray[np.float32]) -> Array:
    """Give the running mean (n, bands) over SLOW values, shorter at the ends."""
    n, half = len(course), SLOW // 2
    total = np.zeros((n + 1, course.shape[1]))
    np.add.accumulate(course, axis=0, dtype=np.float64, out=total[1:])
    at = np.arange(n)
    begin, end = np.maximum(at - half, 0), np.minimum(at + (half + 1), n)
    return np.asarray((total[end] - total[begin]) / (end - begin)[:, None], np.float64)
