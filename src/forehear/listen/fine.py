"""A family's fundamental at the middle of a frame, as sharp as the frame allows, and how sharp that is.

The search for families knows a tone to a part in a thousand. Here a second of half-rate sound is turned back by
each line's expected phase, so that every line of the family becomes nearly constant, and summed over blocks of
whole periods, over which the lines do not disturb each other. What is left of a line's phase is

    k 2 pi (d t + e t^2 / 2),   with d [Hz] and e [Hz/s] the errors of tone and slope, t from the middle,

so that all lines together tell d and e, and how the slope bends: first by a search (the lines' coherent power
over a grid of both), then by Gauss-Newton on the phases. At the middle of the frame neither the slope nor the
lines' unknown phases cost the tone anything. A line of amplitude a in noise of variance v (per sample, white
around the line) knows its phase to v / (2 a^2 n) from n samples; Fisher's information of d is the sum of k^2
over that. What real engines do beyond the model shows in the residuals: each line's own scatter lowers its
weight, scatter that the lines share raises the sigma.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.listen.lines import Lines, LineStart, difference, freed, turned_back

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

# --- numbers that decide -----------------------------------------------------------------------------
# The search: offsets of the tone and of its slope (shares; per s), and lines' offsets in steps of this [Hz].
TONE_SPAN, TONE_STEPS = 0.004, 81
SLOPE_SPAN, SLOPE_STEPS = 0.012, 9
LINE_SPAN_HZ, LINE_STEP_HZ = 8.0, 0.25
SEARCH_LINES = 8
ROUNDS, NEAR_ENOUGH = 3, 0.04
# A line whose coherent power is under this many times its noise tells nothing about phase; one under SURE does if
# it tells no more than OUTWEIGHED times what clearer lines do. Without that, noise that passes for a line of a
# high order outweighs all true low ones: of faint combs of 3 or 4 lines one tone in ten was wrong by many sigmas.
LEAST_RATIO, SURE_RATIO, OUTWEIGHED = 4.0, 10.0, 1.0
# This share of the power of both lines beside it leaks into a place halfway between; an engine's own odd lines
# stand 12 to 17 dB under the even ones.
LEAK = 1e-3
# What no frame knows better [Hz]: the resampling's own error, and that a report tells a tone to 0.1 mHz.
LEAST_SIGMA_HZ = 0.0005
# How much a slope may change [share of the tone per s^2, standard deviation]: a steady engine's little, and this
# much of the slope [1/s]: a pass of 3 s or more. Without a bend a second of a near pass is some hundredths of a
# hertz wrong; a bend that were free would cost every faint tone half of its sharpness.
BEND, BEND_OF_SLOPE = 0.0004, 0.3
# The same where the slope a second ago is known, which tells the bend between; unless the slopes are so far apart.
BEND_AFTER, MOST_BEND = 0.04, 0.05
# A tone continues one of a second ago that leads this near [share].
CONTINUES = 0.01
# Wander that lines share is looked for in polynomials of the fourth to this order. It counts from so many times
# what noise makes of all of them (its mean is 5; one frame of noise in six is beyond).
WANDER_ORDERS, WANDER_FROM = 8, 8.0
# -----------------------------------------------------------------------------------------------------


class Fine(NamedTuple):
    """What a second tells of a family; arrays (K,) are by order, `between` halfway between lines."""

    tone_hz: float
    tone_sigma_hz: float
    slope_hz_per_s: float
    slope_sigma_hz_per_s: float
    ratio: Array  # coherent power over what noise would make of it: exponential of mean 1 without a line
    power: Array  # of each line [full scale^2], the noise taken out
    between: Array  # like `ratio`, at the odd half orders
    incoherent: Array  # (K,) power in the blocks over noise: what a line that trembles still shows
    all_power: float  # of all lines [full scale^2], trembling ones too


def refine(
    low: NDArray[np.float32],
    start: LineStart,
    noise: NDArray[np.float32],
    others: Sequence[Fine] = (),
    before: Fine | None = None,
) -> Fine:
    """Sharpen a tone at the middle of half-rate sound (n,).

    `noise` is the logarithm of the noise's power by bin, as of `floor_and_ratio`. Lines that `others` have too are
    left to them. `before` is the same family one second ago: its slope tells how this one bends.
    """
    tone_hz, slope_per_s = start
    # Differences: what rumbles below all lines, by tens of decibels in wind, would leak into the blocks.
    beside = [(other.tone_hz, other.slope_hz_per_s) for other in others]
    lines, between = (freed(a, start, beside) for a in turned_back(np.diff(low), tone_hz, slope_per_s, noise))
    d, e = _searched(lines, tone_hz)
    return _climbed(lines, between, start, d, e, before)


def continued(start: LineStart, before: Sequence[Fine]) -> Fine | None:
    """Give the one of a second ago that a tone continues: nearest to where both slopes lead, if that is near."""

    def apart(was: Fine) -> float:
        led = (was.slope_hz_per_s / was.tone_hz + start.slope_per_s) / 2.0
        return abs(math.log(start.tone_hz / was.tone_hz) - led)

    nearest = min(before, key=apart, default=None)
    return nearest if nearest is not None and apart(nearest) < CONTINUES else None


_LINE_HZ = np.arange(-LINE_SPAN_HZ, LINE_SPAN_HZ + LINE_STEP_HZ / 2, LINE_STEP_HZ)
_LEAST_STEP = np.array([-0.3, -1.0, -3.0])
_TONE = np.linspace(-TONE_SPAN, TONE_SPAN, TONE_STEPS)
_SLOPE = np.linspace(-SLOPE_SPAN, SLOPE_SPAN, SLOPE_STEPS)


def _searched(a: Lines, tone_hz: float) -> tuple[float, float]:
    """Find the errors of tone [Hz] and slope [Hz/s] that make the lines most coherent."""
    strength = np.sum(np.abs(a.z) ** 2, axis=1) / (a.samples.sum() * a.noise)
    use = np.sort(np.argsort(-strength)[:SEARCH_LINES])
    order = a.order[use] * tone_hz
    bent = _turn(np.pi * order[:, None, None] * _SLOPE[:, None] * a.at_s**2)
    coherent = (a.z[use].astype(np.complex64)[:, None, :] * bent) @ _turn(2 * np.pi * a.at_s[:, None] * _LINE_HZ)
    power = (coherent.real**2 + coherent.imag**2) / (a.samples.sum() * a.noise[use])[:, None, None].astype(
        np.float32
    )
    at = np.rint((order[:, None] * _TONE + LINE_SPAN_HZ) / LINE_STEP_HZ).astype(np.intp)
    given = np.zeros((SLOPE_STEPS, TONE_STEPS), np.float32)
    for line, line_at in zip(np.log1p(power), at, strict=True):
        given += line.take(line_at, axis=1, mode="clip")
    i, j = np.unravel_index(int(given.argmax()), given.shape)
    return float(_TONE[j]) * tone_hz, float(_SLOPE[i]) * tone_hz


def _turn(angle: Array) -> NDArray[np.complex64]:
    """Give exp(-i angle); in single precision by cosine and sine it is several times as fast as by exp."""
    small = angle.astype(np.float32)
    out = np.empty(angle.shape, np.complex64)
    np.cos(small, out=out.real)
    np.sin(-small, out=out.imag)
    return out


def _bend(start: LineStart, e: float, before: Fine | None) -> tuple[Array, float]:
    """Give what is known of the bend: an inverse covariance with tone and slope (3, 3), and the e that it expects.

    By itself, that it is small; after a second of the same family, that it is about this slope less the one then.
    """
    tone_hz, slope = start.tone_hz, start.slope_per_s * start.tone_hz
    if before is None or abs(before.slope_hz_per_s - slope - e) > MOST_BEND * tone_hz:
        known = (BEND * tone_hz + BEND_OF_SLOPE * abs(slope + e)) ** -2.0
        return np.array([[1e-9, 0.0, 0.0], [0.0, 1e-9, 0.0], [0.0, 0.0, known]]), 0.0
    sigma = math.hypot(BEND * tone_hz + BEND_AFTER * abs(slope + e), before.slope_sigma_hz_per_s)
    known = sigma**-2.0
    both = [[1e-9, 0.0, 0.0], [0.0, 1e-9 + known, -known], [0.0, -known, 1e-9 + known]]
    return np.array(both), before.slope_hz_per_s - slope


def _climbed(a: Lines, between: Lines, start: LineStart, d: float, e: float, before: Fine | None) -> Fine:
    """Sharpen by Gauss-Newton and say how sharp it became."""
    tone_hz, slope = start.tone_hz, start.slope_per_s * start.tone_hz
    n = float(_sum(a.samples))
    noise = a.noise
    design = np.empty((len(a.at_s), 3))
    design[:, 0] = 2 * np.pi * a.at_s
    design[:, 1] = np.pi * a.at_s**2
    design[:, 2] = np.pi / 3 * a.at_s**3
    # Tone and slope are free, the bend is not.
    prior, expected = _bend(start, e, before)
    off, at = np.array([d, e, 0.0]), np.array([0.0, expected, 0.0])
    centred = design - (a.samples @ design) / n
    shape = (centred * a.samples[:, None]).T @ centred
    square = a.z.real**2 + a.z.imag**2
    of_blocks = square @ (1.0 / a.samples)
    orders_squared = a.order**2
    for _ in range(ROUNDS):
        phase = design @ off
        turned = a.z * _turns(phase, len(noise))
        mean = _sum(turned, 1) / n
        power = mean.real**2 + mean.imag**2
        # What the blocks scatter about the mean: their squares but for the mean's.
        level = np.maximum((of_blocks - n * power) / (len(a.at_s) - 1), noise)
        clear = np.maximum(power - level / n, 0.0)
        weight = _trusted(2.0 * clear / level, power * n / level, orders_squared)
        # Samples times the lines' common phase, each line by its weight: what a block's innovation is worth.
        common = ((a.order * weight / np.maximum(power, 1e-30) * mean.conj()) @ turned).imag
        covariance = _inverse(shape * float(orders_squared @ weight) + prior)
        given = common @ centred - prior @ (off - at)
        # Never farther than the lobe that the search chose.
        step = covariance @ given
        off += np.minimum(np.maximum(step, _LEAST_STEP), -_LEAST_STEP)
        # In its own sigmas: a fifth of one is not worth another round.
        if float(step @ given) < NEAR_ENOUGH:
            break
    sigma = math.sqrt(float(covariance[0, 0]) + _shared(a, common, float(orders_squared @ weight)))
    halves = len(between.order)
    beside = power[:halves].copy()
    beside[1:] += power[: halves - 1]
    phase = design @ off
    half = (between.z * _turns(phase, halves)) @ np.exp(0.5j * phase)
    incoherent = _sum(square, 1) / (n * noise)
    # Over blocks of L samples noise alone leaves v / L of its variance v.
    left = difference(a.order * tone_hz)
    free = np.isfinite(noise)
    trembling = 2.0 * float(_sum((noise * (incoherent - 1.0) / left)[free])) * len(a.at_s) / n
    coherent = 2.0 * np.maximum(power - noise / n, 0.0) / left
    return Fine(
        tone_hz + float(off[0]),
        # Where no line tells a phase, what was searched is what is known.
        min(math.hypot(sigma, LEAST_SIGMA_HZ), TONE_SPAN * tone_hz),
        slope + float(off[1]),
        math.sqrt(float(covariance[1, 1])),
        power * n / noise,
        coherent,
        (half.real**2 + half.imag**2) / (n * between.noise + LEAK * n**2 * beside),
        incoherent,
        max(trembling, float(_sum(coherent))),
    )


_sum = np.add.reduce


def _inverse(of: Array) -> Array:
    """Invert a symmetric matrix (3, 3): by its cofactors, ten times as fast as by any solver."""
    (a, b, c), (_, d, e), (_, _, f) = of.tolist()
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    whole = a * first + b * second + c * third
    fourth, fifth, sixth = (a * f - c * c) / whole, (b * c - a * e) / whole, (a * d - b * b) / whole
    first, second, third = first / whole, second / whole, third / whole
    return np.array([[first, second, third], [second, fourth, fifth], [third, fifth, sixth]])


def _turns(phase: Array, orders: int) -> Complex:
    """Give what turns each order (orders, blocks) back by its multiple of a phase (blocks,)."""
    out = np.empty((orders, len(phase)), np.complex128)
    out[:] = np.exp(-1j * phase)
    return np.multiply.accumulate(out, axis=0, out=out)


def _trusted(weight: Array, ratio: Array, orders_squared: Array) -> Array:
    """Keep the weights of lines that are there, the clearest first; noise is not to outweigh them."""
    kept = np.zeros_like(weight)
    there = np.flatnonzero(ratio > LEAST_RATIO)
    there = there[np.argsort(-ratio[there])]
    given = (orders_squared * weight)[there].tolist()
    clearer = 0.0
    for k, each, clear in zip(there.tolist(), given, ratio[there].tolist(), strict=True):
        if not clearer or clear > SURE_RATIO or each <= OUTWEIGHED * clearer:
            kept[k] = weight[k]
            clearer += each
    return kept


def _shared(a: Lines, common: Array, total: float) -> float:
    """Give the variance of the tone [Hz^2] that the lines' common phase shows, beyond what noise makes of it.

    What of it scatters from block to block makes all lines worse alike. What wanders slowly (an engine's tremble,
    turbulence) shows little of itself: tone, slope and bend have taken the most. So what is left, in polynomials
    of the fourth order and up, tells how strong the wander is, and that tells what tone it made. `total` is what
    all lines weigh.
    """
    if total <= 0.0 or len(a.at_s) <= WANDER_ORDERS + 2:
        return 0.0
    root = np.sqrt(a.samples)
    # The common phase of each block in units in which noise alone has the variance 1 / total.
    common = common / total / root
    modes, _ = np.linalg.qr(root[:, None] * a.at_s[:, None] ** _POWERS)
    seen = (modes.T @ common) ** 2
    noise = max(float(common @ common - _sum(seen)) / (len(common) - WANDER_ORDERS - 1), 1.0 / total)
    # What a phase that diffuses by a radian squared a second makes of each polynomial: of the sums of all of it
    # that is still to come.
    still = np.add.accumulate((modes * root[:, None])[:0:-1], axis=0)[::-1]
    made = np.diff(a.at_s) @ still**2
    diffused = max(float(_sum(seen[4:])) - WANDER_FROM * noise, 0.0) / float(_sum(made[4:]))
    moved = diffused * float(made[1]) + noise - 1.0 / total
    return moved / float(a.samples @ (2.0 * np.pi * a.at_s) ** 2)


_POWERS = np.arange(WANDER_ORDERS + 1)
