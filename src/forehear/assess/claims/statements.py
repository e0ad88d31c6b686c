"""One statement of a speaker, or two: by the occasion, by the days between, by who carried it.

Theory: a medium's article is one utterance, but a speaker speaks again and again, of the same thing and with
numbers that are near. So a speaker in common ties two rows less than a first medium in common does: statements on
two occasions that are named are two, however near; without a common number each day between counts against one.
"""

import re
from functools import lru_cache

from forehear.assess.claims.gazetteer import fold
from forehear.records import Claim

# News is copied within these days.
PROMPT_DAYS = 4
# One speaker, or one organisation, and no number in common: days between count for this much less than between
# retellings of one article ((days up to, nats): a single day is also the morning's copy).
SPEAKER_BY_DAYS = ((0, 0.0), (1, -1.25), (PROMPT_DAYS, -2.5), (10**9, 0.0))
# One names its occasion and the other none: they may be one, or not.
ONE_OCCASION = -1.0
# One outlet's page of one speaker within days, where no address says so.
SAME_OUTLET = 1.5
# Two occasions by name (an interview, a review of the year) are two statements, however near in time. Where they
# share a number to the digit, one may be recalled in the other.
OTHER_OCCASION, OTHER_OCCASION_SAME_NUMBER = -4.5, -1.5
# A carrier's name has at least so many letters.
LEAST_LETTERS = 3
# Occasions of speaking, by their words; the first that is found counts.
_OCCASIONS = {
    "a review of the year": (
        r"\byear in review|review of the year|(?:year-?end|annual|yearly) (?:review|report|summary|results)|"
        r"summ?(?:ing|ed) up|results of the year|\bsummar(?:y|ised) (?:of )?(?:the )?year|підсум|итог"
    ),
    "an interview": r"\binterview|\btalk(?:ed|ing)? to\b|інтерв|интервью",
    "a briefing": r"\bbriefing|press conference|news conference|брифінг|брифинг",
    "a telethon": r"\btelethon|\bon air\b|телемарафон",
    "an address": (
        r"\b(?:evening |nightly |video )?address to\b|\bspeech\b|\bparliament|\bforum\b|\bconference\b"
    ),
    "a post": r"\b(?:facebook|telegram|twitter)\b|\bpost on\b",
}


def occasion_of(claim: Claim) -> str | None:
    """Name the occasion of a statement where its attribution, words or address name one: an interview, ..."""
    slug = re.sub(r"^https?://[^/]*", "", claim.url).replace("-", " ").replace("_", " ")
    words = f"{claim.attributed_to} {claim.text} {claim.note} {slug}".lower()
    return next((name for name, pattern in _OCCASIONS.items() if re.search(pattern, words)), None)


@lru_cache(maxsize=8192)
def _carriers(chain: tuple[str, ...], outlet: str) -> frozenset[str]:
    """Who carried a claim: every hop but the first, and its outlets."""
    printers = [name for name in re.split(r"\s*/\s*|\(.*?\)", outlet) if name.strip()]
    return frozenset(name for name in map(fold, (*chain[1:], *printers)) if len(name) >= LEAST_LETTERS)


def statement_items(
    a: Claim, b: Claim, days: int, same_number: bool, one_article: bool
) -> list[tuple[float, str]]:
    """Weigh whether a speaker in common made one statement or two: items of log-odds [nats], each with its words.

    `one_article`: a first medium or a leak in common ties the two by itself, and only occasions count.
    """
    items: list[tuple[float, str]] = []
    one, other = occasion_of(a), occasion_of(b)
    apart = bool(one and other and one != other)
    if apart:
        nats = OTHER_OCCASION_SAME_NUMBER if same_number else OTHER_OCCASION
        items.append((nats, f"said in {one} and in {other}"))
    if one_article:
        return items
    if _carriers(a.chain, a.outlet) & _carriers(b.chain, b.outlet) and days <= PROMPT_DAYS and not apart:
        items.append((SAME_OUTLET, "carried by one outlet within days"))
    elif not same_number:
        nats = next(value for limit, value in SPEAKER_BY_DAYS if days <= limit)
        if nats:
            nats += ONE_OCCASION if (one is None) != (other is None) else 0.0
            items.append((nats, "one speaker on other days, with other numbers"))
    return items
