"""Sound at the microphones of an array from a far source: exact delays in the frequency domain, and the ground."""

import numpy as np

SPEED_MPS = 340.3


def harmonics(rate_hz: int, seconds: float, tone_hz: float, chance: np.random.Generator, slope: float = 0.0):
    """A propeller: harmonics to 2 kHz that fall by 4 dB each, the tone changing by `slope` [Hz/s]."""
    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    phase = 2.0 * np.pi * (tone_hz * time_s + 0.5 * slope * time_s**2)
    out = np.zeros(len(time_s))
    for k in range(1, int(2000.0 / tone_hz) + 1):
        out += 10.0 ** (-4.0 * (k - 1) / 20.0) * np.sin(k * phase + chance.uniform(0.0, 2.0 * np.pi))
    return out / out.std()


def coloured(n: int, chance: np.random.Generator, rate_hz: int, power: float, size: int = 1) -> np.ndarray:
    """Noise (n, size) whose power falls as frequency to the minus `power` above 50 Hz; standard deviation 1."""
    frequency = np.fft.rfftfreq(n, 1.0 / rate_hz)
    shape = np.maximum(frequency, 50.0) ** (-power / 2.0)
    out = np.fft.irfft(np.fft.rfft(chance.normal(size=(n, size)), axis=0) * shape[:, None], n, axis=0)
    return out / out.std()


def at_array(
    signal: np.ndarray, rate_hz: int, places_m: np.ndarray, azimuth_rad: float, elevation_rad: float,
    reflected: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """The signal (n,) as a plane wave at places (channels, 3) over the ground at up = 0; (n, channels).

    `reflected`: how much of the amplitude the ground gives back, from below by the same angle.
    """
    pad = 2048
    spectrum = np.fft.rfft(np.pad(signal, pad))
    omega = 2.0 * np.pi * np.fft.rfftfreq(len(signal) + 2 * pad, 1.0 / rate_hz)
    out = np.zeros((len(signal), len(places_m)))
    for sign, strength in ((1.0, 1.0), (-1.0, reflected)):
        flat = np.cos(elevation_rad)
        n = np.array([flat * np.sin(azimuth_rad), flat * np.cos(azimuth_rad), sign * np.sin(elevation_rad)])
        for m, place in enumerate(places_m):
            moved = np.fft.irfft(spectrum * np.exp(1j * omega * (n @ place) / SPEED_MPS), len(signal) + 2 * pad)
            out[:, m] += strength * moved[pad:-pad]
    return out


def square(side_m: float, height_m: float = 1.5) -> np.ndarray:
    half = side_m / 2.0
    return np.array([[-half, -half, height_m], [half, -half, height_m], [half, half, height_m],
                     [-half, half, height_m]])  # fmt: skip


def mast(side_m: float) -> np.ndarray:
    """A triangle low down and one microphone above its middle: not in a plane."""
    angles = np.radians([0.0, 120.0, 240.0])
    ring = np.stack([side_m * np.sin(angles), side_m * np.cos(angles), np.full(3, 1.0)], axis=1)
    return np.vstack([ring, [0.0, 0.0, 1.0 + side_m]])


def octagon(radius_m: float) -> np.ndarray:
    angles = np.arange(8) * np.pi / 4.0
    return np.stack([radius_m * np.sin(angles), radius_m * np.cos(angles), np.full(8, 1.0)], axis=1)
