"""The forecast: launches per month as a distribution, from three views of one past.

Members: the state space on the log scale (what has been seen), the trend (what has been moving), stock and flow
(what has been claimed). Their quantiles are averaged one by one, which keeps the pool as sharp as its members
where they agree; of the ways tried it scored best at every horizon (docs/decisions/0004-forecast.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear.assess.claims.ledger import as_of as published_by
from forehear.assess.forecast.nights import Nights, simulate_nights
from forehear.assess.forecast.series import Series, series_of
from forehear.assess.forecast.space import simulate_space
from forehear.assess.forecast.stock import Flow, flows_of, simulate_stock
from forehear.assess.forecast.trend import simulate_peer
from forehear.assess.launches.launches import Day, Launches, days_in, month_after
from forehear.errors import InputError
from forehear.records import Claim

Array = NDArray[np.float64]

SAMPLES = 4000
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# Two years ahead the distribution says only that nobody knows.
MOST_MONTHS = 24
SEED = 20230205
# The members' spreads were learnt from n months, which hold n / h spans of h months: what is not known of a spread
# grows with h / n. At forty months an interval is as the members have it one month ahead, and 11 % wider a year
# ahead; at twelve months 37 %. Of 0.3, 0.4, 0.5 and 0.75: 0.3 covered too little a year ahead, 0.5 and more cost
# CRPS there. A width that is the same at every horizon was too wide at one to six months and too narrow at twelve.
WIDER_BY_SPAN = 0.4
# Large raids come apart and lulls together, so days say less of their month than independent ones would.
DAYS_ALIKE = 0.7


@dataclass(frozen=True)
class MonthForecast:
    """One month ahead: samples of launches, of a raid night, and of the largest day, (samples,) each."""

    month: str
    launched: Array
    raid: Array
    largest_day: Array


@dataclass(frozen=True)
class Forecast:
    """All months ahead, as of a day, and what they rest on."""

    as_of: date
    months: tuple[MonthForecast, ...]
    last_month: str
    flows: tuple[Flow, ...]


def members(series: Series, flows: Sequence[Flow], steps: int) -> dict[str, Array]:
    """Draw every member's futures of the log rate, (samples, steps) each; the same seed for the same call."""
    streams = [np.random.default_rng([SEED, k]) for k in range(3)]
    x, raid_days = series.log_rate, series.raid_days
    return {
        "state space": simulate_space(x, raid_days, steps, 0.0, SAMPLES, streams[0]),
        "trend": simulate_peer(x, steps, "trend", SAMPLES, streams[1]),
        "stock and flow": simulate_stock(x, flows, series.as_of, steps, SAMPLES, streams[2]),
    }


def pool(drawn: dict[str, Array], months_seen: int) -> Array:
    """Average the members' quantiles; rows keep the ranks of the state space, so a path stays a path.

    Spreads were learnt from few spans of the horizon h, so they are themselves unknown: deviations from the median
    grow by 1 + WIDER_BY_SPAN (h - 1) / months, as a Student's t is wider than a normal.
    """
    averaged = np.mean([np.sort(member, axis=0) for member in drawn.values()], axis=0)
    middle = np.median(averaged, axis=0)
    wider = 1.0 + WIDER_BY_SPAN * np.arange(averaged.shape[1]) / months_seen
    averaged = middle + wider * (averaged - middle)
    ranks = np.argsort(np.argsort(drawn["state space"], axis=0), axis=0)
    return np.asarray(np.take_along_axis(averaged, ranks, axis=0))


def _begun(log_rate: Array, series: Series, shape: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Weigh futures by what the month in progress has shown so far. Returns (log rates, launches this month).

    Days are gamma-distributed about the month's mean with `shape` each: the sum of the days seen is negative
    binomial, and so is the rest.
    """
    seen, days = series.partial
    total = days_in(month_after(series.months[-1]))
    if days == 0:
        return log_rate, np.exp(log_rate[:, 0]) * total
    of_seen, mean = shape * days, np.exp(log_rate[:, 0]) * days
    fit = of_seen * np.log(of_seen / (of_seen + mean)) + seen * np.log(mean / (of_seen + mean))
    odds = np.exp(fit - fit.max())
    kept = log_rate[rng.choice(len(odds), len(odds), p=odds / odds.sum())]
    if days >= total:
        return kept, np.full(len(kept), float(seen))
    of_rest = shape * (total - days)
    rest = np.exp(kept[:, 0]) * (total - days) * rng.gamma(of_rest, 1.0 / of_rest, len(kept))
    return kept, seen + rest


def forecast(launches: Launches, claims: Sequence[Claim], months: int) -> Forecast:
    """Forecast launches and raids for the months after the last complete one.

    Uses nothing after `launches.as_of`: claims published later are left out. A month in progress is the
    first month forecast, with its days so far counted. Raises InputError for months outside 1 to 24 and
    when fewer than three complete months are known.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise InputError(f"months={months}: must be from 1 to {MOST_MONTHS}")
    series = series_of(launches)
    known = published_by(tuple(claims), launches.as_of)
    flows = flows_of(known) if known else ()
    log_rate = pool(members(series, flows, months), len(series.months))
    nights = Nights.of(launches.days)
    log_rate, first = _begun(log_rate, series, DAYS_ALIKE * nights.day_shape, np.random.default_rng([SEED, 3]))
    rng = np.random.default_rng([SEED, 4])
    out = []
    for h in range(months):
        name = month_after(series.months[-1], h + 1)
        launched = np.round(first if h == 0 else np.exp(log_rate[:, h]) * days_in(name))
        seen = _seen(launches.days, name) if h == 0 else []
        raid, largest = simulate_nights(launched, days_in(name), nights, seen, rng)
        out.append(MonthForecast(name, launched, raid, largest))
    return Forecast(launches.as_of, tuple(out), series.months[-1], flows)


def _seen(days: Sequence[Day], month: str) -> list[int]:
    return [d.launched for d in days if d.day.isoformat()[:7] == month and d.launched]


def quantiles(samples: Array) -> dict[str, float]:
    """The seven quantiles of the contract, by level."""
    return {f"{level:g}": round(float(np.quantile(samples, level)), 1) for level in LEVELS}


def as_records(result: Forecast) -> list[dict[str, Any]]:
    """The forecast as the contract has it, a record per month."""
    return [
        {
            "month": m.month,
            "launched": quantiles(m.launched),
            "raid": quantiles(m.raid),
            "largest_day": quantiles(m.largest_day),
            "as_of": result.as_of.isoformat(),
        }
        for m in result.months
    ]
