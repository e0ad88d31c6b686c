"""How far an outlet came: the number of the store's last alert that is behind it, and what each place was last
sent.

Kept in `DATA_DIR/outlets/NAME.json`, put in place whole. Without it, or where it was of another status than now,
an outlet begins with what comes next: what was decided in an exercise is never sent as meant.
"""

import sys
from pathlib import Path

import msgspec

from forehear.io.cap import Status


class _Kept(msgspec.Struct):
    number: int
    status: Status
    sent: dict[str, str]


class CameTo:
    """One outlet's. `number` is 0, and `is_new` true, where nothing is known."""

    def __init__(self, path: Path, status: Status) -> None:
        self._path, self._status = path, status
        self.number, self.is_new = 0, True
        self.sent: dict[str, str] = {}
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            print(f"forehear serve: outlets: {path}: {error}; it begins with what comes next", file=sys.stderr)
            return
        if kept.status == status:
            self.number, self.sent, self.is_new = kept.number, kept.sent, False

    def keep(self, number: int, sent: dict[str, str]) -> None:
        """Note it. Where the disk is full that is said, and nothing waits for it."""
        self.number, self.sent = number, dict(sent)
        part = self._path.with_name(self._path.name + ".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode(_Kept(number, self._status, self.sent)))
            part.replace(self._path)
        except OSError as error:
            print(f"forehear serve: outlets: {self._path}: {error}", file=sys.stderr)
