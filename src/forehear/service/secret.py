"""Secrets that an installation makes for itself at its first start."""

import os
import secrets
from pathlib import Path


def secret(path: Path, size: int) -> str:
    """Read a secret of `size` random bytes; make it the first time, for its owner's eyes only. Raises OSError.

    An empty one, as a full disk leaves it, is made anew: it would open every door.
    """
    if path.exists() and (found := path.read_text("utf-8").strip()):
        return found
    made = secrets.token_urlsafe(size)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(made + "\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    return made
