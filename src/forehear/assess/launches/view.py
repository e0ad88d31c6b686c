"""Launches as read by a program and by a person: months, regimes apart, the size of a raid."""

from collections.abc import Sequence

import numpy as np

from forehear.assess.launches.launches import (
    REGIMES,
    Day,
    Launches,
    Month,
    packaged,
    passed_on,
    raid_quantiles,
    regime_on,
    undercount,
)
from forehear.assess.tables import parse_table

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
# Days by the number launched, for the share that nobody accounted for: the bounds of the published comparison.
SIZES = ((1, 74), (75, 199), (200, 399), (400, None))
# What each regime counts as neutralised.
COUNTED_AS = dict(zip(REGIMES, ("destroyed", "destroyed, lost location", "shot down or suppressed"), strict=True))
# The claim of February 2023.
CLAIMED = 6000


def neutralised(months: Sequence[Month]) -> float | None:
    """Share destroyed, lost or suppressed of those launched on days that say so; None where none does."""
    counted = [m for m in months if m.with_fates and m.destroyed is not None]
    launched = sum(m.with_fates or 0 for m in counted)
    return sum((m.destroyed or 0) + (m.lost_location or 0) for m in counted) / launched if launched else None


def regimes(data: Launches) -> list[dict[str, object]]:
    """Each regime by itself: what it covers, the number launched, and the share neutralised as it counts it.

    Shares of two regimes are not comparable: each counts other fates.
    """
    out: list[dict[str, object]] = []
    for regime in REGIMES:
        months = [m for m in data.months if m.regime == regime]
        if not months:
            continue
        days = [d for d in data.days if regime_on(d.day) == regime]
        share = neutralised(months)
        out.append(
            {
                "regime": regime,
                "first": months[0].month,
                "last": months[-1].month,
                "launched": sum(d.launched for d in days if d.launched is not None),
                "unknown_days": sum(d.launched is None for d in days),
                "neutralised_share": None if share is None else round(share, 3),
                "counts_as_neutralised": COUNTED_AS[regime],
            }
        )  # fmt: skip
    return out


def unaccounted_by_size(days: Sequence[Day]) -> list[dict[str, object]]:
    """Within the last regime: the share that got through or was not accounted for, by the size of the day."""
    out: list[dict[str, object]] = []
    last = [d for d in days if d.launched and d.destroyed is not None and regime_on(d.day) == REGIMES[2]]
    for low, high in SIZES:
        some = [d for d in last if (d.launched or 0) >= low and (high is None or (d.launched or 0) <= high)]
        launched = sum(d.launched or 0 for d in some)
        if launched:
            through = sum(
                (d.launched or 0) - (d.destroyed or 0) - (d.lost_location or 0) - (d.still_attacking or 0)
                for d in some
            )
            name = f"{low}–{high}" if high else f"{low} and more"
            out.append(
                {"launched_a_day": name, "days": len(some), "unaccounted_share": round(through / launched, 3)}
            )
    return out


def corrected(launched: int | None, year: int) -> list[int] | None:
    """What a number launched may really have been, (least, most), by officials' totals."""
    if launched is None:
        return None
    low, high = undercount(year)
    return [round(launched / (1.0 - low)), round(launched / (1.0 - high))]


def crosscheck(months: Sequence[Month]) -> list[dict[str, object]]:
    """The same months as another counter published them, beside these: the reporting error that can be seen."""
    text = packaged("shahed_monthly_crosscheck.csv")
    rows = parse_table(text, "shahed_monthly_crosscheck.csv", ("month", "launched_isis"))
    other = {row["month"]: int(row["launched_isis"]) for row in rows if row["launched_isis"]}
    return [
        {"month": m.month, "here": m.launched, "elsewhere": other[m.month],
         "difference_share": round(m.launched / other[m.month] - 1.0, 4)}
        for m in months if m.complete and m.launched and m.month in other
    ]  # fmt: skip


def as_record(data: Launches) -> dict[str, object]:
    """Everything as one record."""
    sizes = [d for d in data.days if d.launched]
    top = max(sizes, key=lambda d: d.launched or 0, default=None)
    recent = [d for d in data.days if (data.as_of - d.day).days < 92]
    passed = passed_on(data.days, CLAIMED)
    return {
        "as_of": data.as_of.isoformat(),
        "launched": sum(d.launched or 0 for d in data.days),
        "largest_day": None
        if top is None
        else {"day": top.day.isoformat(), "launched": top.launched, "row": top.row},
        "passed_6000_on": None if passed is None else passed.isoformat(),
        "raid_last_3_months": {
            f"{level:g}": None if np.isnan(q) else round(float(q), 1)
            for level, q in zip(LEVELS, raid_quantiles(recent, LEVELS), strict=True)
        },
        "regimes": regimes(data),
        "unaccounted_by_size_of_day": unaccounted_by_size(data.days),
        "months": [
            {
                "month": m.month, "launched": m.launched, "days": m.days, "complete": m.complete,
                "regime": m.regime,
                "destroyed": m.destroyed, "lost_location": m.lost_location, "unaccounted": m.unaccounted,
                "largest_day": m.max_day, "undercount": list(undercount(int(m.month[:4]))),
                "corrected": corrected(m.launched, int(m.month[:4])),
            }
            for m in data.months
        ],
        "days": [
            {
                "day": d.day.isoformat(), "launched": d.launched, "destroyed": d.destroyed,
                "lost_location": d.lost_location, "hit_locations": d.hit_locations, "regime": regime_on(d.day),
                "corrected": corrected(d.launched, d.day.year), "row": d.row,
            }
            for d in data.days
        ],
        "crosscheck": crosscheck(data.months),
        "set_aside": [words for fault in data.faults for words in fault.aside.values()],
        "warnings": [f"{fault.where}: {words}" for fault in data.faults for words in fault.warnings],
    }  # fmt: skip


def as_text(data: Launches) -> str:
    """The same in words and a table."""
    record = as_record(data)
    top = record["largest_day"]
    lines = [f"As of {data.as_of}: {record['launched']:,} launched"]
    if isinstance(top, dict):
        lines[0] += f"; largest day {top['launched']:,} on {top['day']}"
    if record["passed_6000_on"]:
        lines[0] += f"; 6,000 in all were passed on {record['passed_6000_on']}"
    quantiles = record["raid_last_3_months"]
    if isinstance(quantiles, dict):
        listed = ", ".join(f"{level}: {q:,.0f}" for level, q in quantiles.items() if q is not None)
        lines.append(f"A raid of the last three months, by quantile: {listed}")
    lines.append("Regimes, each counted by itself (their shares are not comparable):")
    for r in regimes(data):
        share = "unknown" if r["neutralised_share"] is None else f"{r['neutralised_share']:.0%}"
        lines.append(
            f"  {r['first']} to {r['last']}  {r['launched']:>7,} launched  {share:>7} {r['counts_as_neutralised']}"
        )
    checked = [abs(float(str(c["difference_share"]))) for c in crosscheck(data.months)]
    if checked:
        lines.append(
            f"Another count of {len(checked)} of these months differs by {min(checked):.1%} to {max(checked):.1%},"
            f" median {float(np.median(checked)):.1%}."
        )
    lines.append("")
    lines.append(
        f"{'month':<9}{'launched':>9}{'largest day':>13}{'neutralised':>13}{'unaccounted':>13}  table is low by"
    )
    for m in data.months:
        part = neutralised([m])
        low, high = undercount(int(m.month[:4]))
        cells = [f"{v:,}" if v is not None else "unknown" for v in (m.launched, m.max_day, m.unaccounted)]
        apart = f"{part:.0%}" if part is not None else "unknown"
        some = "" if m.complete else f"  ({m.days} days so far)"
        by = f"{low:.0%}" if low == high else f"{low:.0%}–{high:.0%}"
        lines.append(f"{m.month:<9}{cells[0]:>9}{cells[1]:>13}{apart:>13}{cells[2]:>13}  {by}{some}")
    return "\n".join(lines)
