"""Entries of the GeoJSON feed, and dates as HTTP has them. A client: tests/peers."""

import msgspec
import pytest
from tests.io.outlets.made import NOW_S

from forehear.io.outlets.feed import FeedPlace, geojson_feed, http_date, unchanged_since

PLACE = FeedPlace("odesa", "Одеса", 30.73, 46.48, "warning", "A3", NOW_S, 0.93, NOW_S + 300.0, "Одеса: загроза")


def test_an_entry_for_each_place_that_is_not_clear() -> None:
    body = msgspec.json.decode(geojson_feed([PLACE, PLACE._replace(site="x", state="clear")], "Actual", NOW_S))
    assert len(body["features"]) == 1
    shown = body["features"][0]["properties"]
    assert shown["guid"] == body["features"][0]["id"] == "A3.odesa"
    assert shown["pubDate"] == "21/09/2026 02:15:00 PM"
    assert shown["title"] == "Одеса: warning"


def test_an_exercise_is_in_title_and_text() -> None:
    shown = msgspec.json.decode(geojson_feed([PLACE], "Exercise", NOW_S))["features"][0]["properties"]
    assert shown["title"].startswith("EXERCISE")
    assert shown["description"].startswith("EXERCISE")


def test_dates_as_http_has_them() -> None:
    assert http_date(784_111_777.9) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert unchanged_since("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.9)
    assert not unchanged_since("Sun, 06 Nov 1994 08:49:36 GMT", 784_111_777.9)


@pytest.mark.parametrize("header", [None, "", "yesterday", "Sun, 99 Nov 1994 08:49:37 GMT", "0"])
def test_a_date_that_is_none_is_no_date(header: str | None) -> None:
    assert not unchanged_since(header, NOW_S)
