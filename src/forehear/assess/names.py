"""Names that travel through alphabets: is this the same person, organisation or ship, and why.

Theory: a romanised name keeps its consonants and loses its vowels. So each word of a name is compared twice:
by its letters (Jaro-Winkler) and by its skeleton, in which every usual romanisation of one sound is one
letter (gh, q -> q; v, w, f -> v; zh, j -> j) and vowels, doubled letters and silent h are gone. Words are
then paired one to one, in any order, because which word is the family name differs between languages. Common
given names weigh little: sharing Mohammad is no evidence, sharing Damavandian is.

The score is the matched weight over the shorter name's weight, less a little for each word left over.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from forehear.assess.romanising import is_syllabic, latin, latin_forms, unread

# At and above it two names are taken for one. Set on the sanctions list's 18 aliases and their 376 cross
# pairs: the lowest true pair scores 0.69 (one family name for
# another), the highest false one 0.50.
MATCH_SCORE = 0.68
# Two words count as one from here: Ihnat for Ignat (0.87) must, Kovalenko for
# Klymenko (0.81) must not.
WORD_SCORE = 0.84
# A left-over word is weak evidence against: middle names, fathers' names and titles come and go.
LEFT_OVER_COST = 0.02
COMMON_WEIGHT = 0.4
# So many common words, each of them in both names, are a name; two given names may be anybody's.
WHOLE_NAME = 3
# One given name in two languages: Mykola, Nikolai.
GIVEN_PAIR = 0.92
# The same consonants about another vowel: below WORD_SCORE.
DIFFERENT_VOWEL = 0.8
# Yu. for Yurii is an initial too.
INITIAL_LETTERS = 2
INITIAL_WEIGHT = 0.3
# A name of more words is no name in signs of a syllable.
MOST_SIGNS = 4

_COMMON_WORDS = """
    mohammad ali reza hossein hassan ahmad mehdi abd abdollah amir seyed mohsen ivan volodymyr vladimir
    oleksandr alexander serhiy sergei andriy andrei yuriy yuri mykola john david michael james robert william
"""
_COMMON = frozenset(_COMMON_WORDS.split())
# One given name in Ukrainian and in Russian, where letters alone do not show it.
_GIVEN_PAIRS = """
    volodymyr vladimir, mykola nikolai, mykhailo mikhail, oleksii aleksei, oleksandr aleksandr, olena elena,
    yevhen evgenii, dmytro dmitrii, pavlo pavel, petro petr, kostiantyn konstantin, tetiana tatiana, hanna anna,
    kateryna ekaterina, pylyp filipp, fedir fedor, mykyta nikita, vasyl vasilii, danylo daniil, yosyp iosif,
    illia ilia, heorhii georgii, hryhorii grigorii, matvii matvei, serhii sergei, andrii andrei, ihor igor,
    kyrylo kirill, artem artiom, solomiia solomonia
"""
_GENERIC_WORDS = """
    company co ltd llc inc corp corporation group holding jsc ojsc pjsc the of and for industries industry
    services service engineering research institute aerospace iris irins ship vessel mv ministry
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
# Ranks and titles, with and without their point.
_TITLES_WORDS = """
    dr mr mrs ms gen brig maj col lt capt adm general brigadier breh major colonel prof sir hon
"""
_TITLES = frozenset(_TITLES_WORDS.split())
# One letter for each sound that romanisations spell apart; order matters, longer spellings first.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("shch", "S"), ("sch", "S"), ("dzh", "j"), ("tch", "C"), ("kh", "h"), ("gh", "q"), ("zh", "j"), ("sh", "S"),
    ("ch", "C"), ("ts", "c"), ("tz", "c"), ("ph", "v"), ("th", "t"), ("dh", "d"), ("dj", "j"), ("ck", "k"),
    ("w", "v"), ("f", "v"), ("g", "q"), ("q", "q"),
)  # fmt: skip
# One letter (dad) that Arabic romanises with d and Persian with z, in the one name where it is common.
_BELONGS = frozenset(("abu", "abo", "abul", "abol", "al", "el", "abd", "abdul", "abdol", "abdel", "abdal"))
_DAD = re.compile(r"ri(?:d|dh|z)ha?$|rida$|riza$")


@dataclass(frozen=True)
class NameMatch:
    """Whether two names are one, how sure from 0 to 1, and why in words."""

    same: bool
    score: float
    because: str


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """Split a name into words: titles and brackets gone, "Saleh-Nejad" and "Abul Fazl" joined."""
    text = re.sub(r"\(.*?\)", " ", latin(name))
    text = re.sub(r"['’`ʼ]", "", text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", "", text)
    parts = [part for part in re.split(r"[^a-z]+", text) if part and part not in _TITLES]
    joined: list[str] = []
    for part in (_DAD.sub("reza", part) for part in parts):
        # The Arabic and Persian article and "father of" belong to the word that follows.
        if joined and joined[-1] in {
            "abu",
            "abo",
            "abul",
            "abol",
            "al",
            "el",
            "abd",
            "abdul",
            "abdol",
            "abdel",
            "abdal",
        }:
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


@lru_cache(maxsize=8192)
def skeleton(word: str) -> str:
    """Reduce a word to its consonants, one letter a sound; a leading vowel stays as 'a'."""
    text = word
    for spelled, sound in _SOUNDS:
        text = text.replace(spelled, sound)
    text = re.sub(r"h(?![aeiouy])", "", text)
    head = "a" if text[:1] in set("aeiouy") else ""
    text = head + re.sub(r"[aeiouy]", "", text)
    return re.sub(r"(.)\1+", r"\1", text)


def _rounded(word: str) -> bool | None:
    """Whether the first vowel after a consonant is o or u, which romanisations seldom exchange for a, e or i.

    None where no vowel is written, as in Arabic script.
    """
    found = re.search(r"[^aeiouy]([aeiouy])", word)
    return found.group(1) in "ou" if found else None


@lru_cache(maxsize=1)
def _given() -> dict[str, int]:
    """The bones of given names that are one in two languages, each with the number of its pair."""
    pairs = [pair.split() for pair in _GIVEN_PAIRS.split(",")]
    return {skeleton(word): number for number, pair in enumerate(pairs) for word in pair}


@lru_cache(maxsize=65536)
def word_score(a: str, b: str) -> float:
    """Score two words of names from 0 to 1; an initial matches what begins with it."""
    if a == b:
        return 1.0
    pair = _given().get(skeleton(a))
    if pair is not None and pair == _given().get(skeleton(b)):
        return GIVEN_PAIR
    if min(len(a), len(b)) <= INITIAL_LETTERS:
        return 0.9 if a.startswith(b) or b.startswith(a) or a[0] == b[0] else 0.0
    letters = float(JaroWinkler.similarity(a, b))
    one, other = skeleton(a), skeleton(b)
    round_a, round_b = _rounded(a), _rounded(b)
    if round_a is None or round_b is None:
        # Without vowels nobody can tell which h is silent.
        one, other = (re.sub(r"(.)\1+", r"\1", bones.replace("h", "")) for bones in (one, other))
    if one == other and len(one) >= 2:
        # Hassan and Hossein share their bones; the roundness of the first vowel tells them apart.
        alike = round_a is None or round_b is None or round_a == round_b
        return max(0.93, letters) if alike else min(letters, DIFFERENT_VOWEL)
    shared = float(fuzz.ratio(one, other)) / 100.0
    # Letters alone take Mohammad for Mohammadi and Hassan for Hossein; both views have to agree.
    return min(letters, 0.5 * letters + 0.5 * shared)


def _weight(word: str) -> float:
    if len(word) <= INITIAL_LETTERS:
        return INITIAL_WEIGHT
    bones = skeleton(word)
    return COMMON_WEIGHT if any(skeleton(common) == bones for common in _COMMON) else 1.0


def _as_long(word: str, both: str) -> bool:
    """Whether a word has room for two joined: by its letters, or by its bones where no vowel is written."""
    boneless = re.search("[aeiouy]", word[1:]) is not None
    return len(word) >= len(both) - 2 if boneless else len(skeleton(word)) >= len(skeleton(both))


def _join(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """Join two neighbours in `a` that are written as one word in `b`: Ali Reza, Alireza."""
    out = list(a)
    for i in range(len(out) - 2, -1, -1):
        # Two letters are an initial and its point, unless they are the bones of a word of Arabic script.
        if any(len(word) <= INITIAL_LETTERS and re.search("[aeiouy]|^.$", word) for word in out[i : i + 2]):
            continue
        both = out[i] + out[i + 1]
        longer = [w for w in b if _as_long(w, both) and w not in out]
        if any(word_score(both, w) >= WORD_SCORE for w in longer):
            out[i : i + 2] = [both]
    return tuple(out)


def _pair(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pair the words one to one, best first."""
    scored = sorted(
        ((word_score(x, y), i, j) for i, x in enumerate(a) for j, y in enumerate(b)),
        key=lambda entry: (-entry[0], entry[1], entry[2]),
    )
    used_a: set[int] = set()
    used_b: set[int] = set()
    pairs = []
    for score, i, j in scored:
        if score >= WORD_SCORE and i not in used_a and j not in used_b:
            used_a.add(i)
            used_b.add(j)
            pairs.append((a[i], b[j], score))
    return pairs


def match_names(a: str, b: str) -> NameMatch:
    """Compare two names, of persons, organisations or ships, in whatever scripts the two are written.

    Symmetric. An empty name matches nothing. A script with several readings (Cyrillic is read as Ukrainian and as
    Russian) counts by its best.
    Ignores: nicknames, translated names, and namesakes: two people can share every word.
    """
    for name in (a, b):
        if words(name):
            continue
        if any(letter.isalpha() for letter in name):
            return NameMatch(False, 0.0, f"{name!r}: not known here; {unread(name)}")
        return NameMatch(False, 0.0, "one of the names is empty")
    if is_syllabic(a) or is_syllabic(b):
        return _match_syllables(a, b)
    pairs = [(x, y) for x in latin_forms(a) for y in latin_forms(b)]
    found = [_match_words(words(x), words(y)) for x, y in pairs]
    return max(found, key=lambda match: (match.same, match.score))


def _match_syllables(a: str, b: str) -> NameMatch:
    """Compare names of which one is written in signs of a syllable each: every syllable has to agree.

    Which comes first, and where a romanisation puts its blanks and hyphens, does not matter.
    """
    (one, *more), other = words(a), words(b)
    whole, orders = "".join((one, *more)), ["".join(order) for order in itertools.permutations(other[:MOST_SIGNS])]
    best = max(float(fuzz.ratio(whole, order)) / 100.0 for order in orders)
    said = f"read as {' '.join(words(a))} and {' '.join(words(b))}"
    same = best == 1.0
    # One letter in another syllable is another name: Wang Yi, Wang Wei.
    score = best if same else min(best, 0.5)
    return NameMatch(same, round(score, 3), f"{said}: {'every' if same else 'not every'} syllable")


def _match_words(one: tuple[str, ...], other: tuple[str, ...]) -> NameMatch:
    """Compare two names by their words in Latin letters."""
    distinct_one = tuple(w for w in one if w not in _GENERIC) or one
    distinct_other = tuple(w for w in other if w not in _GENERIC) or other
    distinct_one, distinct_other = _join(distinct_one, distinct_other), _join(distinct_other, distinct_one)
    pairs = _pair(distinct_one, distinct_other)
    matched = sum(min(_weight(x), _weight(y)) * score for x, y, score in pairs)
    shorter = min(sum(map(_weight, distinct_one)), sum(map(_weight, distinct_other)))
    left_over = len(distinct_one) + len(distinct_other) - 2 * len(pairs)
    score = max(0.0, min(1.0, matched / shorter) - LEFT_OVER_COST * left_over) if shorter > 0.0 else 0.0
    shared = ", ".join(x if x == y else f"{x} ~ {y} ({s:.2f})" for x, y, s in pairs)
    # A shared given name alone is no identity, however short the other name is. A whole name of common words is
    # one all the same (Mohammadi, Mohammad Reza), where no word of either is left over.
    rare = any(min(_weight(x), _weight(y)) >= 1.0 for x, y, _ in pairs)
    whole = left_over == 0 and (len(pairs) >= WHOLE_NAME or (len(pairs) > 1 and one == other))
    if pairs and not rare and not whole:
        return NameMatch(False, round(min(score, 0.5), 3), f"only common words are shared: {shared}")
    if not pairs:
        return NameMatch(False, round(score, 3), "no word is shared")
    rest = [w for w in (*distinct_one, *distinct_other) if w not in {x for p in pairs for x in p[:2]}]
    because = f"shared: {shared}" + (f"; not shared: {', '.join(rest)}" if rest else "")
    return NameMatch(score >= MATCH_SCORE, round(score, 3), because)
