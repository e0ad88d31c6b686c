"""One transaction of the store: all or nothing, and a full disk told apart from a fault."""

import sqlite3


class StoreFull(Exception):
    """The disk, or the store's own limit, has no room: nothing of the transaction was kept."""


class Transaction:
    """All or nothing; a full disk becomes StoreFull."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        try:
            self._db.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise _plain(error) from error

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        try:
            self._db.execute("commit" if error is None else "rollback")
        except sqlite3.OperationalError as again:
            if self._db.in_transaction:
                self._db.execute("rollback")
            if error is None:
                raise _plain(again) from again
        if isinstance(error, sqlite3.OperationalError):
            raise _plain(error) from error


def _plain(error: sqlite3.OperationalError) -> Exception:
    """Give StoreFull for a fault that is the disk's, and any other as it is."""
    full = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    return StoreFull(str(error)) if full else error
