"""Chunks of wavs as they are there: odd sizes padded, long ones by their own table, and an end to what is none."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.io.riff import MOST_CHUNKS, UNKNOWN, Chunk, chunks, is_name, is_riff


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def riff(*parts: bytes, kind: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(parts)
    return kind + struct.pack("<I", len(body)) + body


def found(data: bytes, begin: int = 0, end: int | None = None) -> list[Chunk]:
    return list(chunks(io.BytesIO(data), begin, len(data) if end is None else end))


@pytest.mark.parametrize("kind", [b"RIFF", b"RF64", b"BW64"])
def test_the_family_is_known_by_its_first_bytes(kind: bytes) -> None:
    assert is_riff(riff(kind=kind))


@pytest.mark.parametrize("head", [b"RIFF\0\0\0\0AVI ", b"fLaC\0\0\0\0WAVE", b"RIFF\0\0\0\0", b""])
def test_strangers_are_not(head: bytes) -> None:
    assert not is_riff(head)


@pytest.mark.parametrize(("name", "good"), [(b"data", True), (b"fmt ", True), (b"a\0bc", False), (b"abc", False)])
def test_a_name_is_four_printable_bytes(name: bytes, good: bool) -> None:
    assert is_name(name) == good


def test_an_odd_chunk_is_padded_and_the_next_is_found() -> None:
    data = riff(chunk(b"fmt ", b"x" * 16), chunk(b"note", b"odd"), chunk(b"data", b"y" * 8))
    assert found(data) == [Chunk(b"fmt ", 20, 16), Chunk(b"note", 44, 3), Chunk(b"data", 56, 8)]
    assert data[56:64] == b"y" * 8


def test_a_file_may_begin_within_another() -> None:
    inner = riff(chunk(b"data", b"abcd"))
    (only,) = found(b"before.." + inner, begin=8)
    assert (b"before.." + inner)[only.at : only.at + only.size] == b"abcd"


def test_long_data_have_their_size_in_a_table_of_its_own() -> None:
    table = struct.pack("<QQQI", 10, 5_000_000_000, 0, 0)
    data = riff(chunk(b"ds64", table), chunk(b"data", b"abcd", UNKNOWN), kind=b"RF64")
    assert [(c.name, c.size) for c in found(data)] == [(b"ds64", 28), (b"data", 5_000_000_000)]
    # Without that table an unknown size is what the header says.
    assert found(riff(chunk(b"data", b"abcd", UNKNOWN)))[0].size == UNKNOWN


def test_what_is_cut_or_no_chunk_ends_them() -> None:
    whole = riff(chunk(b"fmt ", b"x" * 16), chunk(b"data", b"y" * 8))
    assert [c.name for c in found(whole[:42])] == [b"fmt "]
    assert [c.name for c in found(riff(chunk(b"fmt ", b"x" * 16)) + b"\0\1\2\3junkjunk")] == [b"fmt "]
    assert found(whole, end=19) == []


def test_a_file_of_nothing_but_chunks_comes_to_an_end() -> None:
    assert len(found(riff(*[chunk(b"junk", b"")] * (MOST_CHUNKS + 5)))) == MOST_CHUNKS


@given(st.binary(max_size=200))
def test_any_bytes_give_chunks_that_begin_within_them_or_none(rest: bytes) -> None:
    data = b"RIFF\0\0\0\0WAVE" + rest
    assert all(20 <= c.at <= len(data) for c in found(data))
