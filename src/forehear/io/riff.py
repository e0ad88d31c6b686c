"""The chunks of a RIFF file (wav, RF64, BW64), as they are there and not as a header wishes them to be.

Reference: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (1991); EBU Tech 3306 (RF64).
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

# A file with more chunks than this is no recording: what people write has a dozen.
MOST_CHUNKS = 1000
UNKNOWN = 0xFFFF_FFFF


class Chunk(NamedTuple):
    """One chunk: its name, where its content begins, and how long its header says that it is [bytes]."""

    name: bytes
    at: int
    size: int


def is_riff(head: bytes) -> bool:
    """Say whether a file that begins so is a wav of this family."""
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE"


def is_name(name: bytes) -> bool:
    """Say whether these four bytes may be a chunk's name: printable, as all that are in use."""
    return len(name) == 4 and all(32 <= c < 127 for c in name)


def chunks(file: BinaryIO, begin: int, end: int) -> Iterator[Chunk]:
    """Give the chunks of the RIFF file that begins at `begin`, until what follows is none, or `end` is reached."""
    at, long_data = begin + 12, None
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if at + 8 > end or len(head) < 8 or not is_name(head[:4]):
            return
        name, size = head[:4], struct.unpack("<I", head[4:])[0]
        if name == b"ds64" and size >= 16:
            long_data = struct.unpack("<QQ", file.read(16))[1]
        if name == b"data" and size == UNKNOWN and long_data is not None:
            size = long_data
        yield Chunk(name, at + 8, size)
        at += 8 + size + size % 2
