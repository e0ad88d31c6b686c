"""Where in a file its recordings are: files that were joined, streams without an end, sizes that nobody filled in.

Theory of operation. A recorder that is cut off leaves a wav whose header says 0; a streaming server begins a new
ogg inside the old one at each title; people join files. A decoder stops at the first end that it meets, and says
nothing of the rest. So the file is looked through before it is decoded: each recording in it is a `Link`, from
byte to byte, with the bytes of its header that must read otherwise.
"""

import io
import mmap
import re
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from forehear.io import riff

# --- numbers that decide -----------------------------------------------------------------------------
# Sizes from here on stand for "unknown": 0xFFFFFFFF, 0x7FFFFFFF and a little less (arecord: 0x7FFFF000).
UNKNOWN_BYTES = 0x7FFF_0000
# Recordings in one file at most: a radio's evening has some hundred titles.
MOST_LINKS = 1000
# A page of an ogg has at most 255 segments of 255 bytes behind a header of 27 (RFC 3533, 6).
LONGEST_PAGE = 27 + 255 + 255 * 255
# Read at once where a file is looked through.
READ_BYTES = 1 << 16
# -----------------------------------------------------------------------------------------------------

_FLAC = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")


class Link(NamedTuple):
    """One recording in a file: from byte to byte, bytes that read otherwise than they are, and what is amiss.

    `size_unknown`: its header does not say how long it is. `fault` is in words, empty where all is well.
    """

    begin: int
    end: int
    patches: tuple[tuple[int, bytes], ...] = ()
    size_unknown: bool = False
    fault: str = ""

    def whole(self, size: int) -> bool:
        """Say whether this is simply all of a file of `size` bytes."""
        return self.begin == 0 and self.end == size and not self.patches


def links_of(path: str | Path) -> list[Link]:
    """Find the recordings in a file; one that is the whole file where nothing else is known. Raises OSError."""
    with Path(path).open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(12)
        if head[:4] == b"OggS":
            return _ogg(file, size)
        if head[:4] == b"fLaC":
            return _flac(file, size)
        if riff.is_riff(head):
            return _wav(file, size)
    return [Link(0, size)]


def _ogg(file: BinaryIO, size: int) -> list[Link]:
    """Cut an ogg where a new stream begins after pages of an old one (RFC 3533, 4: chaining)."""
    begins: list[int] = []
    ended: list[bool] = []
    at, opening = 0, False
    while at + 27 <= size:
        file.seek(at)
        page = file.read(27)
        if page[:4] != b"OggS":
            at = _next_page(file, at + 1, size)
            continue
        flags, segments = page[5], file.read(page[26])
        first = bool(flags & 2)
        if first and not opening and len(begins) < MOST_LINKS:
            begins.append(at)
            ended.append(False)
        opening = first
        at += 27 + len(segments) + sum(segments)
        if ended:
            ended[-1] = bool(flags & 4) and at <= size
    ends = [*begins[1:], size]
    return [
        Link(b, e, fault="" if done else "truncated: it has no end")
        for b, e, done in zip(begins, ends, ended, strict=True)
    ] or [Link(0, size)]


def _next_page(file: BinaryIO, at: int, size: int) -> int:
    """Find where the next page begins after a part that is damaged; the file's end where none does."""
    while at < size:
        file.seek(at)
        found = file.read(LONGEST_PAGE).find(b"OggS")
        if found >= 0:
            return at + found
        at += LONGEST_PAGE - 3
    return size


def _flac(file: BinaryIO, size: int) -> list[Link]:
    """Cut a flac where another's signature and its first block follow (RFC 9639, 8: joined files are none)."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        begins = [0]
        for found in _FLAC.finditer(whole, 4):
            if len(begins) < MOST_LINKS:
                begins.append(found.start())
    return [Link(b, e) for b, e in zip(begins, [*begins[1:], size], strict=True)]


def _wav(file: BinaryIO, size: int) -> list[Link]:
    """Cut joined wavs apart, and believe what is there where the size of the samples is not."""
    out: list[Link] = []
    begin = 0
    while len(out) < MOST_LINKS:
        data = next((c for c in riff.chunks(file, begin, size) if c.name == b"data"), None)
        if data is None:
            return [*out, Link(begin, size)]
        after = data.at + data.size + data.size % 2
        file.seek(min(after, size))
        follows = file.read(12)
        if data.size >= UNKNOWN_BYTES and after >= size:
            return [*out, Link(begin, size, size_unknown=True)]
        if riff.is_riff(follows):
            out.append(Link(begin, after))
            begin = after
            continue
        if data.size >= UNKNOWN_BYTES or _is_rest(file, after, size):
            return [*out, Link(begin, size)]
        return [*out, _unfinished(begin, data, size)]
    return out


def _is_rest(file: BinaryIO, after: int, size: int) -> bool:
    """Say whether what follows the samples is none of them: nothing, padding, or chunks up to the file's end."""
    file.seek(min(after, size))
    while not (block := file.read(READ_BYTES)).strip(b"\0"):
        if not block:
            return True
    # From twelve bytes before it, as if it were a file of its own.
    rest = list(riff.chunks(file, after - 12, size))
    return bool(rest) and rest[-1].at + rest[-1].size + 1 >= size


def _unfinished(begin: int, data: riff.Chunk, size: int) -> Link:
    """Take a wav whose header was never brought up to date to the file's end."""
    said = data.size
    # As a plain wav, whatever it was: an RF64 keeps its sizes elsewhere, and there they are as wrong.
    patches = ((begin, b"RIFF" + struct.pack("<I", riff.UNKNOWN)), (data.at - 4, struct.pack("<I", riff.UNKNOWN)))
    there = size - data.at
    fault = (
        "" if said == 0 else f"its header was not finished: it tells of {said} bytes of sound, {there} are there"
    )
    return Link(begin, size, patches, size_unknown=True, fault=fault)


class FilePart(io.RawIOBase):
    """A part of a file as a file of its own, some of its bytes reading otherwise."""

    def __init__(self, path: str | Path, link: Link) -> None:
        self._file = Path(path).open("rb")  # noqa: SIM115
        self._link = link
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._link.end - self._link.begin}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        at = self._link.begin + self._at
        count = max(min(len(view), self._link.end - at), 0)
        self._file.seek(at)
        data = bytearray(self._file.read(count))
        for where, instead in self._link.patches:
            first, last = max(where, at), min(where + len(instead), at + len(data))
            if first < last:
                data[first - at : last - at] = instead[first - where : last - where]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
