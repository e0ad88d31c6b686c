"""The fit of a straight pass to the tones heard: its model, where to start, how to refine, what errors to expect.

Unknowns are x = (ln tone at rest, ln speed, moment of the closest approach [s], ln distance then); residuals are
of the logarithm of the tone. `passby` tells the theory.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.air.retarded import doppler_gradients, doppler_ratio
from forehear.errors import NoSolution

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Speeds [m/s] and distances [m] of the grid of starts: from a slow multirotor to a jet, from overhead to out of
# hearing; and times. Steps are such that refinement from a neighbour converges (design/passby.py).
SPEEDS_MPS = np.geomspace(12.0, 250.0, 12)
DISTANCES_M = np.geomspace(15.0, 8000.0, 14)
TIMES = 15
# How many of the grid's best are refined.
REFINED = 6
# What the answer must lie within; outside of it nothing that is heard flies.
SPEED_RANGE_MPS, DISTANCE_RANGE_M = (3.0, 300.0), (2.0, 15_000.0)
# And never nearer to the speed of sound than this share of it.
OF_SOUND = 0.9
# Steps at most, and when it has settled: the share by which the cost still falls.
STEPS, SETTLED = 60, 1e-7
# Throttle: its standard deviation as a share of the tone, and its correlation time [s], as tried. One time and
# one best share understated speed's sigma by half for a wander of 0.3 % over 12 s (design/passby.py).
WANDER_SHARES = (0.0003, 0.0006, 0.0012, 0.0025, 0.005, 0.01)
WANDER_TIMES_S = (4.0, 12.0, 36.0)
# -----------------------------------------------------------------------------------------------------


def received_tone_hz(
    heard_s: ArrayLike, tone_hz: float, speed_mps: float, nearest_s: float, distance_m: float, sound_mps: float
) -> Array:
    """Give the tone heard (n,) [Hz] at times (n,) [s] of a straight pass at constant speed.

    Parameters: tone at rest [Hz], speed [m/s], moment [s] and distance [m] of the closest approach, speed of
    sound.
    Ignores: wind, and changes of the tone sent. Raises NoSolution for a speed not below that of sound.
    Reference: Ferguson and Lo 1999, IEEE J. Oceanic Eng. 24(4), 424, exact in the delay; docs/physics.md, "Sound
    is old news".
    """
    place, velocity = _geometry(np.asarray(heard_s, np.float64), speed_mps, nearest_s, distance_m)
    return tone_hz * doppler_ratio(place, velocity, np.zeros(3), sound_mps)


def _geometry(heard_s: Array, speed_mps: float, nearest_s: float, distance_m: float) -> tuple[Array, Array]:
    """Give places (n, 3) [m] at times (n,) [s] and velocity (3,) [m/s] of a straight pass along the first axis."""
    along = speed_mps * (heard_s - nearest_s)
    place = np.stack([along, np.full_like(along, distance_m), np.zeros_like(along)], axis=-1)
    return place, np.array([speed_mps, 0.0, 0.0])


def model(x: Array, heard_s: Array, sound_mps: float) -> tuple[Array, Array]:
    """Give ln tone (n,) and its derivatives (n, 4) by x = (ln tone, ln speed, nearest [s], ln distance).

    Times heard (n,) [s], speed of sound [m/s]. Raises NoSolution for a speed not below that of sound.
    Reference: `received_tone_hz`; docs/physics.md, "Sound is old news" (the derivatives).
    """
    speed, distance = float(np.exp(x[1])), float(np.exp(x[3]))
    place, velocity = _geometry(heard_s, speed, float(x[2]), distance)
    ratio = doppler_ratio(place, velocity, np.zeros(3), sound_mps)
    by_r, by_v = doppler_gradients(place, velocity, np.zeros(3), sound_mps)
    by_speed = by_r[:, 0] * (heard_s - x[2]) + by_v[:, 0]
    columns = [ratio, by_speed * speed, -by_r[:, 0] * speed, by_r[:, 1] * distance]
    return x[0] + np.log(ratio), np.stack(columns, axis=1) / ratio[:, None]


def _inside(x: Array, span: tuple[float, float], sound_mps: float) -> Array:
    """Bring unknowns (4,) back into what is allowed; the nearest moment into three times the sweep."""
    long = span[1] - span[0]
    low = [-np.inf, np.log(SPEED_RANGE_MPS[0]), span[0] - long, np.log(DISTANCE_RANGE_M[0])]
    fastest = min(SPEED_RANGE_MPS[1], OF_SOUND * sound_mps)
    high = [np.inf, np.log(fastest), span[1] + long, np.log(DISTANCE_RANGE_M[1])]
    return np.clip(x, low, high)


def refined(
    x: Array, heard_s: Array, ln_tone: Array, whiten: Array, sound_mps: float, robust: bool
) -> tuple[Array, float]:
    """Minimise the cost of whitened residuals from a start; returns (unknowns (4,), cost). Bounded, never raises.

    Times (n,) [s], ln tones (n,); `whiten` (n, n) turns residuals into independent ones of unit variance. Robust:
    cost 2 (sqrt(1 + r^2) - 1). Reference: Marquardt 1963, 10.1137/0111030 (damping by the diagonal);
    docs/passby.md, "How".
    """
    span = float(heard_s.min()), float(heard_s.max())

    def whitened(at: Array) -> tuple[Array, Array, float]:
        expected, slopes = model(at, heard_s, sound_mps)
        r = whiten @ (ln_tone - expected)
        cost = float(np.sum(2.0 * (np.sqrt(1.0 + r * r) - 1.0))) if robust else float(np.sum(r * r))
        return r, whiten @ slopes, cost

    damping = 1e-2
    r, slopes, cost = whitened(x)
    for _ in range(STEPS):
        weight = 1.0 / np.sqrt(1.0 + r * r) if robust else np.ones_like(r)
        normal = slopes.T @ (slopes * weight[:, None])
        # Damped by its own diagonal, and a little absolutely: a direction without information must not run off.
        step = np.linalg.solve(normal + np.diag(damping * np.diag(normal) + 1e-9), slopes.T @ (weight * r))
        step *= min(1.0, 1.0 / max(float(np.max(np.abs(step[[0, 1, 3]]))), 1e-12))
        trial = _inside(x + step, span, sound_mps)
        trial_r, trial_slopes, trial_cost = whitened(trial)
        if trial_cost <= cost:
            settled = cost - trial_cost < SETTLED * (1.0 + cost)
            x, r, slopes, cost, damping = trial, trial_r, trial_slopes, trial_cost, max(damping * 0.2, 1e-9)
            if settled:
                break
        else:
            damping *= 8.0
            if damping > 1e12:
                break
    return x, cost


def starts(heard_s: Array, ln_tone: Array, sigma: Array, sound_mps: float) -> list[Array]:
    """Give the grid's best starts (4,) each, by the sum of robust residuals around their median.

    Times (n,) [s], ln tones (n,) and their sigmas (n,) [ln], speed of sound [m/s].
    Reference: our own, against the classical start from the sweep's ends: design/passby.py.
    """
    begin, end = float(heard_s.min()), float(heard_s.max())
    margin = 0.35 * (end - begin)
    heard_nearest = np.linspace(begin - margin, end + margin, TIMES)
    speed, distance, heard_at = (
        g.reshape(-1) for g in np.meshgrid(SPEEDS_MPS, DISTANCES_M, heard_nearest, indexing="ij")
    )
    # The nearest moment is earlier than its sound.
    nearest = heard_at - distance / sound_mps
    # Of a long sweep some forty tones show the shape as well.
    some = np.unique(np.linspace(0, len(heard_s) - 1, min(len(heard_s), 40)).round().astype(np.int64))
    along = speed[:, None] * (heard_s[some] - nearest[:, None])
    place = np.stack([along, np.broadcast_to(distance[:, None], along.shape), np.zeros_like(along)], axis=-1)
    velocity = np.zeros((len(speed), 1, 3))
    velocity[:, 0, 0] = speed
    left = ln_tone[some] - np.log(doppler_ratio(place, velocity, np.zeros(3), sound_mps))
    middle = np.median(left, axis=1)
    # Between points of the grid the best fit is off by more than a sigma.
    merit = np.sum(np.minimum(np.abs(left - middle[:, None]) / np.maximum(sigma[some], 0.003), 20.0), axis=1)
    best: list[Array] = []
    for i in np.argsort(merit, kind="stable"):
        x = np.array([middle[i], np.log(speed[i]), nearest[i], np.log(distance[i])])
        # Not two neighbours of one minimum.
        if all(abs(x[1] - b[1]) + 0.5 * abs(x[3] - b[3]) > 0.4 for b in best):
            best.append(x)
        if len(best) == REFINED:
            break
    return best


def _whitener(heard_s: Array, sigma: Array, share: float, time_s: float) -> tuple[Array, float]:
    """Give the matrix (n, n) that whitens the errors of ln tone, and ln of their covariance's determinant.

    A throttle wanders smoothly but not for ever the same way: Matern's covariance of order 3/2, of a share and a
    time.
    Reference: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, eq. 4.17; tried:
    design/passby.py.
    """
    if share == 0.0:
        return np.diag(1.0 / sigma), float(2.0 * np.sum(np.log(sigma)))
    apart = np.sqrt(3.0) * np.abs(heard_s[:, None] - heard_s) / time_s
    factor = np.linalg.cholesky(np.diag(sigma**2) + share**2 * (1.0 + apart) * np.exp(-apart))
    return np.linalg.inv(factor), float(2.0 * np.sum(np.log(np.diag(factor))))


def with_wander(
    x: Array, heard_s: Array, ln_tone: Array, sigma: Array, sound_mps: float, wander_share: float | None
) -> tuple[Array, Array, float, float]:
    """Fit with every wander of the throttle (of a share that is known, or any), each counting by its likelihood.

    From unknowns (4,), times (n,) [s], ln tones (n,) and their sigmas (n,). Returns (unknowns (4,), covariance
    (4, 4), mean share of wander, chi-square over degrees of freedom). Raises NoSolution where the sweep does not
    bend.
    Reference: Patterson and Thompson 1971, 10.1093/biomet/58.3.545 (restricted likelihood); the average over
    shares and times: our own, design/passby.py.
    """
    fits = []
    shares = (0.0, *WANDER_SHARES) if wander_share is None else (wander_share,)
    # Without wander its time does not matter.
    tried = [(share, time_s) for time_s in WANDER_TIMES_S for share in shares if share > 0.0]
    for share, time_s in [(0.0, 0.0)] * (0.0 in shares) + tried:
        whiten, log_determinant = _whitener(heard_s, sigma, share, time_s)
        x, chi2 = refined(x, heard_s, ln_tone, whiten, sound_mps, robust=False)
        slopes = whiten @ model(x, heard_s, sound_mps)[1]
        # A weak prior of a factor e^3 keeps the inverse finite; the refusals see what it hides.
        normal = slopes.T @ slopes + np.diag([0.0, 0.1, 0.0, 0.1])
        sign, log_normal = np.linalg.slogdet(normal)
        if sign > 0:
            # Restricted likelihood: what four fitted unknowns took from the scatter is given back.
            cost = chi2 + log_determinant + float(log_normal)
            fits.append((cost, x, np.linalg.inv(normal), share, chi2 / max(len(heard_s) - 4, 1)))
    if not fits:
        raise NoSolution("the sweep does not bend: it says nothing of a closest approach")
    costs = np.array([fit[0] for fit in fits])
    # No wander counts as much beforehand as all shares of one time: with less, sigmas of steady engines are twice
    # too large; with more, those of unsteady ones too small by half.
    prior = np.array([1.0 if fit[3] > 0.0 else len(WANDER_SHARES) for fit in fits])
    weight = prior * np.exp(-0.5 * (costs - costs.min()))
    weight /= weight.sum()
    middle = sum((w * fit[1] for w, fit in zip(weight, fits, strict=True)), np.zeros(4))
    covariance = np.zeros((4, 4))
    for w, fit in zip(weight, fits, strict=True):
        covariance += w * (fit[2] + np.outer(fit[1] - middle, fit[1] - middle))
    share, scatter = (float(sum(w * fit[k] for w, fit in zip(weight, fits, strict=True))) for k in (3, 4))
    return middle, covariance, share, scatter
