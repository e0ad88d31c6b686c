"""One microphone's whole Doppler sweep: tone at rest, speed, time and distance of the closest approach.

Theory of operation. A source that flies straight on at constant speed is known to one microphone, which has no
directions, by four numbers: its tone at rest, its speed, and the moment and distance at which it is nearest. The
logarithm of the tone heard is that of the tone at rest plus that of the Doppler ratio, exactly, with the sound's
delay (`air.retarded`).

1. Octaves: each tone is halved, doubled or left so that it continues the others.
2. Starts: a grid of speeds, times and distances; the tone at rest of each is the median of what is left, its
   merit the sum of the residuals' sizes, which outliers do not rule. The best few are refined.
3. Refinement: damped Gauss-Newton steps on a cost that grows with the square at first and then slower, so that
   outliers pull little; the best of them names the outliers; then plain least squares on the rest.
4. Scatter: the throttle wanders, which shows as slow residuals that a sigma of each second does not hold. Its
   share and its time are unknown too: the fit is done, with the full covariance of the errors, for some of each,
   and the answers are averaged by the (restricted) likelihood of their residuals, and their covariances with what
   lies between them. So the answer's sigma is larger where the engine is unsteady.
5. It refuses where the sweep cannot tell: too few, too short, too little bend (sigma of distance or speed too
   large), or no straight flight at all.

Reference: Ferguson and Lo 1999 (frequency against time at one microphone), exact in the delay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import STANDARD_SOUND_SPEED_MPS
from forehear.errors import NoSolution
from forehear.listen.passby_fit import (
    DISTANCE_RANGE_M,
    OF_SOUND,
    SPEED_RANGE_MPS,
    model,
    refined,
    starts,
    with_wander,
)

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Fewer tones than this leave four unknowns and a scatter to chance.
LEAST_TONES = 8
# Beyond this many sigmas a tone is an outlier: of 200 good ones 0.1 is lost.
OUTLIER_SIGMAS = 3.5
# A jump from one tone to the next counts at most this [ln], a third of the way to the next octave: more is an
# outlier, or an octave. And what it costs to move a tone by an octave: less than any jump that it saves.
OCTAVE_NEAR, MOVE_PRICE = 0.23, 0.02
# An answer of half its own size is a guess: the sweep did not tell.
MOST_SIGMA_SHARE = 0.5
# Half of the tones stray by this share at most from a straight pass: a throttle's wander or a turn, not more.
MOST_SPREAD = 0.02
# Share of tones that may be outliers before it is no straight flight.
MOST_OUTLIERS = 0.35
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PassBy:
    """What a whole pass says; `covariance` (4, 4) is of tone [Hz], speed [m/s], time [s], distance [m].

    `nearest_at_s` is when the source was nearest; its sound came `distance_m` over the speed of sound later.
    """

    tone_hz: float
    speed_mps: float
    nearest_at_s: float
    distance_m: float
    covariance: Array
    used: int
    outliers: int
    octave_slips: int
    wander_share: float

    @property
    def sigmas(self) -> tuple[float, float, float, float]:
        """Standard deviations of tone [Hz], speed [m/s], time [s] and distance [m]."""
        tone, speed, time, distance = np.sqrt(np.diag(self.covariance)).tolist()
        return tone, speed, time, distance


def _octaves(ln_tone: Array) -> tuple[Array, int]:
    """Bring tones (n,) [ln] that are an octave off to the others: (ln tone (n,), how many were moved).

    Of all ways to halve, double or leave each tone the one with the shortest jumps from tone to tone, a jump
    counting OCTAVE_NEAR at most; moves cost a little, so that what most tones say is left.
    Reference: our own, the shortest path by dynamic programming; docs/passby.md, "How".
    """
    moves = np.array([-1.0, 0.0, 1.0]) * np.log(2.0)
    price = np.array([MOVE_PRICE, 0.0, MOVE_PRICE])
    at = ln_tone[:, None] + moves
    cost = price.copy()
    came = np.zeros((len(ln_tone), 3), np.int64)
    for i in range(1, len(ln_tone)):
        jump = cost[:, None] + np.minimum(np.abs(at[i] - at[i - 1][:, None]), OCTAVE_NEAR)
        came[i] = np.argmin(jump, axis=0)
        cost = jump[came[i], np.arange(3)] + price
    chosen = np.zeros(len(ln_tone), np.int64)
    chosen[-1] = int(np.argmin(cost))
    for i in range(len(ln_tone) - 1, 0, -1):
        chosen[i - 1] = came[i, chosen[i]]
    return ln_tone + moves[chosen], int(np.count_nonzero(chosen != 1))


def pass_by(
    heard_at_s: ArrayLike,
    tone_hz: ArrayLike,
    tone_sigma_hz: ArrayLike,
    sound_mps: float = STANDARD_SOUND_SPEED_MPS,
    wander_share: float | None = None,
) -> PassBy:
    """Solve a straight pass from the tones that one microphone heard.

    Parameters: times of hearing (n,) [s], tones as received (n,) [Hz] and their sigmas (n,) [Hz], in any order;
    tones may be an octave off, and some may be outliers; speed of sound [m/s]; the throttle's wander as a share
    of the tone where it is known (0 for an engine that is governed), None where the sweep has to say.
    Raises NoSolution with the reason where the sweep cannot say.
    Ignores: wind, turns and changes of speed.
    Reference: Ferguson and Lo 1999, IEEE J. Oceanic Eng. 24(4), 424 (four unknowns from one tone's sweep), exact
    in the delay; docs/passby.md, "How"; design/passby.py.
    """
    heard, tone, sigma_hz = (
        np.atleast_1d(np.asarray(a, np.float64)) for a in (heard_at_s, tone_hz, tone_sigma_hz)
    )
    good = np.isfinite(heard) & (tone > 0.0) & np.isfinite(tone) & (sigma_hz > 0.0) & np.isfinite(sigma_hz)
    order = np.argsort(heard[good], kind="stable")
    heard, tone, sigma_hz = (a[good][order] for a in (heard, tone, sigma_hz))
    if len(heard) < LEAST_TONES:
        raise NoSolution(f"{len(heard)} tones; at least {LEAST_TONES} are needed")
    zero = float(np.median(heard))
    t = heard - zero
    ln_tone, slips = _octaves(np.log(tone))
    sigma = sigma_hz / tone
    whiten = np.diag(1.0 / sigma)
    fits = [refined(x, t, ln_tone, whiten, sound_mps, robust=True) for x in starts(t, ln_tone, sigma, sound_mps)]
    x, _ = min(fits, key=lambda fit: fit[1])
    residual = ln_tone - model(x, t, sound_mps)[0]
    spread = float(np.median(np.abs(residual)))
    if spread > MOST_SPREAD:
        raise NoSolution(f"the tones stray by {100.0 * spread:.0f} % from the best straight pass")
    inliers = _inliers(residual, sigma)
    outliers = int(np.count_nonzero(~inliers))
    if outliers > MOST_OUTLIERS * len(t) or len(t) - outliers < LEAST_TONES:
        raise NoSolution(f"{outliers} of {len(t)} tones do not lie on one straight pass")
    x, covariance, share, scatter = with_wander(
        x, t[inliers], ln_tone[inliers], sigma[inliers], sound_mps, wander_share
    )
    # What the model of the scatter does not hold is at least not hidden; what chance makes of it is not counted.
    if scatter > 1.0 + 2.0 * np.sqrt(2.0 / (len(t) - outliers - 4)):
        covariance *= scatter
    return _answer(x, covariance, share, (len(t) - outliers, outliers, slips), zero, t[inliers], sound_mps)


def _inliers(residual: Array, sigma: Array) -> NDArray[np.bool_]:
    """Give which tones (n,) lie on the fit: within OUTLIER_SIGMAS of a scatter taken from their middle half.

    Reference: the median of the sizes over 0.6745, a sigma of the normal law; limits: docs/passby.md, "Where it
    stops".
    """
    scatter = max(1.0, float(np.median(np.abs(residual) / sigma)) / 0.6745)
    return np.asarray(np.abs(residual) < OUTLIER_SIGMAS * scatter * sigma, np.bool_)


def _answer(
    x: Array,
    covariance: Array,
    share: float,
    counts: tuple[int, int, int],
    zero: float,
    t: Array,
    sound_mps: float,
) -> PassBy:
    """Turn a fit into an answer, or refuse. Raises NoSolution with the reason.

    `x` (4,) and `covariance` (4, 4) of (ln tone, ln speed, time [s], ln distance); `t` (n,) [s] after `zero` [s].
    Reference: what is refused, docs/passby.md, "Where it stops".
    """
    used, outliers, slips = counts
    tone, speed, distance = float(np.exp(x[0])), float(np.exp(x[1])), float(np.exp(x[3]))
    ln_speed_sigma, ln_distance_sigma = np.sqrt(np.diag(covariance))[[1, 3]]
    for name, sigma in (("speed", ln_speed_sigma), ("distance", ln_distance_sigma)):
        if not sigma < MOST_SIGMA_SHARE:
            raise NoSolution(
                f"the sweep of {t[-1] - t[0]:.0f} s bends too little: {name} is known to {100 * sigma:.0f} % only"
            )
    fastest = min(SPEED_RANGE_MPS[1], OF_SOUND * sound_mps)
    bounds = (("speed", speed, SPEED_RANGE_MPS[0], fastest), ("distance", distance, *DISTANCE_RANGE_M))
    for name, value, low, high in bounds:
        if value < low * 1.001 or value > high * 0.999:
            raise NoSolution(f"no straight pass fits: {name} runs out of what flies, {low:.0f} to {high:.0f}")
    scale = np.array([tone, speed, 1.0, distance])
    return PassBy(
        tone_hz=tone,
        speed_mps=speed,
        nearest_at_s=zero + float(x[2]),
        distance_m=distance,
        covariance=np.asarray(covariance * np.outer(scale, scale), np.float64),
        used=used,
        outliers=outliers,
        octave_slips=slips,
        wander_share=share,
    )
