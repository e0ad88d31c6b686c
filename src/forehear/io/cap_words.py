"""What an alert says to people, in Ukrainian and English: short, calm, with the time first."""

from datetime import datetime, tzinfo
from typing import Literal, NamedTuple

from forehear.records import Alert, Site

EXERCISE = {"uk": "НАВЧАННЯ. ", "en": "EXERCISE. "}
KIND = {
    "uk": {"piston": "ударні безпілотники", "jet": "реактивні безпілотники", "other": "повітряні цілі"},
    "en": {"piston": "propeller drones", "jet": "jet drones", "other": "aircraft"},
}
EVENT = {"uk": "Загроза безпілотників", "en": "Drone threat"}
SAY: dict[str, dict[str, str]] = {
    "uk": {
        "warning": "{place}: повітряна загроза, прибуття близько {at}",
        "watch": "{place}: можлива повітряна загроза, близько {at}",
        "soon": "{place}: повітряна загроза",
        "cancelled": "{place}: відбій повітряної загрози, {at}",
        "description": "{kind}, {count}. Очікуваний час: {early}–{late}. Імовірність {percent} %.",
        "over": "Цілей, що можуть сюди прибути, більше не чути.",
        "shelter": "Негайно пройдіть в укриття та залишайтеся там до відбою.",
        "prepare": "Будьте готові перейти в укриття. Стежте за повідомленнями.",
        "allclear": "Можна залишити укриття. Стежте за повідомленнями.",
    },
    "en": {
        "warning": "{place}: air threat, arrival about {at}",
        "watch": "{place}: possible air threat, about {at}",
        "soon": "{place}: air threat",
        "cancelled": "{place}: air threat over, {at}",
        "description": "{kind}, {count}. Expected between {early} and {late}. Probability {percent} %.",
        "over": "No target that may come here is heard any more.",
        "shelter": "Take shelter now and stay there until the all-clear.",
        "prepare": "Be ready to take shelter. Follow the messages.",
        "allclear": "You may leave the shelter. Follow the messages.",
    },
}


class Words(NamedTuple):
    """The four texts of a message."""

    event: str
    headline: str
    description: str
    instruction: str


def clock(time_s: float, zone: tzinfo, seconds: bool = False) -> str:
    """Write a time of day as people read it."""
    return datetime.fromtimestamp(time_s, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def words_in(language: Literal["uk", "en"], alert: Alert, site: Site, zone: tzinfo, status: str) -> Words:
    """Word an alert. The headline begins with what matters most to a reader who sees one line of it."""
    say = SAY[language]
    drill = EXERCISE[language] if status in ("Exercise", "Test") else ""
    if alert.state == "cancelled":
        headline = say["cancelled"].format(place=site.name, at=clock(alert.issued_at_s, zone))
        return Words(EVENT[language], drill + headline, drill + say["over"], say["allclear"])
    if alert.arrival_s is None or alert.arrival_earliest_s is None or alert.arrival_latest_s is None:
        headline = say["soon"].format(place=site.name)
        description = KIND[language][alert.kind]
    else:
        headline = say[alert.state].format(place=site.name, at=clock(alert.arrival_s, zone))
        description = say["description"].format(
            kind=KIND[language][alert.kind].capitalize(), count=alert.count,
            early=clock(alert.arrival_earliest_s, zone), late=clock(alert.arrival_latest_s, zone),
            percent=round(100.0 * alert.probability),
        )  # fmt: skip
    instruction = say["shelter"] if alert.state == "warning" else say["prepare"]
    return Words(EVENT[language], drill + headline, drill + description, instruction)
