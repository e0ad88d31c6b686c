"""Topics that Home Assistant allows, one entity a thing, and states that expire where nobody speaks any more."""

import re

import msgspec
import pytest
from tests.io.outlets.made import SITE

from forehear.io.outlets.homeassistant import HomeManner, SiteNow, availability_topic, discovery, key_of, state
from forehear.records import Site

MANNER = HomeManner("ab12", "forehear", "Actual", "forehear", "homeassistant", 10.0, "http://127.0.0.1:8080")


def test_every_place_is_a_device_with_five_entities() -> None:
    messages = discovery(SITE, MANNER)
    assert len(messages) == len({m.topic for m in messages}) == 5
    configs = [msgspec.json.decode(m.payload) for m in messages]
    assert len({c["unique_id"] for c in configs}) == 5
    for message, config in zip(messages, configs, strict=True):
        assert message.retain
        assert re.fullmatch(
            r"homeassistant/(binary_sensor|sensor)/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+/config", message.topic
        )
        assert config["device"]["name"] == SITE.name
        assert config["availability"][0]["topic"] == availability_topic(MANNER) == "forehear/status"
        assert config["expire_after"] == 40


def test_names_of_places_are_plain_in_topics_and_never_two_the_same() -> None:
    names = ["odesa", "Одеса", "Одесо", "a/b", "a+b", "a#b", "a b", "x" * 60, "x" * 61]
    keys = [key_of(name) for name in names]
    assert len(set(keys)) == len(names)
    assert keys[0] == "odesa"
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,64}", key) for key in keys)


def test_an_exercise_is_in_the_device_s_name() -> None:
    config = msgspec.json.decode(discovery(SITE, MANNER._replace(status="Exercise"))[0].payload)
    assert config["device"]["name"].startswith("EXERCISE ")


@pytest.mark.parametrize(("minutes", "shown"), [(None, None), (4.567, 4.6), (-2.0, 0.0)])
def test_a_state_in_numbers(minutes: float | None, shown: float | None) -> None:
    message = state(Site("a/b", "A", "other", 1.0, 2.0), SiteNow("warning", minutes, 0.931, True), MANNER)
    body = msgspec.json.decode(message.payload)
    assert message.topic == f"forehear/{key_of('a/b')}/state"
    assert (body["state"], body["minutes"], body["probability_pct"], body["covered"]) == (
        "warning",
        shown,
        93,
        True,
    )
