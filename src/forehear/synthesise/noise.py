"""Noise without end, any stretch of it at once: white by counting, coloured by filters; and mixing.

Sample number k of a stream is the same whoever asks for it and in which pieces, so that nothing has to be kept.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import REFERENCE_PRESSURE_PA
from forehear.errors import InputError
from forehear.synthesise.engines import Envelope

Array = NDArray[np.float64]
CHUNK = 8192
# Streams may be asked for from about this many samples before zero.
_BEFORE = 1 << 40
# Long enough to shape 40 Hz at 16 kHz (16 Hz wide).
TAPS = 1025
# The listening band [Hz], in which levels of ambient noise are meant.
BAND_HZ = (40.0, 2000.0)
# Turbulence at a screened microphone: flat to some hertz, then falling by 20 dB (near 25) a decade.
WIND_ENVELOPE: Envelope = (
    (5.0, 0.0),
    (20.0, -6.0),
    (100.0, -26.0),
    (400.0, -46.0),
    (2000.0, -75.0),
    (8000.0, -100.0),
)
# A quiet land at night: falling by some 5 dB an octave.
AMBIENT_ENVELOPE: Envelope = ((20.0, 0.0), (100.0, -8.0), (1000.0, -24.0), (8000.0, -42.0))
# Gusts: correlation time [s] of the wind's strength.
GUST_S = 4.0


@dataclass(frozen=True)
class Noise:
    """What a microphone hears besides; each microphone its own. Levels [dB re 20 uPa], None for none.

    `ambient_db` in 40-2000 Hz; `wind_db` in 5-2000 Hz, its mean power over gusts of `gust_db` (standard
    deviation of its level). `recorded` (n,) is real noise at the rate of the sound, played round and round from
    a place of each microphone's own, its mean power in 40-2000 Hz at `recorded_db`.
    """

    ambient_db: float | None = 36.0
    wind_db: float | None = None
    gust_db: float = 4.0
    recorded: NDArray[np.float32] | None = None
    recorded_db: float | None = None


def white(key: int, first: int, count: int) -> Array:
    """Give samples `first` to `first + count` of the stream `key` (0 to 2^63): (count,) of unit variance.

    Reference: Salmon, Moraes, Dror and Shaw 2011, 10.1145/2063384.2063405 (Philox: random numbers by counting).
    """
    begin, end = first // CHUNK, (first + count - 1) // CHUNK + 1
    parts = [
        np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, i + _BEFORE])).standard_normal(CHUNK)
        for i in range(begin, end)
    ]
    start = first - begin * CHUNK
    return np.concatenate(parts)[start : start + count] if parts else np.zeros(0)


def colouring(envelope: Envelope, level_db: float, rate_hz: float, band_hz: tuple[float, float]) -> Array:
    """Design the filter (TAPS,) that turns white noise of unit variance into noise [Pa] of an envelope.

    Its level within `band_hz` is `level_db` re 20 uPa; beyond the envelope's ends nothing below (faded), its last
    slope above. Reference: our own, a filter of linear phase by sampling its response, under a Hann window;
    docs/simulation.md, "Sound".
    """
    frequency = np.fft.rfftfreq(4 * (TAPS - 1), 1.0 / rate_hz)
    points = np.array(envelope)
    octave = np.log2(np.maximum(frequency, 1e-3))
    density_db = np.interp(octave, np.log2(points[:, 0]), points[:, 1])
    slope = (points[-1, 1] - points[-2, 1]) / np.log2(points[-1, 0] / points[-2, 0])
    density_db += np.where(frequency > points[-1, 0], slope * (octave - np.log2(points[-1, 0])), 0.0)
    density_db -= np.where(frequency < points[0, 0], 12.0 * (np.log2(points[0, 0]) - octave), 0.0)
    # The last twentieth below the Nyquist frequency fades out, so that resampling has room.
    fade = np.clip((0.5 * rate_hz - frequency) / (0.025 * rate_hz), 0.0, 1.0)
    wanted = 10.0 ** (np.maximum(density_db, -300.0) / 20.0) * fade
    taps = np.roll(np.fft.irfft(wanted), TAPS // 2)[:TAPS] * np.hanning(TAPS)
    return np.asarray(
        taps * (REFERENCE_PRESSURE_PA * 10.0 ** (level_db / 20.0) / _gain(taps, rate_hz, band_hz)), np.float64
    )


def _gain(taps: Array, rate_hz: float, band_hz: tuple[float, float]) -> float:
    """Give what white noise of unit variance is after the filter, within a band: root mean square."""
    spectrum = np.abs(np.fft.rfft(taps, 16384)) ** 2
    frequency = np.fft.rfftfreq(16384, 1.0 / rate_hz)
    inside = (frequency >= band_hz[0]) & (frequency <= band_hz[1])
    return float(np.sqrt(2.0 * np.sum(spectrum[inside]) / 16384))


def coloured(key: int, taps: Array, first: int, count: int) -> Array:
    """Give samples `first` to `first + count` of the stream `key` through a filter (TAPS,): (count,) [Pa].

    Reference: our own, `white` convolved by Fourier transform; docs/simulation.md, "Sound".
    """
    raw = white(key, first - (len(taps) - 1), count + len(taps) - 1)
    size = 1 << (len(raw) - 1).bit_length()
    product = np.fft.rfft(raw, size) * np.fft.rfft(taps, size)
    return np.asarray(np.fft.irfft(product, size)[len(taps) - 1 : len(raw)], np.float64)


def gusts(key: int, gust_db: float, first: int, count: int, rate_hz: float) -> Array:
    """Give the wind's strength (count,), a factor of pressure: slow, random, its square has mean 1.

    `gust_db` is the standard deviation of its level [dB]; streams as `white`. Reference: our own, the mean of a
    log-normal law is exp(variance / 2) times its median; docs/simulation.md, "Sound".
    """
    # Eight points per correlation time, smoothed by a window two of them long; interpolated between.
    step = max(int(rate_hz * GUST_S / 8.0), 1)
    begin, end = first // step, (first + count) // step + 2
    window = np.hanning(18)[1:-1]
    raw = np.convolve(white(key, begin - 8, end - begin + 15), window / np.linalg.norm(window), "valid")
    level_db = np.interp(
        np.arange(first, first + count) / step, np.arange(begin, end), gust_db * raw[: end - begin]
    )
    # The mean power of a level spread by s dB lies s^2 ln(10) / 20 above its median.
    return np.asarray(10.0 ** ((level_db - gust_db**2 * np.log(10.0) / 20.0) / 20.0), np.float64)


def band_power(signal: ArrayLike, rate_hz: float, band_hz: tuple[float, float]) -> float:
    """Give the mean power of a signal (n,) within a band [Hz], in its unit squared.

    Reference: Parseval's theorem.
    """
    x = np.asarray(signal, np.float64)
    spectrum = np.abs(np.fft.rfft(x)) ** 2
    frequency = np.fft.rfftfreq(len(x), 1.0 / rate_hz)
    inside = (frequency >= band_hz[0]) & (frequency <= band_hz[1])
    return float(2.0 * np.sum(spectrum[inside]) / len(x) ** 2)


def mix_at_snr(
    signal: ArrayLike, noise: ArrayLike, snr_db: float, band_hz: tuple[float, float] = (40.0, 2000.0),
    rate_hz: float = 16000.0,
) -> NDArray[np.float32]:  # fmt: skip
    """Add noise to a signal (n,), scaled so that their powers within a band [Hz] stand at `snr_db`: (n,).

    The noise is played round and round, or cut, to the signal's length. The signal keeps its level.
    Raises InputError where either has no power in the band. Reference: our own; docs/simulation.md, "Sound".
    """
    x = np.asarray(signal, np.float64)
    n = np.resize(np.asarray(noise, np.float64), x.shape)
    powers = band_power(x, rate_hz, band_hz), band_power(n, rate_hz, band_hz)
    for name, power in zip(("signal", "noise"), powers, strict=True):
        if not power > 0.0:
            raise InputError(f"{name}: no power in {band_hz[0]:.0f}-{band_hz[1]:.0f} Hz, so no ratio to set")
    return np.asarray(x + n * np.sqrt(powers[0] / powers[1] / 10.0 ** (snr_db / 10.0)), np.float32)


def surroundings(noise: Noise, rate_hz: float) -> Callable[[ArrayLike, int, int], Array]:
    """Prepare what microphones hear besides: a function of a microphone's own three keys, first sample and count.

    What it gives is (count,) [Pa]. Raises InputError where the recorded noise has no power in the band.
    Reference: envelopes and gusts are assumptions of the right order; docs/simulation.md, "Sound".
    """
    ambient = wind = recorded = None
    if noise.ambient_db is not None:
        ambient = colouring(AMBIENT_ENVELOPE, noise.ambient_db, rate_hz, BAND_HZ)
    if noise.wind_db is not None:
        wind = colouring(WIND_ENVELOPE, noise.wind_db, rate_hz, (5.0, BAND_HZ[1]))
    if noise.recorded is not None and noise.recorded_db is not None:
        recorded = np.asarray(noise.recorded, np.float64)
        power = band_power(recorded, rate_hz, BAND_HZ)
        if not power > 0.0:
            raise InputError("recorded: no power in 40-2000 Hz, so no level to set")
        recorded = recorded * (REFERENCE_PRESSURE_PA * 10.0 ** (noise.recorded_db / 20.0) / np.sqrt(power))

    def heard(keys: ArrayLike, first: int, count: int) -> Array:
        ambient_key, wind_key, gust_key = (int(k) for k in np.asarray(keys))
        out = np.zeros(count)
        if ambient is not None:
            out += coloured(ambient_key, ambient, first, count)
        if wind is not None:
            out += coloured(wind_key, wind, first, count) * gusts(gust_key, noise.gust_db, first, count, rate_hz)
        if recorded is not None:
            out += recorded[(np.arange(first, first + count) + ambient_key % len(recorded)) % len(recorded)]
        return out

    return heard
