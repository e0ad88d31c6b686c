"""What was counted, beside what was claimed: which claims launches can test, and how those came out.

A test is only of what bulletins count: launches, and the largest day. Production is not counted by anybody here,
so a claim of it is shown beside the launches of the same time, without a verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forehear.assess.claims.evidence import subject_of
from forehear.assess.claims.grading import rate_of
from forehear.assess.claims.period import Period, parse_period
from forehear.assess.launches.launches import Launches, launched_between, passed_on, undercount
from forehear.records import Claim

# A count and a claim agree when they overlap within this, after the table's known undercount: bulletins of one
# month differ by up to 2 % between two careful counters, and a stated number is rounded.
AGREE_SHARE = 0.05


@dataclass(frozen=True)
class Check:
    """A claim (its row) beside what was counted; `verdict` is None where a count cannot decide."""

    row: int
    counted: int
    what: str
    verdict: bool | None


def _agrees(claim: Claim, counted: float, year: int) -> bool:
    low_by, high_by = undercount(year)
    least, most = counted * (1.0 - AGREE_SHARE) / (1.0 - low_by), counted * (1.0 + AGREE_SHARE) / (1.0 - high_by)
    least = min(least, counted * (1.0 - AGREE_SHARE))
    above = claim.low is None or claim.low <= most
    return above and (claim.high is None or claim.high >= least)


def _largest(claim: Claim, period: Period, launches: Launches) -> Check | None:
    inside = [d for d in launches.days if d.day <= period.end]
    sizes = [(d.launched, d.day) for d in inside if d.launched is not None]
    if period.end > launches.as_of or not sizes:
        return None
    largest, day = max(sizes)
    what = f"largest day to {period.end}: {largest:,} on {day}"
    if claim.low is None:
        # "Up to so many in a night" is a ceiling: a night above it is against the claim.
        verdict = claim.high is None or largest <= claim.high * (1.0 + AGREE_SHARE)
    else:
        verdict = largest >= claim.low * (1.0 - AGREE_SHARE)
    # What is reached is reached, and a ceiling that is broken is; the contrary needs every day.
    decided = verdict if claim.low is not None else not verdict
    whole = len(sizes) == len(inside) and inside[-1].day >= period.end
    return Check(claim.row, largest, what, verdict if decided or whole else None)


def check(claim: Claim, launches: Launches) -> Check | None:
    """Set one claim beside the count; None where no launch bears on it or its time has not come."""
    if subject_of(claim) != "drones" or claim.denies or (claim.low is None and claim.high is None):
        return None
    period = parse_period(claim.period)
    if claim.kind == "forecast" and "night" in claim.unit and period is not None:
        return _largest(claim, period, launches)
    if period is None or period.end > launches.as_of:
        return None
    rate = rate_of(claim)
    # A rate "by the end of 2025" is of the month it ends in.
    first = period.start or (period.end.replace(day=1) if rate in ("day", "month") else None)
    counted = launched_between(launches.days, first, period.end)
    if counted is None:
        return None
    when = f"from {first} to {period.end}" if first else f"to {period.end}"
    if claim.kind in ("observed", "forecast") and "night" not in claim.unit and "week" not in claim.unit:
        return Check(claim.row, counted, f"launched {when}: {counted:,}", _agrees(claim, counted, period.end.year))
    what = f"launched {when}, all types: {counted:,}"
    if rate == "day" and first is not None:
        what += f", {counted / ((period.end - first).days + 1):.0f} a day"
    elif first is None and rate == "total":
        total = claim.low if claim.low is not None else claim.high
        passed = passed_on(launches.days, int(total or 0))
        what += f"; {int(total or 0):,} were passed on {passed}" if passed else ""
    if claim.kind in ("plan", "actual", "capacity", "plan+actual", "contract"):
        return Check(claim.row, counted, what, None)
    return None


def check_all(claims: Sequence[Claim], launches: Launches) -> dict[int, Check]:
    """Set every claim beside the count, by row."""
    found = (check(claim, launches) for claim in claims)
    return {c.row: c for c in found if c is not None}


def verdicts(checks: dict[int, Check]) -> dict[int, bool]:
    """The checks that a count decides, for grading."""
    return {row: c.verdict for row, c in checks.items() if c.verdict is not None}
