"""The wire format by the examples of its own documentation, there and back, and cut off anywhere."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.io.outlets.protobuf import double, fields, nested, single, text, timestamp, varint, whole


def test_the_documentation_s_examples() -> None:
    assert varint(1) == b"\x01"
    assert varint(150) == b"\x96\x01"
    assert whole(1, 150) == bytes.fromhex("089601")
    assert text(2, "testing") == bytes.fromhex("120774657374696e67")
    assert nested(3, whole(1, 150)) == bytes.fromhex("1a03089601")


@given(st.integers(0, 2**64 - 1), st.floats(allow_nan=False), st.text(max_size=50))
def test_there_and_back(number: int, value: float, words: str) -> None:
    data = whole(1, number) + double(2, value) + text(3, words) + single(2000, 1.5)
    seen = list(fields(data))
    assert seen[0] == (1, number)
    assert seen[1] == (2, struct.pack("<d", value))
    assert seen[2][1] == words.encode()
    assert seen[3] == (2000, struct.pack("<f", 1.5))


@given(st.binary(max_size=60))
def test_whatever_comes_is_taken_apart_or_refused(data: bytes) -> None:
    try:
        list(fields(data))
    except ValueError:
        return


def test_what_is_cut_off_is_refused() -> None:
    data = whole(1, 300) + text(3, "words") + double(4, 1.0)
    ends = {0, 3, 10, len(data)}
    for size in range(len(data) + 1):
        if size in ends:
            list(fields(data[:size]))
        else:
            with pytest.raises(ValueError, match="cut off"):
                list(fields(data[:size]))
    with pytest.raises(ValueError, match="ten octets"):
        list(fields(b"\xff" * 11))
    with pytest.raises(ValueError, match="wire type 3"):
        list(fields(b"\x0b"))


def test_a_number_below_zero_is_refused_and_half_a_character_is_not() -> None:
    with pytest.raises(ValueError, match="varint -1"):
        varint(-1)
    assert text(1, "a\ud800") == b"\x0a\x02a?"


def test_a_moment_is_seconds_and_nanoseconds() -> None:
    assert timestamp(1, 1.5) == nested(1, whole(1, 1), whole(2, 500_000_000))
    assert timestamp(1, 2.9999999) == nested(1, whole(1, 3), whole(2, 0)), "rounded, and carried over"
