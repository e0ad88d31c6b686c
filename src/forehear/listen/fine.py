"""A family's fundamental at the middle of a frame, as sharp as the frame allows, and how sharp that is.

The search for families knows a tone to a part in a thousand. Here a second of half-rate sound is turned back by
each line's expected phase, so that every line of the family becomes nearly constant, and summed over blocks of
whole periods, over which the lines do not disturb each other. What is left of a line's phase is

    k 2 pi (d t + e t^2 / 2),   with d [Hz] and e [Hz/s] the errors of tone and slope, t from the middle,

so that all lines together tell d and e: first by a search (the lines' coherent power over a grid of both), then
by Gauss-Newton on the phases. At the middle of the frame neither the slope nor the lines' unknown phases cost
the tone anything. A line of amplitude a in noise of variance v (per sample, white around the line) knows its
phase to v / (2 a^2 n) from n samples; Fisher's information of d is the sum of k^2 over that. What real engines
do beyond the model shows in the residuals: each line's own scatter lowers its weight, scatter that the lines
share raises the sigma.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen import spectrum

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# --- numbers that decide -----------------------------------------------------------------------------
TO_HZ = 2000.0
MOST_ORDERS = 40
# Between so many lines is looked whether there are more.
MOST_HALVES = 20
# Blocks of this length [s], rounded to whole periods: lines may be 16 Hz off at first.
BLOCK_S = 0.03
# The search: offsets of the tone and of its slope (shares; per s), and lines' offsets in steps of this [Hz].
TONE_SPAN, TONE_STEPS = 0.004, 81
SLOPE_SPAN, SLOPE_STEPS = 0.012, 9
LINE_SPAN_HZ, LINE_STEP_HZ = 8.0, 0.25
SEARCH_LINES = 8
ROUNDS = 3
# A line whose coherent power is under this many times its noise tells nothing about phase; one under SURE does if
# it tells no more than OUTWEIGHED times what clearer lines do. Without that, noise that passes for a line of a
# high order outweighs all true low ones: of faint combs of 3 or 4 lines one tone in ten was wrong by many sigmas.
LEAST_RATIO, SURE_RATIO, OUTWEIGHED = 4.0, 10.0, 1.0
# This share of the power of both lines beside it leaks into a place halfway between; an engine's own odd lines
# stand 12 to 17 dB under the even ones.
LEAK = 1e-3
# Lines of two families nearer than this [Hz], and what they move against each other, cannot be told apart.
APART_HZ = 3.0
# What no frame knows better [Hz]: the clock's and the resampling's own errors.
LEAST_SIGMA_HZ = 0.003
# Wander that lines share is looked for in polynomials of the third to this order. It counts from so many times
# what noise makes of all of them (its mean is 6; one frame of noise in six is beyond), and of the third alone.
WANDER_ORDERS, WANDER_FROM, BENT_FROM = 8, 9.0, 4.0
# t^3 over a frame from -1/2 to 1/2: the line that fits it best is 0.15 t, of 5.25 times the power of the rest.
BENT = 5.25
# -----------------------------------------------------------------------------------------------------


class Fine(NamedTuple):
    """What a second tells of a family; arrays (K,) are by order, `between` halfway between lines."""

    tone_hz: float
    tone_sigma_hz: float
    slope_hz_per_s: float
    ratio: Array  # coherent power over what noise would make of it: exponential of mean 1 without a line
    power: Array  # of each line [full scale^2], the noise taken out
    between: Array  # like `ratio`, at the odd half orders
    incoherent: Array  # (K,) power in the blocks over noise: what a line that trembles still shows
    all_power: float  # of all lines [full scale^2], trembling ones too


class _Lines(NamedTuple):
    z: Complex  # (lines, blocks) sums over each block
    at_s: Array  # (blocks,) middle of each
    samples: Array  # (blocks,) how many samples it has
    order: Array  # (lines,)
    noise: Array  # (lines,) variance per sample of white noise as strong as that around the line


class Start(NamedTuple):
    """A tone at the middle of a frame, known to about 0.4 %, and the slope of its logarithm."""

    tone_hz: float
    slope_per_s: float


def refine(
    low: NDArray[np.float32], start: Start, noise: NDArray[np.float32], others: Sequence[Fine] = ()
) -> Fine:
    """Sharpen a tone at the middle of half-rate sound (n,).

    `noise` is the logarithm of the noise's power by bin, as of `floor_and_ratio`. Lines that `others` have too are
    left to them.
    """
    tone_hz, slope_per_s = start
    lines, between = (_freed(a, start, others) for a in _lines(low, tone_hz, slope_per_s, noise))
    d, e = _searched(lines, tone_hz)
    return _climbed(lines, between, tone_hz, slope_per_s * tone_hz, d, e)


def _lines(
    low: NDArray[np.float32], tone_hz: float, slope_per_s: float, noise: NDArray[np.float32]
) -> tuple[_Lines, _Lines]:
    """Turn all lines, and the places halfway between them, back to zero frequency."""
    n = len(low)
    t = (np.arange(n) - (n - 1) / 2) / spectrum.RATE_HZ
    turns = tone_hz * t * (1.0 + t * (slope_per_s / 2 + t * slope_per_s**2 / 6))
    periods = max(round(BLOCK_S * tone_hz), 1)
    edges = np.searchsorted(turns, np.arange(turns[0], turns[-1], periods))
    orders = max(min(int(TO_HZ / tone_hz), MOST_ORDERS), 1)
    angle = (np.pi * (turns - 2.0 * np.rint(turns / 2.0))).astype(np.float32)
    back = np.empty(n, np.complex64)
    back.real = np.cos(angle)
    back.imag = -np.sin(angle)
    turned = low * back
    back = back * back
    # The last block is seldom whole: it would let neighbours leak in.
    whole = edges[:-1]
    z = np.zeros((2, orders, len(edges)), np.complex64)
    halves = turned
    ones = low * back
    for k in range(orders):
        z[0, k] = np.add.reduceat(ones, edges)
        if k < MOST_HALVES:
            z[1, k] = np.add.reduceat(halves, edges)
            halves *= back
        ones *= back
    samples = np.diff(edges).astype(np.float64)
    at_s = t[whole] + (samples - 1) / 2 / spectrum.RATE_HZ
    order = np.arange(1, orders + 1, dtype=np.float64)
    lines = _Lines(z[0, :, :-1].astype(np.complex128), at_s, samples, order, _noise_at(order * tone_hz, noise))
    half = order[:MOST_HALVES] - 0.5
    between = z[1, : len(half), :-1].astype(np.complex128)
    return lines, _Lines(between, at_s, samples, half, _noise_at(half * tone_hz, noise))


def _noise_at(line_hz: Array, noise: NDArray[np.float32]) -> Array:
    at = np.minimum(np.rint(line_hz / spectrum.BIN_HZ).astype(np.intp), spectrum.BINS - 1)
    return np.asarray(np.exp(noise[at].astype(np.float64)) / spectrum.WINDOW_POWER)


def _freed(a: _Lines, start: Start, others: Sequence[Fine]) -> _Lines:
    """Give lines that others have too infinite noise: they then tell nothing."""
    noise = a.noise
    line = a.order * start.tone_hz
    for other in others:
        nearest = np.maximum(np.rint(line / other.tone_hz), 1.0)
        # Over the frame the two move against each other.
        crossing = np.abs(a.order * start.tone_hz * start.slope_per_s - nearest * other.slope_hz_per_s) / 2.0
        noise = np.where(np.abs(line - nearest * other.tone_hz) < APART_HZ + crossing, np.inf, noise)
    return a._replace(noise=noise)


_LINE_HZ = np.arange(-LINE_SPAN_HZ, LINE_SPAN_HZ + LINE_STEP_HZ / 2, LINE_STEP_HZ)
_TONE = np.linspace(-TONE_SPAN, TONE_SPAN, TONE_STEPS)
_SLOPE = np.linspace(-SLOPE_SPAN, SLOPE_SPAN, SLOPE_STEPS)


def _searched(a: _Lines, tone_hz: float) -> tuple[float, float]:
    """Find the errors of tone [Hz] and slope [Hz/s] that make the lines most coherent."""
    strength = np.sum(np.abs(a.z) ** 2, axis=1) / (a.samples.sum() * a.noise)
    use = np.sort(np.argsort(-strength)[:SEARCH_LINES])
    order = a.order[use] * tone_hz
    bent = np.exp(-1j * np.pi * order[:, None, None] * _SLOPE[:, None] * a.at_s**2)
    coherent = (a.z[use][:, None, :] * bent).astype(np.complex64) @ np.exp(
        -2j * np.pi * a.at_s[:, None] * _LINE_HZ
    ).astype(np.complex64)
    power = (coherent.real**2 + coherent.imag**2) / (a.samples.sum() * a.noise[use])[:, None, None]
    at = np.rint((order[:, None] * _TONE + LINE_SPAN_HZ) / LINE_STEP_HZ).astype(np.intp)
    at = np.clip(at, 0, len(_LINE_HZ) - 1)
    told = np.log1p(np.take_along_axis(power, at[:, None, :], axis=2)).sum(axis=0)
    i, j = np.unravel_index(int(told.argmax()), told.shape)
    return float(_TONE[j]) * tone_hz, float(_SLOPE[i]) * tone_hz


def _climbed(a: _Lines, between: _Lines, tone_hz: float, slope: float, d: float, e: float) -> Fine:
    """Sharpen by Gauss-Newton and say how sharp it became."""
    n = float(a.samples.sum())
    noise = a.noise
    design = np.stack([2 * np.pi * a.at_s, np.pi * a.at_s**2], axis=1)
    centred = design - (a.samples @ design) / n
    shape = (centred * a.samples[:, None]).T @ centred
    info = np.eye(2)
    phase = np.zeros_like(a.z.real)
    weight = np.zeros_like(noise)
    for _ in range(ROUNDS):
        turned = a.z * np.exp(-1j * a.order[:, None] * (design @ (d, e)))
        mean = turned.sum(axis=1) / n
        scatter = np.sum(np.abs(turned - mean[:, None] * a.samples) ** 2 / a.samples, axis=1) / (len(a.at_s) - 1)
        level = np.maximum(scatter, noise)
        power = np.abs(mean) ** 2
        clear = np.maximum(power - level / n, 0.0)
        weight = _trusted(2.0 * clear / level, power * n / level, a.order)
        # Samples times phase: what a block's innovation is worth.
        phase = np.imag(turned * np.conj(mean)[:, None]) / np.maximum(power, 1e-30)[:, None]
        info = shape * np.sum(a.order**2 * weight) + np.eye(2) * 1e-9
        step = np.linalg.solve(info, centred.T @ np.sum((a.order * weight)[:, None] * phase, axis=0))
        # Never farther than the lobe that the search chose.
        step = np.clip(step, (-0.3, -1.0), (0.3, 1.0))
        d, e = d + float(step[0]), e + float(step[1])
    sigma = math.sqrt(float(np.linalg.inv(info)[0, 0]) + _shared(a, phase, weight))
    beside = power[: len(between.order)] + np.append(0.0, power[: len(between.order) - 1])
    half = between.z * np.exp(-1j * between.order[:, None] * (design @ (d, e)))
    incoherent = np.sum(np.abs(a.z) ** 2, axis=1) / (n * noise)
    free = np.isfinite(noise)
    # Over blocks of L samples noise alone leaves v / L of its variance v.
    trembling = 2.0 * float(np.sum(noise[free] * (incoherent[free] - 1.0))) * len(a.at_s) / n
    coherent = 2.0 * np.maximum(power - noise / n, 0.0)
    return Fine(
        tone_hz + d,
        # Where no line tells a phase, what was searched is what is known.
        min(math.hypot(sigma, LEAST_SIGMA_HZ), TONE_SPAN * tone_hz),
        slope + e,
        power * n / noise,
        coherent,
        np.abs(half.sum(axis=1)) ** 2 / (n * between.noise + LEAK * n**2 * beside),
        incoherent,
        max(trembling, float(coherent.sum())),
    )


def _trusted(weight: Array, ratio: Array, order: Array) -> Array:
    """Keep the weights of lines that are there, the clearest first; noise is not to outweigh them."""
    told = (order**2 * weight).tolist()
    ratios = ratio.tolist()
    kept = np.zeros_like(weight)
    clearer = 0.0
    for k in np.argsort(-ratio).tolist():
        if not ratios[k] > LEAST_RATIO:
            break
        if not clearer or ratios[k] > SURE_RATIO or told[k] <= OUTWEIGHED * clearer:
            kept[k] = weight[k]
            clearer += told[k]
    return kept


def _shared(a: _Lines, phase: Array, weight: Array) -> float:
    """Give the variance of the tone [Hz^2] that the lines' common phase shows, beyond what noise makes of it.

    What of it scatters from block to block makes all lines worse alike. What wanders slowly (an engine's tremble,
    turbulence, a Doppler that bends) shows little of itself: tone and slope have taken the most. So what is left,
    in polynomials of the third order and up, tells how strong the wander is, and that tells what tone it made.
    """
    total = float(np.sum(a.order**2 * weight))
    if total <= 0.0 or len(a.at_s) <= WANDER_ORDERS + 2:
        return 0.0
    root = np.sqrt(a.samples)
    # The common phase of each block in units in which noise alone has the variance 1 / total.
    common = np.sum((a.order * weight)[:, None] * phase, axis=0) / total / root
    modes, _ = np.linalg.qr(root[:, None] * np.vander(a.at_s, WANDER_ORDERS + 1, increasing=True))
    seen = (modes.T @ common) ** 2
    noise = max(float(common @ common - seen.sum()) / (len(common) - WANDER_ORDERS - 1), 1.0 / total)
    # What a phase that diffuses by a radian squared a second makes of each polynomial.
    made = np.diff(a.at_s) @ np.cumsum((modes * root[:, None])[::-1], axis=0)[::-1][1:] ** 2
    diffused = max(float(seen[3:].sum()) - WANDER_FROM * noise, 0.0) / float(made[3:].sum())
    # A pure third power has bent the tone by so much more than what is left of it.
    bent = BENT * max(float(seen[3]) - BENT_FROM * noise, 0.0)
    moved = max(diffused * float(made[1]), bent) + noise - 1.0 / total
    return moved / float(a.samples @ (2.0 * np.pi * a.at_s) ** 2)
