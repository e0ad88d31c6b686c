"""Category 062 by octets worked out by hand, numbers of tracks, and datagrams that are not too long."""

import math

import pytest
from tests.io.outlets.made import fixes, track

from forehear.io.outlets.asterix import AsterixManner, TrackNumbers, blocks, track_record
from forehear.io.outlets.fix import TrackFix

MEANT = AsterixManner(25, 7, "Actual")


def test_a_record_worked_out_by_hand() -> None:
    one = TrackFix(
        track(
            time_s=86_400.0 * 20_000 + 3600.0, lat=45.0, lon=-90.0, speed_mps=50.0, course_deg=90.0,
            velocity_sigma_mps=math.sqrt(2.0),
        ),
        (100.0, 50.0, 0.0),
    )  # fmt: skip
    expected = bytes.fromhex(
        "9b 0d 01 04"  # 010, 070, 105, 185; 040, 080; none; 500
        "19 07"  # SAC 25, SIC 7
        "07 08 00"  # 3600 s in 1/128 s
        "00 80 00 00 ff 00 00 00"  # 45 and -90 degrees in 180/2^25
        "00 c8 00 00"  # 50 m/s east in 1/4 m/s
        "12 34"  # the number
        "2d 20"  # many sensors, geometric, triangulation, confirmed, further; first message
        "e4"  # APC, COV, APW, ATV
        "00 64 00 c8 00 00"  # 50 m east and 100 m north in 1/2 m, no covariance
        "00 a7 00 76"  # 100 m of latitude, 50 m of longitude at 45 degrees
        "04 04"  # 1 m/s each
    )
    assert track_record(one, MEANT, 0x1234, True).hex(" ") == expected.hex(" ")


def test_what_is_no_real_threat_has_the_bit_of_a_simulated_track() -> None:
    meant = track_record(TrackFix(track()), MEANT, 1, False)
    drill = track_record(TrackFix(track()), MEANT._replace(status="Exercise"), 1, False)
    differing = [(a ^ b) for a, b in zip(meant, drill, strict=True) if a != b]
    assert differing == [0x80]


def test_a_number_is_a_track_s_as_long_as_it_lives() -> None:
    numbers = TrackNumbers()
    first = {name: numbers.number(track(name))[0] for name in ("T1", "T2", "T3")}
    assert len(set(first.values())) == 3
    assert numbers.number(track("T2")) == (first["T2"], False)
    assert numbers.number(track("T2", status="ended")) == (first["T2"], False)
    assert numbers.number(track("T2")) == (first["T2"], True), "begun anew: first message again"
    numbers.keep_only(["T1"])
    assert numbers.number(track("T1")) == (first["T1"], False)
    assert numbers.number(track("T3"))[1]


def test_all_numbers_can_be_used_and_no_more() -> None:
    numbers = TrackNumbers()
    given = {numbers.number(track(f"T{k}"))[0] for k in range(65_536)}
    assert given == set(range(65_536))
    with pytest.raises(OverflowError, match="65536"):
        numbers.number(track("one more"))


def test_blocks_say_their_length_and_fit_a_datagram() -> None:
    made = list(blocks(fixes(100), MEANT, TrackNumbers()))
    assert len(made) == 3
    for block in made:
        assert block[0] == 62
        assert int.from_bytes(block[1:3], "big") == len(block) <= 1400
    assert list(blocks([], MEANT, TrackNumbers())) == []


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        track_record(TrackFix(track(lat=math.nan)), MEANT, 1, True)
