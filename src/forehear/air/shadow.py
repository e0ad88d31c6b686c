"""Where sound bends up, a shadow lies on the ground: its edge in closed form, and what is lost behind it.

Theory. In air whose (effective) speed of sound falls with height by g per second, rays are arcs of circles of the
radius R = c / g that bend upwards. The ray that grazes the ground is the last one to arrive: it rises to the
height h over the distance sqrt(2 R h - h^2), and from there on a source at h stands in shadow, for a sensor on a
mast m so much later as its own arc is long.

Wind against the sound falls with height faster near the ground than above: its profile is a logarithm, and rays
that graze the ground stay longest where it bends them most. The integral over the grazing ray, of dz over sqrt(2
u(z) / c), is Dawson's integral; its series gives the linear profile with the same edge,

    g = 4 u(h) / h / (1 + 1 / 2S + 3 / 4S^2)^2,    S = ln(1 + h / roughness),

three and a half times the mean gradient at some hundred metres. That of temperature is taken for linear as it is.

Behind the edge the sound creeps along the ground and sheds rays upwards: over soft ground (grass or fields,
which at these pitches and radii are as good as pressure-release) it falls by 2.338 sin(60) (k / 2 R^2)^(1/3)
nepers a metre. It does not fall for ever: what turbulence scatters in is some 20 to 30 dB below the open field.
Ignores: hills, gusts, sound that is ducted downwind. Reference: Pierce 1989, Acoustics, 9-4 to 9-6; Gilbert,
Raspet and Di 1990, J. Acoust. Soc. Am. 87(6), 2428 (what turbulence scatters in).
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.air.kernels import DB_PER_NEPER
from forehear.constants import STANDARD_SOUND_SPEED_MPS

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Open country [m]; wind is told for a height of 10 m.
ROUGHNESS_M, WIND_HEIGHT_M = 0.05, 10.0
# A microphone's mast [m].
MAST_M = 4.0
# What is lost at most [dB]: 20 to 30 dB are measured deep in a shadow.
MOST_LOST_DB = 22.0
# Speed of sound for a kelvin near 10 degrees [m/s/K].
MPS_PER_KELVIN = 0.6
# Lower sources than this [m] stand no higher for the series of the wind's profile.
LEAST_HEIGHT_M = 10.0
# First zero of the Airy function: creeping over a pressure-release ground.
AIRY = 2.338107
# -----------------------------------------------------------------------------------------------------


def wind_gradient_per_s(upwind_mps: ArrayLike, height_m: ArrayLike) -> Array:
    """Give the linear gradient [1/s] with the same shadow edge as a wind of `upwind_mps` at 10 m has.

    Shapes (...,). Positive where the wind is against the sound, and it bends up. Reference: docs/planning.md,
    "The shadow".
    """
    height = np.maximum(np.asarray(height_m, np.float64), LEAST_HEIGHT_M)
    s = np.log1p(height / ROUGHNESS_M)
    wind = np.asarray(upwind_mps, np.float64) * s / math.log1p(WIND_HEIGHT_M / ROUGHNESS_M)
    return np.asarray(4.0 * wind / height / (1.0 + 0.5 / s + 0.75 / s**2) ** 2, np.float64)


def temperature_gradient_per_s(kelvin_per_km: float) -> float:
    """Give the gradient [1/s] of air that is so much colder a kilometre higher [K/km]; negative: an inversion."""
    return MPS_PER_KELVIN * kelvin_per_km / 1000.0


def edge_m(
    gradient_per_s: ArrayLike, height_m: ArrayLike, mast_m: float = MAST_M, c_mps: float = STANDARD_SOUND_SPEED_MPS
) -> Array:
    """Give the distance [m] at which a source at a height [m] enters the shadow; infinite where sound bends down.

    Shapes (...,), broadcast together. Reference: docs/planning.md, "The shadow".
    """
    gradient = np.asarray(gradient_per_s, np.float64)
    radius = c_mps / np.maximum(gradient, 1e-9)
    height = np.maximum(np.asarray(height_m, np.float64), 0.0)
    edge = _arc(radius, height) + _arc(radius, np.asarray(mast_m, np.float64))
    return np.asarray(np.where(gradient > 1e-9, edge, np.inf), np.float64)


def _arc(radius_m: Array, height_m: Array) -> Array:
    """Give how far the grazing ray goes [m] until it has risen to a height, no higher than its circle's middle."""
    low = np.minimum(height_m, radius_m)
    return np.asarray(np.sqrt(2.0 * radius_m * low - low * low), np.float64)


def loss_db(
    distance_m: ArrayLike, gradient_per_s: ArrayLike, height_m: ArrayLike, frequency_hz: float,
    mast_m: float = MAST_M, c_mps: float = STANDARD_SOUND_SPEED_MPS,
) -> Array:  # fmt: skip
    """Give what a shadow takes [dB] of sound of a frequency [Hz] that comes from a distance over ground [m].

    Shapes (...,), broadcast together; 0 before the edge. Reference: docs/planning.md, "The shadow" (the first term
    of the series of creeping waves).
    """
    gradient = np.maximum(np.asarray(gradient_per_s, np.float64), 1e-9)
    beyond = np.maximum(np.asarray(distance_m, np.float64) - edge_m(gradient, height_m, mast_m, c_mps), 0.0)
    wave_number = 2.0 * math.pi * frequency_hz / c_mps
    nepers = AIRY * math.sin(math.pi / 3.0) * np.cbrt(wave_number * gradient**2 / (2.0 * c_mps**2))
    crept = np.minimum(DB_PER_NEPER * nepers * beyond, 200.0)
    return np.asarray(-10.0 * np.log10(10.0 ** (-crept / 10.0) + _SCATTERED) + _SCATTERED_DB, np.float64)


# Scattered sound comes in behind the edge alone: at the edge nothing is lost, and nothing gained.
_SCATTERED = 10.0 ** (-MOST_LOST_DB / 10.0)
_SCATTERED_DB = 10.0 * math.log10(1.0 + _SCATTERED)
