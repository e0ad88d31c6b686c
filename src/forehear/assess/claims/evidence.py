"""Do two rows echo one origin: the evidence of one pair, item by item, in nats of log-odds.

Theory: an origin is one utterance: one speaker or leak, one first medium, one moment. Retellings keep the name
of the first medium or of the speaker, come within days, and carry the number; they change its words, its rate
and its bound. So who and when decide, what supports, and two things veto: two first media by name, or speakers of
two organisations without a common medium, unless documents of one leak are named by both.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from forehear.assess.claims.attribution import Roots, roots
from forehear.assess.claims.gazetteer import ORIGINATORS
from forehear.assess.claims.quantity import numbers_in, significant_digits
from forehear.assess.claims.statements import PROMPT_DAYS, statement_items
from forehear.assess.names import match_names
from forehear.records import Claim

# Two rows picked blindly share an origin about once in twenty pairs: log(1/20), rounded.
PRIOR = -3.0
# The same first medium named by both; a possible one (the outlet itself) is worth less.
SAME_MEDIUM = 3.0
POSSIBLE_MEDIUM = 2.0
# Two media that no table knows: they may both be relays.
OTHER_MEDIUM = -2.0
# One of the two is known to report itself: the other is then likely to have carried it.
UNKNOWN_MEDIUM = -1.0
# Two persons of no known organisation: not a veto, for one article may quote both.
OTHER_PERSON = -4.0
# Two speakers of one organisation, each with his own day at the microphone.
TWO_SPEAKERS = -2.0
# The same person; only the same organisation, which speaks every week, much less.
SAME_PERSON = 2.5
SAME_ORGANISATION = 2.0
# Both rest on leaked or hacked papers, and neither says on others.
SAME_LEAK = 1.5
# One article mostly rests on one origin.
SAME_ADDRESS = 4.0
# Days between publications -> nats. News is retold within days; beyond a fortnight a repetition must prove
# itself by what it says.
BY_DAYS = ((2, 2.0), (4, 1.5), (7, 0.5), (14, -1.5), (31, -2.5), (92, -4.0), (10**9, -5.0))
# A day keyed as approximate may be off by this much.
APPROXIMATE_DAYS = 4
# A shared number by its significant digits: 6,000 is everywhere, 2,738 nowhere else.
BY_DIGITS = {1: 1.0, 2: 1.5, 3: 2.5}
MANY_DIGITS = 3.5
SAME_WORDS = 1.5
# A number of one subject repeated within days is hardly chance, however round.
PROMPT_NUMBER = 1.0
# The same stated time ("mid-May 2025") is part of what was said.
SAME_PERIOD = 1.0
# Neither a medium nor a speaker in common, and none to compare: content has to carry the weight.
UNATTRIBUTED = -0.5
OTHER_SUBJECT = -0.5
VETO = -50.0

_STOP_WORDS = """
    the a an of to in on by for and or with from at is was will could would may up about more than least over
    under per some that this its it as be been are far so russia russian iran iranian ukraine
"""
_STOP = frozenset(_STOP_WORDS.split())
_MONTHS_WORDS = """
    january february march april may june july august september october november december
"""
_MONTHS = _MONTHS_WORDS.split()


@dataclass
class OriginEvidence:
    """What speaks for and against one origin: the sum in nats, and the items in words."""

    nats: float = PRIOR
    items: list[tuple[float, str]] = field(default_factory=list)
    vetoed: bool = False

    def add(self, nats: float, words: str) -> None:
        """Add one item."""
        self.nats += nats
        self.items.append((nats, words))

    def veto(self, words: str) -> None:
        """Rule one origin out."""
        self.vetoed = True
        self.add(VETO, words)

    def strongest(self, count: int = 3) -> str:
        """The items that speak for, strongest first, in words."""
        most = sorted((item for item in self.items if item[0] > 0.0), key=lambda item: -item[0])
        return "; ".join(words for _, words in most[:count])


def subject_of(claim: Claim) -> str:
    """Name what a claim's number counts: drones, money, speed, ...; rates and periods left out."""
    unit = f"{claim.unit} ".lower()
    for subject, pattern in (
        ("money", r"usd|rub|eur|uah|\$|dollar"), ("speed", r"km/h|mph|m/s|knots"), ("share", r"%|per ?cent|share"),
        ("height or range", r"\bm alt|altitude|\bkm\b|\bft\b|range"), ("mass", r"\bkg\b|\bt\b|warhead"),
        ("delay", r"month late|delay|behind"), ("drones", r"drone|decoy|airframe|launch|uav|shahed|unit|kamikaze"),
    ):  # fmt: skip
        if re.search(pattern, unit):
            return subject
    return unit.strip()


@lru_cache(maxsize=65536)
def _words(text: str) -> frozenset[str]:
    return frozenset(w[:6] for w in re.findall(r"[a-z]{3,}", text.lower()) if w not in _STOP)


def _numbers(claim: Claim) -> set[float]:
    """Numbers that identify a claim: its own, and those of its words that are not years."""
    own = {value for value in (claim.low, claim.high) if value is not None}
    if claim.bound == "about" and claim.low is not None and claim.high is not None:
        own = {round(0.5 * (claim.low + claim.high), 6)}
    said = {value for value, _ in numbers_in(claim.text)}
    return own | {value for value in said if value >= 10 and not (1990 <= value <= 2049 and value == int(value))}


def recalled_month(claim: Claim) -> str | None:
    """Find a month that a late retelling names as its source's: "WSJ, February 2023" -> "2023-02"."""
    found = re.search(
        rf"\b({'|'.join(m[:3] for m in _MONTHS)})[a-z]*\.?,?\s+(20\d\d)", claim.attributed_to.lower()
    )
    if found:
        month = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(found.group(1)))
        return f"{found.group(2)}-{month:02d}"
    found = re.search(r"\b(20\d\d)-(\d\d)(?:-\d\d)?\b", claim.attributed_to)
    return f"{found.group(1)}-{found.group(2)}" if found else None


@lru_cache(maxsize=8192)
def day_number(day: str) -> int:
    """Count days, for differences; proleptic Gregorian ordinal."""
    year, month, date = (int(part) for part in day.split("-"))
    shifted = year - (month <= 2)
    return (
        365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * ((month + 9) % 12) + 2) // 5 + date
    )


def _who(a: Claim, b: Claim, x: Roots, y: Roots, evidence: OriginEvidence, same_address: bool) -> bool:
    """Weigh media and speakers. Returns whether anything ties the two."""
    tied = False
    first = [medium for medium in x.printed_first if medium in y.printed_first]
    leads_differ = bool(x.printed_first and y.printed_first) and not first
    possible = (set(x.printed_first) & set(y.printed_by)) | (set(y.printed_first) & set(x.printed_by))
    persons = [p for p in sorted(x.persons) if any(p == q or match_names(p, q).same for q in y.persons)]
    shared = sorted(x.organisations & y.organisations)
    if first:
        tied = True
        evidence.add(SAME_MEDIUM, f"both name {first[0]} as first to publish")
    elif possible and not leads_differ:
        tied = True
        evidence.add(POSSIBLE_MEDIUM, f"{sorted(possible)[0]} printed one and is named by the other")
    if persons:
        tied = True
        evidence.add(SAME_PERSON, f"both quote {persons[0].title()}")
    elif shared:
        tied = True
        evidence.add(SAME_ORGANISATION, f"both rest on {shared[0]}")
    if x.leak and y.leak and not (leads_differ and _both_report(x, y)):
        tied = True
        evidence.add(SAME_LEAK, "both rest on leaked documents")
    if leads_differ:
        media = f"{x.printed_first[0].title()} and by {y.printed_first[0].title()}"
        known = sum(r.printed_first[0] in ORIGINATORS for r in (x, y))
        if known == 2:
            evidence.veto(f"first published by {media}")
        else:
            evidence.add(UNKNOWN_MEDIUM if known else OTHER_MEDIUM, f"carried by {media}")
    if not (first or possible or shared or persons or (x.leak and y.leak)):
        _apart(x, y, evidence, same_address)
    elif shared and not first and x.persons and y.persons and not persons:
        evidence.add(TWO_SPEAKERS, "two speakers of one organisation")
    return tied


def _both_report(x: Roots, y: Roots) -> bool:
    """Whether both first media are known to do their own reporting."""
    return x.printed_first[0] in ORIGINATORS and y.printed_first[0] in ORIGINATORS


def _period_month(claim: Claim) -> str | None:
    """The one month that a claim speaks of, if its period is a single one: "mid-May 2025" -> "2025-05"."""
    months = set(re.findall(rf"\b({'|'.join(m[:3] for m in _MONTHS)})[a-z]*\.?\s+(20\d\d)", claim.period.lower()))
    if len(months) != 1 or re.search(r"\b(?:by|to|until|end)\b|\.\.", claim.period.lower()):
        return None
    name, year = months.pop()
    return f"{year}-{next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(name)):02d}"


def _apart(x: Roots, y: Roots, evidence: OriginEvidence, same_address: bool) -> None:
    """Weigh speakers that have nothing in common."""
    if x.organisations and y.organisations:
        evidence.veto(f"said by {sorted(x.organisations)[0]} and by {sorted(y.organisations)[0]}")
    elif x.persons and y.persons and not same_address:
        evidence.add(OTHER_PERSON, f"said by {sorted(x.persons)[0].title()} and by {sorted(y.persons)[0].title()}")


def _when(a: Claim, b: Claim, evidence: OriginEvidence, tied: bool) -> int:
    """Weigh the days between. Returns them; 0 where the later row dates itself back to the earlier."""
    days = abs(day_number(a.made_on) - day_number(b.made_on))
    for late, early in ((a, b), (b, a)):
        month = recalled_month(late)
        spoken_of = _period_month(late)
        if spoken_of == early.made_on[:7] != late.made_on[:7] and tied and _numbers(a) & _numbers(b):
            evidence.add(0.5, f"row {late.row} speaks of {spoken_of}, when the other was published")
            return 0
        if month and month == early.made_on[:7] and month != late.made_on[:7]:
            evidence.add(2.5, f"row {late.row} names {month} as its source's month")
            return 0
    slack = APPROXIMATE_DAYS if "approximate" in f"{a.note} {b.note}" else 0
    counted = max(0, days - slack)
    nats = next(value for limit, value in BY_DAYS if counted <= limit)
    evidence.add(nats, "published the same day" if days == 0 else f"published {days} days apart")
    return counted


def _what(a: Claim, b: Claim, evidence: OriginEvidence, days: int) -> bool:
    """Weigh numbers and words. Returns whether they say the same."""
    known = bool(subject_of(a) and subject_of(b))
    same_subject = not known or subject_of(a) == subject_of(b)
    common = _numbers(a) & _numbers(b)
    best = max((BY_DIGITS.get(significant_digits(v), MANY_DIGITS) for v in common), default=0.0)
    if common:
        value = max(common, key=lambda v: (BY_DIGITS.get(significant_digits(v), MANY_DIGITS), v))
        evidence.add(best if same_subject else 0.5 * best, f"the same number {value:,.10g}")
    if common and same_subject and known and days <= PROMPT_DAYS:
        evidence.add(PROMPT_NUMBER, "within days")
    if a.period and b.period and (a.period == b.period or _period_month(a) == _period_month(b) is not None):
        evidence.add(SAME_PERIOD, "of the same time")
    if not same_subject:
        evidence.add(OTHER_SUBJECT, f"{subject_of(a)} and {subject_of(b)}")
    one, other = _words(a.text), _words(b.text)
    shared = len(one & other) / max(1, min(len(one), len(other)))
    if shared > 0.25:
        evidence.add(SAME_WORDS * shared, f"{len(one & other)} words in common")
    return bool(common) and same_subject


def weigh(a: Claim, b: Claim, media: frozenset[str] = frozenset()) -> OriginEvidence:
    """Weigh whether two rows echo one origin; `media` are names that the ledger taught. Symmetric."""
    evidence = OriginEvidence()
    x = roots(a.attributed_to, a.outlet, a.url, media)
    y = roots(b.attributed_to, b.outlet, b.url, media)
    same_address = bool(a.url) and _address(a.url) == _address(b.url)
    if same_address:
        evidence.add(SAME_ADDRESS, "one article holds both")
    tied = _who(a, b, x, y, evidence, same_address)
    days = _when(a, b, evidence, tied)
    same_content = _what(a, b, evidence, days)
    if tied and not same_address:
        one_article = bool(set(x.printed_first) & set(y.printed_first)) or (x.leak and y.leak)
        for nats, words in statement_items(a, b, days, bool(_numbers(a) & _numbers(b)), one_article):
            evidence.add(nats, words)
    if not tied and not same_address:
        evidence.add(UNATTRIBUTED, "no medium or speaker in common")
        known = (x.printed_first or x.persons or x.organisations) and (
            y.printed_first or y.persons or y.organisations
        )
        if known and not same_content:
            evidence.add(-2.0, "different sources say different things")
    if days > BY_DAYS[3][0] and not same_address and not (same_content and a.kind == b.kind):
        # A speaker's later statement with other numbers is a new origin, however alike the words.
        evidence.add(-2.0, "later, and with other numbers")
    return evidence


@lru_cache(maxsize=8192)
def _address(url: str) -> str:
    """An address without what changes between copies: scheme, www, mobile hosts, queries, a final slash."""
    parts = urlsplit(url.strip().lower() if "://" in url else "http://" + url.strip().lower())
    host = re.sub(r"^(?:www|m|amp|en)\.", "", parts.netloc)
    page = re.search(r"(?:^|&)(?:p|id)=\d+", parts.query)
    return f"{host}{parts.path.rstrip('/')}{'?' + page.group(0).strip('&') if page else ''}"
