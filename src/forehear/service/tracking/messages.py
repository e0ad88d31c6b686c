"""What the hub and the tracker's process say to each other: msgpack behind a length of four bytes."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from forehear.errors import ForehearError
from forehear.records import Alert
from forehear.warn.limits import Policy

LENGTH = struct.Struct(">I")
# A message beyond this is a fault of ours, not a message.
MAX_MESSAGE_BYTES = 1 << 30


class Start(msgspec.Struct, frozen=True):
    """The first message: where everything is. `resume` is the last alert of each site, used without a snapshot."""

    network: str
    sites: str | None
    snapshot: str
    policy: Policy
    issued: int = 0
    resume: tuple[Alert, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """One step to take: the moment, the packed blocks of reports received up to it, the last one's number."""

    time_s: float
    block: int
    bodies: tuple[bytes, ...] = ()
    # Taken before, by a process that is gone.
    replayed: bool = False
    # The end of a replay without a snapshot: what the sites were sent stands.
    adopt: bool = False
    # Taken for what it leaves behind: nobody is shown its frame.
    silent: bool = False


class Ready(msgspec.Struct, frozen=True):
    """The answer to Start: the step of the snapshot that was read, or why there is none."""

    time_s: float | None
    block: int
    why: str = ""


def send(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Write one message and hand it on."""
    body = msgspec.msgpack.encode(message)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    if size > MAX_MESSAGE_BYTES:
        raise ForehearError(f"message of {size} bytes; allowed: {MAX_MESSAGE_BYTES}")
    body = stream.read(size)
    return body if len(body) == size else None


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """Give messages until the end."""
    while (body := receive(stream)) is not None:
        yield body
