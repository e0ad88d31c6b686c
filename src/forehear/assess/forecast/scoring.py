"""Score forecasts by rolling origin: at every month's end, forecast, wait, compare. Never a peek.

CRPS is the distance between a distribution and what came, in drones: for a point it is the absolute error. The
coverage of the 80 % interval is the share of months inside it; a value of 0.8 is right, not the higher the better.
The interval score is the interval's width, and ten times what came outside it: a wide interval and a wrong one
both cost. Origins overlap, so that h of them at horizon h count as about one when a coverage is given its own
interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.assess.claims.ledger import as_of as published_by
from forehear.assess.forecast.months import SAMPLES, SEED, members, pool
from forehear.assess.forecast.series import Series
from forehear.assess.forecast.stock import Flow, flows_of
from forehear.assess.forecast.trend import persistence_point, simulate_peer, trend_point
from forehear.assess.launches.launches import days_in
from forehear.records import Claim

Array = NDArray[np.float64]

HORIZONS = (1, 3, 6, 12)
# The first origin: eight months seen, as in April 2023.
FIRST_ORIGIN = 8
LEVEL = 0.8
# Of a normal distribution, nineteen times of twenty.
Z95 = 1.96


def crps(samples: Array, came: float) -> float:
    """Give the continuous ranked probability score of samples (n,) against what came; lower is better.

    Reference: Gneiting and Raftery 2007, 10.1198/016214506000001437, eq. 21, in its sorted form.
    """
    s = np.sort(np.asarray(samples, np.float64))
    n = len(s)
    spread = float(np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * s)) / (n * n)
    return float(np.mean(np.abs(s - came))) - spread


def interval_score(low: float, high: float, came: float, level: float = LEVEL) -> float:
    """Give the score of a central interval of `level` against what came; lower is better.

    Reference: Gneiting and Raftery 2007, 10.1198/016214506000001437, eq. 43.
    """
    outside = max(low - came, 0.0) + max(came - high, 0.0)
    return (high - low) + 2.0 / (1.0 - level) * outside


def share_interval(share: float, count: float) -> tuple[float, float]:
    """Between what a share seen in `count` independent cases lies, nineteen times of twenty.

    Reference: Wilson 1927, 10.1080/01621459.1927.10502953; `count` need not be whole.
    """
    middle, spread = (
        share + Z95**2 / (2.0 * count),
        Z95 * (share * (1.0 - share) / count + (Z95 / count / 2.0) ** 2) ** 0.5,
    )
    return max(0.0, (middle - spread) / (1.0 + Z95**2 / count)), min(
        1.0, (middle + spread) / (1.0 + Z95**2 / count)
    )


@dataclass(frozen=True)
class ForecastScore:
    """One model at one horizon: mean CRPS and median's absolute error [drones], coverage, count of origins.

    `interval`: mean score of the 80 % interval [drones].
    """

    model: str
    horizon: int
    crps: float
    median_error: float
    coverage: float
    count: int
    interval: float = float("nan")

    def coverage_between(self) -> tuple[float, float]:
        """Between what the true coverage lies, nineteen times of twenty; h overlapping origins count as one."""
        return share_interval(self.coverage, max(1.0, self.count / self.horizon))


def _record(
    bag: dict[tuple[str, int], list[tuple[float, float, float, float]]],
    key: tuple[str, int],
    samples: Array,
    came: float,
) -> None:
    low, high = (float(q) for q in np.quantile(samples, (0.5 - LEVEL / 2.0, 0.5 + LEVEL / 2.0)))
    error = abs(float(np.median(samples)) - came)
    bag.setdefault(key, []).append(
        (crps(samples, came), error, float(low <= came <= high), interval_score(low, high, came))
    )


def rolling(
    series: Series, claims: Sequence[Claim], first: int = FIRST_ORIGIN, horizons: Sequence[int] = HORIZONS
) -> tuple[ForecastScore, ...]:
    """Score the pool, its members and the peers at every origin from `first` months on.

    Peers are scored as points ("persistence", "trend line") and as distributions of the same points with
    their own past errors ("persistence with errors", "trend").
    """
    bag: dict[tuple[str, int], list[tuple[float, float, float, float]]] = {}
    for count in range(first, len(series.months)):
        past = series.cut(count)
        steps = min(max(horizons), len(series.months) - count)
        known = published_by(tuple(claims), past.as_of)
        flows: Sequence[Flow] = flows_of(known) if known else ()
        drawn = members(past, flows, steps)
        drawn |= {"pool": pool(drawn, count)}
        rng = np.random.default_rng([SEED, 5])
        drawn["persistence with errors"] = simulate_peer(past.log_rate, steps, "persistence", SAMPLES, rng)
        rate = np.exp(past.log_rate)
        for h in (h for h in horizons if h <= steps):
            days = days_in(series.months[count + h - 1])
            came = float(series.launched[count + h - 1])
            for model, samples in drawn.items():
                _record(bag, (model, h), np.exp(samples[:, h - 1]) * days, came)
            for model, point in (("persistence", persistence_point), ("trend line", trend_point)):
                _record(bag, (model, h), np.array([point(rate, h) * days]), came)
    out = []
    for (model, h), values in sorted(bag.items()):
        score, error, covered, interval = (float(np.mean(column)) for column in zip(*values, strict=True))
        out.append(ForecastScore(model, h, score, error, covered, len(values), interval))
    return tuple(out)
