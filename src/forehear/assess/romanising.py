"""Names in Latin letters, from whatever script: what is told apart by hand, and what a library reads.

Cyrillic is read as Ukrainian and as Russian, because names travel through both. Of Arabic script the consonants
are written, as it writes them itself. Every other script is read by anyascii (Unicode's characters one by one):
Chinese signs come out in pinyin without tones, a sign a syllable.

Limits: Chinese of Taiwan, Hong Kong and the diaspora is seldom romanised in pinyin; Japanese in Chinese signs is
read as Chinese; Hebrew is read by its letters; tones are gone, so that there are more namesakes
(docs/decisions/0012-names-in-scripts.md).
"""

import re
import unicodedata

_LETTERS = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэ"
_ROMANISED = "a b v h g d e ye zh z y i yi y k l m n o p r s t u f kh ts ch sh shch ' yu ya yo ' y e"
_UKRAINIAN = {letter: latin.strip("'") for letter, latin in zip(_LETTERS, _ROMANISED.split(" "), strict=True)}
# Arabic and Persian letters by their consonants: short vowels are not written, long ones are told apart from
# consonants by where they stand (`_unvowelled`).
_ABJAD_LETTERS = "بپتةثجچحخدذرزژسشصضطظغفقكکگلمنهھ"
_ABJAD_LATIN = "b p t h s j ch h kh d z r z zh s sh s z t z gh f q k k g l m n h h"
_ABJAD = dict(zip(_ABJAD_LETTERS, _ABJAD_LATIN.split(" "), strict=True))
_ABJAD_WORD = re.compile("[\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06be\u06c0-\u06cc\u06d5]+")
_ALEF, _WAW, _YEH, _HALF = "اآأإٱع", "وؤ", "یيىئ", "ءۀ"

# Where Russian says another sound: g for h, i for y, e for ye.
_RUSSIAN = _UKRAINIAN | {"г": "g", "и": "i", "е": "e", "й": "y", "щ": "shch", "э": "e", "ы": "y"}
_HAS_CYRILLIC = re.compile("[\u0400-\u052f]")
# Chinese signs, and Korean and Japanese syllables: one sign is one syllable.
_SYLLABIC = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# Scripts that are read here: Latin, Cyrillic, Arabic, marks and points.
_READ_HERE = re.compile("[\u0000-\u036f\u0400-\u052f\u0600-\u06ff\u1e00-\u1eff\u2000-\u206f]*")
# Two signs of a family name, of the few that are common.
_TWO_SIGNS = frozenset(
    ("欧阳", "歐陽", "司马", "司馬", "诸葛", "諸葛", "上官", "司徒", "东方", "夏侯", "皇甫", "尉迟", "公孙")
)


def _by_library(text: str) -> str:
    """Read what no table here knows; as it is where the library is not installed."""
    try:
        from anyascii import anyascii
    except ImportError:
        return text
    if not _SYLLABIC.search(text):
        return str(anyascii(text))
    out = []
    for part in text.split():
        signs = [anyascii(sign) for sign in part]
        if not _SYLLABIC.search(part) or len(signs) < 2:
            out.append("".join(signs))
            continue
        family = 2 if part[:2] in _TWO_SIGNS and len(signs) > 2 else 1
        out += ["".join(signs[:family]), "".join(signs[family:])]
    return " ".join(out)


def is_syllabic(text: str) -> bool:
    """Whether a name has signs that are a syllable each: Chinese, Japanese, Korean."""
    return bool(_SYLLABIC.search(text))


def unread(text: str) -> str:
    """Say which scripts are read, for a name that was not."""
    try:
        import anyascii  # noqa: F401
    except ImportError:
        return "known: Latin, Cyrillic and Arabic script; others with the package anyascii (extra `assess`)"
    return f"no letter of {text!r} has a reading"


def latin_forms(text: str) -> tuple[str, ...]:
    """The readings of a name, most usual first: two for Cyrillic, else one."""
    first = latin(text)
    if not _HAS_CYRILLIC.search(text):
        return (first,)
    return tuple(dict.fromkeys((first, latin(text, _RUSSIAN))))


def latin(text: str, cyrillic: dict[str, str] = _UKRAINIAN) -> str:
    """Write a name in plain lower-case Latin letters, accents gone: Cyrillic by a table.

    Of Arabic script the consonants are written, as it writes them itself.
    """
    # The stretching of letters and the points above and below them say nothing; Persian compounds have a
    # non-joiner where others have a space or a hyphen.
    text = re.sub("[\u200d\u0640\u064b-\u065f\u0670]", "", text).replace("\u200c", " ")
    text = _ABJAD_WORD.sub(lambda found: _unvowelled(found.group()), text)
    if not _READ_HERE.fullmatch(text):
        text = _by_library(text)
    spelled = "".join(cyrillic.get(letter, letter) for letter in text.lower())
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
