"""Names that travel through alphabets: is this the same person, organisation or ship, and why.

Theory: a romanised name keeps its consonants and loses its vowels. So each word of a name is compared twice:
by its letters (Jaro-Winkler) and by its skeleton, in which every usual romanisation of one sound is one
letter (gh, q -> q; v, w, f -> v; zh, j -> j) and vowels, doubled letters and silent h are gone. Words are
then paired one to one, in any order, because which word is the family name differs between languages. Common
given names weigh little: sharing Mohammad is no evidence, sharing Damavandian is.

The score is the matched weight over the shorter name's weight, less a little for each word left over.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

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
# The same consonants about another vowel: below WORD_SCORE.
DIFFERENT_VOWEL = 0.8
# Yu. for Yurii is an initial too.
INITIAL_LETTERS = 2
INITIAL_WEIGHT = 0.3

_COMMON_WORDS = """
    mohammad ali reza hossein hassan ahmad mehdi abd abdollah amir seyed mohsen ivan volodymyr vladimir
    oleksandr alexander serhiy sergei andriy andrei yuriy yuri mykola john david michael james robert william
"""
_COMMON = frozenset(_COMMON_WORDS.split())
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
_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ"
_ROMANISED = "a b v h g d e ye zh z y i yi y k l m n o p r s t u f kh ts ch sh shch ' yu ya yo ' y e"
_CYRILLIC = {letter: latin.strip("'") for letter, latin in zip(_LETTERS, _ROMANISED.split(" "), strict=True)}
# Arabic and Persian letters by their consonants: short vowels are not written, long ones are told apart from
# consonants by where they stand (`_unvowelled`).
_ABJAD_LETTERS = "بپتةثجچحخدذرزژسشصضطظغفقكکگلمنهھ"
_ABJAD_LATIN = "b p t h s j ch h kh d z r z zh s sh s z t z gh f q k k g l m n h h"
_ABJAD = dict(zip(_ABJAD_LETTERS, _ABJAD_LATIN.split(" "), strict=True))
_ABJAD_WORD = re.compile("[\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06be\u06c0-\u06cc\u06d5]+")
_ALEF, _WAW, _YEH, _HALF = "اآأإٱع", "وؤ", "یيىئ", "ءۀ"
# One letter for each sound that romanisations spell apart; order matters, longer spellings first.
_SOUNDS: tuple[tuple[str, str], ...] = (
    ("shch", "S"), ("sch", "S"), ("dzh", "j"), ("tch", "C"), ("kh", "h"), ("gh", "q"), ("zh", "j"), ("sh", "S"),
    ("ch", "C"), ("ts", "c"), ("tz", "c"), ("ph", "v"), ("th", "t"), ("dh", "d"), ("dj", "j"), ("ck", "k"),
    ("w", "v"), ("f", "v"), ("g", "q"), ("q", "q"),
)  # fmt: skip
# One letter (dad) that Arabic romanises with d and Persian with z, in the one name where it is common.
_DAD = re.compile(r"ri(?:d|dh|z)ha?$|rida$|riza$")


@dataclass(frozen=True)
class NameMatch:
    """Whether two names are one, how sure from 0 to 1, and why in words."""

    same: bool
    score: float
    because: str


def latin(text: str) -> str:
    """Write a name in plain lower-case Latin letters: Cyrillic transliterated, accents gone.

    Of Arabic script the consonants are written, as it writes them itself.
    """
    # The stretching of letters and the points above and below them say nothing; Persian compounds have a
    # non-joiner where others have a space or a hyphen.
    text = re.sub("[\u200d\u0640\u064b-\u065f\u0670]", "", text).replace("\u200c", " ")
    text = _ABJAD_WORD.sub(lambda found: _unvowelled(found.group()), text)
    spelled = "".join(_CYRILLIC.get(letter, letter) for letter in text.lower())
    plain = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _unvowelled(word: str) -> str:
    """Write a word of Arabic script by its consonants, and by the vowel that it begins with.

    Waw is a consonant at the beginning and beside an alef or yeh, else a vowel; Ignores: where that is wrong.
    """
    out = ""
    for k, letter in enumerate(word):
        before, after = word[k - 1] if k else "", word[k + 1 : k + 2]
        if letter in _ABJAD:
            out += _ABJAD[letter]
        elif letter in _WAW and (not k or before in _ALEF or (after and after in _ALEF + _YEH)):
            out += "v"
        elif not k and letter in _ALEF + _YEH:
            out += "y" if letter in _YEH else "a"
    return out


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
        if joined and joined[-1] in {"abu", "abo", "abul", "abol", "al", "el", "abd", "abdul", "abdol"}:
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


@lru_cache(maxsize=65536)
def word_score(a: str, b: str) -> float:
    """Score two words of names from 0 to 1; an initial matches what begins with it."""
    if a == b:
        return 1.0
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


def _join(a: Sequence[str], b: Sequence[str]) -> tuple[str, ...]:
    """Join two neighbours in `a` that are written as one word in `b`: Ali Reza, Alireza."""
    out = list(a)
    for i in range(len(out) - 2, -1, -1):
        if min(len(out[i]), len(out[i + 1])) <= INITIAL_LETTERS:
            continue
        both = out[i] + out[i + 1]
        longer = [w for w in b if len(w) >= len(both) - 2 and w not in out]
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
    """Compare two names, of persons, organisations or ships.

    Symmetric. An empty name matches nothing.
    Ignores: nicknames, translated names, and namesakes: two people can share every word.
    """
    one, other = words(a), words(b)
    distinct_one = tuple(w for w in one if w not in _GENERIC) or one
    distinct_other = tuple(w for w in other if w not in _GENERIC) or other
    if not distinct_one or not distinct_other:
        empty = a if not distinct_one else b
        if any(letter.isalpha() for letter in empty):
            return NameMatch(False, 0.0, f"{empty!r}: not known here; known: Latin, Cyrillic and Arabic script")
        return NameMatch(False, 0.0, "one of the names is empty")
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
