"""Home Assistant's own schemas take what we discover to it, drop nothing of it, and read the states."""

import json
import re

import msgspec
import pytest
from tests.io.outlets.made import HOSTILE, SITE
from tests.peers.environments import judge, verdicts

from forehear.io.outlets.homeassistant import STATES, HomeManner, SiteNow, discovery, state
from forehear.records import Site

pytestmark = [pytest.mark.peer, pytest.mark.slow]
MANNER = HomeManner("ab12", "forehear", "Exercise", "forehear", "homeassistant", 10.0, "http://127.0.0.1:8080")
SITES = (SITE, Site(HOSTILE, HOSTILE, "energy", 1.0, 2.0), Site("a/b#+", "x" * 300, "other", 1.0, 2.0))


def judged(*lines: list[object]) -> list[dict[str, object]]:
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    seen = verdicts(judge("homeassistant", "homeassistant"), data)
    assert len(seen) == len(lines)
    return seen


def test_home_assistant_takes_every_entity_and_drops_nothing() -> None:
    messages = [message for site in SITES for message in discovery(site, MANNER)]
    seen = judged(*([m.topic, msgspec.json.decode(m.payload)] for m in messages))
    assert len({one["unique_id"] for one in seen}) == len(messages) == 15
    for one in seen:
        assert "fault" not in one
        assert one["dropped"] == []
        assert one["unknown"] == []
    assert [one["device_class"] for one in seen[:2]] == ["safety", "enum"]


def test_the_schema_refuses_what_is_wrong() -> None:
    """The control: a device class that there is not."""
    message = discovery(SITE, MANNER)[0]
    config = msgspec.json.decode(message.payload) | {"device_class": "siren of doom"}
    process = judge("homeassistant", "homeassistant")
    _, words = process.communicate(json.dumps([message.topic, config]).encode(), timeout=120.0)
    assert process.returncode == 1
    assert b"device_class" in words


def test_templates_read_every_state() -> None:
    templates = [msgspec.json.decode(m.payload)["value_template"] for m in discovery(SITE, MANNER)]
    lines: list[list[object]] = []
    for name in STATES:
        now = SiteNow(name, 4.25 if name == "warning" else None, 0.93, name != "not_covered", HOSTILE)
        payload = state(SITE, now, MANNER).payload.decode()
        lines += [["template", template, payload] for template in templates]
    rendered = [one["rendered"] for one in judged(*lines)]
    for k, name in enumerate(STATES):
        warning, shown, minutes, probability, covered = rendered[5 * k : 5 * k + 5]
        assert warning == ("ON" if name == "warning" else "OFF")
        assert shown == name
        assert re.fullmatch(r"4\.2|None", str(minutes))
        assert probability == "93"
        assert covered == ("OFF" if name == "not_covered" else "ON")
