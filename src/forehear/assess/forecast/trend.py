"""The two peers that a forecast has to beat, as points and as distributions; the trend is also a member.

Persistence: the last month again. Trend: the least-squares line through the last months' rates, drawn on. As
distributions both take their spread from their own past errors at the same horizon.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TREND_MONTHS = 6
# A line drawn on must not reach zero: never below this share of the last rate.
LEAST_SHARE = 0.3
# The spread at horizon h before enough is seen: this many months' worth of 0.3 h^0.4 (log units), the monthly
# scatter that a month of thirty raids shows, growing a little slower than a random walk.
PRIOR_MONTHS, PRIOR_SPREAD, PRIOR_GROWTH = 6.0, 0.3, 0.8
# Errors older than two years are of another war.
MEMORY_MONTHS = 24
TAIL = 6.0
# A normal's standard deviation over its median absolute deviation: 1 / 0.6745.
NORMAL_MEDIAN = 1.4826


def trend_point(rate: Array, step: int, months: int = TREND_MONTHS) -> float:
    """Draw the line through the last rates on by `step` months; never below 0.3 of the last rate."""
    window = min(months, len(rate))
    if window < 2:
        return float(rate[-1])
    slope, start = np.polyfit(np.arange(window), rate[-window:], 1)
    return float(max(start + slope * (window - 1 + step), LEAST_SHARE * rate[-1]))


def persistence_point(rate: Array, step: int) -> float:
    """The last rate again."""
    return float(rate[-1])


def _spread(log_rate: Array, step: int, point: Callable[[Array, int], float]) -> float:
    """The spread of past errors at this horizon (log units): by their median, so that one boom is not the rule."""
    rate = np.exp(log_rate)
    errors = [
        log_rate[end + step - 1] - np.log(point(rate[:end], step)) for end in range(2, len(rate) - step + 1)
    ][-MEMORY_MONTHS:]
    prior = PRIOR_SPREAD * step ** (0.5 * PRIOR_GROWTH)
    if not errors:
        return float(prior)
    seen = NORMAL_MEDIAN * float(np.median(np.abs(errors)))
    return float((len(errors) * seen + PRIOR_MONTHS * prior) / (len(errors) + PRIOR_MONTHS))


def simulate_peer(log_rate: Array, steps: int, peer: str, samples: int, rng: np.random.Generator) -> Array:
    """Draw futures of the log rate (samples, steps) around a peer's points: "trend" or "persistence"."""
    points: dict[str, Callable[[Array, int], float]] = {"trend": trend_point, "persistence": persistence_point}
    point = points[peer]
    rate = np.exp(log_rate)
    unit = np.sqrt((TAIL - 2.0) / TAIL)
    out = np.empty((samples, steps))
    for h in range(1, steps + 1):
        noise = unit * rng.standard_t(TAIL, samples)
        out[:, h - 1] = np.log(point(rate, h)) + _spread(log_rate, h, point) * noise
    return out
