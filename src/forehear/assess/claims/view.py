"""The ledger as read by a program and by a person: rows traced, graded, and set beside the count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forehear.assess.claims.attribution import roots
from forehear.assess.claims.checks import Check, check_all, verdicts
from forehear.assess.claims.grading import Grade, comparable, drifted, grade_all
from forehear.assess.claims.ledger import as_of as published_by
from forehear.assess.claims.ledger import quantity_of, read_claims
from forehear.assess.claims.quantity import compatible
from forehear.assess.claims.tracing import Traced, said, trace
from forehear.assess.launches.launches import Launches
from forehear.assess.tables import TableFaults
from forehear.records import Claim


@dataclass(frozen=True)
class Ledger:
    """A traced and graded ledger. Lists run beside `claims`; `checks` go by row; `rows` counts the table's."""

    claims: tuple[Claim, ...]
    traced: Traced
    grades: tuple[Grade, ...]
    drift: tuple[bool, ...]
    checks: dict[int, Check]
    faults: TableFaults
    rows: int

    def origins(self) -> list[tuple[str, list[int]]]:
        """Origins by their first day, each with its claims (places in the list) by day and row."""
        order = {
            name: min(self.claims[i].made_on for i in members) for name, members in self.traced.members.items()
        }
        by_day = lambda i: (self.claims[i].made_on, self.claims[i].row)  # noqa: E731
        return [
            (n, sorted(self.traced.members[n], key=by_day)) for n in sorted(order, key=lambda n: (order[n], n))
        ]

    def sources_named(self, members: Sequence[int]) -> list[str]:
        """The organisations that an origin's rows name as its source: more than one is a doubt worth seeing."""
        every = (roots(self.claims[i].attributed_to, "", "").organisations for i in members)
        return sorted({name for names in every for name in names})


def ledger_of(path: str | Path | None = None, day: date | None = None, launches: Launches | None = None) -> Ledger:
    """Read, trace and grade a ledger as it stood on a day; with launches, set it beside the count."""
    claims, faults, rows = read_claims(path)
    claims = published_by(claims, day)
    traced = trace(claims)
    checks = check_all(claims, launches) if launches is not None else {}
    grades = grade_all(claims, traced, verdicts(checks))
    return Ledger(claims, traced, grades, tuple(drifted(claims, traced)), checks, faults, rows)


def as_records(ledger: Ledger, keep: Sequence[bool] | None = None) -> list[dict[str, object]]:
    """The ledger as the contract has it: a record per row, in order.

    A row set aside stands in its place, without an origin, and says why. `keep` picks among the claims.
    """
    by_row = {c.row: i for i, c in enumerate(ledger.claims)}
    out: list[dict[str, object]] = []
    for row in range(1, ledger.rows + 1):
        i = by_row.get(row)
        if i is None:
            if row in ledger.faults.aside and keep is None:
                nothing = dict.fromkeys(("origin", "kind", "low", "high", "unit", "grade"))
                out.append({"row": row, **nothing, "because": f"set aside: {ledger.faults.aside[row]}"})
            continue
        if keep is not None and not keep[i]:
            continue
        c, grade = ledger.claims[i], ledger.grades[i]
        because = f"{ledger.traced.because[i]}. Grade {grade.short}: {grade.because}"
        if c.row in ledger.checks:
            because += f". Beside it: {ledger.checks[c.row].what}"
        out.append(
            {"row": row, "origin": ledger.traced.origin[i], "kind": c.kind, "low": c.low, "high": c.high,
             "unit": c.unit, "grade": grade.short, "because": because}
        )  # fmt: skip
    return out


def contradictions(ledger: Ledger) -> list[tuple[int, int]]:
    """Pairs of claims of different origins that speak of one thing and exclude each other, and denials."""
    out = []
    for j, b in enumerate(ledger.claims):
        for i, a in enumerate(ledger.claims[:j]):
            if ledger.traced.origin[i] == ledger.traced.origin[j] or a.kind != b.kind:
                continue
            if comparable(a, b) and (a.denies != b.denies or not compatible(quantity_of(a), quantity_of(b))):
                out.append((i, j))
    return out


def as_text(ledger: Ledger, keep: Sequence[bool]) -> str:
    """The ledger as an echo tree in words: an origin, its tellings with what drifted, what was counted."""
    lines = []
    for name, members in ledger.origins():
        shown = [i for i in members if keep[i]]
        if not shown:
            continue
        many = "1 telling" if len(members) == 1 else f"{len(members)} rows"
        named = ledger.sources_named(members)
        lines.append(f"{name}  ({many}{'; sources named: ' + ', '.join(named) if len(named) > 1 else ''})")
        for i in shown:
            c = ledger.claims[i]
            mark = "  (drifted)" if ledger.drift[i] else ""
            mark += "  (a denial)" if c.denies else ""
            lines.append(f"  {c.row:>3} {c.made_on} {ledger.grades[i].short} {c.kind:<11} {said(c)}{mark}")
            lines.append(f"      {' > '.join(c.chain)}")
            if c.row in ledger.checks:
                verdict = {True: "borne out", False: "not borne out", None: "beside it"}[
                    ledger.checks[c.row].verdict
                ]
                lines.append(f"      {verdict}: {ledger.checks[c.row].what}")
    pairs = [(i, j) for i, j in contradictions(ledger) if keep[i] and keep[j]]
    if pairs:
        lines.append("Contradictions, kept in sight:")
        for i, j in pairs:
            a, b = ledger.claims[i], ledger.claims[j]
            lines.append(f"  row {a.row}: {said(a)}  /  row {b.row}: {said(b)}  ({a.kind})")
    return "\n".join(lines)
