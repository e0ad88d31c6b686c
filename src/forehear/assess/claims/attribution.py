"""Who said it to whom: a line of attribution as a chain, from who knew to who printed.

"officials of a US-aligned country, via WSJ" printed by the Kyiv Independent is three hops. `roots` reads from
a chain what tracing needs: the medium that first published, the organisations and the persons who spoke.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from forehear.assess.claims.gazetteer import NAMED_BY_SLUG, NOT_NAMES, SPOKEN_FOR, find, fold
from forehear.assess.names import match_names

# "A via B": A spoke, B printed. "B citing A" is the other way round.
_FORWARD = re.compile(
    r",?\s*\b(?:via|through|per|quoted by|cited by|as reported by|reported by|reviewed by|told to|as told to|"
    r"in an interview with|interviewed by|leaked to|speaking to|said to|told)\b\s+",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    r",?\s*\b(?:citing|cites|quoting|quotes|referring to|with reference to|according to|based on|relaying|"
    r"retelling)\b\s+",
    re.IGNORECASE,
)
# "Skibitskyi (HUR) to Suspilne": to a medium, not "to build" or "to summer"; "for" only before a known one.
_TO_MEDIUM = re.compile(
    r"\s+to\s+(?=[A-ZА-ЯІЇЄ])|\s+for\s+(?=(?:the\s+)?(?:Washington|Wall|New York|WSJ|CNN|NYT|WaPo|FT))"
)
_INITIALS = re.compile("[A-ZА-ЯІЇЄ]{2,3}")
# "Kontan (Reuters)": the agency that a printer copied stands in brackets; it carried, and did not publish first.
_BRACKETS = re.compile(r"\([^)]*\)")
_PERSON = re.compile(
    r"(?:\b[A-ZА-ЯІЇЄ][a-zа-яіїє]{0,2}\.\s*){1,2}[A-ZА-ЯІЇЄ][\w’'-]+|\b[A-ZА-ЯІЇЄ][\w’'-]{2,}(?:\s+[A-ZА-ЯІЇЄ][\w’'-]{2,}){0,2}"
)


@dataclass(frozen=True)
class Roots:
    """What an attribution says of an origin; empty where it does not say.

    `printed_first`: media that are named as the first to publish, best first; `printed_by`: the outlet's own
    names; `organisations`, `persons` (surnames): who spoke; `leak`: whether documents spoke.
    """

    printed_first: tuple[str, ...]
    printed_by: tuple[str, ...]
    organisations: frozenset[str]
    persons: frozenset[str]
    leak: bool


def parse_chain(attributed_to: str, outlet: str) -> tuple[str, ...]:
    """Split an attribution and its outlet into hops, from who knew to who printed."""
    hops = [attributed_to.strip()]
    for pattern, backward in ((_BACKWARD, True), (_FORWARD, False), (_TO_MEDIUM, False)):
        split: list[str] = []
        for hop in hops:
            parts = [part.strip(" ,;") for part in pattern.split(hop)]
            split += reversed(parts) if backward else parts
        hops = split
    hops.append(outlet.strip())
    return tuple(dict.fromkeys(hop for hop in hops if hop))


def media_named(claims: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Learn a ledger's own media from (attribution, outlet): hops that carried another's words, and outlets.

    So a medium that no table knows is still one name, wherever it stands in a chain.
    """
    names: set[str] = set()
    initials: set[str] = set()
    for attributed_to, outlet in claims:
        carried = [hop for hop in parse_chain(attributed_to, "")[1:] if _unknown_medium(hop)]
        names |= {fold(hop) for hop in carried}
        # Two or three letters are a name where they are its initials: an agency, a broadcaster.
        initials |= {fold(hop) for hop in carried if _INITIALS.fullmatch(hop)}
        printers = re.split(r"\s*/\s*|\bvia\b|\(.*?\)", outlet)
        names |= {fold(name) for name in printers if _unknown_medium(name.strip())}
    return frozenset(name for name in names if len(name) >= 4) | initials


@lru_cache(maxsize=8192)
def _persons(attributed_to: str, media: frozenset[str]) -> frozenset[str]:
    """Find surnames of persons: known speakers, and what is spelled like a name and is nothing else."""
    known = {part for part in re.split(r"[^\w’'-]+", fold(attributed_to)) if part}
    found = set()
    for surname in SPOKEN_FOR:
        if surname in known or any(len(w) > 4 and match_names(surname, w).same for w in known):
            found.add(surname)
    text = attributed_to
    for name in sorted(media, key=lambda name: (-len(name), name)):
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text, flags=re.IGNORECASE)
    for which in ("originators", "relays", "organisations"):
        for name in find(which, attributed_to):
            text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    for match in _PERSON.finditer(text):
        parts = [p for p in re.split(r"[\s.]+", match.group(0)) if p and fold(p) not in NOT_NAMES]
        initialled = "." in match.group(0)
        if not parts or len(parts[-1]) < 3 or parts[-1].isupper() or (len(parts) < 2 and not initialled):
            continue
        last = fold(parts[-1])
        if not any(match_names(last, other).same for other in found):
            found.add(last)
    return frozenset(found)


def _unknown_medium(hop: str) -> bool:
    """Whether a hop is a name of its own that no table knows: no relay, organisation or person."""
    if find("relays", hop) or find("organisations", hop) or not hop[:1].isupper() or len(hop) > 60:
        return False
    return not any(word in SPOKEN_FOR for word in fold(hop).split())


@lru_cache(maxsize=8192)
def roots(attributed_to: str, outlet: str, url: str, media: frozenset[str] = frozenset()) -> Roots:
    """Read the roots of a claim from its attribution, its outlet, and the words of its address.

    `media`: names that the ledger itself taught (`media_named`).
    """
    chain = parse_chain(attributed_to, "")
    # In a chain of several media the first to print stands nearest to who knew.
    leads = [hop if k == 0 else _BRACKETS.sub(" ", hop) for k, hop in enumerate(chain)]
    printed_first = tuple(dict.fromkeys(name for hop in leads for name in find("originators", hop)))
    printed_by = (*find("originators", outlet), *find("relays", outlet)) or (fold(outlet),)
    if not printed_first:
        path = re.sub(r"^https?://[^/]*", "", url).replace("-", " ").replace("_", " ").replace("/", " ")
        slug = [name for name in find("originators", path) if name in NAMED_BY_SLUG]
        printed_first = tuple(name for name in slug if name not in printed_by)
    if not printed_first and media:
        # What carried another's words is a medium, whether anybody has heard of it or not.
        words = fold(attributed_to)
        others = sorted(media - set(printed_by))
        found = [name for name in others if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)]
        printed_first = tuple(
            name for name in found if not any(name != other and name in other for other in found)
        )
    persons = _persons(attributed_to, media)
    organisations = set(find("organisations", attributed_to)) | {SPOKEN_FOR[p] for p in persons if p in SPOKEN_FOR}
    leak = bool(re.search(r"leak|hack|document|contract\b", fold(attributed_to)))
    return Roots(printed_first, printed_by, frozenset(organisations), persons, leak)
