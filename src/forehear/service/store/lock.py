"""One service a folder: two that write one store would each undo what the other warns of."""

import fcntl
import os
from pathlib import Path

from forehear.errors import InputError


class FolderLock:
    """Held from its making until `release`, or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError naming who holds it."""
        self._path = folder / "lock"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise InputError(f"{folder}: is in use by another service, process {holder or '?'}") from None
        # A full disk may have no room for a number: the lock holds all the same.
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            pass

    def release(self) -> None:
        """Let another have it."""
        os.close(self._file)
