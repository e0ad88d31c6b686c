"""Bodies as they come: in pieces, in several members, half sent, or never."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from litestar.exceptions import ClientException

from forehear.service.endpoints import reports

pytestmark = pytest.mark.slow


class Sent:
    """A request whose body comes in these chunks; None waits for ever."""

    def __init__(self, *chunks: bytes | None, **headers: str) -> None:
        self.chunks = chunks
        self.headers = {key.replace("_", "-"): value for key, value in headers.items()}

    async def stream(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            if chunk is None:
                await asyncio.sleep(3600.0)
            else:
                yield chunk


def lines(sent: Any, most: int = 1_000_000) -> list[bytes]:
    async def read() -> list[bytes]:
        return [line async for some in reports.Body(sent, most).lines() for line in some if line]

    return asyncio.run(read())


MANY = [b"line %d" % k for k in range(5000)]


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
@pytest.mark.parametrize("members", [1, 2, 5])
def test_gzip_of_several_members_is_read_to_its_end(pieces: int, members: int) -> None:
    # Symptom: `cat a.gz b.gz` came in as a.gz alone, and was answered 200. RFC 1952, 2.2: members follow each
    # other.
    share = len(MANY) // members
    packed = b"".join(gzip.compress(b"".join(x + b"\n" for x in MANY[k * share : (k + 1) * share]))
                      for k in range(members))  # fmt: skip
    chunks = [packed[k : k + pieces] for k in range(0, len(packed), pieces)]
    for padding in ([], [b"\0" * 512]):
        assert lines(Sent(*chunks, *padding, content_encoding="gzip")) == MANY[: share * members]


PACKED = gzip.compress(b"a\n", mtime=0)


@pytest.mark.parametrize("bad", [b"x", PACKED[:-1], PACKED + b"junk"])
def test_what_is_not_gzip_to_its_end_is_refused(bad: bytes) -> None:
    with pytest.raises(ClientException, match="gzip") as raised:
        lines(Sent(bad, content_encoding="gzip"))
    assert raised.value.status_code == 400


def test_a_bomb_is_unpacked_in_small_pieces_and_only_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0
    real = reports.Unpacked.pieces

    def watched(self: Any, chunk: bytes) -> Any:
        nonlocal largest
        for piece in real(self, chunk):
            largest = max(largest, len(piece))
            yield piece

    monkeypatch.setattr(reports.Unpacked, "pieces", watched)
    with pytest.raises(ClientException) as raised:
        lines(Sent(gzip.compress(b"\n" * 50_000_000), content_encoding="gzip"))
    assert raised.value.status_code == 413
    assert 0 < largest <= reports.PIECE_BYTES


@pytest.mark.parametrize(
    "sent",
    [
        Sent(b"half a li", None, content_length="100"),
        Sent(b"half a li", None),
        Sent(b"a line\n", None, content_length="100"),
        Sent(gzip.compress(b"a\n" * 1000)[:50], None, content_encoding="gzip"),
        Sent(zlib.compress(b"a\n" * 1000, wbits=31)[:-2], None, content_encoding="gzip", content_length="999"),
    ],
)
def test_who_sends_half_a_line_is_not_waited_for(sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Symptom: 60 uploads of gzip that stood still held 1 GB. Cause: a body was unpacked whole and waited for
    # without end before its first line was judged.
    monkeypatch.setattr(reports, "JUDGED_WITHIN_S", 0.2)
    with pytest.raises(ClientException) as raised:
        lines(sent)
    assert raised.value.status_code == 408
    assert reports.Held.total == 0


def test_a_letter_now_and_then_does_not_keep_half_a_line_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "JUDGED_WITHIN_S", 0.3)

    class Trickling(Sent):
        async def stream(self) -> AsyncIterator[bytes]:
            for _ in range(30):
                yield b"x"
                await asyncio.sleep(0.1)

    with pytest.raises(ClientException) as raised:
        lines(Trickling())
    assert raised.value.status_code == 408


def test_a_stream_that_is_open_between_lines_may_wait_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "JUDGED_WITHIN_S", 0.1)
    monkeypatch.setattr(reports, "OPEN_WITHIN_S", 0.6)

    class Slow(Sent):
        async def stream(self) -> AsyncIterator[bytes]:
            for k in range(3):
                await asyncio.sleep(0.3)
                yield b"line %d\n" % k

    assert lines(Slow()) == [b"line 0", b"line 1", b"line 2"]
    with pytest.raises(ClientException):
        lines(Slow(content_length="21"))


def test_what_all_hold_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_HELD_BYTES", 100_000)

    async def many() -> list[int]:
        async def one() -> int:
            try:
                sent: Any = Sent(b"x" * 30_000, None)
                async for _ in reports.Body(sent, 1_000_000).lines():
                    pass
            except ClientException as refused:
                return refused.status_code
            return 200

        tasks = [asyncio.create_task(one()) for _ in range(5)]
        await asyncio.sleep(0.2)
        done = [task.result() for task in tasks if task.done()]
        assert reports.Held.total <= 100_000
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done

    assert asyncio.run(many()) == [503, 503]
    assert reports.Held.total == 0
