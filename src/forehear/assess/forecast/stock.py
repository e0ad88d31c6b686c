"""Stock and flow: what sourced claims of production say about launches to come.

Theory: nobody launches for long what nobody makes. Claims of production (plan, capacity, actual) are turned into
drones a month of all types, at the time they speak of, each origin once however often it was retold. A claim that
launches have already passed by far cannot be of the whole and is left aside. The rest, with the present launch
rate as one more witness that fades with the horizon, give production month by month; made drones go into
a stock, launches follow production with a lag and cannot take more than stock and production hold.

What it does not know: how a plan relates to a factory. Plans and capacities are discounted, and their scatter is
as wide as their record: a factor of 1.6 either way.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from forehear.assess.claims.evidence import subject_of
from forehear.assess.claims.grading import rate_of, variant_of
from forehear.assess.claims.period import parse_period
from forehear.assess.claims.tracing import Traced, trace
from forehear.records import Claim

Array = NDArray[np.float64]

DAYS_PER_MONTH = 365.2425 / 12.0
PER_MONTH = {"year": 1.0 / 12.0, "month": 1.0, "week": DAYS_PER_MONTH / 7.0, "day": DAYS_PER_MONTH}
# What share of a claimed number flies in the end, by kind (log-mean), and how far claims scatter (log).
BIAS = {"actual": 0.0, "plan": math.log(0.85), "capacity": math.log(0.8), "plan+actual": 0.0}
SCATTER = {"actual": 0.35, "plan": 0.5, "capacity": 0.5, "plan+actual": 0.4}
# "In the coming years" is three of them.
COMING_YEARS_MONTHS = 36.0
# Of all launched since decoys came (July 2024) this share was of the propeller type, where bulletins tell
# (0.58 to 0.67); before, all were.
PROPELLER_SHARE, DECOYS_SINCE = 0.6, date(2024, 7, 1)
# A claim under this share of what is launched already cannot be of the whole.
PASSED_SHARE = 0.6
# A claim speaks for months near its own time; a year away it counts for a third.
REACH_MONTHS = 12.0
# The present rate as a witness: scatter now (log), and what is added per month of horizon.
PRESENT_SCATTER, PRESENT_FADES = 0.12, 0.04
# Launches close a quarter of their gap to production each month; stock is about a month of launches.
FOLLOWS = 0.25
STOCK_MONTHS, STOCK_SPREAD = 1.0, 0.7
MONTHLY_NOISE = 0.16
TAIL = 5.0


@dataclass(frozen=True)
class Flow:
    """One origin's claim as production: `log_rate` of drones a day, of all types, at `at`, give or take "
    "`scatter`."""

    row: int
    origin: str
    at: date
    log_rate: float
    scatter: float


def _months(start: date, end: date) -> float:
    return max(1.0, ((end - start).days + 1) / DAYS_PER_MONTH)


def flow_of(claim: Claim, origin: str) -> Flow | None:
    """Turn a claim into production; None where it is not of drones made, or no rate follows from its words."""
    if claim.kind not in BIAS or claim.denies or subject_of(claim) != "drones":
        return None
    anchors = [v for v in (claim.low, claim.high) if v is not None]
    if not anchors or min(anchors) <= 0.0 or re.search(r"launch|night|stage", claim.unit.lower()):
        return None
    variant = variant_of(claim)
    if variant not in ("propeller", "all"):
        return None
    amount = math.exp(sum(math.log(v) for v in anchors) / len(anchors))
    made_on = date.fromisoformat(claim.made_on)
    period = parse_period(claim.period)
    rate = rate_of(claim)
    at, scatter = made_on, SCATTER[claim.kind]
    if rate in PER_MONTH:
        monthly = amount * PER_MONTH[rate]
        at = period.end if period and period.end > made_on else made_on
    elif period and period.start:
        monthly = amount / _months(period.start, period.end)
        at = period.start + timedelta(days=(period.end - period.start).days // 2)
    elif period and period.end > made_on and claim.kind != "actual":
        monthly = amount / _months(made_on, period.end)
        at = made_on + timedelta(days=(period.end - made_on).days // 2)
    elif period is None and re.search(r"years|no period", claim.period.lower()):
        monthly = amount / COMING_YEARS_MONTHS
        at, scatter = made_on + timedelta(days=540), 0.8
    else:
        return None
    if variant == "propeller" and at >= DECOYS_SINCE:
        monthly /= PROPELLER_SHARE
        scatter = math.hypot(scatter, 0.2)
    return Flow(claim.row, origin, at, math.log(monthly / DAYS_PER_MONTH) + BIAS[claim.kind], scatter)


def flows_of(claims: Sequence[Claim], traced: Traced | None = None) -> tuple[Flow, ...]:
    """Turn a ledger into production, one flow for each origin, the median of what its rows say."""
    traced = traced or trace(claims)
    out = []
    for origin, members in traced.members.items():
        flows = [f for f in (flow_of(claims[i], origin) for i in members) if f is not None]
        if flows:
            out.append(sorted(flows, key=lambda f: (f.log_rate, f.row))[len(flows) // 2])
    return tuple(sorted(out, key=lambda f: (f.at, f.row)))


def usable(flows: Sequence[Flow], log_rate_now: float, now: date) -> tuple[Flow, ...]:
    """Leave aside what launches have passed by far, and what speaks of a time more than a year gone."""
    recent = [f for f in flows if (now - f.at).days <= 365]
    return tuple(f for f in recent if f.log_rate > log_rate_now + math.log(PASSED_SHARE))


def production(flows: Sequence[Flow], log_rate_now: float, now: date, steps: int) -> tuple[Array, Array]:
    """Give production's log rate and its scatter, (steps,) each, for the months after `now`."""
    mean, scatter = np.empty(steps), np.empty(steps)
    for h in range(1, steps + 1):
        at = now + timedelta(days=round(h * DAYS_PER_MONTH))
        present = 1.0 / (PRESENT_SCATTER + PRESENT_FADES * h) ** 2
        weights = [present] + [
            math.exp(-abs((f.at - at).days) / DAYS_PER_MONTH / REACH_MONTHS) / f.scatter**2 for f in flows
        ]
        values = [log_rate_now] + [f.log_rate for f in flows]
        total = sum(weights)
        mean[h - 1] = sum(w * v for w, v in zip(weights, values, strict=True)) / total
        between = sum(w * (v - mean[h - 1]) ** 2 for w, v in zip(weights, values, strict=True)) / total
        scatter[h - 1] = math.sqrt(1.0 / total + between)
    return mean, scatter


def simulate_stock(
    log_rate: Array, flows: Sequence[Flow], now: date, steps: int, samples: int, rng: np.random.Generator
) -> Array:
    """Draw futures of the log launch rate (samples, steps) from stock and flow."""
    level = float(np.mean(log_rate[-3:]))
    mean, scatter = production(usable(flows, level, now), level, now, steps)
    # One sample is one world: its error about production stays its error all year.
    error = rng.standard_normal(samples)
    unit = math.sqrt((TAIL - 2.0) / TAIL)
    stock = np.exp(level + np.log(STOCK_MONTHS) + STOCK_SPREAD * rng.standard_normal(samples))
    follow = level + PRESENT_SCATTER * rng.standard_normal(samples)
    out = np.empty((samples, steps))
    for h in range(steps):
        made = mean[h] + scatter[h] * error
        follow = follow + FOLLOWS * (made - follow) + 0.5 * MONTHLY_NOISE * unit * rng.standard_t(TAIL, samples)
        wanted = np.exp(follow + MONTHLY_NOISE * unit * rng.standard_t(TAIL, samples))
        flown = np.minimum(wanted, stock + np.exp(made))
        stock = np.maximum(0.0, stock + np.exp(made) - flown)
        out[:, h] = np.log(np.maximum(flown, 1e-3))
    return out
