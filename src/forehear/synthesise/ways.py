"""One way of sound to one microphone, straight or by the ground: times, levels, lines and noise along it.

Times of emission are solved in cells of 8 ms and refined to each sample by a cubic with the exact slope. Lines
are evaluated at the phase they had when they left, so that they are exact; noise is read between its samples by
a windowed sinc that narrows with the Doppler ratio. Absorption and the ground's coefficient, which depend on
frequency, multiply each line, and go over the noise as filters in frames of 64 ms.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps, wind_mps
from forehear.compiled import njit
from forehear.records import Atmosphere
from forehear.synthesise import travel
from forehear.synthesise.noise import coloured
from forehear.synthesise.turbulence import Shake
from forehear.synthesise.voice import SeriesVoice, Voice

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
# Cells in which time, level and phase of the way are solved [samples; 8 ms at 16 kHz]: the cubic between errs
# by less than 1e-9 s for 170 m/s at 50 m, and by 1e-7 s at 10 m.
CELL = 128
# Frames of the noise's filters [samples]: 64 ms at 16 kHz, in which 170 m/s are 11 m.
HOP = 512
FRAME = 2 * HOP
# Zero crossings of the sinc to each side of a sample, and points of its table between two.
_CROSSINGS, _FINE = 12, 512


@dataclass(frozen=True)
class Ground:
    """Level ground at a height [m], of a flow resistivity [kPa s/m^2] (see `travel.impedance`)."""

    height_m: float = 0.0
    flow_resistivity_kpas_per_m2: float = 200.0


@dataclass(frozen=True)
class Medium:
    """The air as sound meets it."""

    atmosphere: Atmosphere
    sound_mps: float
    wind_mps: Array  # (3,)

    def absorption(self, frequency_hz: Array) -> Array:
        """Give the absorption [dB/m] at frequencies [Hz], in their shape.

        Reference: ISO 9613-1:1993, eq. 3 to 5.
        """
        a = self.atmosphere
        return absorption_db_per_m(frequency_hz, a.temperature_c, a.relative_humidity_pct, a.pressure_hpa)


def air_of(atmosphere: Atmosphere) -> Medium:
    """Take an atmosphere apart for sound."""
    east, north = wind_mps(atmosphere)
    return Medium(atmosphere, speed_of_sound_mps(atmosphere.temperature_c), np.array([east, north, 0.0]))


@dataclass(frozen=True)
class Way:
    """A way over `count` samples: what arrives in each cell (cells + 1,), and when each sample left (count,)."""

    air: Medium
    ground: Ground | None  # where the way is by the ground
    rate_hz: float
    cells: travel.WaveArrival
    emitted_s: Array
    spreading: Array  # (count,) of the pressure at 1 m


def _sinc_table() -> Array:
    x = np.arange(_CROSSINGS * _FINE + 2) / _FINE
    return np.asarray(np.sinc(x) * np.where(x < _CROSSINGS, np.cos(0.5 * np.pi * x / _CROSSINGS) ** 2, 0.0))


_SINC = _sinc_table()


@njit(cache=True)
def _read(stream: Array, at: Array, ratio: Array, table: Array) -> Array:  # pragma: no cover - compiled
    """Read a stream between its samples, at places `at` (n,); where it runs faster than `ratio` (n,) 1, narrower.

    `table` is a windowed sinc's half. Reference: our own, bandlimited interpolation; docs/simulation.md, "Sound".
    """
    out = np.empty(len(at))
    for i in range(len(at)):
        narrow = min(1.0, 1.0 / ratio[i])
        half = _CROSSINGS / narrow
        total = 0.0
        for k in range(int(np.ceil(at[i] - half)), int(np.floor(at[i] + half)) + 1):
            s = abs(at[i] - k) * narrow * _FINE
            j = int(s)
            total += stream[k] * (table[j] + (s - j) * (table[j + 1] - table[j]))
        out[i] = total * narrow
    return out


@njit(cache=True)
def _sum_lines(phase: Array, real: Array, imag: Array, cell: int) -> Array:  # pragma: no cover - compiled
    """Add up lines: orders 1, 2, ... of a phase (n,) [rad], with complex amplitudes (n / cell + 1, orders) [Pa].

    Reference: our own, the angle-addition recursion for cos and sin of multiples; docs/simulation.md, "Sound".
    """
    out = np.empty(len(phase))
    for i in range(len(phase)):
        c, s = np.cos(phase[i]), np.sin(phase[i])
        j = i // cell
        u = (i - j * cell) / cell
        x, y, total = 1.0, 0.0, 0.0
        for k in range(real.shape[1]):
            x, y = x * c - y * s, x * s + y * c
            total += (real[j, k] + u * (real[j + 1, k] - real[j, k])) * x
            total -= (imag[j, k] + u * (imag[j + 1, k] - imag[j, k])) * y
        out[i] = total
    return out


def way(
    motion: travel.Motion, microphone_m: Array, air: Medium, ground: Ground | None, heard_s: float, count: int,
    rate_hz: float, shake: Shake | None = None,
) -> Way:  # fmt: skip
    """Follow a motion's sound to a microphone (3,) [m] over `count` samples at `rate_hz` from `heard_s` on.

    By the ground, the motion is that of the image. Turbulence, where there is any, shakes it. Nearer than a metre
    counts as a metre. Raises NoSolution as `travel.arrival`. Ignores: refraction, and what `travel.arrival` does.
    Reference: ISO 9613-2:1996, eq. 7, for the spreading; docs/simulation.md, "Sound".
    """
    edges = CELL * np.arange(-(-count // CELL) + 1)
    heard = heard_s + edges / rate_hz
    cells = travel.arrival(motion, heard, microphone_m, air.wind_mps, air.sound_mps)
    # Closer than a metre counts as a metre, as in `air.level`.
    spreading = 1.0 / np.maximum(np.interp(np.arange(count), edges, cells.path_m), 1.0)
    if shake is not None:
        late, rate, factor = shake(heard, cells.path_m)
        cells = replace(cells, emitted_s=cells.emitted_s - late, ratio=cells.ratio - rate)
        spreading *= np.interp(np.arange(count), edges, factor)
    emitted = travel.emitted_at(heard, cells.emitted_s, cells.ratio, CELL)[:count]
    return Way(air, ground, rate_hz, cells, emitted, spreading)


def _gain(by: Way, frequency_hz: Array, path_m: Array, rise: Array) -> ComplexArray:
    """Give what a way does to sound as exp(+i w t), a factor: absorption, and the ground's coefficient.

    Frequencies heard [Hz], lengths of the way [m] and sines of the grazing angle; they broadcast.
    Reference: ISO 9613-1:1993 by `Medium.absorption`; `travel.reflection`, conjugated for the other sign of time.
    """
    gain = 10.0 ** (-by.air.absorption(frequency_hz) * path_m / 20.0)
    if by.ground is None:
        return gain.astype(np.complex128)
    resistivity = by.ground.flow_resistivity_kpas_per_m2
    return np.asarray(
        gain
        * travel.reflection(frequency_hz, np.maximum(rise, 0.0), path_m, by.air.sound_mps, resistivity).conj(),
        np.complex128,
    )


def lines_heard(by: Way, series: SeriesVoice) -> Array:
    """Give one series of lines as heard along a way (count,) [Pa].

    Each line stands at the phase it had when it left; nothing is heard above half the rate. Reference: our own;
    docs/simulation.md, "Sound".
    """
    cells = by.cells
    order = np.arange(1.0, len(series.start_rad) + 1.0)
    frequency = np.maximum(series.frequency_at(cells.emitted_s) * cells.ratio, 0.0)[:, None] * order
    gain = series.amplitudes_at(cells.emitted_s) * np.exp(1j * series.start_rad)
    gain = gain * _gain(by, frequency, cells.path_m[:, None], cells.rise[:, None])
    # Nothing above the Nyquist frequency, whatever the Doppler.
    gain = gain * np.clip((0.5 * by.rate_hz - frequency) / (0.05 * by.rate_hz), 0.0, 1.0)
    phase = np.mod(series.phase_at(by.emitted_s), 2.0 * np.pi)
    real, imag = np.ascontiguousarray(gain.real), np.ascontiguousarray(gain.imag)
    return np.asarray(by.spreading * _sum_lines(phase, real, imag, CELL), np.float64)


def _noise_raw(by: Way, sounding: Voice, taps: Array) -> Array:
    """Give the engine's noise at the times at which what is heard was sent, spread but not absorbed (count,) [Pa].

    Reference: our own; docs/simulation.md, "Sound".
    """
    at = by.emitted_s * by.rate_hz
    ratio = np.repeat(by.cells.ratio, CELL)[: len(at)]
    margin = int(_CROSSINGS * max(1.0, float(ratio.max()))) + 2
    first = int(np.floor(at[0])) - margin
    stream = coloured(sounding.noise_key, taps, first, int(np.ceil(at[-1])) - first + margin + 1)
    return np.asarray(by.spreading * _read(stream, at - first, ratio, _SINC), np.float64)


def noise_heard(by: Way, sounding: Voice, taps: Array) -> Array:
    """Give the engine's noise as heard along a way, without its first and last FRAME: (count - 2 FRAME,) [Pa].

    The way must be a whole number of HOP long. Reference: filtered in overlapping frames as Allen and Rabiner
    1977, 10.1109/PROC.1977.10770, describe; docs/simulation.md, "Sound".
    """
    raw = _noise_raw(by, sounding, taps)
    frequency = np.asarray(np.fft.rfftfreq(2 * FRAME, 1.0 / by.rate_hz), np.float64)
    starts = np.arange(0, len(raw) - FRAME + 1, HOP)
    middle = (starts + HOP) // CELL
    gain = _gain(by, frequency, by.cells.path_m[middle, None], by.cells.rise[middle, None])
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(FRAME) + 0.5) / FRAME)
    # Half a frame of silence to both sides of the frame, into which the filter's ringing goes.
    frames = np.zeros((len(starts), 2 * FRAME))
    for row, begin in enumerate(starts):
        frames[row, HOP : HOP + FRAME] = raw[begin : begin + FRAME] * window
    frames = np.fft.irfft(np.fft.rfft(frames, axis=1) * gain, axis=1)
    out = np.zeros(len(raw) + 2 * FRAME)
    for row, begin in enumerate(starts):
        out[begin + FRAME - HOP : begin + 3 * FRAME - HOP] += frames[row]
    return out[2 * FRAME : len(raw)]
