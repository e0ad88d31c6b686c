"""One engine's voice: what it sends out at each moment, the same for every microphone.

Theory of operation. A series of lines follows one phase, the integral of a fundamental that wanders with the
throttle and trembles from one revolution to the next (white noise of frequency: the phase diffuses, the line of
order k is k^2 as wide). It is laid down on a grid of 4 ms with its exact slope; a cubic between. Each line has
an amplitude and a start of its own, and wanders in level over seconds. The noise is a stream of samples on the
clock of the emitter, read at the times of emission.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.air.level import power_sum_db
from forehear.constants import REFERENCE_PRESSURE_PA
from forehear.synthesise.engines import Engine, HarmonicSeries
from forehear.synthesise.noise import colouring

Array = NDArray[np.float64]
# Grid of the phase and of the lines' levels [s].
PHASE_S, LEVEL_S = 0.004, 0.25
# Correlation time of the wander of the lines' levels [s].
WANDER_S = 2.0
# The band in which an engine's noise has its level [Hz].
NOISE_BAND_HZ = (20.0, 8000.0)


@dataclass(frozen=True)
class Course:
    """What an engine does in place of its own wander: at times (k,) of emission its tone and its level.

    `tone_hz` (k,) is the fundamental of its first series, the others keep their ratio to it; `level_db` (k,) that
    of all it sends out, lines and noise, at 1 m. Straight between the times, and beyond them as at the ends.
    """

    time_s: Array
    tone_hz: Array
    level_db: Array

    def gain_at(self, emitted_s: Array, engine: Engine) -> Array:
        """Give the factor (n,) that brings the engine's pressure to the level at times of emission (n,) [s].

        Reference: our own, 20 dB a decade of pressure (ISO 1683); docs/simulation.md, "Sound".
        """
        levels = [lines.level_db for lines in engine.lines]
        if engine.noise_level_db is not None:
            levels.append(engine.noise_level_db)
        excess_db = np.interp(emitted_s, self.time_s, self.level_db) - power_sum_db(levels)
        return np.asarray(10.0 ** (excess_db / 20.0), np.float64)


@dataclass(frozen=True)
class SeriesVoice:
    """One series of lines from `from_s` on: phase of the lowest line and its frequency on the grid, amplitudes."""

    from_s: float
    phase_rad: Array  # (n,)
    frequency_hz: Array  # (n,)
    amplitude_pa: Array  # (m, orders) at 1 m, each LEVEL_S
    start_rad: Array  # (orders,)

    def phase_at(self, emitted_s: Array) -> Array:
        """Give the phase (n,) [rad] of the lowest line at times of emission (n,) [s].

        Reference: our own, the cubic with the slope 2 pi f between points of the grid; docs/simulation.md,
        "Sound".
        """
        s = (emitted_s - self.from_s) / PHASE_S
        i = np.clip(s.astype(np.int64), 0, len(self.phase_rad) - 2)
        u = s - i
        left = self.phase_rad[i]
        step = self.phase_rad[i + 1] - left
        turn = 2.0 * np.pi * PHASE_S
        up, down = turn * self.frequency_hz[i], turn * self.frequency_hz[i + 1]
        return np.asarray(
            left + u * (up + u * (3 * step - 2 * up - down + u * (up + down - 2 * step))), np.float64
        )

    def frequency_at(self, emitted_s: Array) -> Array:
        """Give the fundamental (n,) [Hz] as sent at times of emission (n,) [s], throttle and tremble and all."""
        grid = self.from_s + PHASE_S * np.arange(len(self.frequency_hz))
        return np.asarray(np.interp(emitted_s, grid, self.frequency_hz), np.float64)

    def amplitudes_at(self, emitted_s: Array) -> Array:
        """Give the amplitude [Pa at 1 m] of each line at times of emission (n,) [s]: (n, orders)."""
        s = np.clip((emitted_s - self.from_s) / LEVEL_S, 0.0, len(self.amplitude_pa) - 1.0)
        i = np.minimum(s.astype(np.int64), len(self.amplitude_pa) - 2)
        u = (s - i)[:, None]
        return np.asarray((1.0 - u) * self.amplitude_pa[i] + u * self.amplitude_pa[i + 1], np.float64)


@dataclass(frozen=True)
class Voice:
    """What one engine sends out: its series of lines, and its noise as a stream's key and filter."""

    series: tuple[SeriesVoice, ...]
    noise_key: int
    noise_taps: Array | None


def _wander(rng: np.random.Generator, count: int, step_s: float, time_s: float, columns: int = 1) -> Array:
    """Give a slow random course of unit variance (count, columns), correlated over `time_s` [s].

    A step each `step_s` [s]. Reference: our own, white noise under a Hann window; docs/simulation.md, "Sound".
    """
    coarse = max(time_s / 8.0, step_s)
    points = int(count * step_s / coarse) + 20
    window = np.hanning(18)[1:-1]
    window /= np.linalg.norm(window)
    raw = rng.standard_normal((points + 15, columns))
    smooth = np.stack([np.convolve(raw[:, k], window, "valid") for k in range(columns)], axis=1)
    where = np.arange(count) * (step_s / coarse)
    return np.stack([np.interp(where, np.arange(points), smooth[:, k]) for k in range(columns)], axis=1)


def _series(
    lines: HarmonicSeries,
    rng: np.random.Generator,
    from_s: float,
    to_s: float,
    course: Course | None,
    ratio: float,
) -> SeriesVoice:
    """Draw one series: phase, frequency and amplitudes from `from_s` to `to_s` [s] of emission.

    `ratio` is its fundamental over the first series'. A line of width W has a phase that diffuses.
    Reference: Demir, Mehrotra and Roychowdhury 2000, 10.1109/81.847872 (a diffusing phase has a Lorentzian line);
    figures are assumptions, docs/simulation.md, "Sound".
    """
    duration = to_s - from_s
    base = lines.fundamental_hz * (1.0 + lines.spread_share * float(np.clip(rng.standard_normal(), -1.5, 1.5)))
    n = int(duration / PHASE_S) + 3
    frequency = base * (1.0 + lines.throttle_share * _wander(rng, n, PHASE_S, lines.throttle_s)[:, 0])
    if course is not None:
        frequency = ratio * np.interp(from_s + PHASE_S * np.arange(n), course.time_s, course.tone_hz)
        base = float(frequency.mean())
    # The phase of a line of width W diffuses by 2 pi W a second.
    frequency = frequency + rng.standard_normal(n) * np.sqrt(lines.width_hz / (2.0 * np.pi * PHASE_S))
    turns = np.concatenate([[0.0], np.cumsum(0.5 * (frequency[1:] + frequency[:-1]))]) * PHASE_S
    order = np.arange(1, max(int(lines.to_hz / base), 1) + 1)
    above = np.maximum(order * base / lines.knee_hz, 1.0)
    level_db = -lines.fall_db * np.log2(above) + lines.spread_db * rng.standard_normal(len(order))
    level_db -= np.where(order % lines.blades == 0, 0.0, lines.faint_db)
    level_db += lines.level_db - 10.0 * np.log10(np.sum(10.0 ** (level_db / 10.0)))
    m = int(duration / LEVEL_S) + 3
    course_db = level_db + lines.wander_db * _wander(rng, m, LEVEL_S, WANDER_S, len(order))
    amplitude = np.sqrt(2.0) * REFERENCE_PRESSURE_PA * 10.0 ** (course_db / 20.0)
    start = rng.uniform(0.0, 2.0 * np.pi, len(order))
    return SeriesVoice(from_s, 2.0 * np.pi * turns, frequency, amplitude, start)


def voice(
    engine: Engine,
    rng: np.random.Generator,
    from_s: float,
    to_s: float,
    rate_hz: float,
    course: Course | None = None,
) -> Voice:
    """Let an engine run from `from_s` to `to_s` (of emission), its noise sampled at `rate_hz`.

    With a `course` its tone is that; of the level the caller takes care (`Course.gain_at`).
    """
    key = int(rng.integers(1 << 62))
    first_hz = engine.lines[0].fundamental_hz if engine.lines else 1.0
    series = tuple(
        _series(lines, rng, from_s, to_s, course, lines.fundamental_hz / first_hz) for lines in engine.lines
    )
    taps = None
    if engine.noise_level_db is not None:
        taps = colouring(engine.noise_envelope, engine.noise_level_db, rate_hz, NOISE_BAND_HZ)
    return Voice(series, key, taps)
