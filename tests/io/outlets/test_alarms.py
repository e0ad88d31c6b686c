"""The shapes of alarms: who is in them, who is not, and what they say of an exercise. Clients: tests/peers."""

import msgspec
from tests.io.outlets.made import NOW_S

from forehear.io.outlets.alarms import Alarmed, active, last_action, regions, regions_alarmed

PLACES = [
    Alarmed(1, "18", "Одеса", "settlement", "warning", NOW_S - 60.0, NOW_S),
    Alarmed(2, "19", "Рені", "settlement", "watch", NOW_S - 30.0, NOW_S),
    Alarmed(3, "20", "Ізмаїл", "settlement", "cancelled", NOW_S - 10.0, NOW_S),
    Alarmed(4, "21", "Кілія", "energy", "not_covered", NOW_S - 10.0, NOW_S),
]


def test_active_alerts_are_warnings_in_red_and_watches_in_yellow() -> None:
    body = msgspec.json.decode(active(PLACES, "Actual", NOW_S))
    assert [(a["location_title"], a["alert_level"]) for a in body["alerts"]] == [
        ("Одеса", "red"),
        ("Рені", "yellow"),
    ]
    assert body["alerts"][0]["started_at"] == "2026-09-21T14:14:00.123Z"
    assert body["alerts"][0]["notes"] is None
    assert body["meta"]["last_updated_at"] == "2026/09/21 14:15:00 +0000"


def test_regions_under_an_alarm_are_warnings_alone() -> None:
    body = msgspec.json.decode(regions_alarmed(PLACES, "Actual"))
    assert [r["regionId"] for r in body] == ["18"]
    assert body[0]["activeAlerts"][0]["type"] == "AIR"


def test_an_exercise_says_so_wherever_a_person_reads() -> None:
    assert "EXERCISE" in msgspec.json.decode(active(PLACES, "Exercise", NOW_S))["alerts"][0]["notes"]
    assert "EXERCISE" in msgspec.json.decode(regions_alarmed(PLACES, "Exercise"))[0]["regionName"]


def test_regions_and_the_number_of_the_last_change() -> None:
    assert msgspec.json.decode(regions([("18", "Одеса")]))["states"][0]["regionName"] == "Одеса"
    assert msgspec.json.decode(last_action(7)) == {"lastActionIndex": 7}
