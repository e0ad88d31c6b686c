"""What turbulent air does to sound on its way: it arrives a little early or late, and fades.

Theory of operation. Eddies of a scale L whose refractive index varies by mu (its variance is the strength) change
the time of travel over x metres by a random amount of variance sqrt(pi) / 2 strength L x / c^2; the wind and the
source's own motion carry other eddies into the way, so that it changes within about L / drift. All frequencies
are early or late together: a tone trembles in proportion to its frequency, and a line of some hundred hertz over
kilometres loses its phase within that time. The level fades slowly, the more the farther, until it scatters as
a sum of many ways does (5.6 dB). Microphones nearer to each other than L share most of it.

Ignores: that frequencies fade apart, sound scattered into shadow, and eddies of other sizes than L.
Reference: Daigle, Piercy and Embleton 1983, J. Acoust. Soc. Am. 74(5), 1505 (Gaussian turbulence; line-of-sight
fluctuations).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.synthesise.noise import white

Array = NDArray[np.float64]
# Times of hearing and lengths of the way there, to delay [s], its rate of change, and a factor of pressure.
Shake = Callable[[Array, Array], tuple[Array, Array, Array]]
# Where fading stops to grow [dB]: the standard deviation of the level of a sum of many ways.
SATURATED_DB = 5.6
# Points of the slow random course per correlation time, and half the width of its bump in points.
_POINTS, _HALF = 4, 6


@dataclass(frozen=True)
class Turbulence:
    """The air's unrest: a calm night is 1e-7 strong, a sunny afternoon 1e-5."""

    strength: float = 2e-6
    scale_m: float = 7.0
    drift_mps: float = 10.0
    fading_db: float = 3.0  # at 1 km, growing with the root of the distance

    @property
    def time_s(self) -> float:
        """Within which the air's part changes."""
        return self.scale_m / self.drift_mps


def slow(key: int, time_s: Array, correlation_s: float) -> tuple[Array, Array]:
    """Give a smooth random course (n,) of unit variance at times (n,) [s], and its slope (n,) [1/s].

    The same at a time whoever asks. Reference: our own, white noise under bumps of cos^2; docs/simulation.md,
    "Sound".
    """
    step = correlation_s / _POINTS
    place = time_s / step
    first = int(np.floor(place.min())) - _HALF
    raw = white(key, first, int(np.ceil(place.max())) + _HALF - first + 1)
    base = np.floor(place).astype(np.int64)
    value, slope = np.zeros(len(time_s)), np.zeros(len(time_s))
    for k in range(1 - _HALF, _HALF + 1):
        # Bumps of cos^2: their squares add up to 3/8 of twice the half width, wherever one looks.
        u = np.pi * (place - base - k) / (2.0 * _HALF)
        part = raw[base + k - first]
        value += part * np.cos(u) ** 2
        slope -= part * np.sin(2.0 * u) * np.pi / (2.0 * _HALF * step)
    scale = 1.0 / np.sqrt(0.75 * _HALF)
    return scale * value, scale * slope


def shakes(
    turbulence: Turbulence, microphones_m: Array, sound_mps: float, rng: np.random.Generator
) -> list[Shake]:
    """Draw one source's turbulence for microphones (m, 3) [m]: how each one's sound is shaken.

    A shake takes times of hearing (n,) [s] and lengths of the way (n,) [m], and gives lateness (n,) [s], its
    slope (n,) and a factor of pressure (n,). Ignores: what the head of this module names.
    Reference: Daigle, Piercy and Embleton 1983, J. Acoust. Soc. Am. 74(5), 1505 (variance of the phase,
    correlation across the way); the growth of fading is an assumption, docs/simulation.md, "Sound".
    """
    apart = np.linalg.norm(microphones_m[:, None] - microphones_m, axis=2) / turbulence.scale_m
    mixing = np.linalg.cholesky(np.exp(-(apart**2)) + 1e-9 * np.eye(len(microphones_m)))
    keys = rng.integers(1 << 62, size=(len(microphones_m), 2))

    def shake_of(row: Array) -> Shake:
        parts = [(float(row[j]), keys[j]) for j in np.flatnonzero(np.abs(row) > 1e-6)]

        def shake(heard_s: Array, path_m: Array) -> tuple[Array, Array, Array]:
            late, rate, level = (np.zeros(len(heard_s)) for _ in range(3))
            for weight, (late_key, level_key) in parts:
                value, slope = slow(int(late_key), heard_s, turbulence.time_s)
                late, rate = late + weight * value, rate + weight * slope
                level += weight * slow(int(level_key), heard_s, turbulence.time_s)[0]
            sigma_s = np.sqrt(0.5 * np.sqrt(np.pi) * turbulence.strength * turbulence.scale_m * path_m) / sound_mps
            level_db = np.minimum(turbulence.fading_db * np.sqrt(path_m / 1000.0), SATURATED_DB) * level
            return sigma_s * late, sigma_s * rate, 10.0 ** (level_db / 20.0)

        return shake

    return [shake_of(row) for row in mixing]
