"""aircraft.json: both programs' keys for one thing, pages cut off anywhere, and what is counted."""

import json

import pytest
from tests.io.aircraft.made import NOW_S, judging

from forehear.io.aircraft.page import read_page
from forehear.records import KnownAircraft

OURS = {"hex": "4ca2d6", "flight": "RYR1   ", "lat": 52.1, "lon": 4.1, "altitude": 10_000, "vert_rate": 64,
        "track": 180, "speed": 400, "seen_pos": 0.5, "nucp": 7}  # fmt: skip
READSB = {"hex": "~4ca2d7", "lat": 52.2, "lon": 4.2, "alt_baro": 9000, "alt_geom": 9300, "gs": 120.5,
          "track": 90.0, "baro_rate": -640, "nac_p": 8, "category": "A7", "seen_pos": 1.5}  # fmt: skip


def page(*aircraft: object, now_s: float = NOW_S) -> bytes:
    return json.dumps({"now": now_s, "messages": 7, "aircraft": list(aircraft)}).encode()


def read(data: bytes) -> tuple[dict[str, int], list[KnownAircraft]]:
    rejections, judge = judging()
    _, found = read_page(data, NOW_S, rejections, judge)
    return dict(rejections.by_reason), found


def test_keys_of_both_programs() -> None:
    reasons, (first, second) = read(page(OURS, READSB, {"hex": "4ca2d8", "seen": 1.0}))
    assert reasons == {}
    assert (first.id, first.name, first.time_s) == ("4CA2D6", "RYR1", NOW_S - 0.5)
    assert first.height_m == pytest.approx(3048.0)
    assert first.north_mps == pytest.approx(-400 * 0.514444, abs=0.01)
    assert first.up_mps == pytest.approx(64 * 0.00508, abs=0.01)
    assert first.accuracy_m is None
    assert second.height_m == pytest.approx(9300 * 0.3048, abs=0.1)
    assert (second.accuracy_m, second.category) == (37.8, "A7")


@pytest.mark.parametrize("key", ["altitude", "alt_baro"])
def test_on_the_ground_nobody_hears_it(key: str) -> None:
    one = {k: v for k, v in OURS.items() if k != "altitude"} | {key: "ground"}
    assert read(page(one)) == ({}, [])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lat": 152.0}, "impossible field"), ({"lat": "x"}, "impossible field"),
        ({"lat": None}, "impossible field"), ({"hex": ""}, "impossible field"),
        ({"altitude": [1]}, "impossible field"), ({"lon": -100.0}, "too far away"),
        ({"seen_pos": 300.0}, "too old"), ({"speed": 1e9}, "impossible field"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_is_counted_and_the_others_are_read(change: dict[str, object], reason: str) -> None:
    reasons, found = read(page(OURS | change, READSB))
    assert reasons == {reason: 1}
    assert [one.id for one in found] == ["~4CA2D7"]


def test_a_page_of_the_future_is() -> None:
    assert read(page(OURS, now_s=NOW_S + 60.0)) == ({"from the future": 1}, [])


def test_a_page_that_is_cut_off_anywhere_is_none_and_changes_nothing() -> None:
    whole = page(OURS, READSB)
    for size in range(0, len(whole), 7):
        assert read(whole[:size]) == ({"not a page": 1}, [])


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b'{"now":1}', b'{"now":"x","aircraft":[]}', b'{"now":1,"aircraft":1}', b"\xff"]
)
def test_what_is_no_page_is_counted(data: bytes) -> None:
    assert read(data)[0] == {"not a page": 1}


def test_entries_that_are_no_objects_are_passed_over() -> None:
    assert [one.id for one in read(page(1, None, [], OURS))[1]] == ["4CA2D6"]
