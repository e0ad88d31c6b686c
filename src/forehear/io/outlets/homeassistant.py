"""Places, and the service itself, as Home Assistant finds them over MQTT: retained discovery, states, a last
will.

What lives here: topics and payloads. Each place is a device with four entities: whether there is a warning (a
binary sensor of class `safety`), its state, minutes to the earliest arrival, the probability; and whether it is
covered. All are unavailable when the service is gone (last will) and unknown when nothing was said for a while
(`expire_after`): a light that stays green because nobody speaks any more would be the worst of all.
"""

import hashlib
import re
from typing import Any, NamedTuple

import msgspec

from forehear import __version__
from forehear.io.cap import Status
from forehear.records import Site

ONLINE, OFFLINE = b"online", b"offline"
# What is not said again for so many intervals is unknown, but never sooner than the other [s].
EXPIRES_INTERVALS, EXPIRES_LEAST_S = 4.0, 30.0
STATES = ("clear", "watch", "warning", "cancelled", "not_covered")
# entity -> component, name, what is read of the state, and what the entity is.
_ENTITIES: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "warning": (
        "binary_sensor", "Air threat", "{{ 'ON' if value_json.state == 'warning' else 'OFF' }}",
        {"device_class": "safety"},
    ),
    "state": ("sensor", "State", "{{ value_json.state }}", {"device_class": "enum", "options": list(STATES)}),
    "minutes": (
        "sensor", "Minutes to arrival", "{{ value_json.minutes }}",
        {"unit_of_measurement": "min", "state_class": "measurement", "icon": "mdi:timer-alert"},
    ),
    "probability": (
        "sensor", "Probability", "{{ value_json.probability_pct }}",
        {"unit_of_measurement": "%", "state_class": "measurement", "icon": "mdi:percent"},
    ),
    "covered": (
        "binary_sensor", "Listened to", "{{ 'ON' if value_json.covered else 'OFF' }}",
        {"device_class": "connectivity", "entity_category": "diagnostic"},
    ),
}  # fmt: skip


class HomeManner(NamedTuple):
    """What all messages of an outlet share: names, CAP's status, where topics begin, how often it sends [s]."""

    name: str
    title: str
    status: Status
    topic: str
    discovery: str
    every_s: float
    web: str


class SiteNow(NamedTuple):
    """A place's state now; `minutes` None where nothing comes."""

    state: str
    minutes: float | None
    probability: float
    covered: bool
    because: str = ""


class Message(NamedTuple):
    """One message for a broker, kept there for who comes later."""

    topic: str
    payload: bytes
    retain: bool = True


def availability_topic(manner: HomeManner) -> str:
    """Give the topic of the last will, which the service says `online` to."""
    return f"{manner.topic}/status"


def key_of(site: str) -> str:
    """Give a site's name in topics: Home Assistant allows letters, digits, _ and - only; another for each site."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", site)[:48]
    return plain if plain == site else f"{plain}_{hashlib.sha256(site.encode('utf-8', 'replace')).hexdigest()[:8]}"


def discovery(site: Site, manner: HomeManner) -> list[Message]:
    """Write what makes Home Assistant show a place: a device with its entities, retained."""
    key = key_of(site.id)
    out = []
    drill = "" if manner.status == "Actual" else f"{manner.status.upper()} "
    for entity, (component, name, template, more) in _ENTITIES.items():
        unique = f"forehear_{manner.name}_{key}_{entity}"
        config = {
            "name": name, "unique_id": unique, "object_id": f"forehear_{key}_{entity}",
            "state_topic": f"{manner.topic}/{key}/state", "value_template": template,
            "availability": [{"topic": availability_topic(manner)}],
            "json_attributes_topic": f"{manner.topic}/{key}/state",
            "expire_after": int(max(EXPIRES_INTERVALS * manner.every_s, EXPIRES_LEAST_S)),
            "device": {
                "identifiers": [f"forehear_{manner.name}_{key}"], "name": f"{drill}{site.name}",
                "manufacturer": "forehear", "model": "early warning", "sw_version": __version__,
                "configuration_url": manner.web,
            },
            "origin": {"name": "forehear", "sw_version": __version__},
            **more,
        }  # fmt: skip
        topic = f"{manner.discovery}/{component}/forehear_{manner.name}_{key}/{entity}/config"
        out.append(Message(topic, msgspec.json.encode(config)))
    return out


def state(site: Site, now: SiteNow, manner: HomeManner) -> Message:
    """Write a place's state."""
    body = {
        "state": now.state, "minutes": None if now.minutes is None else max(round(now.minutes, 1), 0.0),
        "probability_pct": round(100.0 * now.probability), "covered": now.covered, "because": now.because,
        "status": manner.status,
    }  # fmt: skip
    return Message(f"{manner.topic}/{key_of(site.id)}/state", msgspec.json.encode(body))
