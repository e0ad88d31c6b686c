"""A level with a damped drift, seen through noise: the state-space member of the forecast.

Theory: launches per day, on a scale between their own and their logarithm (Box-Cox), follow a level that
wanders and a drift that decays towards a small common growth. A month's count is the level seen through noise
that shrinks with the number of raid days in it, because a month of three raids is a poorer average than one of
thirty. Neither the noises nor the memory of the drift are known, so a few hundred sets of them are drawn from
wide priors, each is filtered through the series, and each is weighted by how well it foresaw each next
month, the recent ones counting most. Student-t densities keep one odd month from steering the level.

Reference: Harvey 1989, Forecasting, structural time series models and the Kalman filter, ch. 2 and 3.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Priors:
    """Medians and log-spreads of the noises (per month, log units), the drift's memory and its common value.

    Set on what a war's monthly counts do: they double within months, and stand still for a year; the common growth
    is that of the first year of bulletins (October 2022 to September 2023: 253 to 503 a month, 0.06). The scores
    move by under 3 % when any of them is halved or doubled (docs/decisions/0004-forecast.md).
    """

    seen_noise: float = 0.12
    level_noise: float = 0.12
    drift_noise: float = 0.02
    spread: float = 0.6
    memory: tuple[float, float] = (4.0, 1.5)
    growth: float = 0.06
    growth_spread: float = 0.03


PRIORS = Priors()
DRAWS = 600
# Degrees of freedom of the noise: heavy tails, finite variance.
TAIL = 5.0
# After ten months a surprise counts half in weighing the draws: the noise of 2023 is not that of 2025.
HALF_LIFE_MONTHS = 10.0
# Beyond six-fold, few raid days say nothing more about noise.
MOST_NOISE = 6.0
# On the Box-Cox scale the rate cannot fall below this share of its recent level.
LEAST_SHARE = 0.02
# The recent level is that of half a year.
LEVEL_MONTHS = 6


def to_scale(log_rate: Array, power: float) -> tuple[Array, float]:
    """Move log rates to the Box-Cox scale around their recent level; slope one there. Returns also the level."""
    level = float(np.mean(log_rate[-LEVEL_MONTHS:]))
    if power == 0.0:
        return log_rate - level, level
    return np.asarray((np.exp(power * (log_rate - level)) - 1.0) / power), level


def from_scale(values: Array, power: float, level: float) -> Array:
    """Move back to log rates."""
    if power == 0.0:
        return values + level
    return np.asarray(level + np.log(np.maximum(1.0 + power * values, LEAST_SHARE)) / power)


def _draw(rng: np.random.Generator, priors: Priors) -> dict[str, Array]:
    def noise(median: float) -> Array:
        return np.asarray(np.exp(rng.normal(np.log(median), priors.spread, DRAWS)))

    return {
        "seen": noise(priors.seen_noise),
        "level": noise(priors.level_noise),
        "drift": noise(priors.drift_noise),
        "memory": rng.beta(*priors.memory, DRAWS),
        "growth": rng.normal(priors.growth, priors.growth_spread, DRAWS),
    }


def _filter(x: Array, noise_factor: Array, p: dict[str, Array]) -> tuple[Array, Array, Array]:
    """Run every draw through the series: means (draws, 2), covariances (draws, 2, 2), log weights (draws,)."""
    mean = np.stack([np.full(DRAWS, x[0]), p["growth"]], axis=1)
    cov = np.zeros((DRAWS, 2, 2))
    cov[:, 0, 0], cov[:, 1, 1] = 1.0, 0.05**2
    weight = np.zeros(DRAWS)
    for t in range(len(x)):
        if t:
            mean = np.stack(
                [mean[:, 0] + mean[:, 1], p["memory"] * mean[:, 1] + (1.0 - p["memory"]) * p["growth"]], axis=1
            )
            cross = p["memory"] * (cov[:, 0, 1] + cov[:, 1, 1])
            first = cov[:, 0, 0] + 2.0 * cov[:, 0, 1] + cov[:, 1, 1] + p["level"] ** 2
            last = p["memory"] ** 2 * cov[:, 1, 1] + p["drift"] ** 2
            cov = np.stack([np.stack([first, cross], axis=1), np.stack([cross, last], axis=1)], axis=1)
        seen = p["seen"] ** 2 * noise_factor[t]
        spread = cov[:, 0, 0] + seen
        miss = x[t] - mean[:, 0]
        z2 = miss * miss / spread
        forgotten = 0.5 ** ((len(x) - 1 - t) / HALF_LIFE_MONTHS)
        weight += forgotten * (-0.5 * (TAIL + 1.0) * np.log1p(z2 / TAIL) - 0.5 * np.log(spread))
        # A surprise widens its own noise, so that it moves the level less: the t-filter's weight.
        trust = np.minimum((TAIL + 1.0) / (TAIL + z2), 1.2)
        gain = np.stack([cov[:, 0, 0], cov[:, 0, 1]], axis=1) / (cov[:, 0, 0] + seen / trust)[:, None]
        mean = mean + gain * miss[:, None]
        cov = cov - gain[:, :, None] * cov[:, None, 0, :]
    return mean, cov, weight


def simulate_space(
    log_rate: Array,
    raid_days: Array,
    steps: int,
    power: float,
    samples: int,
    rng: np.random.Generator,
    priors: Priors = PRIORS,
) -> Array:
    """Draw futures of the log rate, (samples, steps), from the series (n,) and its raid days (n,).

    `power` is the Box-Cox exponent: 0 the logarithm (growth multiplies), 1 the rate itself (growth adds).
    """
    x, level = to_scale(log_rate, power)
    noise_factor = np.minimum(30.0 / np.maximum(raid_days, 1.0), MOST_NOISE)
    p = _draw(rng, priors)
    mean, cov, weight = _filter(x, noise_factor, p)
    odds = np.exp(weight - weight.max())
    pick = rng.choice(DRAWS, samples, p=odds / odds.sum())
    root = np.linalg.cholesky(cov[pick] + 1e-12 * np.eye(2))
    state = mean[pick] + np.einsum("nij,nj->ni", root, rng.standard_normal((samples, 2)))
    unit = np.sqrt((TAIL - 2.0) / TAIL)
    seen = p["seen"][pick] * np.sqrt(np.median(noise_factor[-LEVEL_MONTHS:]))
    out = np.empty((samples, steps))
    for h in range(steps):
        drift = p["memory"][pick] * state[:, 1] + (1.0 - p["memory"][pick]) * p["growth"][pick]
        moved = state[:, 0] + state[:, 1] + p["level"][pick] * unit * rng.standard_t(TAIL, samples)
        state = np.stack([moved, drift + p["drift"][pick] * rng.standard_normal(samples)], axis=1)
        out[:, h] = moved + seen * unit * rng.standard_t(TAIL, samples)
    return from_scale(out, power, level)
