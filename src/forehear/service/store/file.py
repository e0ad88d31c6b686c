"""The store's file as the system sees it: is it still the one that was opened, and whole at its ends."""

import os
from pathlib import Path

from forehear.service.store.transaction import StoreDamaged

# How the file begins (SQLite's file format, 1.3), and where its length in pages stands.
MAGIC, LENGTH_AT = b"SQLite format 3\0", 28
PAGE_BYTES = 4096


class StoreFile:
    """Held open beside SQLite, which keeps pages in memory, writes beside the file first (WAL), and sees none of
    this.

    To open and close it each time would let go the locks that SQLite holds on the same file (POSIX).
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._path = path
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        """After SQLite's own end."""
        os.close(self._file)

    def verify(self) -> None:
        """Raises StoreDamaged where the file is gone, replaced, overwritten or cut off."""
        name = self._path.name
        mine = os.fstat(self._file)
        try:
            there = self._path.stat()
        except OSError as error:
            raise StoreDamaged(f"{name} is gone: {error.strerror}") from None
        if (there.st_dev, there.st_ino) != (mine.st_dev, mine.st_ino):
            raise StoreDamaged(f"{name} was replaced by another file")
        head = os.pread(self._file, LENGTH_AT + 4, 0)
        if not head.startswith(MAGIC):
            raise StoreDamaged(f"{name} was overwritten, or cut off at its beginning")
        if mine.st_size < PAGE_BYTES * int.from_bytes(head[LENGTH_AT:], "big"):
            raise StoreDamaged(f"{name} was cut off at {mine.st_size} bytes")


def verify_closed(path: Path, used: bool) -> None:
    """See that a file is a store before it is opened, where there is one. Raises StoreDamaged.

    `used`: there was a store here before. SQLite takes an empty file, and none, for a new store.
    """
    size = path.stat().st_size if path.exists() else 0
    if not size and used:
        raise StoreDamaged(f"{path.name} is empty or gone, and this folder was in use before")
    if size:
        with path.open("rb") as file:
            if not file.read(len(MAGIC)).startswith(MAGIC):
                raise StoreDamaged(f"{path.name} does not begin as a store does: it was overwritten")


def set_aside(path: Path) -> Path:
    """Give a store's files another name, for somebody to look at; returns it. Raises OSError."""
    number = next(k for k in range(1, 10_000) if not path.with_suffix(f".damaged-{k}").exists())
    for ending in ("", "-wal", "-shm"):
        one = path.with_name(path.name + ending)
        if one.exists():
            one.rename(path.with_suffix(f".damaged-{number}{ending}"))
    return path.with_suffix(f".damaged-{number}")
