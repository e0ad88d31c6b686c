"""One transaction of the store: all or nothing, and a full disk told apart from other failures."""

import sqlite3


class StoreFailed(Exception):
    """Nothing of the transaction was kept; says why. It may be tried again."""


class StoreFull(StoreFailed):
    """The disk, or the store's own limit, has no room."""


class StoreDamaged(StoreFailed):
    """The store's file is not what was written: it will not be again by itself."""


# What SQLite says of a file that is damaged, and of a disk that is full: some systems call that an error of the
# disk.
DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
FULL = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR))


class Transaction:
    """All or nothing; what keeps it from being kept becomes StoreFailed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        try:
            self._db.execute("begin immediate")
        except sqlite3.DatabaseError as error:
            raise _named(error) from error

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        try:
            self._db.execute("commit" if error is None else "rollback")
        except sqlite3.DatabaseError as again:
            if self._db.in_transaction:
                self._db.execute("rollback")
            if error is None:
                raise _named(again) from again
        if isinstance(error, sqlite3.DatabaseError):
            raise _named(error) from error


def _named(error: sqlite3.DatabaseError) -> Exception:
    """Make it a StoreFailed, unless it is a fault of ours."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in FULL:
        return StoreFull(str(error))
    if code in DAMAGED:
        return StoreDamaged(str(error))
    # A plain error is one of the statement.
    ours = code == sqlite3.SQLITE_ERROR or not isinstance(error, sqlite3.OperationalError)
    return error if ours else StoreFailed(str(error))
