"""Events as the schema of CoT has them: times, places, errors, and what they say of an exercise."""

import math
from datetime import UTC, datetime
from xml.etree import ElementTree as Tree

import pytest
from tests.io.outlets.made import HOSTILE, NOW_S, SENSOR, SITE, alert, fixes, track

from forehear.io.outlets.cot import CotManner, alert_event, cot_time, ping, sensor_event, track_event
from forehear.io.outlets.fix import TrackFix, radius_95_m

MEANT = CotManner("ab12", "Actual", 5.0)
EXERCISE = CotManner("ab12", "Exercise", 5.0)


def seconds(text: str | None) -> float:
    assert text is not None
    assert text.endswith("Z")
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


def test_a_track_is_where_it_is_now_and_says_how_far_off_that_may_be() -> None:
    for fix in fixes(200):
        event = Tree.fromstring(track_event(fix, MEANT))
        point = event.find("point")
        assert point is not None
        assert float(point.get("lat", "")) == pytest.approx(fix.track.lat, abs=1e-7)
        assert float(point.get("lon", "")) == pytest.approx(fix.track.lon, abs=1e-7)
        assert float(point.get("ce", "")) == pytest.approx(radius_95_m(*fix.axes[:2]), abs=0.1)
        course = event.find("detail/track")
        assert course is not None
        assert 0.0 <= float(course.get("course", "")) <= 360.0
        assert float(course.get("speed", "")) == pytest.approx(fix.track.speed_mps, abs=0.06)
        assert seconds(event.get("time")) == pytest.approx(fix.track.time_s, abs=0.001)
        assert seconds(event.get("stale")) - seconds(event.get("time")) == pytest.approx(15.0)
        assert event.get("type", "").startswith("a-u-A"), "nobody is called hostile"


def test_a_track_keeps_its_uid_and_an_ended_one_is_stale_at_once() -> None:
    first = Tree.fromstring(track_event(TrackFix(track()), MEANT))
    last = Tree.fromstring(track_event(TrackFix(track(status="ended", ended_because="not heard")), MEANT))
    assert first.get("uid") == last.get("uid") == "forehear.ab12.T7"
    assert last.get("stale") == last.get("time")
    assert first.get("stale", "") > first.get("time", "")
    assert "not heard" in (last.findtext("detail/remarks") or "")


@pytest.mark.parametrize("make", ["track", "sensor", "alert"])
def test_an_exercise_says_so_in_what_people_see_and_in_what_machines_read(make: str) -> None:
    events = {
        "track": lambda manner: track_event(TrackFix(track()), manner),
        "sensor": lambda manner: sensor_event(SENSOR, "silent", NOW_S, manner),
        "alert": lambda manner: alert_event(alert(), SITE, "Одеса: повітряна загроза", NOW_S + 900.0, manner),
    }
    exercise, meant = (Tree.fromstring(events[make](manner)) for manner in (EXERCISE, MEANT))
    assert exercise.get("opex", "").startswith("e")
    assert meant.get("opex") == "o"
    assert (exercise.findtext("detail/remarks") or "").startswith("EXERCISE")
    assert "EXERCISE" not in (meant.findtext("detail/remarks") or "")
    contact = exercise.find("detail/contact")
    assert contact is not None
    assert make == "sensor" or contact.get("callsign", "").startswith("EXERCISE")


def test_names_do_not_break_an_event() -> None:
    data = track_event(TrackFix(track(HOSTILE, heard_by=(HOSTILE,))), MEANT)
    assert data.count(b"\n") == 1
    assert data.endswith(b"</event>\n")
    assert data.count(b"</event>") == 1
    uid = Tree.fromstring(data).get("uid", "")
    assert uid.startswith("forehear.ab12.T<7>&")
    assert "Привіт" in uid
    Tree.fromstring(sensor_event(SENSOR, HOSTILE, NOW_S, MEANT))
    Tree.fromstring(alert_event(alert(because=HOSTILE), SITE, HOSTILE, NOW_S, MEANT))


@pytest.mark.parametrize("bad", [{"lon": math.nan}, {"height_m": math.inf}])
def test_what_is_no_place_is_refused_by_name(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"forehear\.ab12\.T7.*not finite"):
        track_event(TrackFix(track(**bad)), MEANT)


def test_times_are_utc_to_the_nearest_millisecond() -> None:
    assert cot_time(0.0) == "1970-01-01T00:00:00.000Z"
    assert cot_time(1_790_000_100.1239) == "2026-09-21T14:15:00.124Z"
    assert seconds(cot_time(NOW_S)) == pytest.approx(NOW_S, abs=0.0006)


def test_a_test_message_draws_nothing() -> None:
    event = Tree.fromstring(ping(MEANT, NOW_S))
    assert event.get("type") == "t-x-c-t"
