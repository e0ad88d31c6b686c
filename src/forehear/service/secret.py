"""Secrets that an installation makes for itself at its first start."""

import secrets
from pathlib import Path


def secret(path: Path, size: int) -> str:
    """Read a secret of `size` random bytes; make it the first time, for its owner's eyes only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size) + "\n", "utf-8")
    return path.read_text("utf-8").strip()
