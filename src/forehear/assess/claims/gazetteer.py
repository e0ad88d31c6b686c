"""Who speaks and who prints: names that attributions use, folded to one spelling each.

Only identity is here, never a judgement of a single claim. A name that is missing costs evidence, not an
answer: tracing then rests on what two rows share word for word.
"""

import re
from functools import lru_cache

# Media that do their own reporting and are retold by others: an echo's usual end.
ORIGINATORS: dict[str, tuple[str, ...]] = {
    "Wall Street Journal": (
        "wsj",
        "wall street journal",
        "wallstreetjournal",
        "wall street zhurnal",
        "волл-стріт джорнел",
        "уолл-стрит джорнал",
    ),
    "Washington Post": ("wapo", "washington post", "wp", "washingtonpost", "the post", "вашингтон пост"),
    "CNN": ("cnn", "snn"),
    "New York Times": ("nyt", "new york times", "ny times", "nytimes"),
    "Financial Times": ("ft", "financial times"),
    "Reuters": ("reuters", "rejter"),
    "Bloomberg": ("bloomberg",),
    "Associated Press": ("associated press", "ap"),
    "AFP": ("afp", "agence france presse"),
    "BBC": ("bbc", "bi-bi-si"),
    "Economist": ("economist",),
    "Guardian": ("guardian",),
    "Times": ("the times", "times of london", "the sunday times"),
    "Telegraph": ("the telegraph", "daily telegraph"),
    "Spiegel": ("spiegel", "der spiegel"),
    "Bild": ("bild",),
    "Welt": ("die welt", "welt"),
    "NBC": ("nbc",),
    "CBS": ("cbs",),
    "ABC News": ("abc news",),
    "Politico": ("politico",),
    "Axios": ("axios",),
    "Forbes": ("forbes",),
    "Newsweek": ("newsweek",),
    "Le Monde": ("le monde",),
    "Suspilne": ("suspilne", "public broadcaster suspilne"),
    "Nikkei": ("nikkei",),
    "Kyodo": ("kyodo", "nhk"),
    "Sky News": ("sky news",),
    "Defense Express": ("defense express", "defence express"),
    "Radio Svoboda": ("radio svoboda", "radio liberty", "rfe/rl", "skhemy", "schemes"),
    "Insider": ("the insider",),
    "Important Stories": ("important stories", "istories", "vazhnye istorii"),
    "Protokol": ("protokol", "razvorot"),
}
# Of these, the names that mean nothing else in the words of an address ("20-times", "the-post", "forbes").
NAMED_BY_SLUG = frozenset(
    ("Wall Street Journal", "Washington Post", "CNN", "New York Times", "Reuters", "Bloomberg", "Financial Times")
)
# Media that mostly retell: named in a chain they say how a claim travelled, not where it began.
RELAYS: dict[str, tuple[str, ...]] = {
    "RBC-Ukraine": ("rbc-ukraine", "rbc ukraine", "rbc"),
    "European Truth": ("european truth", "european pravda", "evropeiska pravda", "yevropeiska pravda"),
    "Ukrainska Pravda": ("ukrainska pravda", "ukrayinska pravda", "pravda"),
    "Ukrinform": ("ukrinform",),
    "Interfax-Ukraine": ("interfax-ukraine", "interfax ukraine", "interfax"),
    "Kyiv Independent": ("kyiv independent",),
    "Censor.NET": ("censor.net", "censor net", "censor"),
    "UNN": ("unn",),
    "UNIAN": ("unian",),
    "Novyny.Live": ("novyny.live", "novyny live"),
    "Militarnyi": ("militarnyi", "militarnyy", "mil.in.ua"),
    "Times of Israel": ("times of israel",),
    "Jerusalem Post": ("jerusalem post", "jpost"),
    # It retells what others said, with their names, more than it measures.
    "ISW": ("isw", "institute for the study of war"),
    "TSN": ("tsn",),
    "NV": ("new voice of ukraine", "nv"),
    "Ukrainian News": ("ukrainian news",),
    "Glavcom": ("glavcom",),
    "RegioNews": ("regionews",),
}
# Those who know or measure: a claim's first speaker.
ORGANISATIONS: dict[str, tuple[str, ...]] = {
    "HUR": (
        "hur",
        "gur",
        "diu",
        "defence intelligence",
        "defense intelligence",
        "military intelligence",
        "main intelligence directorate",
        "main directorate of intelligence",
        "ukrainian intelligence",
        "ukraine s intelligence",
        "holovne upravlinnia rozvidky",
        "гур",
        "розвідки мо",
        "військова розвідка",
        "военная разведка",
    ),
    "Air Force": (
        "air force",
        "air command",
        "psu",
        "повітряні сили",
        "повітряних сил",
        "воздушные силы",
        "воздушных сил",
    ),
    "General Staff": ("general staff",),
    "CCD/NSDC": (
        "ccd",
        "nsdc",
        "center for countering disinformation",
        "centre for countering disinformation",
        "snbo",
    ),
    "Institute for Science and International Security": (
        "institute for science and international security",
        "isis",
    ),
    "IISS": ("iiss", "international institute for strategic studies"),
    "CSIS": (
        "csis",
        "center for strategic and international studies",
        "centre for strategic and international studies",
    ),
    "RUSI": ("rusi", "royal united services institute"),
    "White House": ("white house", "national security council"),
    "Pentagon": ("pentagon", "us department of defense", "defense intelligence agency", "dia"),
    "US Treasury": ("us treasury", "treasury", "ofac"),
    "US State Department": ("state department",),
    "UK MoD": (
        "uk mod",
        "british ministry of defence",
        "uk ministry of defence",
        "british intelligence",
        "uk intelligence",
    ),
    "German MoD": ("german mod", "german ministry of defence", "bundeswehr", "german defence ministry"),
    "Ukrainian MoD": ("ukrainian mod", "ukrainian ministry of defence", "ministry of defence of ukraine"),
    "Interior Ministry": ("interior minister", "interior ministry", "mvs"),
    "President of Ukraine": (
        "president of ukraine",
        "presidential office",
        "office of the president",
        "офіс президента",
        "офис президента",
    ),
    "Ukrenergo": ("ukrenergo",),
    "Iran": (
        "iranian foreign ministry",
        "iranian foreign minister",
        "iranian officials",
        "irans foreign ministry",
        "tehran",
    ),
    "Russia": ("kremlin", "russian mod", "russian ministry of defence", "russian officials", "alabuga management"),
    "Prana Network": ("prana", "prana network", "hacked documents", "hackers"),
    "InformNapalm": ("informnapalm", "inform napalm"),
    "SBU": ("sbu", "security service of ukraine"),
    "Foreign Intelligence": ("foreign intelligence service", "szr", "szru"),
    "Conflict Armament Research": ("conflict armament research",),
    "US-aligned country": (
        "us-aligned country",
        "us aligned country",
        "unnamed us ally",
        "us ally",
        "us-allied country",
        *(
            f"country {how} {us}"
            for how in ("aligned with", "aligned to", "allied with", "allied to")
            for us in ("us", "the us", "united states", "the united states", "america")
        ),
    ),
}
# Persons who speak for an organisation: a surname alone says which.
SPOKEN_FOR: dict[str, str] = {
    "budanov": "HUR", "skibitskyi": "HUR", "yusov": "HUR", "cherniak": "HUR", "ihnat": "Air Force",
    "oleshchuk": "Air Force", "kovalenko": "CCD/NSDC", "zelenskyy": "President of Ukraine",
    "albright": "Institute for Science and International Security", "watling": "RUSI", "bronk": "RUSI",
    "reynolds": "RUSI", "jensen": "CSIS", "atalan": "CSIS", "freuding": "German MoD",
    "klymenko": "Interior Ministry", "syrskyi": "General Staff", "kirby": "White House", "sullivan": "White House",
    "peskov": "Russia",
}  # fmt: skip
# Words that look like names in an attribution and are not.
_NOT_NAMES_WORDS = """
    officials official documents document leaked contract sources source intelligence maj gen brig col lt dr mr
    mrs prof researchers report reports analysts analyst experts expert minister ministry deputy pm president
    spokesman spokesperson spokeswoman head chief commander tally data planning the a an of and to for on by in
    from with unnamed anonymous us american american ukrainian russian iranian western british german israeli eu
    nato ukraine russia iran kyiv moscow tehran network air force country aligned allied ally media newspaper
    press journal television tv radio agency service east west north south command likely elsewhere given
    repeats trend month institute international strategic studies science security center centre services united
    royal force social media telegram channel facebook post letter statement briefing interview hacked alabuga
    yelabuga reviewed washington post via per citing said told according armed forces
"""
NOT_NAMES = frozenset(_NOT_NAMES_WORDS.split())


def fold(text: str) -> str:
    """Lower case, possessives and points gone, runs of blanks to one: the form that aliases are matched in."""
    lowered = text.lower().replace("’", "'").replace("u.s.", "us").replace("u.k.", "uk")
    lowered = re.sub(r"'s\b", "", lowered)
    return re.sub(r"\s+", " ", re.sub(r"[\"'“”«»_()\[\],;:]", " ", lowered)).strip()


@lru_cache(maxsize=16)
def _pattern(which: str) -> tuple[re.Pattern[str], dict[str, str]]:
    table = {"originators": ORIGINATORS, "relays": RELAYS, "organisations": ORGANISATIONS}[which]
    by_alias = {fold(alias): name for name, aliases in table.items() for alias in aliases}
    longest_first = sorted(by_alias, key=lambda a: (-len(a), a))
    return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"), by_alias


@lru_cache(maxsize=65536)
def find(which: str, text: str) -> tuple[str, ...]:
    """Find the names of one table ("originators", "relays", "organisations") in a text, in order, once each."""
    pattern, by_alias = _pattern(which)
    return tuple(dict.fromkeys(by_alias[m.group(1)] for m in pattern.finditer(fold(text))))
