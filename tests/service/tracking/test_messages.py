"""Messages between the hub and the tracker's process: whole, in their order, and an end where the line ends."""

import io

import msgspec
import pytest

from forehear.errors import ForehearError
from forehear.service.tracking.messages import (
    LENGTH,
    MAX_MESSAGE_BYTES,
    Ready,
    Start,
    Step,
    messages,
    receive,
    send,
)
from forehear.warn.limits import Policy

STEPS = [Step(1.5, 3, (b"a", b"\x00" * 100)), Step(2.5, 4, (), True, adopt=True), Step(3.5, 4, silent=True)]


def sent(*all_of: msgspec.Struct) -> bytes:
    stream = io.BytesIO()
    for one in all_of:
        send(stream, one)
    return stream.getvalue()


def test_what_is_sent_is_received_in_its_order() -> None:
    received = [msgspec.msgpack.decode(body, type=Step) for body in messages(io.BytesIO(sent(*STEPS)))]
    assert received == STEPS


def test_the_first_words_go_both_ways() -> None:
    start = Start("network.geojson", None, "snapshot.bin", Policy(), 7)
    body = receive(io.BytesIO(sent(start)))
    assert body is not None
    assert msgspec.msgpack.decode(body, type=Start) == start
    answer = receive(io.BytesIO(sent(Ready(None, 0, "there is none"))))
    assert answer is not None
    assert msgspec.msgpack.decode(answer, type=Ready).why == "there is none"


def test_a_line_that_is_cut_anywhere_ends_after_the_last_whole_message() -> None:
    data = sent(*STEPS[:2])
    whole = len(sent(STEPS[0]))
    for cut in range(len(data)):
        assert len(list(messages(io.BytesIO(data[:cut])))) == (1 if cut >= whole else 0)


def test_a_length_beyond_all_reason_is_a_fault_and_not_waited_for() -> None:
    with pytest.raises(ForehearError, match=f"message of {MAX_MESSAGE_BYTES + 1} bytes; allowed"):
        receive(io.BytesIO(LENGTH.pack(MAX_MESSAGE_BYTES + 1)))
