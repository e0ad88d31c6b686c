"""The Admiralty grade of a claim: how reliable its source (A-F), how credible what it says (1-6), by which rule.

The rules are few and mechanical, so that anybody can apply them by hand and disagree with one of them, not
with a mood. Reliability is of the source as it reached us: it falls with every hop. Credibility counts
independent origins only: ten echoes of one source confirm nothing.

Ignores: who was right in the past; a source's interest in the matter, except that parties to the war stand no
higher than C on their own or their enemy's numbers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forehear.assess.claims.attribution import roots
from forehear.assess.claims.evidence import subject_of
from forehear.assess.claims.ledger import quantity_of
from forehear.assess.claims.period import parse_period, same_period
from forehear.assess.claims.quantity import compatible
from forehear.assess.claims.tracing import Traced
from forehear.records import Claim

# Public records of a government about its own act.
RECORDS = frozenset({"US Treasury"})
# Institutes that show their method and whose text was read in full.
INSTITUTES = frozenset(
    {"CSIS", "RUSI", "Institute for Science and International Security", "IISS", "Conflict Armament Research"}
)
# A hop beyond these is third hand: speaker, first medium, the outlet at hand.
SECOND_HAND_HOPS = 3


@dataclass(frozen=True)
class Grade:
    """An Admiralty grade with the two rules that assigned it."""

    reliability: str
    credibility: int
    because: str

    @property
    def short(self) -> str:
        """The grade as written: "C3"."""
        return f"{self.reliability}{self.credibility}"


def _reliability(claim: Claim, drifted: bool) -> tuple[str, str]:
    source = roots(claim.attributed_to, claim.outlet, claim.url)
    if not claim.attributed_to.strip():
        return "F", "no source is named"
    if source.organisations & RECORDS:
        return "A", "a public record of who acted"
    if drifted:
        return "E", "its words drifted from those of its own origin"
    if source.organisations & INSTITUTES and not source.printed_first:
        read = "full text" in claim.verified
        return ("B", "an institute's own text, read in full") if read else ("C", "an institute, at second hand")
    if source.leak:
        return "C", "documents that a named medium or institute examined"
    if source.persons:
        return "C", "a named official of a party to the war, or a named expert"
    if len(claim.chain) > SECOND_HAND_HOPS or (source.printed_first and len(claim.chain) == SECOND_HAND_HOPS):
        return "D", "third hand: unnamed persons, a first medium, a retelling"
    if source.organisations or source.printed_first:
        return "D", "unnamed persons of an organisation, or a medium without its source"
    return "F", "a source that cannot be judged"


def rate_of(claim: Claim) -> str:
    """Name what a number is counted over: "year", "month", "day", "night", or "total"."""
    found = re.search(r"(?:/|per |a )(year|month|week|day|night|unit)|annual", f"{claim.unit}".lower())
    return (found.group(1) or "year") if found else "total"


def variant_of(claim: Claim) -> str:
    """Name what flies: "decoy", "jet", "all" kinds together, another type, or the propeller type."""
    words = f"{claim.variant} {claim.unit}".lower()
    for name, pattern in (
        ("all", r"\ball\b"), ("decoy", r"decoy|gerbera|imitat|parody"), ("jet", r"jet|geran-[35]|shahed-238"),
        ("garpiya", r"garpi|harp"),
    ):  # fmt: skip
        if re.search(pattern, words):
            return name
    return "propeller"


def comparable(a: Claim, b: Claim) -> bool:
    """Whether two claims speak of one thing: same kind, subject, rate and variant, of the same years."""
    if (
        a.kind != b.kind
        or subject_of(a) != subject_of(b)
        or rate_of(a) != rate_of(b)
        or variant_of(a) != variant_of(b)
    ):
        return False
    if a.kind == "performance":
        # What a type can do does not expire with the year of saying it.
        return a.unit == b.unit
    return same_period(parse_period(a.period), parse_period(b.period))


def drifted(claims: Sequence[Claim], traced: Traced) -> list[bool]:
    """Say of each claim whether its bound or rate differs from the usual words of its own origin.

    Usual: the words of most of the rows that carry the same number; the first row decides a tie.
    """
    out = [False] * len(claims)
    for members in traced.members.values():
        for i in members:
            anchor = quantity_of(claims[i]).anchor
            alike = [
                j for j in members if claims[j].kind == claims[i].kind and quantity_of(claims[j]).anchor == anchor
            ]
            if anchor is None or len(alike) < 3:
                continue
            said = [(claims[j].bound, claims[j].unit) for j in alike]
            usual = max(dict.fromkeys(said), key=said.count)
            out[i] = (claims[i].bound, claims[i].unit) != usual
    return out


def _credibility(i: int, claims: Sequence[Claim], traced: Traced, seen: Mapping[int, bool]) -> tuple[int, str]:
    claim = claims[i]
    if claim.row in seen:
        # What was counted afterwards outweighs what anybody else said.
        return (
            (1, "the count of launches bears it out")
            if seen[claim.row]
            else (5, "the count of launches is against it")
        )
    if claim.low is None and claim.high is None:
        return 6, "no number to compare"
    others: dict[str, list[bool]] = {}
    for j, other in enumerate(claims):
        if traced.origin[j] == traced.origin[i]:
            continue
        if claim.denies != other.denies:
            if claim.kind == other.kind and subject_of(claim) in ("", subject_of(other)):
                others.setdefault(traced.origin[j], []).append(False)
        elif (other.low is not None or other.high is not None) and comparable(claim, other):
            others.setdefault(traced.origin[j], []).append(compatible(quantity_of(claim), quantity_of(other)))
    agree = sum(any(answers) for answers in others.values())
    against = len(others) - agree
    if against and against >= agree:
        return 4, f"{against} other origin(s) say otherwise of the same thing"
    if agree >= 2:
        return 1, f"{agree} other origins say the same"
    if agree == 1:
        return 2, "one other origin says the same"
    return 3, "no other origin speaks of the same thing and time"


def grade_all(
    claims: Sequence[Claim], traced: Traced, seen: Mapping[int, bool] | None = None
) -> tuple[Grade, ...]:
    """Grade every claim of a traced ledger.

    `seen` says of rows that launches can test whether they were borne out (`assess.checks`).
    """
    out = []
    drift = drifted(claims, traced)
    for i, claim in enumerate(claims):
        letter, why = _reliability(claim, drift[i])
        number, why_not = _credibility(i, claims, traced, seen or {})
        out.append(Grade(letter, number, f"{letter}: {why}; {number}: {why_not}"))
    return tuple(out)
