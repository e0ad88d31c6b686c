"""One transaction: all or nothing, and a full disk is told apart from a fault of ours."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from forehear.service.store.transaction import StoreFailed, StoreFull, Transaction


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "t.sqlite", isolation_level=None)
    connection.execute("create table t (x blob)")
    yield connection
    connection.close()


def rows(db: sqlite3.Connection) -> int:
    return int(db.execute("select count(*) from t").fetchone()[0])


def fill(db: sqlite3.Connection, error: Exception | None = None) -> None:
    """Put a row and a large row in, within one transaction; then raise."""
    with Transaction(db):
        db.execute("insert into t values (1)")
        db.execute("insert into t values (zeroblob(1000000))")
        if error is not None:
            raise error


def test_what_is_done_within_is_kept(db: sqlite3.Connection) -> None:
    with Transaction(db):
        db.execute("insert into t values (1)")
    assert rows(db) == 1
    assert not db.in_transaction


def test_an_error_within_takes_all_of_it_back(db: sqlite3.Connection) -> None:
    with pytest.raises(KeyError, match="ours"):
        fill(db, KeyError("ours"))
    assert rows(db) == 0
    assert not db.in_transaction


def test_a_full_disk_is_said_to_be_one_and_keeps_nothing(db: sqlite3.Connection) -> None:
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count={pages}")
    with pytest.raises(StoreFull):
        fill(db)
    assert rows(db) == 0
    # Room again: the next one is kept.
    db.execute("pragma max_page_count=100000")
    with Transaction(db):
        db.execute("insert into t values (zeroblob(1000000))")
    assert rows(db) == 1


def test_a_fault_of_ours_is_not_taken_for_a_full_disk(db: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"), Transaction(db):
        db.execute("insert into nowhere values (1)")
    assert not db.in_transaction


def test_who_may_not_write_is_told_so(db: sqlite3.Connection, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "t.sqlite", isolation_level=None, timeout=0.1)
    with Transaction(db):
        db.execute("insert into t values (1)")
        with pytest.raises(StoreFailed, match="locked"), Transaction(other):
            pass
    other.close()
