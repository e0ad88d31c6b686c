"""Where snapshots are kept: two fresh ones, written over in turn, and a lasting one.

Theory of operation. After a kill everything that was written is there, whether or not it has reached the disk:
the system has it. So the fresh ones are written often, as they are, over the same two files in turn: they cost
a copy in memory, and the disk sees one of them every half minute or so, when the system thinks it time. After a
power cut they are of any age, or torn; then there is the lasting one, written every some seconds, compressed, and
put in place at once. Every file tells its moment and its checksum: the newest one that is whole is read.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from forehear.service.tracking.snapshot import ALIGNED, Bytes, SnapshotError

# How a file begins: what it is, the checksum of all that follows it, the length of what follows all this
# [bytes], the moment of the snapshot [s]. The rest of ALIGNED bytes is empty.
HEAD = struct.Struct("<8sIQd")
CALLED = b"forehear"
# How much of it the checksum covers: the length and the moment too.
CHECKED = struct.Struct("<Qd")


class Files:
    """The files of one tracker. `newest` first, then `keep` and `keep_lasting`."""

    def __init__(self, path: Path) -> None:
        """`path` is the lasting one's; the fresh ones lie beside it."""
        self.lasting = path
        self.fresh = (path.with_suffix(".fresh-a"), path.with_suffix(".fresh-b"))
        # The fresh one to be written over next: never the newest.
        self._next = 0

    def newest(self) -> Iterator[Bytes]:
        """Give what was kept and is whole, the newest first. What is given must be done with before `keep`.

        Raises SnapshotError where there are files and none of them is whole.
        """
        found = {path: one for path in (*self.fresh, self.lasting) if (one := _whole(path)) is not None}
        if not found and self.lasting.exists():
            raise SnapshotError(f"{self.lasting}: is not a whole snapshot")
        order = sorted(found, key=lambda path: found[path][0], reverse=True)
        if fresh := [path for path in order if path != self.lasting]:
            self._next = 1 - self.fresh.index(fresh[0])
        for path in order:
            body = found[path][1]
            yield zlib.decompress(body) if path == self.lasting else body

    def keep(self, time_s: float, parts: Sequence[Bytes]) -> None:
        """Write the snapshot of a moment over the older fresh one. Raises OSError."""
        file = os.open(self.fresh[self._next], os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            # A kill in the middle leaves a file whose checksum is wrong, and the other one.
            for part in (_head(time_s, parts), *parts):
                _write(file, part)
        finally:
            os.close(file)
        self._next = 1 - self._next

    def keep_lasting(self, time_s: float, parts: Sequence[Bytes]) -> None:
        """Compress and put in place at once: a crash leaves the old one or the new one, never half of one.

        Raises OSError.
        """
        packer = zlib.compressobj(1)
        packed = b"".join([*(packer.compress(part) for part in parts), packer.flush()])
        part = self.lasting.with_suffix(".part")
        part.write_bytes(_head(time_s, [packed]) + packed)
        part.replace(self.lasting)


def _head(time_s: float, parts: Sequence[Bytes]) -> bytes:
    size = sum(map(len, parts))
    checksum = zlib.crc32(CHECKED.pack(size, time_s))
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return HEAD.pack(CALLED, checksum, size, time_s).ljust(ALIGNED, b"\0")


def _write(file: int, part: Bytes) -> None:
    rest = memoryview(part)
    while len(rest):
        rest = rest[os.write(file, rest) :]


def _whole(path: Path) -> tuple[float, memoryview] | None:
    """Give the moment [s] and the body of a file; None where it is none, or torn."""
    try:
        with path.open("rb") as file:
            found = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        called, checksum, size, time_s = HEAD.unpack_from(found)
    except (OSError, ValueError, struct.error):
        return None
    body = found[ALIGNED : ALIGNED + size]
    if called != CALLED or len(body) != size:
        return None
    return (time_s, body) if zlib.crc32(body, zlib.crc32(CHECKED.pack(size, time_s))) == checksum else None
