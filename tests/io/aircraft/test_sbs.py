"""Port 30003: lines in any pieces, what each tells, and what is counted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.io.aircraft.made import NOW_S, judging, sbs

from forehear.io.aircraft.sbs import SbsParser

WHOLE = (
    sbs(1, name="KLM1023 ")
    + sbs(4, speed="159", course="90", climb="-832")
    + sbs(3, height="38000", lat="52.2572", lon="3.9194")
)


def test_place_velocity_and_name_come_together() -> None:
    rejections, judge = judging()
    (one,) = SbsParser(rejections, judge).feed(WHOLE, NOW_S)
    assert (one.id, one.name, one.lat, one.lon) == ("40621D", "KLM1023", 52.2572, 3.9194)
    assert one.height_m == pytest.approx(38_000 * 0.3048, abs=0.1)
    assert one.east_mps == pytest.approx(159 * 0.514444, abs=0.01)
    assert one.north_mps == pytest.approx(0.0, abs=0.01)
    assert one.up_mps == pytest.approx(-832 * 0.00508, abs=0.01)
    assert one.time_s == NOW_S
    assert rejections.rejected == 0


@given(st.lists(st.integers(0, len(WHOLE)), max_size=10))
def test_lines_end_anywhere(cuts: list[int]) -> None:
    rejections, judge = judging()
    parser = SbsParser(rejections, judge)
    edges = [0, *sorted(cuts), len(WHOLE)]
    found = [one for a, b in pairwise(edges) for one in parser.feed(WHOLE[a:b], NOW_S)]
    assert [one.name for one in found] == ["KLM1023"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (sbs(3, height="38000", lat="52.2", lon="3.9")[:60] + b"\r\n", "truncated"),
        (b"hello\r\n", "not a message"),
        (b"\xff\xfe\x00\r\n", "not a message"),
        (sbs(3, icao="XYZ"), "impossible field"),
        (sbs(3, height="abc", lat="52.2", lon="3.9"), "impossible field"),
        (sbs(3, height="38000", lat="152.2", lon="3.9"), "impossible field"),
        (sbs(3, height="nan", lat="52.2", lon="3.9"), "impossible field"),
        (sbs(3, at_s=NOW_S + 400.0, height="38000", lat="52.2", lon="3.9"), "from the future"),
        (sbs(3, at_s=NOW_S - 400.0, height="38000", lat="52.2", lon="3.9"), "too old"),
        (sbs(3, at_s=NOW_S + 40 * 86_400.0, height="38000", lat="52.2", lon="3.9"), "from the future"),
        (sbs(3, height="38000", lat="-40.0", lon="100.0"), "too far away"),
        (b"MSG," + b"x" * 2000 + b"\r\n", "line too long"),
    ],
)
def test_what_is_none_is_counted_by_reason_and_the_next_line_is_read(line: bytes, reason: str) -> None:
    rejections, judge = judging()
    assert len(SbsParser(rejections, judge).feed(line + WHOLE, NOW_S)) == 1
    assert dict(rejections.by_reason) == {reason: 1}


@pytest.mark.parametrize("zone_h", [-8.0, 2.0, 3.0, 5.75])
def test_a_receiver_s_zone_is_no_fault(zone_h: float) -> None:
    rejections, judge = judging()
    line = sbs(3, at_s=NOW_S + 3600.0 * zone_h, height="38000", lat="52.2", lon="3.9")
    assert len(SbsParser(rejections, judge).feed(line, NOW_S)) == 1


def test_a_line_without_end_holds_no_memory() -> None:
    rejections, judge = judging()
    parser = SbsParser(rejections, judge)
    for _ in range(100):
        parser.feed(b"x" * 1000, NOW_S)
    assert len(parser._rest) <= 1000
    parser.feed(b"\n", NOW_S)
    assert len(parser.feed(WHOLE, NOW_S)) == 1


def test_an_old_velocity_and_an_aircraft_on_the_ground() -> None:
    rejections, judge = judging()
    parser = SbsParser(rejections, judge)
    parser.feed(sbs(4, at_s=NOW_S - 60.0, speed="159", course="90"), NOW_S - 60.0)
    (one,) = parser.feed(sbs(3, height="38000", lat="52.2", lon="3.9"), NOW_S)
    assert one.east_mps == 0.0
    ground = sbs(2, height="0", lat="52.2", lon="3.9").replace(b",0\r\n", b",-1\r\n")
    assert parser.feed(ground, NOW_S) == []
    assert (
        parser.feed(b"STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM\r\n", NOW_S) == []
    )
    assert rejections.rejected == 0
