"""From where: the direction of a sound at a small array of microphones, with a sigma from the data.

Theory of operation. A plane wave reaches microphone m earlier than the array's middle by n.p_m/c, where n points
to where the sound came from. In every frequency bin the samples are then one signal with known phases, plus
noise. With the strength of both unknown and free in every bin, the likelihood of a direction depends on one
number a bin: the share P of the power that the beam in this direction collects,

    Q = T sum_f g(P_f),   g(P) = -log P - (M - 1) log(1 - P)  above P = 1/M, flat below

(stochastic maximum likelihood for one source: Jaffer 1988, ICASSP, eq. 18). Bins without signal stand near 1/M,
where g is flat, so a tone in noise weighs as it should without anybody choosing weights. Which bins may take
part is the caller's: those of one tone's harmonics give that source's own direction beside others.

The places of the microphones are not exact: each may be early or late by what a tape measure leaves, and these
delays are unknowns too, with that as their prior. They decide between aliases: a tone's harmonics repeat after
its period, so an array wider than half a wavelength of the fundamental may hear them as well from elsewhere, and
then broad-band sound between them decides, or nothing does.

A coarse search sums the correlations of pairs over a grid of directions. At each of its best peaks the channels
are held back so that a segment holds the same sound in all, and the top of Q nearby is climbed by Newton's
method. If the second top is about as likely as the first and elsewhere, there is no answer. As likely: by so
much as the frequencies disagree about it (Vuong 1989, Econometrica 57(2)), because a likelihood that believes
its model decides between two wrong answers with confidence.

Sigma is not what the likelihood's curvature promises, because no model is true: it is the sandwich, curvature^-1
x scatter of the slopes x curvature^-1. Slopes scatter from time to time (noise, turbulence) and from frequency
to frequency (reflections, a second source); the larger counts. To elevation is added what the ground does to it.

Two microphones, or several in one line, hear a cone and not a direction: no answer. Ignores: wind between source
and array, curvature of the wave (a source within some ten apertures), a wrong north; and that the ground's echo
comes from below: microphones at one height do not notice, on a mast of a metre one answer in seventy was 20
degrees off over a hard ground.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from forehear.constants import STANDARD_SOUND_SPEED_MPS
from forehear.listen.wavefront import (
    Array,
    Complex,
    Recorded,
    Spectra,
    cut_spectra,
    direction,
    likelihood,
    shares,
    turns,
)

# --- numbers that decide -----------------------------------------------------------------------------
# Where engines are heard without knowing more [Hz].
BAND_HZ = (60.0, 2000.0)
# Microphones whose second horizontal extent is below this share of the first stand in a line: half a degree of
# survey error would turn left into right.
LEAST_ASPECT = 0.05
# Tops climbed: one for so much time across the array's half [s], because a wider one has more aliases. Of an 8 m
# square's answers to tones 11 % were of an alias with 8 tops, 2 % with 24 (design/bearings.py); each costs 3 ms.
LEAST_TOPS, MOST_TOPS, TOP_EACH_S = 8, 24, 0.7e-3
NEWTON_STEPS = 25
# A second direction this near in log-likelihood (1 in 50), or within so many sigmas of what the frequencies make
# of the difference (but no more than the largest by which an alias ever won, nearly twice over), leaves the answer
# open. At 1.0 sigma three times as many answers were of an alias, at 2.0 a third fewer tones in noise had any.
AMBIGUOUS_WITHIN, AMBIGUOUS_SIGMAS, AMBIGUOUS_MOST = 4.0, 1.5, 150.0
# A segment overlaps its neighbours by half: its slopes are this much less independent than their count.
OVERLAP = 1.0 / 18.0
# What a tape measure leaves [m], and never more than this share of the array's extent (a board is drawn exactly).
PLACE_SIGMA_M, PLACE_SIGMA_SHARE = 0.02, 0.01
# The ground's reflection and 10 K of temperature each move elevation by about 10 degrees (physics.md).
GROUND_SIGMA_RAD = math.radians(10.0)
HIGHEST_SIGMA_RAD = math.radians(30.0)
HIGHEST_ELEVATION_SIGMA_RAD = math.radians(45.0)
LOWEST_RAD, HIGHEST_RAD = 0.0, math.radians(85.0)
START_RAD = math.radians(8.0)
# -----------------------------------------------------------------------------------------------------


class Bearing(NamedTuple):
    """Where a sound came from: azimuth clockwise from north in 0 to 2 pi, elevation up from the horizon [rad]."""

    azimuth_rad: float
    azimuth_sigma_rad: float
    elevation_rad: float
    elevation_sigma_rad: float


class _Top(NamedTuple):
    """A top of the likelihood: its height, where, each channel's lead there, and what each bin gives to it."""

    q: float
    array: Spectra  # the samples as they were cut for this direction
    at: Array  # (2,) azimuth, elevation
    leads_s: Array  # (channels,): the direction's and the channel's own
    by_bin: Array  # (bins,)


def bearing(
    samples: ArrayLike,
    places_m: ArrayLike,
    rate_hz: float,
    bands_hz: ArrayLike | None = None,
    sound_speed_mps: float = STANDARD_SOUND_SPEED_MPS,
) -> Bearing | None:
    """Find the direction of the sound in some bands; None where the data or the array cannot tell.

    `samples` (n, channels) of any one unit, about a second at `rate_hz`; `places_m` (channels, 3) east-north-up
    [m]; `bands_hz` (k, 2) from and to, all of BAND_HZ where None; speed of sound [m/s]. Channels that are dead or
    not finite are left out. Raises ValueError on shapes that differ.
    Ignores: wind on the way, a near source's curved wave, a wrong north (the head says by how much).
    Reference: Jaffer 1988, ICASSP, eq. 18 (likelihood); Vuong 1989, 10.2307/1912557 (two directions as likely);
    White 1982, 10.2307/1912526 (sigma by the sandwich); against SRP-PHAT: design/bearings.py.
    """
    x = np.asarray(samples, np.float64)
    places = np.asarray(places_m, np.float64)
    if x.ndim != 2 or places.shape != (x.shape[1], 3):
        raise ValueError(
            f"samples {x.shape} and places_m {places.shape}: allowed: (n, channels) and (channels, 3)"
        )
    alive = [m for m in range(x.shape[1]) if len(x) and np.isfinite(x[:, m]).all() and np.ptp(x[:, m]) > 0.0]
    x, places = x[:, alive], places[alive]
    if not tells_azimuth(places):
        return None
    bands = np.array([BAND_HZ]) if bands_hz is None else np.asarray(bands_hz, np.float64).reshape(-1, 2)
    slots_s = (places - places.mean(axis=0)) / sound_speed_mps
    extent_s = 2.0 * float(np.linalg.norm(slots_s, axis=1).max())
    delay_sigma_s = min(PLACE_SIGMA_M / sound_speed_mps, PLACE_SIGMA_SHARE * extent_s)
    tops = _tops(Recorded(x, rate_hz, bands, slots_s, delay_sigma_s))
    if not tops:
        return None
    azimuth_sigma, elevation_sigma = _sigmas(tops[0])
    if not azimuth_sigma <= HIGHEST_SIGMA_RAD or _rivalled(tops, azimuth_sigma):
        return None
    azimuth, elevation = tops[0].at
    return Bearing(float(azimuth % (2.0 * math.pi)), azimuth_sigma, float(elevation), elevation_sigma)


def tells_azimuth(places_m: ArrayLike) -> bool:
    """Say whether microphones at (channels, 3) east-north-up [m] span the ground, so that they hear an azimuth.

    Reference: our own, their second singular value against the first; docs/microphone.md, "Arrays".
    """
    places = np.asarray(places_m, np.float64)
    if len(places) < 3:
        return False
    extents = np.linalg.svd(places[:, :2] - places[:, :2].mean(axis=0), compute_uv=False)
    return bool(extents[1] > LEAST_ASPECT * extents[0] > 0.0)


def _climbed(a: Spectra, at: Array) -> _Top:
    """Climb to the top near a direction (2,) [rad] by Newton's method, over it and the channels' own delays."""
    # On the horizon itself a flat array's likelihood has no slope upwards.
    at = np.array([at[0], max(float(at[1]), START_RAD)])
    own = np.zeros(len(a.slots_s))
    prior = 1.0 / a.delay_sigma_s**2
    by_bin, gradient, curvature = likelihood(a, a.slots_s @ direction(at))
    q = float(by_bin.sum())
    for _ in range(NEWTON_STEPS):
        jacobian = np.hstack([a.slots_s @ turns(at).T, np.eye(len(own)) * a.delay_sigma_s])
        slope = jacobian.T @ gradient
        slope[2:] -= prior * own * a.delay_sigma_s
        hessian = jacobian.T @ curvature @ jacobian
        hessian[2:, 2:] += np.eye(len(own))
        values, axes = np.linalg.eigh(hessian)
        # A saddle is left by its steep side: each axis is climbed as if it were curved downwards.
        step = axes @ ((axes.T @ slope) / np.maximum(np.abs(values), 1.0))
        step *= min(1.0, 0.1 / float(np.abs(step[:2]).max() + 1e-300))
        for _ in range(8):
            tried = np.array([at[0] + step[0], np.clip(at[1] + step[1], LOWEST_RAD, HIGHEST_RAD)])
            own_tried = own + step[2:] * a.delay_sigma_s
            found = likelihood(a, a.slots_s @ direction(tried) + own_tried)
            q_tried = float(found[0].sum()) - 0.5 * prior * float(own_tried @ own_tried)
            if q_tried >= q:
                break
            step = step / 3.0
        else:
            break
        gained, moved = q_tried - q, float(np.abs(tried - at).max())
        (by_bin, gradient, curvature), q, at, own = found, q_tried, tried, own_tried
        if moved < 1e-5 and gained < 1e-3:
            break
    return _Top(q, a, at, a.slots_s @ direction(at) + own, by_bin)


def _coarse(a: Spectra) -> tuple[Array, Array]:
    """Give a grid's directions (azimuths, elevations, 2) [rad] and what the array's pairs agree on there.

    A bin's weight is the slope of g where all of its coherent power would be collected: noise weighs nothing.
    """
    channels = len(a.slots_s)
    first, second = np.triu_indices(channels, 1)
    # Delays that nobody knows blur what high frequencies agree on.
    known = np.exp(-((a.omega * a.delay_sigma_s) ** 2))
    share = np.linalg.eigvalsh(a.covariance)[:, -1] * known
    weight = shares(channels, share)[1] * known
    pairs = a.covariance[:, first, second] * weight[:, None]
    apart_s = a.slots_s[first] - a.slots_s[second]
    # A grid as fine as a quarter of the main lobe at the frequency that counts.
    counting = weight * share
    omega = math.sqrt(float(np.sum(counting * a.omega**2) / (np.sum(counting) + 1e-300)))
    width = float(np.linalg.norm(a.slots_s, axis=1).max())
    step = min(max(1.0 / (omega * width + 1e-9), 0.01), 0.1)
    azimuths = np.arange(0.0, 2.0 * math.pi, step)
    rings = max(math.ceil(1.0 / step / 2.0), 6)
    elevations = np.arccos(np.linspace(1.0, math.cos(HIGHEST_RAD), rings))
    grid = np.stack(np.meshgrid(azimuths, elevations, indexing="ij"), axis=-1)
    lags = direction(grid) @ apart_s.T
    return grid, _agreement(pairs, a.omega, lags)


def _agreement(pairs: Complex, omega: Array, lags_s: Array) -> Array:
    """Sum the pairs' correlations (bins, pairs) at lags (..., pairs) [s], by a table finer than the signal."""
    fine = 2.0 * math.pi / (16.0 * float(omega.max()))
    most = float(np.abs(lags_s).max()) + 2.0 * fine
    table_s = np.arange(-most, most + fine, fine)
    table = np.real(np.exp(-1j * table_s[:, None] * omega) @ pairs)
    place = (lags_s - table_s[0]) / fine
    index = place.astype(np.int64)
    part = place - index
    column = np.arange(pairs.shape[1])
    between = table[index, column] * (1.0 - part) + table[index + 1, column] * part
    return np.asarray(between.sum(axis=-1))


def _tops(r: Recorded) -> list[_Top]:
    """Give the tops, the highest first, each once."""
    plain = cut_spectra(r, None)
    if plain is None:
        return []
    grid, agreed = _coarse(plain)
    around = np.pad(np.pad(agreed, ((1, 1), (0, 0)), mode="wrap"), ((0, 0), (1, 1)), constant_values=-np.inf)
    rows, columns = agreed.shape
    neighbours = [
        around[1 + i : 1 + i + rows, 1 + j : 1 + j + columns]
        for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)
    ]  # fmt: skip
    peak = np.all([agreed >= n for n in neighbours], axis=0)
    wide = round(float(np.linalg.norm(r.slots_s, axis=1).max()) / TOP_EACH_S)
    order = np.argsort(-agreed[peak], kind="stable")[: min(max(wide, LEAST_TOPS), MOST_TOPS)]
    arrays = [(cut_spectra(r, at), at) for at in grid[peak][order]]
    climbed = [_climbed(array, at) for array, at in arrays if array is not None]
    out: list[_Top] = []
    for top in sorted(climbed, key=lambda t: -t.q):
        if not any(np.linalg.norm(direction(top.at) - direction(o.at)) < 0.02 for o in out):
            out.append(top)
    return out


def _sigmas(top: _Top) -> tuple[float, float]:
    """Give the sigma of azimuth and of elevation at a top [rad]; infinite where it is none.

    Reference: White 1982, 10.2307/1912526; the ground's share: docs/physics.md, "Bearings, clocks, air".
    """
    a = top.array
    segments, _, channels = a.x.shape
    _, _, curvature = likelihood(a, top.leads_s)
    steered = a.x * np.exp(-1j * a.omega[:, None] * (top.leads_s - a.shifts_s))
    beam = steered.sum(axis=2)
    share = (np.sum(np.abs(beam) ** 2, axis=0) / channels).astype(np.float64)
    _, weight, _ = shares(channels, share)
    slopes = 2.0 * np.imag(steered * np.conj(beam)[..., None]) * a.omega[:, None] / channels
    slopes *= 0.5 * segments * weight[:, None]
    # Unknowns: azimuth, elevation where it is free to move, and the channels' delays in units of their sigma.
    free = LOWEST_RAD < top.at[1] < HIGHEST_RAD
    by_angle = (a.slots_s @ turns(top.at).T)[:, : 2 if free else 1]
    jacobian = np.hstack([by_angle, np.eye(channels) * a.delay_sigma_s])
    prior = np.diag([0.0] * by_angle.shape[1] + [1.0] * channels)
    hessian = jacobian.T @ curvature @ jacobian + prior
    if float(np.linalg.eigvalsh(hessian)[0]) <= 0.0:
        return math.inf, HIGHEST_ELEVATION_SIGMA_RAD
    inverse = np.linalg.inv(hessian)
    in_time, in_frequency = slopes.sum(axis=1), slopes.sum(axis=0)
    # Neighbouring bins share the window's lobe: groups of three are independent, or nearly.
    groups = np.add.reduceat(in_frequency, np.arange(0, len(in_frequency), 3), axis=0)
    scatters = [in_time.T @ in_time * (1.0 + OVERLAP)]
    if len(groups) > 4:
        scatters.append(groups.T @ groups * len(groups) / (len(groups) - 2))
    covariances = [inverse @ (jacobian.T @ scatter @ jacobian + prior) @ inverse for scatter in scatters]
    azimuth = math.sqrt(max(c[0, 0] for c in covariances))
    elevation = math.sqrt(max(c[1, 1] for c in covariances)) if free else HIGHEST_ELEVATION_SIGMA_RAD / 2.0
    return azimuth, min(math.hypot(elevation, GROUND_SIGMA_RAD), HIGHEST_ELEVATION_SIGMA_RAD)


def _rivalled(tops: list[_Top], sigma_rad: float) -> bool:
    """Say whether another direction than the first is about as likely, by Vuong 1989, 10.2307/1912557."""
    best = tops[0]
    for other in tops[1:]:
        apart = abs((other.at[0] - best.at[0] + math.pi) % (2.0 * math.pi) - math.pi)
        if apart <= 3.0 * sigma_rad:
            continue
        by_group = np.add.reduceat(best.by_bin - other.by_bin, np.arange(0, len(best.by_bin), 3))
        spread = float(by_group.std()) * math.sqrt(len(by_group))
        if best.q - other.q < max(AMBIGUOUS_WITHIN, min(AMBIGUOUS_SIGMAS * spread, AMBIGUOUS_MOST)):
            return True
    return False
