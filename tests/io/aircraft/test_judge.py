"""Which reports of aircraft are believed, and under which reason the others are counted."""

import math

import pytest
from tests.io.aircraft.made import NOW_S, judging

from forehear.records import KnownAircraft


def aircraft(time_s: float = NOW_S, lon: float = 4.0, lat: float = 52.0, **more: float) -> KnownAircraft:
    fields = {"height_m": 3000.0, "east_mps": 100.0, **more}
    return KnownAircraft(time_s, "40621D", lon, lat, **fields)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (aircraft(NOW_S + 60.0), "from the future"),
        (aircraft(NOW_S - 600.0), "too old"),
        (aircraft(lon=-100.0), "too far away"),
        (aircraft(lat=40.0), "too far away"),
        (aircraft(height_m=math.nan), "impossible field"),
        (aircraft(height_m=1e9), "impossible field"),
        (aircraft(east_mps=2000.0), "impossible field"),
    ],
)
def test_what_cannot_be_is_counted_by_reason(one: KnownAircraft, reason: str) -> None:
    rejections, judge = judging()
    assert not judge.believed(one, NOW_S)
    assert dict(rejections.by_reason) == {reason: 1}
    assert judge.believed(aircraft(), NOW_S), "and leaves no trace"


def test_what_came_before_is_a_duplicate_or_out_of_order() -> None:
    rejections, judge = judging()
    assert judge.believed(aircraft(), NOW_S)
    assert not judge.believed(aircraft(), NOW_S)
    assert not judge.believed(aircraft(NOW_S - 1.0, lon=4.01), NOW_S)
    assert dict(rejections.by_reason) == {"duplicate": 1, "out of order": 1}


def test_a_jump_is_not_believed_once_and_is_when_the_next_place_agrees() -> None:
    rejections, judge = judging()
    assert judge.believed(aircraft(), NOW_S)
    assert not judge.believed(aircraft(NOW_S + 1.0, lat=53.0), NOW_S + 1.0), "one garbled place"
    assert judge.believed(aircraft(NOW_S + 2.0, lat=52.001), NOW_S + 2.0)
    assert not judge.believed(aircraft(NOW_S + 3.0, lat=53.0), NOW_S + 3.0)
    assert judge.believed(aircraft(NOW_S + 4.0, lat=53.001), NOW_S + 4.0), "the first was the garbled one"
    assert rejections.by_reason["impossible jump"] == 2


def test_a_region_across_180_degrees_is_one() -> None:
    _, judge = judging((179.9, 52.0))
    assert judge.believed(aircraft(lon=-179.9), NOW_S)


def test_without_a_region_nothing_is_too_far() -> None:
    _, judge = judging(None)
    assert judge.believed(aircraft(lon=-100.0), NOW_S)
