"""What an alert says to people, in Ukrainian and English: short, calm, with the time first.

Times are minutes from the message on, beside the clock's: whoever reads at once needs no clock, whoever reads
later has it. Where clocks change between two of them each carries its offset, so that no interval runs backward.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from forehear.records import Alert, AlertGroup, Site

# What is no matter of life and death says so first, in the headline as in the text.
DRILL = {
    "Exercise": {"uk": "НАВЧАННЯ. ", "en": "EXERCISE. "},
    "Test": {"uk": "ТЕСТ. ", "en": "TEST. "},
}
# One, two to four, and five or more of a kind; in English one and several.
KIND: dict[str, dict[str, tuple[str, ...]]] = {
    "uk": {
        "piston": ("гвинтовий безпілотник", "гвинтові безпілотники", "гвинтових безпілотників"),
        "jet": ("реактивний безпілотник", "реактивні безпілотники", "реактивних безпілотників"),
        "other": ("повітряна ціль", "повітряні цілі", "повітряних цілей"),
    },
    "en": {
        "piston": ("propeller drone", "propeller drones"),
        "jet": ("jet drone", "jet drones"),
        "other": ("aircraft", "aircraft"),
    },
}
SIDES = {
    "uk": ("півночі", "північного сходу", "сходу", "південного сходу", "півдня", "південного заходу", "заходу",
           "північного заходу"),
    "en": ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"),
}  # fmt: skip
EVENT = {"uk": "Загроза безпілотників", "en": "Drone threat"}
UNCOVERED_EVENT = {"uk": "Спостереження немає", "en": "Not covered"}
# What an alert's own sentence (warn.words) says beside its groups.
EASED, FEW = "eased from a warning", "too few sensors hear here now"
# Groups named; the others are counted.
MOST_NAMED = 3
SAY: dict[str, dict[str, str]] = {
    "uk": {
        "warning": "{place}: повітряна загроза, {soon} (від {at})",
        "watch": "{place}: можлива повітряна загроза, {soon} (від {at})",
        "soon": "{place}: повітряна загроза",
        "maybe": "{place}: можлива повітряна загроза",
        "cancelled": "{place}: відбій повітряної загрози, {at}",
        "not_covered": "{place}: спостереження немає, {at}",
        "now": "зараз",
        "within": "протягом {last} хв",
        "minutes": "за {first} хв",
        "minutes_from_to": "за {first}–{last} хв",
        "from": "{what}, з {side}, {km} км",
        "overhead": "{what}, над місцем",
        "more": "ще {count} з інших боків",
        "description": "{groups}. Очікувано {soon}, {early}–{late}. Імовірність {percent} %.",
        "untimed": "{groups}. Імовірність {percent} %.",
        "over": "Цілей, що можуть сюди прибути, не чути.",
        "blind": "Датчиків, що чують тут, зараз замало: про цілі нічого не відомо. Це не відбій.",
        "shelter": "Негайно пройдіть в укриття та залишайтеся там до відбою.",
        "prepare": "Будьте готові перейти в укриття. Стежте за повідомленнями.",
        "eased": "Послаблено: була тривога.",
        "stay": "Хто в укритті, хай лишається там до відбою. Решта: будьте готові перейти в укриття.",
        "few": "Датчиків, що чують тут, зараз замало.",
        "allclear": "Можна залишити укриття. Стежте за повідомленнями.",
        "elsewhere": "Не покладайтеся на тишу: стежте за іншими повідомленнями. Хто в укритті, хай лишається там.",
    },
    "en": {
        "warning": "{place}: air threat, {soon} (from {at})",
        "watch": "{place}: possible air threat, {soon} (from {at})",
        "soon": "{place}: air threat",
        "maybe": "{place}: possible air threat",
        "cancelled": "{place}: air threat over, {at}",
        "not_covered": "{place}: not covered since {at}",
        "now": "now",
        "within": "within {last} min",
        "minutes": "in {first} min",
        "minutes_from_to": "in {first} to {last} min",
        "from": "{what} from the {side}, {km} km away",
        "overhead": "{what} overhead",
        "more": "{count} more from other sides",
        "description": "{groups}. Expected {soon}, {early} to {late}. Probability {percent} %.",
        "untimed": "{groups}. Probability {percent} %.",
        "over": "No target that may come here is heard.",
        "blind": "Too few sensors hear here now: nothing is known of targets. This is no all-clear.",
        "shelter": "Take shelter now and stay there until the all-clear.",
        "prepare": "Be ready to take shelter. Follow the messages.",
        "eased": "Eased from a warning.",
        "stay": "Who is in shelter should stay there until the all-clear. Others: be ready to take shelter.",
        "few": "Too few sensors hear here now.",
        "allclear": "You may leave the shelter. Follow the messages.",
        "elsewhere": "Do not rely on silence: follow other messages. Who is in shelter should stay there.",
    },
}


class Words(NamedTuple):
    """The four texts of a message."""

    event: str
    headline: str
    description: str
    instruction: str


def clock(time_s: float, zone: tzinfo, offset: bool = False) -> str:
    """Write a time of day as people read it, with its offset where that is asked for."""
    at = datetime.fromtimestamp(time_s, zone)
    if not offset:
        return at.strftime("%H:%M")
    shift = at.strftime("%z")
    return f"{at:%H:%M} (UTC{shift[:3]}:{shift[3:5]})"


def clocks(times_s: Sequence[float], zone: tzinfo) -> list[str]:
    """Write times of one message; all with their offsets where these differ."""
    offsets = {datetime.fromtimestamp(t, zone).utcoffset() for t in times_s}
    return [clock(t, zone, len(offsets) > 1) for t in times_s]


def plural(language: str, count: int, forms: Sequence[str]) -> str:
    """Choose the form of a word that goes with a number."""
    if language == "en":
        return forms[0] if count == 1 else forms[1]
    if count % 10 == 1 and count % 100 != 11:
        return forms[0]
    return forms[1] if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else forms[2]


def how_soon(language: str, early_s: float, late_s: float, now_s: float) -> str:
    """Say in how many minutes: the first rounded down, the last up, so that nobody is promised too much."""
    first, last = max(int((early_s - now_s) // 60), 0), max(-int((now_s - late_s) // 60), 0)
    if last <= 1:
        return SAY[language]["now"]
    words = "within" if first == 0 else "minutes" if first == last else "minutes_from_to"
    return SAY[language][words].format(first=first, last=last)


def of_group(language: str, group: AlertGroup) -> str:
    """Say what a group is: how many of what, from which side, how far."""
    what = f"{group.count} {plural(language, group.count, KIND[language][group.kind])}"
    if group.distance_m <= 0.0:
        return SAY[language]["overhead"].format(what=what)
    side = SIDES[language][round(group.bearing_deg / 45.0) % 8]
    return SAY[language]["from"].format(what=what, side=side, km=max(round(group.distance_m / 1000.0), 1))


def _groups(language: str, alert: Alert) -> str:
    if not alert.groups:
        return f"{alert.count} {plural(language, alert.count, KIND[language][alert.kind])}"
    named = [of_group(language, group) for group in alert.groups[:MOST_NAMED]]
    if len(alert.groups) > MOST_NAMED:
        count = sum(group.count for group in alert.groups[MOST_NAMED:])
        named.append(SAY[language]["more"].format(count=count))
    return "; ".join(named)


def words_in(language: Literal["uk", "en"], alert: Alert, site: Site, zone: tzinfo, status: str) -> Words:
    """Word an alert. The headline begins with what matters most to a reader who sees one line of it."""
    say = SAY[language]
    drill = DRILL[status][language] if status in DRILL else ""
    if alert.state in ("cancelled", "not_covered"):
        over = alert.state == "cancelled"
        headline = say[alert.state].format(place=site.name, at=clock(alert.issued_at_s, zone))
        event = EVENT[language] if over else UNCOVERED_EVENT[language]
        about, do = (say["over"], say["allclear"]) if over else (say["blind"], say["elsewhere"])
        return Words(event, drill + headline, drill + about, do)
    groups, percent = _groups(language, alert), round(100.0 * alert.probability)
    if alert.arrival_s is None or alert.arrival_earliest_s is None or alert.arrival_latest_s is None:
        headline = say["soon" if alert.state == "warning" else "maybe"].format(place=site.name)
        description = say["untimed"].format(groups=groups, percent=percent)
    else:
        soon = how_soon(language, alert.arrival_earliest_s, alert.arrival_latest_s, alert.issued_at_s)
        early, late = clocks((alert.arrival_earliest_s, alert.arrival_latest_s), zone)
        headline = say[alert.state].format(place=site.name, soon=soon, at=early)
        description = say["description"].format(groups=groups, soon=soon, early=early, late=late, percent=percent)
    instruction = say["shelter"] if alert.state == "warning" else say["prepare"]
    if alert.state == "watch" and EASED in alert.because:
        description, instruction = f"{description} {say['eased']}", say["stay"]
    if FEW in alert.because:
        description = f"{description} {say['few']}"
    return Words(EVENT[language], drill + headline, drill + description, instruction)
