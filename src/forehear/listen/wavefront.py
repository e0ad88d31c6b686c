"""What an array recorded, as spectra, and how likely they are where each channel leads by so much.

See bearings.py for the theory; here is the likelihood itself, with its derivatives by the channels' leads.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# --- numbers that decide -----------------------------------------------------------------------------
# A segment [s]: in a longer one a passing tone smears over its bins. The coarse search, which does not know the
# direction yet, needs one of so many times what sound takes from the middle to the end of the array, or it would
# compare different sound.
SEGMENT_S, CROSSINGS = 0.064, 16.0
# Fewer segments cannot say how their slopes scatter.
LEAST_SEGMENTS = 6
# Cheap microphones' phases and gains match no better than this share of the power (-25 dB).
LEAST_RESIDUAL = 0.003
# A harmonic's band to each side [Hz]: the lobe of a segment's window. Two harmonics nearer than twice that
# share bins.
HALF_BAND_HZ = 16.0
HIGHEST_HARMONIC_HZ = 2000.0
# -----------------------------------------------------------------------------------------------------


class Recorded(NamedTuple):
    """Samples (n, channels) and what is known of the array."""

    samples: Array
    rate_hz: float
    bands_hz: Array  # (k, 2)
    slots_s: Array  # (channels, 3): places over the speed of sound
    delay_sigma_s: float


class Spectra(NamedTuple):
    """What the likelihood is made of: x (segments, bins, channels) with sum_t |x|^2 = 1 in each bin."""

    x: Complex
    covariance: Complex  # (bins, channels, channels)
    omega: Array  # (bins,) [rad/s]
    slots_s: Array
    delay_sigma_s: float
    shifts_s: Array  # (channels,): by how much each channel was held back before it was cut into segments


def harmonic_bands(tone_hz: float, slope_hz_per_s: float = 0.0, others_hz: Sequence[float] = ()) -> Array | None:
    """Give the bands (k, 2) [Hz] of a tone's harmonics over a second, without those that others' harmonics share.

    `slope_hz_per_s`: how fast the tone changes; `others_hz`: tones heard at the same time. None where all are
    shared. Reference: our own, docs/listening.md, "Theory of operation", 9.
    """
    orders = np.arange(1, max(int(HIGHEST_HARMONIC_HZ / tone_hz), 1) + 1)
    lines = orders * tone_hz
    half = HALF_BAND_HZ + 0.5 * orders * abs(slope_hz_per_s)
    free = np.ones(len(lines), np.bool_)
    for other_hz in others_hz:
        nearest = np.maximum(np.round(lines / other_hz), 1.0) * other_hz
        free &= np.abs(lines - nearest) > half + HALF_BAND_HZ
    return np.stack([lines - half, lines + half], axis=1)[free] if free.any() else None


def cut_spectra(r: Recorded, at: Array | None) -> Spectra | None:
    """Cut the samples into spectra; None where there are too few of them or no bins.

    With a direction (2,) [rad], each channel is held back by its lead there, so that a segment holds the same
    sound in all: at a delay, the spectrum of a windowed tone turns with the tone's own frequency and not with the
    bin's.
    Reference: our own, found in design/bearings.py.
    """
    reach_s = float(np.linalg.norm(r.slots_s, axis=1).max())
    margin = math.ceil(reach_s * r.rate_hz)
    coarse = at is None
    length = 2 ** math.ceil(math.log2(max(SEGMENT_S, CROSSINGS * reach_s if coarse else 0.0) * r.rate_hz))
    hop = length // 2
    if len(r.samples) - 2 * margin < length + (0 if coarse else (LEAST_SEGMENTS - 1) * hop):
        return None
    frequency = np.arange(length // 2 + 1) * r.rate_hz / length
    # At least the bin nearest to each band's middle takes part.
    half = np.maximum(np.diff(r.bands_hz, axis=1), r.rate_hz / length) / 2.0
    wanted = (np.abs(frequency - r.bands_hz.mean(axis=1, keepdims=True)) <= half).any(axis=0)
    wanted &= (frequency > 0.0) & (frequency < 0.5 * r.rate_hz)
    if not wanted.any():
        return None
    shifts = np.zeros(len(r.slots_s), np.int64)
    if at is not None:
        shifts = np.round(r.slots_s @ direction(at) * r.rate_hz).astype(np.int64)
    end = len(r.samples) - margin
    held = np.stack([r.samples[margin - k : end - k, m] for m, k in enumerate(shifts)])
    cut = np.lib.stride_tricks.sliding_window_view(held, length, axis=1)[:, ::hop]
    x = np.fft.rfft(cut * np.hanning(length + 1)[:-1], axis=2)[:, :, wanted].transpose(1, 2, 0)
    # Microphones differ in gain: each counts alike.
    x = x / (np.sqrt(np.mean(np.abs(x) ** 2, axis=(0, 1))) + 1e-300)
    x = x / (np.sqrt(np.sum(np.abs(x) ** 2, axis=(0, 2), keepdims=True)) + 1e-300)
    covariance = np.einsum("tfm,tfn->fmn", x, np.conj(x))
    omega = 2.0 * math.pi * frequency[wanted]
    return Spectra(x, covariance, omega, r.slots_s, r.delay_sigma_s, shifts / r.rate_hz)


def direction(at: Array) -> Array:
    """Give unit vectors (..., 3) east-north-up of (..., 2) azimuth (clockwise from north), elevation [rad].

    Reference: the azimuth and elevation of docs/physics.md, "Sound is old news", turned round.
    """
    flat = np.cos(at[..., 1])
    return np.stack([flat * np.sin(at[..., 0]), flat * np.cos(at[..., 0]), np.sin(at[..., 1])], axis=-1)


def turns(at: Array) -> Array:
    """Give the derivatives (2, 3) [1/rad] of the unit vector by azimuth and by elevation, at (2,) [rad].

    Reference: the derivatives of `direction`; docs/physics.md, "Sound is old news".
    """
    sa, ca, se, ce = math.sin(at[0]), math.cos(at[0]), math.sin(at[1]), math.cos(at[1])
    return np.array([[ce * ca, -ce * sa, 0.0], [-se * sa, -se * ca, ce]])


def shares(channels: int, share: NDArray[np.floating]) -> tuple[Array, Array, Array]:
    """Give g of the shares of power (...), its first and its second derivative; flat below the share of noise.

    `channels` microphones; shares from 0 to 1. Reference: Jaffer 1988, ICASSP, eq. 18, with one channel's phase
    and gain never matched better than LEAST_RESIDUAL.
    """
    floor = (1.0 + LEAST_RESIDUAL) / channels
    above = np.maximum(share, floor)
    rest = 1.0 - above + LEAST_RESIDUAL
    g = -np.log(above) - (channels - 1) * np.log(rest)
    first = np.where(share > floor, (channels - 1) / rest - 1.0 / above, 0.0)
    second = np.where(share > floor, (channels - 1) / rest**2 + 1.0 / above**2, 0.0)
    return g, first, second


def likelihood(a: Spectra, leads_s: Array) -> tuple[Array, Array, Array]:
    """Give Q by bin (bins,), its gradient (channels,), minus its second derivatives (channels, channels) by leads.

    Leads (channels,) [s]: by how much earlier each channel hears. Reference: Jaffer 1988, ICASSP, eq. 18; its
    derivatives: our own.
    """
    segments, _, channels = a.x.shape
    turned = np.exp(-1j * a.omega[:, None] * (leads_s - a.shifts_s))
    steered = np.real(turned[:, :, None] * a.covariance * np.conj(turned[:, None, :]))
    imaginary = np.imag(turned[:, :, None] * a.covariance * np.conj(turned[:, None, :]))
    g, first, second = shares(channels, np.clip(steered.sum(axis=(1, 2)) / channels, 0.0, 1.0))
    slope = 2.0 * a.omega[:, None] * imaginary.sum(axis=2) / channels
    bend = 2.0 * (a.omega**2)[:, None, None] * steered / channels
    diagonal = np.arange(channels)
    bend[:, diagonal, diagonal] -= 2.0 * (a.omega**2)[:, None] * steered.sum(axis=2) / channels
    # Half: segments that overlap by half count every sample twice.
    weight = 0.5 * segments
    curvature = np.einsum("f,fm,fn->mn", second, slope, slope) + np.einsum("f,fmn->mn", first, bend)
    return weight * g, weight * (first @ slope), -weight * curvature
