"""The ledger as others would have kept it: spellings, days, relays of relays, and tables that know fewer names.

Each harm is what happens to real ledgers: a name is romanised another way or mistyped, a day is that of the next
morning's copy, a row is taken from whoever copied the copy, and a speaker or a medium is not in the tables.
"""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from forehear.assess.claims import attribution, gazetteer

Row = dict[str, str]
Harm = Callable[[Row, random.Random], Row]

# Other spellings of one name, as they are met in print.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "Skibitskyi": ("Skibitsky", "Skybytskyi", "Skibitskiy", "Skibitski"),
    "Budanov": ("Boudanov", "Budanow"),
    "Kovalenko": ("Covalenko", "Kowalenko"),
    "Zelenskyy": ("Zelensky", "Zelenskiy", "Zelenskyi"),
    "Ihnat": ("Ignat", "Ihnatt"),
    "Yusov": ("Iusov", "Yussov"),
    "Klymenko": ("Klimenko",),
    "WSJ": ("The Wall Street Journal", "Wall Street Journal", "the WSJ"),
    "Washington Post": ("The Washington Post", "WaPo"),
    "WaPo": ("Washington Post", "the Washington Post"),
    "HUR": ("GUR", "Ukraine's Defence Intelligence", "Main Intelligence Directorate"),
    "Watling": ("Wattling",),
    "Alabuga": ("Yelabuga", "Alabouga"),
    "Suspilne": ("Suspilne", "public broadcaster Suspilne"),
}
# Media that copied the copy; none is in any table.
COPIERS = ("Lakeside Courier", "Harbor Gazette", "Blue Lantern", "Tin Drum", "Morning Oriel", "North Quay")
# A word of the claim is mistyped in one row of five.
MISTYPED = 0.2
EMPTIED = 1.0 / 3.0


def respelled(row: Row, rng: random.Random) -> Row:
    """Spell the names of an attribution another way, and mistype a word of the claim now and then."""
    said = row["attributed_to"]
    for name, others in SPELLINGS.items():
        if re.search(rf"\b{name}\b", said):
            said = re.sub(rf"\b{name}\b", rng.choice(others), said, count=1)
            break
    claim = row["claim"]
    words = list(re.finditer(r"[a-z]{6,}", claim))
    if words and rng.random() < MISTYPED:
        at = rng.choice(words).start() + rng.randint(1, 3)
        claim = claim[:at] + claim[at + 1] + claim[at] + claim[at + 2 :]
    return row | {"attributed_to": said, "claim": claim}


def day_off(row: Row, rng: random.Random) -> Row:
    """Move a row's day by one, either way or not at all."""
    day = date.fromisoformat(row["date_of_claim"]) + timedelta(days=rng.randint(-1, 1))
    return row | {"date_of_claim": day.isoformat()}


def relayed(row: Row, rng: random.Random) -> Row:
    """Take half of the rows from a medium that copied the outlet: one more hop, another outlet, no address."""
    if rng.random() < 0.5:
        return row
    copier = rng.choice(COPIERS)
    outlet = re.split(r"\s*/\s*", row["outlet"])[0]
    said = f"{row['attributed_to']} via {outlet}" if row["attributed_to"] else f"via {outlet}"
    return row | {"attributed_to": said, "outlet": copier, "url": ""}


def everything(row: Row, rng: random.Random) -> Row:
    """All three at once."""
    return relayed(day_off(respelled(row, rng), rng), rng)


HARMS: dict[str, Harm] = {
    "spellings": respelled,
    "days off by one": day_off,
    "relays of relays": relayed,
    "all three": everything,
}


def _forget() -> None:
    """Clear what was remembered of the tables."""
    for remembered in (gazetteer._pattern, gazetteer.find, attribution._persons, attribution.roots):
        remembered.cache_clear()


@contextmanager
def emptied_tables(seed: int, share: float = EMPTIED) -> Iterator[None]:
    """Drop a share of every table of media, organisations and speakers, and put them back."""
    rng = random.Random(seed)
    tables: tuple[dict[str, object], ...] = (
        gazetteer.ORIGINATORS, gazetteer.RELAYS, gazetteer.ORGANISATIONS, gazetteer.SPOKEN_FOR,
    )  # type: ignore[assignment]  # fmt: skip
    before = [dict(table) for table in tables]
    try:
        for table in tables:
            for name in rng.sample(sorted(table), round(share * len(table))):
                del table[name]
        _forget()
        yield
    finally:
        for table, whole in zip(tables, before, strict=True):
            table.clear()
            table.update(whole)
        _forget()
