"""Trace every claim to its origin: rows that echo one utterance share one name, and each says why.

Theory: pairs are weighed (evidence.py), then groups grow from the surest pair down. Two groups join while
their best pair and their average pair together speak for it and no pair vetoes. So one vague row cannot tie two
well-attributed origins, and neither the order of the rows nor their number changes who belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forehear.assess.claims.attribution import media_named, roots
from forehear.assess.claims.evidence import OriginEvidence, weigh
from forehear.assess.claims.quantity import in_words
from forehear.records import Claim

# Groups join while the mean of their best and their average pair exceeds this [nats].
JOIN_NATS = -0.25
# Beyond this many rows a ledger is a mistake, and pairs would take minutes.
MOST_ROWS = 1500


@dataclass(frozen=True)
class Traced:
    """Origins of claims: `origin` and `because` per claim, and the `members` (places in the list) per origin."""

    origin: tuple[str, ...]
    because: tuple[str, ...]
    members: dict[str, tuple[int, ...]]


def _join_score(group: Sequence[int], other: Sequence[int], pairs: dict[tuple[int, int], OriginEvidence]) -> float:
    total, best = 0.0, float("-inf")
    for i in group:
        for j in other:
            evidence = pairs[(i, j) if i < j else (j, i)]
            if evidence.vetoed:
                return float("-inf")
            total += evidence.nats
            best = max(best, evidence.nats)
    return 0.5 * best + 0.5 * total / (len(group) * len(other))


def _components(count: int, pairs: dict[tuple[int, int], OriginEvidence]) -> list[list[int]]:
    """Rows that a chain of speaking pairs connects: no join can reach beyond, so each is grown alone."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for (i, j), evidence in pairs.items():
        if evidence.nats > JOIN_NATS:
            one, other = sorted((find(i), find(j)))
            root[other] = one
    parts: dict[int, list[int]] = {}
    for i in range(count):
        parts.setdefault(find(i), []).append(i)
    return list(parts.values())


def _grow(rows: Sequence[int], pairs: dict[tuple[int, int], OriginEvidence]) -> list[list[int]]:
    """Grow groups, the surest join first; ties go to the earlier rows, which the caller has ordered."""
    groups = {i: [i] for i in rows}
    scores = {(i, j): _join_score([i], [j], pairs) for j in rows for i in rows if i < j}
    while scores:
        (i, j), best = max(scores.items(), key=lambda entry: (entry[1], -entry[0][0], -entry[0][1]))
        if best <= JOIN_NATS:
            break
        groups[i] += groups.pop(j)
        scores = {pair: score for pair, score in scores.items() if j not in pair}
        for k in groups:
            if k != i:
                scores[(i, k) if i < k else (k, i)] = _join_score(groups[i], groups[k], pairs)
    return [sorted(group) for group in groups.values()]


def _name(claims: Sequence[Claim], group: Sequence[int], media_taught: frozenset[str]) -> str:
    """Name an origin by who first published or spoke, and its first day."""
    first = min((claims[i] for i in group), key=lambda c: (c.made_on, c.row))
    every = [roots(claims[i].attributed_to, claims[i].outlet, claims[i].url, media_taught) for i in group]
    media = [m for r in every for m in r.printed_first[:1]]
    persons = [p.title() for r in every for p in sorted(r.persons)]
    organisations = [o for r in every for o in sorted(r.organisations)]
    for names in (media, organisations, persons):
        if names:
            return f"{max(sorted(set(names)), key=names.count)} {first.made_on}"
    return f"{first.attributed_to or first.outlet or 'unattributed'} {first.made_on}"


def _because(
    i: int, claims: Sequence[Claim], group: Sequence[int], pairs: dict[tuple[int, int], OriginEvidence]
) -> str:
    """Say why a row belongs where it is: its strongest tie, or why it stands alone."""

    def pair(j: int) -> OriginEvidence:
        return pairs[(i, j) if i < j else (j, i)]

    others = [j for j in group if j != i]
    if others:
        best = max(others, key=lambda j: (pair(j).nats, -j))
        reason = f"echoes row {claims[best].row}: {pair(best).strongest()}"
        mine, theirs = claims[i], claims[min(group)]
        drifted = mine.row != theirs.row and mine.kind == theirs.kind and _comparable(mine, theirs)
        if drifted and (mine.bound != theirs.bound or mine.unit != theirs.unit):
            reason += f"; its words drifted: {said(mine)} against {said(theirs)}"
        return reason
    rest = [j for j in range(len(claims)) if j != i]
    if not rest:
        return "the only claim"
    near = max(rest, key=lambda j: (pair(j).nats, -j))
    against = sorted(item for item in pair(near).items if item[0] < 0.0)
    return f"stands alone; nearest is row {claims[near].row}, kept apart: " + "; ".join(w for _, w in against[:2])


def _comparable(a: Claim, b: Claim) -> bool:
    values = [{v for v in (c.low, c.high) if v is not None} for c in (a, b)]
    return bool(values[0] & values[1])


def said(claim: Claim) -> str:
    """A claim as said: number, unit and period ("at least 6,000 drones total, coming years"), or its words."""
    from forehear.assess.claims.ledger import quantity_of

    period = f", {claim.period}" if claim.period else ""
    if claim.low is None and claim.high is None:
        return f"{claim.text}{period}"
    return f"{in_words(quantity_of(claim))} {claim.unit}{period}"


def trace(claims: Sequence[Claim]) -> Traced:
    """Trace claims to their origins. The order of the rows does not matter.

    Raises ValueError beyond MOST_ROWS.
    """
    if len(claims) > MOST_ROWS:
        raise ValueError(f"{len(claims)} claims; at most {MOST_ROWS} are traced at once")
    # The order of the file must not decide: rows are weighed by day, then by their words.
    order = sorted(
        range(len(claims)), key=lambda i: (claims[i].made_on, claims[i].text, claims[i].outlet, claims[i].url)
    )
    ordered = [claims[i] for i in order]
    media = media_named((c.attributed_to, c.outlet) for c in claims)
    pairs = {(i, j): weigh(ordered[i], ordered[j], media) for j in range(len(ordered)) for i in range(j)}
    groups = sorted(group for part in _components(len(ordered), pairs) for group in _grow(part, pairs))
    origin = [""] * len(claims)
    because = [""] * len(claims)
    members: dict[str, tuple[int, ...]] = {}
    for group in groups:
        name = _name(ordered, group, media)
        unique, copies = name, 1
        while unique in members:
            copies += 1
            unique = f"{name} ({copies})"
        members[unique] = tuple(sorted(order[i] for i in group))
        for i in group:
            origin[order[i]] = unique
            because[order[i]] = _because(i, ordered, group, pairs)
    return Traced(tuple(origin), tuple(because), members)


def pairwise(found: Sequence[str], truth: Sequence[str]) -> tuple[float, float]:
    """Score origins by pairs of rows: (precision, recall); 1.0 where there is no pair to be wrong about."""
    count = len(found)
    both = sum(found[i] == found[j] and truth[i] == truth[j] for j in range(count) for i in range(j))
    claimed = sum(found[i] == found[j] for j in range(count) for i in range(j))
    true = sum(truth[i] == truth[j] for j in range(count) for i in range(j))
    return (both / claimed if claimed else 1.0), (both / true if true else 1.0)
