"""Synthesised passes at a stated ratio to noise, and Cramer-Rao's bound of their tones.

The bound. In a frame of T seconds, t from -T/2 to T/2, a harmonic family with a falling tone is

    x(t) = sum_k A_k cos(2 pi k (f t + s t^2 / 2) + theta_k) + noise of one-sided density S(f) [Pa^2/Hz]

with f (the fundamental at the middle), its slope s, and every A_k and theta_k unknown, S known. A line is narrow:
the noise that it meets is white with density S(k f) = S_k. Then Fisher's information about the phase of a line is
A_k^2 / S_k a second, and with d phase / df = 2 pi k t, d phase / ds = pi k t^2, d phase / d theta = 1:

- amplitudes part from phases (the sine and the cosine of a line are orthogonal over many periods);
- f goes with the odd t, s and theta_k with even powers: at the middle of the frame neither the slope nor the
  phases cost f anything. (At any other moment of the frame they do: that is why a report is of the middle.)

    var f  >=  1 / sum_k (2 pi k)^2 (A_k^2 / S_k) T^3 / 12  =  3 / (pi^2 T^3 sum_k k^2 A_k^2 / S_k)

For one line in white noise of variance v at N samples a second, S = 2 v / N, this is the textbook's
6 v / (pi^2 A^2 N^2) at T = 1 (Rife and Boorstyn 1974, 10.1109/TIT.1974.1055282). High lines count with k^2: a
listener that leaves them out cannot reach the bound. One that joins frames can fall below the bound of one.
Beyond the model: a tone that bends (f'') moves the best straight slope's middle by f'' T^2 / 40; at 150 m and
51 m/s that is up to 0.04 Hz, which shows only well above the limit.

The passes. A straight flight past one microphone, levelled (the spreading is taken out) so that its ratio to the
noise, 40-2000 Hz, lines over noise, is one number for a whole pass while the Doppler sweeps on; some seconds of
noise before it. The engine's own noise comes with it and counts as noise in the bound: without it, high lines in
quiet air would promise thousandths of a hertz that no engine keeps. Lines do not tremble here: with a width of
W Hz a second's tone would differ from the tone at rest by sqrt(W / 2 pi), 0.03 Hz for the 0.005 of `piston`.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.records import Atmosphere
from forehear.synthesise import noise as sound_noise
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES, Engine, Envelope
from forehear.synthesise.sound import full_scale
from forehear.synthesise.voice import SeriesVoice, voice
from forehear.synthesise.ways import CELL, FRAME, HOP, Way, air_of, lines_heard, noise_heard, way

Array = NDArray[np.float64]
RATE_HZ = 16000.0
BAND_HZ = (40.0, 2000.0)
# Noise alone before each pass [s], so that a floor can be known; and how softly the pass sets in.
LEAD_S, ONSET_S = 6.0, 0.5
# The noise's level in the band [dB]: an evening; it decides nothing, the ratio does.
NOISE_DB = 45.0
FRAME_S = 1.0


@dataclass(frozen=True)
class Condition:
    """A kind of pass: an engine, a flight, a noise."""

    name: str
    engine: Engine
    speed_mps: float
    distance_m: float
    noise: Envelope
    seconds: float = 16.0


def _clean(name: str, **changes: Any) -> Engine:
    """Take an engine without jitter, so that the bound is the bound, and with lines in the listening band only."""
    lines = replace(ENGINES[name].lines[0], width_hz=0.0, wander_db=0.0, to_hz=2000.0, **changes)
    return replace(ENGINES[name], lines=(lines,))


AMBIENT, WIND = sound_noise.AMBIENT_ENVELOPE, sound_noise.WIND_ENVELOPE
FLAT: Envelope = ((20.0, 0.0), (8000.0, 0.0))
CONDITIONS = (
    Condition("pass at 2 km, ambient", _clean("piston"), 51.0, 2000.0, AMBIENT),
    Condition("pass at 2 km, white", _clean("piston"), 51.0, 2000.0, FLAT),
    Condition("pass at 400 m, ambient", _clean("piston"), 51.0, 400.0, AMBIENT),
    Condition("pass at 150 m, ambient", _clean("piston"), 51.0, 150.0, AMBIENT),
    Condition("pass at 400 m, wind", _clean("piston"), 51.0, 400.0, WIND),
    Condition("pass at 400 m, white", _clean("piston"), 51.0, 400.0, FLAT),
    Condition("small engine, 400 m, ambient", _clean("small_piston"), 40.0, 400.0, AMBIENT),
    Condition("three blades, 400 m, ambient", _clean("fast_piston"), 70.0, 400.0, AMBIENT),
)


@dataclass(frozen=True)
class PassClip:
    """One pass in noise: full-scale samples from `at_s` on, and what is true at times of hearing."""

    samples: NDArray[np.float32]
    at_s: float
    from_s: float  # where the pass is on
    to_s: float
    time_s: Array  # (n,) evenly
    tone_hz: Array  # (n,)
    bound_hz: Array  # (n,) of a frame of FRAME_S around each time


def bound_hz(amplitude: Array, density: Array, frame_s: float = FRAME_S) -> Array:
    """Give the bound of the fundamental's standard deviation [Hz]: (n,) for amplitudes (n, orders).

    `density` (n, orders) is the noise's one-sided power density at each line, per hertz.
    """
    order = np.arange(1, amplitude.shape[1] + 1)
    return np.asarray(np.sqrt(3.0 / (np.pi**2 * frame_s**3 * np.sum(order**2 * amplitude**2 / density, axis=1))))


def _course(by: Way, series: SeriesVoice) -> tuple[Array, Array]:
    """Give the tone (cells + 1,) and the amplitudes of its lines without spreading (cells + 1, orders)."""
    cells = by.cells
    order = np.arange(1, len(series.start_rad) + 1)
    # Over a tenth of a second of emission: the throttle hardly bends in that, and it smooths its grid.
    turns = series.phase_at(cells.emitted_s + 0.05) - series.phase_at(cells.emitted_s - 0.05)
    tone = turns / (2.0 * np.pi * 0.1) * cells.ratio
    absorbed = 10.0 ** (-by.air.absorption(tone[:, None] * order) * cells.path_m[:, None] / 20.0)
    return tone, series.amplitudes_at(cells.emitted_s) * absorbed


def _density(taps: Array, frequency_hz: Array) -> Array:
    """Give the one-sided power density [Pa^2/Hz] that white noise has behind a filter, at frequencies."""
    response = np.abs(np.fft.rfft(taps, 1 << 16)) ** 2 * 2.0 / RATE_HZ
    return np.asarray(np.interp(frequency_hz, np.fft.rfftfreq(1 << 16, 1.0 / RATE_HZ), response), np.float64)


@dataclass(frozen=True)
class Pass:
    """One pass and its noise apart, in pascals, so that they can be mixed at any ratio."""

    condition: Condition
    engine_pa: Array
    noise_pa: Array
    ratio_db: float  # lines over noise, as they are
    time_s: Array  # (cells,)
    tone_hz: Array  # (cells,)
    amplitude_pa: Array  # (cells, orders)
    engine_density: Array  # (cells, orders) of the engine's noise at each line [Pa^2/Hz]
    noise_density: Array  # (cells, orders) of the other


def make_pass(condition: Condition, seed: int) -> Pass:
    """Synthesise one pass and its noise; the nearest point is heard somewhere in its middle half."""
    rng = np.random.default_rng((seed, 20))
    air = air_of(Atmosphere())
    nearest_s = LEAD_S + condition.seconds * float(rng.uniform(0.25, 0.75)) - condition.distance_m / air.sound_mps
    motion = sound_travel.straight((0.0, condition.distance_m, 0.0), (condition.speed_mps, 0.0, 0.0), nearest_s)
    total = round((LEAD_S + condition.seconds) * RATE_HZ)
    # A frame more to each side, as the filters of the noise ask.
    length = -(-total // HOP) * HOP + 2 * FRAME
    by = way(motion, np.zeros(3), air, None, -FRAME / RATE_HZ, length, RATE_HZ)
    emitted = by.cells.emitted_s
    made = voice(condition.engine, rng, float(emitted[0]) - 2.0, float(emitted[-1]) + 2.0, RATE_HZ)
    level = replace(by, spreading=np.ones(length))
    lines = lines_heard(level, made.series[0])[FRAME : FRAME + total]
    power = sound_noise.band_power(lines[round(LEAD_S * RATE_HZ) :], RATE_HZ, BAND_HZ)
    tone, amplitude = _course(by, made.series[0])
    frequency = tone[:, None] * np.arange(1, amplitude.shape[1] + 1)
    engine, engine_density = lines, np.zeros_like(amplitude)
    if made.noise_taps is not None:
        engine = lines + noise_heard(level, made, made.noise_taps)[:total]
        ratio = by.cells.ratio[:, None]
        absorbed = 10.0 ** (-air.absorption(frequency) * by.cells.path_m[:, None] / 10.0)
        engine_density = _density(made.noise_taps, frequency / ratio) / ratio * absorbed
    taps = sound_noise.colouring(condition.noise, NOISE_DB, RATE_HZ, BAND_HZ)
    onset = np.clip((np.arange(total) / RATE_HZ - LEAD_S) / ONSET_S, 0.0, 1.0)
    return Pass(
        condition=condition,
        engine_pa=engine * onset,
        noise_pa=sound_noise.coloured(int(rng.integers(1 << 62)), taps, 0, total),
        ratio_db=10.0 * math.log10(power / (20e-6 * 10.0 ** (NOISE_DB / 20.0)) ** 2),
        time_s=(np.arange(len(tone)) * CELL - FRAME) / RATE_HZ,
        tone_hz=tone,
        amplitude_pa=amplitude,
        engine_density=engine_density,
        noise_density=_density(taps, frequency),
    )


def mixed(made: Pass, ratio_db: float) -> PassClip:
    """Mix a pass and its noise at a ratio within the band."""
    gain = 10.0 ** ((ratio_db - made.ratio_db) / 20.0)
    density = gain**2 * made.engine_density + made.noise_density
    return PassClip(
        samples=full_scale(gain * made.engine_pa + made.noise_pa),
        at_s=0.0,
        from_s=LEAD_S + ONSET_S,
        to_s=LEAD_S + made.condition.seconds,
        time_s=made.time_s,
        tone_hz=made.tone_hz,
        bound_hz=bound_hz(gain * made.amplitude_pa, density),
    )


def make_clip(condition: Condition, ratio_db: float, seed: int) -> PassClip:
    """Synthesise one pass in noise."""
    return mixed(make_pass(condition, seed), ratio_db)
