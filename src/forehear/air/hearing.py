"""The law of hearing, for where nothing has been learned: the odds that sensors hear a kind of target in ten
seconds.

What lives here: what the live coverage and the plan share, so that both say the same of the same network. What
this file does not know: places, networks, who reports.

Theory. A sensor hears by the excess of level over noise and its listener's margin, softly, up to a ceiling. What
makes it soft has three lengths of life, and they must not be mixed:

- the listener's decision and the air's fading, over seconds: within ten seconds a sensor has several chances;
- the sensor's own error, which lasts (its margin, an uncalibrated microphone, what is unknown of its noise): more
  seconds do not help against it, more sensors do;
- what all sensors share (how loud this very engine is, how today's air carries, how good the listener is): neither
  seconds nor sensors help. Taking it for independent makes the odds of k of n too sure of themselves.

Within a second the odds are ceiling / (1 + exp(-excess / scale)); the fading is a Markov chain over its levels, so
that "never heard in ten seconds" is a product along the chain; the own error is integrated by quadrature into one
table of odds over excess; the shared one by quadrature around the count of hearers. Levels, margins and spreads
are those that the tracker starts from (`track.associate.detection`, `track.estimate.prior`), none of a
simulator's. Ignores: which sensor is busy with another engine. Reference: docs/planning.md, "The law of
hearing".
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air import shadow

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


class Approaching(NamedTuple):
    """A kind of target as it comes: how fast, how high, how loud, and where in the spectrum."""

    kind: str
    speed_mps: float
    height_m: float
    # Level at 1 m [dB re 20 uPa], and what the air takes of it [dB/m].
    level_db: float
    absorbed_db_per_m: float
    band_hz: float


class HearingPriors(NamedTuple):
    """What is taken for known of sensors of which nothing has been learned."""

    # How far a level must stand over the noise [dB] to be heard with half of the ceiling; the ceiling of a second.
    margin_db: float = 3.0
    ceiling: float = 0.85
    # Odds go from 0.1 to 0.9 of the ceiling over 6.5 dB within a second; fading of the path, and how long it
    # lasts: together the 4.5 dB of the tracker's law.
    scale_db: float = 6.5 / math.log(81.0)
    fading_db: float = 3.7
    fading_s: float = 5.0
    # Lasting: a sensor's own error, and what all share [dB].
    own_db: float = 3.0
    shared_db: float = 3.0
    # The share of sensors that work and whose reports arrive.
    working: float = 0.97
    within_s: int = 10


# --- numbers that decide -----------------------------------------------------------------------------
# The level is the tracker's prior for an engine of which nothing is known (119 dB). A faster propeller takes more
# power (the cube of the speed: 5 dB at one and a half times); a small jet is some 12 dB louder than a propeller
# and its sound lies higher, where the air takes more.
PISTON = Approaching("piston", 51.0, 350.0, 119.0, 0.001, 200.0)
FAST = Approaching("fast", 78.0, 500.0, 124.0, 0.001, 200.0)
JET = Approaching("jet", 155.0, 800.0, 131.0, 0.002, 400.0)
KINDS = (PISTON, JET)
PRIORS = HearingPriors()
# Farther than this over ground no sensor hears anything that matters [m].
FARTHEST_M = 12_000.0
# Nodes of quadrature: of the shared error, of the own one, and of the fading's levels up to so many sigmas.
SHARED_NODES, OWN_NODES, FADING_NODES, FADING_SIGMAS = 5, 15, 25, 3.2
# The table of odds over excess [dB].
LEAST_DB, MOST_DB, STEP_DB = -60.0, 60.0, 0.5
# -----------------------------------------------------------------------------------------------------


def excess_db(
    kind: Approaching, range_m: Array, upwind_mps: Array, noise_db: Array, margin_db: float = PRIORS.margin_db
) -> Array:
    """Give by how much a kind of target stands over what a sensor needs [dB], shapes (...,).

    Parameters: slant range [m], wind against the sound [m/s, negative: with it], the sensor's noise [dB]. In air
    of one temperature: only the wind bends the sound. Reference: ISO 9613-2:1996, eq. 4, 7 and 8; the shadow:
    `air.shadow`.
    """
    far = np.maximum(range_m, 1.0)
    level = kind.level_db - 20.0 * np.log10(far) - kind.absorbed_db_per_m * far
    ground = np.sqrt(np.maximum(far * far - kind.height_m**2, 0.0))
    bend = shadow.wind_gradient_per_s(upwind_mps, kind.height_m)
    lost = shadow.loss_db(ground, bend, kind.height_m, kind.band_hz)
    return np.asarray(level - lost - noise_db - margin_db, np.float64)


@lru_cache(maxsize=64)
def _table(priors: HearingPriors) -> tuple[Array, Array]:
    """Give excess [dB] and the odds of being heard at least once within the time, (n,) each."""
    x = np.arange(LEAST_DB, MOST_DB + STEP_DB / 2.0, STEP_DB)
    z = np.linspace(-FADING_SIGMAS, FADING_SIGMAS, FADING_NODES)
    keep = math.exp(-1.0 / max(priors.fading_s, 1e-3))
    spread = math.sqrt(1.0 - keep * keep)
    step = np.exp(-0.5 * ((z[None, :] - keep * z[:, None]) / spread) ** 2)
    step /= step.sum(axis=1, keepdims=True)
    begin = np.exp(-0.5 * z * z)
    begin /= begin.sum()
    over = (x[:, None] + priors.fading_db * z) / priors.scale_db
    silent = 1.0 - priors.ceiling / (1.0 + np.exp(-np.clip(over, -40.0, 40.0)))
    unheard = begin * silent
    for _ in range(priors.within_s - 1):
        unheard = (unheard @ step) * silent
    once = 1.0 - unheard.sum(axis=1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(OWN_NODES)
    odds = sum(w * np.interp(x + priors.own_db * n, x, once) for n, w in zip(nodes, weights, strict=True))
    return x, np.asarray(priors.working * odds / weights.sum(), np.float64)


def odds_within(excess: Array, priors: HearingPriors = PRIORS) -> Array:
    """Give the odds (...,) that a sensor hears within `within_s` what has this excess [dB] in its middle.

    Reference: docs/planning.md, "The law of hearing".
    """
    x, odds = _table(priors)
    return np.asarray(np.interp(excess, x, odds), np.float64)


def faint_db(priors: HearingPriors, odds: float) -> float:
    """Give how much excess [dB, negative] a sensor has left where it hears with so small odds."""
    x, table = _table(priors)
    return float(x[np.searchsorted(table, odds)])


def shared_nodes(shared_db: float, nodes_used: int = SHARED_NODES) -> tuple[Array, Array]:
    """Give what the shared error may be [dB] and how likely each is, (nodes_used,) each (Gauss and Hermite).

    Reference: docs/planning.md, "What all share".
    """
    if shared_db <= 0.0:
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(nodes_used)
    return shared_db * nodes, weights / weights.sum()


def fewer_than(odds: Array, count: int) -> Array:
    """Give the odds (..., count) that 0, 1, ..., count - 1 of independent events (..., M) happen (Poisson
    binomial).

    Reference: docs/planning.md, "What all share".
    """
    fewer = np.zeros((*odds.shape[:-1], count))
    fewer[..., 0] = 1.0
    for m in range(odds.shape[-1]):
        p = odds[..., m, None]
        moved = np.concatenate([np.zeros_like(p), fewer[..., :-1]], axis=-1)
        fewer = (1.0 - p) * fewer + p * moved
    return fewer


def at_least(odds: Array, count: int) -> Array:
    """Give the odds (...,) that at least `count` of independent events (..., M) happen.

    Reference: docs/planning.md, "What all share".
    """
    return np.asarray(np.clip(1.0 - fewer_than(odds, count).sum(axis=-1), 0.0, 1.0), np.float64)


def heard_by(excess: Array, count: int, priors: HearingPriors = PRIORS) -> Array:
    """Give the odds (...,) that at least `count` of sensors (..., M) hear within the time.

    `excess` [dB] of each; -inf where there is no sensor. What all share is integrated around the count.
    Reference: docs/planning.md, "What all share".
    """
    total = np.zeros(excess.shape[:-1])
    for offset, weight in zip(*shared_nodes(priors.shared_db), strict=True):
        total += weight * at_least(odds_within(excess + offset, priors), count)
    return total


def even_range_m(kind: Approaching, noise_db: float, margin_db: float = PRIORS.margin_db) -> float:
    """Give the slant range [m] at which a kind has no excess left in still air, by bisection; at most 100 km."""
    near, far = 1.0, 100_000.0
    for _ in range(60):
        middle = 0.5 * (near + far)
        left = kind.level_db - 20.0 * math.log10(middle) - kind.absorbed_db_per_m * middle - noise_db - margin_db
        near, far = (middle, far) if left > 0.0 else (near, middle)
    return far
