"""A claimed quantity as an interval: "at least", "up to", "about" are part of the number.

The quantity column carries the number, often with a sign; the words of the claim carry what the column
left out. Where they disagree the column stands, because whoever keyed it had read the page.
"""

import math
import re
from dataclasses import dataclass

# "About" leaves a tenth either way: wide enough for rounding to one significant digit above 5 (600 for 550
# to 650), narrower than the differences between claims that the ledger tells apart (2,500 against 2,700).
ABOUT_SHARE = 0.1

_SCALE = {"k": 1e3, "thousand": 1e3, "tys": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "million": 1e6}
_SCALE |= {"bn": 1e9, "billion": 1e9, "mlrd": 1e9}
_NUMBER = r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE]\d+)?"
_SCALED = re.compile(rf"(?<![\w.])({_NUMBER})(?:[\s-]?(k|thousand|mn|mln|million|bn|billion)\b)?", re.IGNORECASE)
_AT_LEAST = r"at least|no fewer than|not less than|no less than|minimum of|from|or more"
_ABOVE = r"more than|over|above|upwards? of|exceed(?:s|ing|ed)?|in excess of|>="
_UP_TO = r"up to|at most|no more than|not more than|maximum of|as many as|until|<="
_BELOW = r"less than|under|below|fewer than|almost|nearly|close to|just short of"
_ABOUT = r"about|around|roughly|approximately|approx\.?|some|circa|ca\.?|nearly|almost|close to|estimated|~"
_LOW_WORDS = re.compile(rf"(?:{_AT_LEAST}|{_ABOVE}|>)\s*(?:the\s|\$|usd\s)?\s*$", re.IGNORECASE)
_HIGH_WORDS = re.compile(
    rf"(?:{_UP_TO}|less than|under|below|fewer than|<)\s*(?:the\s|\$|usd\s)?\s*$", re.IGNORECASE
)
_ABOUT_WORDS = re.compile(rf"(?:{_ABOUT})\s*(?:the\s|\$|usd\s)?\s*$", re.IGNORECASE)
# A column's sign: at least, up to, about; then one number or a range.
_COLUMN = re.compile(
    rf"(?P<sign>>=|<=|>|<|≥|≤|~|≈|c\.?|ca\.?|about|up to|at least|over|more than|under|less than)?\s*"
    rf"(?P<first>{_NUMBER})\s*(?P<scale>k|thousand|mn|mln|million|bn|billion)?\s*"
    rf"(?:(?:-|–|—|to|\.\.)\s*(?P<second>{_NUMBER})\s*(?P<scale2>k|thousand|mn|mln|million|bn|billion)?)?\s*(?P<plus>\+)?",
    re.IGNORECASE,
)
_AT_LEAST_SIGNS = {">", ">=", "≥", "at least", "over", "more than"}
_UP_TO_SIGNS = {"<", "<=", "≤", "up to", "under", "less than"}
_ABOUT_SIGNS = {"~", "≈", "c", "c.", "ca", "ca.", "about"}


@dataclass(frozen=True)
class Quantity:
    """An interval: `low` or `high` is None where the claim leaves that side open; both None: no number.

    `bound` is the word that makes it so: "exactly", "at least", "up to", "about", "between", "unknown".
    """

    low: float | None
    high: float | None
    bound: str

    @property
    def anchor(self) -> float | None:
        """The number that was said: the finite side, or the middle of the two."""
        if self.low is None:
            return self.high
        if self.high is None:
            return self.low
        return 0.5 * (self.low + self.high)


UNKNOWN = Quantity(None, None, "unknown")


def _value(digits: str, scale: str | None) -> float:
    cleaned = re.sub(r"[, \u00a0\u202f]", "", digits)
    return float(cleaned) * (_SCALE[scale.lower()] if scale else 1.0)


def numbers_in(text: str) -> list[tuple[float, int]]:
    """Find every number in words, with its place: "151 bn" is 151e9."""
    return [(_value(m.group(1), m.group(2)), m.start()) for m in _SCALED.finditer(text)]


def bound_in_words(text: str, value: float) -> str:
    """Find the word before this number in a claim: "at least", "up to", "about", or "exactly"."""
    for number, start in numbers_in(text):
        if math.isclose(number, value, rel_tol=1e-9):
            before = text[max(0, start - 24) : start]
            if _LOW_WORDS.search(before):
                return "at least"
            if _HIGH_WORDS.search(before):
                return "up to"
            if _ABOUT_WORDS.search(before):
                return "about"
    return "exactly"


def parse_quantity(column: str, claim: str = "") -> Quantity:
    """Read a quantity column, with the claim's words for what it leaves out.

    Returns UNKNOWN for an empty column; raises ValueError, naming what is allowed, for words without a number,
    for a range upside down, and for a negative number.
    """
    text = column.strip()
    if not text or text.lower() in {"unknown", "n/a", "na", "-", "?"}:
        return UNKNOWN
    found = _COLUMN.fullmatch(text)
    if not found:
        raise ValueError("must be a number, a range 'a-b', or one after >, >=, <, <=, ~")
    first = _value(found["first"], found["scale"] or (found["scale2"] if found["second"] else None))
    sign = (found["sign"] or "").lower()
    if found["second"]:
        second = _value(found["second"], found["scale2"])
        if second < first:
            raise ValueError(f"the range is upside down: {first:g} is above {second:g}")
        return Quantity(first, second, "between")
    if sign in _AT_LEAST_SIGNS or found["plus"]:
        return Quantity(first, None, "at least")
    if sign in _UP_TO_SIGNS:
        return Quantity(None, first, "up to")
    bound = "about" if sign in _ABOUT_SIGNS else bound_in_words(claim, first)
    if bound == "at least":
        return Quantity(first, None, bound)
    if bound == "up to":
        return Quantity(None, first, bound)
    if bound == "about":
        return Quantity(round(first * (1.0 - ABOUT_SHARE), 6), round(first * (1.0 + ABOUT_SHARE), 6), bound)
    return Quantity(first, first, "exactly")


def significant_digits(value: float) -> int:
    """Count the digits before trailing zeros: 6,000 has one, 2,738 has four. The more, the rarer."""
    if value == 0.0 or not math.isfinite(value):
        return 0
    digits = f"{abs(value):.6e}".split("e")[0].replace(".", "").rstrip("0")
    return max(1, len(digits))


def compatible(a: Quantity, b: Quantity) -> bool:
    """Say whether two intervals overlap; an unknown is compatible with everything."""
    low = max(a.low if a.low is not None else -math.inf, b.low if b.low is not None else -math.inf)
    high = min(a.high if a.high is not None else math.inf, b.high if b.high is not None else math.inf)
    return low <= high


def in_words(quantity: Quantity) -> str:
    """Write an interval as a person would: "at least 6,000"."""
    if quantity.anchor is None:
        return "no number"
    if quantity.bound == "between" and quantity.low is not None and quantity.high is not None:
        return f"{short(quantity.low)}–{short(quantity.high)}"
    lead = "" if quantity.bound == "exactly" else quantity.bound + " "
    return f"{lead}{short(quantity.anchor)}"


def short(value: float) -> str:
    """Write a number for reading: 6,000; 1.7 bn; 151 bn."""
    for size, name in ((1e9, " bn"), (1e7, " m")):
        if abs(value) >= size:
            return f"{value / size * (10.0 if size == 1e7 else 1.0):,.6g}{name}"
    return f"{value:,.10g}"
