"""SAPIENT, judged by Dstl's own messages of BSI Flex 335 v2.0: all parse, nothing mandatory is missing."""

import math
from datetime import UTC, datetime

import pytest
from tests.io.outlets.made import HOSTILE, NOW_S, SITE, alert, fixes, track
from tests.peers.environments import judge, verdicts

from forehear.io.outlets import sapient
from forehear.io.outlets.fix import TrackFix, sigmas_east_north_m

pytestmark = [pytest.mark.peer, pytest.mark.slow]
MANNER = sapient.SapientManner("ab12", "Одеса", "Exercise")


def judged(*messages: bytes) -> list[dict[str, object]]:
    seen = verdicts(judge("sapient", "sapient"), b"".join(map(sapient.frame, messages)))
    assert len(seen) == len(messages)
    assert [one["faults"] for one in seen] == [[]] * len(messages)
    return [one["message"] for one in seen]


def test_six_hundred_detections_parse_and_say_what_the_tracks_do() -> None:
    given = fixes(600, seed=3)
    seen = judged(*(sapient.detection_report(MANNER, fix, NOW_S - 60.0, NOW_S) for fix in given))
    ids = set()
    for fix, message in zip(given, seen, strict=True):
        report, one = message["detection_report"], fix.track
        place, velocity = report["location"], report["enu_velocity"]
        east_m, north_m = sigmas_east_north_m(fix)
        assert (place["x"], place["y"], place["z"]) == (one.lon, one.lat, one.height_m)
        assert (place["x_error"], place["y_error"]) == (pytest.approx(east_m), pytest.approx(north_m))
        assert place["datum"] == "LOCATION_DATUM_WGS84_G"
        assert place["coordinate_system"] == "LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M"
        assert math.hypot(velocity["east_rate"], velocity["north_rate"]) == pytest.approx(one.speed_mps)
        assert velocity["up_rate"] == one.climb_mps
        assert report["detection_confidence"] == pytest.approx(one.existence)
        assert report["classification"][0]["type"] == "Air Vehicle"
        assert {i["type"]: i["value"] for i in report["track_info"]}["status"] == one.status
        sent = datetime.fromisoformat(message["timestamp"]).astimezone(UTC).timestamp()
        assert sent == pytest.approx(NOW_S, abs=1e-5)
        assert any(i["value"].startswith("EXERCISE") for i in report["track_info"])
        ids.add(report["object_id"])
    assert len(ids) == 600


def test_registration_status_and_alerts_have_all_that_is_mandatory() -> None:
    states = ("watch", "warning", "cancelled", "not_covered")
    seen = judged(
        sapient.registration(MANNER, 14_000, NOW_S),
        sapient.status_report(MANNER, {}, NOW_S),
        sapient.status_report(MANNER, {"mqtt": HOSTILE}, NOW_S),
        sapient.status_report(MANNER, {}, NOW_S, ends=True),
        *(sapient.alert_message(MANNER, alert(state), SITE, "Одеса: загроза", NOW_S) for state in states),
    )
    assert seen[0]["registration"]["icd_version"] == "BSI Flex 335 v2.0"
    definition = seen[0]["registration"]["mode_definition"][0]
    assert definition["task"]["concurrent_tasks"] == 0, "it takes no tasks"
    assert "command" not in definition["task"]
    assert [one["status_report"]["system"] for one in seen[1:4]] == [
        "SYSTEM_OK",
        "SYSTEM_WARNING",
        "SYSTEM_GOODBYE",
    ]
    alerts = [one["alert"] for one in seen[4:]]
    assert len({one["alert_id"] for one in alerts}) == 1
    assert [one["status"].removeprefix("ALERT_STATUS_") for one in alerts] == [
        "ACTIVE",
        "ACTIVE",
        "CLEAR",
        "ACTIVE",
    ]
    assert all(one["description"].startswith("EXERCISE") for one in alerts)


def test_names_that_would_break_a_message_do_not() -> None:
    message = judged(sapient.detection_report(MANNER, TrackFix(track(HOSTILE)), NOW_S, NOW_S))[0]
    assert len(message["detection_report"]["object_id"]) == 26


def test_the_judge_finds_what_is_missing() -> None:
    """The control: a message without its time stamp, and one with a field that nobody knows."""
    good = sapient.status_report(MANNER, {}, NOW_S)
    cut = good[good.index(b"\x12") :]
    seen = verdicts(judge("sapient", "sapient"), sapient.frame(cut) + sapient.frame(good + b"\xa0\x06\x01"))
    assert seen[0]["faults"] == [".timestamp: missing"]
    assert seen[1]["faults"] == [": unknown field 100"]
