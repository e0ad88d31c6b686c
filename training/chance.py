"""Draws that the sounds to learn from share: wide ranges, smooth courses, noise of any colour."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from forehear.synthesise.sound import RATE_HZ

Array = NDArray[np.float64]
Chance = np.random.Generator


def log_uniform(chance: Chance, low: float, high: float) -> float:
    """Draw a number whose logarithm is anywhere between two alike."""
    return float(np.exp(chance.uniform(np.log(low), np.log(high))))


def slow(chance: Chance, count: int, time_s: float) -> Array:
    """Draw a smooth course (count,) of about unit variance that changes within a time."""
    points = max(int(count / RATE_HZ / time_s * 4.0), 2) + 8
    raw = np.convolve(chance.standard_normal(points + 6), np.hanning(8)[1:-1] / 1.5, "valid")
    return np.asarray(np.interp(np.linspace(0.0, len(raw) - 3.0, count), np.arange(len(raw)), raw), np.float64)


def hiss(chance: Chance, count: int) -> Array:
    """Draw noise (count,) of unit power whose spectrum is bent at random."""
    points = np.array([20.0, 60.0, 150.0, 400.0, 1000.0, 2500.0, 8000.0])
    level_db = np.cumsum(chance.normal(float(chance.choice([-8.0, -6.0, -4.0, -2.0, 1.0])), 3.5, len(points)))
    hz = np.fft.rfftfreq(count, 1.0 / RATE_HZ)
    gain = 10.0 ** (np.interp(np.log(np.maximum(hz, 1.0)), np.log(points), level_db) / 20.0)
    out = np.fft.irfft(np.fft.rfft(chance.standard_normal(count)) * gain, count)
    return np.asarray(out / out.std(), np.float64)


def noises(chance: Chance, seconds: float) -> Array:
    """Draw rain, wind, sea, fire or traffic far off: noise of any colour that swells, with drops and crackles."""
    n = round(seconds * RATE_HZ)
    out = hiss(chance, n) * np.exp(chance.uniform(0.0, 1.0) * slow(chance, n, log_uniform(chance, 0.2, 4.0)))
    if chance.random() < 0.4:  # wind at the microphone
        out += hiss(chance, n) * np.exp(chance.uniform(0.3, 1.5) * slow(chance, n, log_uniform(chance, 0.2, 2.0)))
    if chance.random() < 0.4:  # drops and crackles
        often = log_uniform(chance, 2.0, 400.0) / RATE_HZ
        clicks = (chance.random(n) < often) * np.exp(chance.normal(0.0, 1.2, n))
        t = np.arange(400.0)
        ring = np.exp(-t / log_uniform(chance, 4.0, 100.0)) * np.sin(t * chance.uniform(0.05, 2.5))
        crackle = signal.oaconvolve(clicks, ring)[:n]
        out += crackle / (crackle.std() + 1e-9) * log_uniform(chance, 0.2, 3.0)
    return out
