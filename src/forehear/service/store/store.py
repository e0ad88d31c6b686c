"""The store: one SQLite file in WAL mode. Reports, ticks, alerts, frames, keys, counters.

Theory of operation. Reports are kept in blocks: all that was accepted within some milliseconds, as one compressed
row, written in one transaction together with the counters it used. `synchronous=FULL`: when `commit` returns, the
block is on the disk. The tracker's steps are rows too (`ticks`): which moment, up to which block. So what the
tracker saw, in which portions, can be played again exactly; from a snapshot on, or from any moment.

One thread writes; readers open connections of their own.
"""

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from forehear.records import Alert, Report
from forehear.service.store.file import PAGE_BYTES, StoreFile, set_aside
from forehear.service.store.schema import SCHEMA, VERSION
from forehear.service.store.transaction import StoreDamaged, StoreFailed, StoreFull, Transaction

__all__ = ["Store", "StoreDamaged", "StoreFailed", "StoreFull", "StoredAlert", "pack", "unpack"]

# Behind a sensor's name, the name of its window of counters far ahead (gate.Known): no sensor is called so.
AHEAD = "\nahead"
# The writer waits so long for whoever has locked the file [s]: when it opens it, and in the running service,
# where the tracker's next step waits too.
OPEN_WITHIN_S, WAIT_S = 10.0, 1.0
# Deleting in portions keeps the writer's stalls short: so many rows at once.
DELETE_ROWS = 2000


class StoredAlert(NamedTuple):
    """An alert with what was made of it."""

    number: int
    alert: Alert
    identifier: str | None
    sent: str | None
    acknowledged_at_s: float | None
    acknowledged_by: str | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_reports = msgspec.msgpack.Decoder(list[Report]).decode
_decode_alert = msgspec.msgpack.Decoder(Alert).decode


def pack(reports: list[Report]) -> bytes:
    """Pack reports as a block holds them; also what the worker is handed."""
    return _encode(reports)


def unpack(body: bytes) -> list[Report]:
    """Give the reports of a packed block."""
    return _decode_reports(body)


class Store:
    """One connection to the store. The writer's is made with `writer=True`; others only read."""

    def __init__(self, path: Path, writer: bool = False, max_mb: float | None = None) -> None:
        """Open, and for the writer create, the file. Raises sqlite3.Error."""
        self.path = path
        self._max_mb = max_mb
        self._file: StoreFile | None = None
        self.db = sqlite3.connect(
            path if writer else f"file:{path}?mode=ro", uri=not writer, timeout=OPEN_WITHIN_S,
            check_same_thread=False,
        )  # fmt: skip
        self.db.isolation_level = None
        if writer:
            self.db.execute("pragma auto_vacuum=incremental")
            self.db.execute("pragma journal_mode=wal")
            self.db.execute("pragma synchronous=full")
            self.db.execute("pragma wal_autocheckpoint=2000")
            self.db.executescript(SCHEMA)
            found = self.db.execute("select value from meta where key='version'").fetchone()
            if found is None:
                self.db.execute("insert into meta values ('version', ?)", (str(VERSION),))
            elif found[0] != str(VERSION):
                raise sqlite3.DatabaseError(
                    f"{path}: is of version {found[0]}; this program reads version {VERSION}"
                )
            if max_mb is not None:
                self.db.execute(f"pragma max_page_count={max(int(max_mb * 1e6 / PAGE_BYTES), 64)}")
            self.db.execute(f"pragma busy_timeout={1000.0 * WAIT_S:.0f}")
            self._file = StoreFile(path)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    def set_aside(self) -> Path:
        """Close, and give the files another name; returns it."""
        self.close()
        return set_aside(self.path)

    def verify(self) -> None:
        """See that the file is still the one that was opened, and whole at its ends. Raises StoreDamaged."""
        if self._file is None:
            raise StoreFailed(f"{self.path.name} is closed")
        self._file.verify()

    def forget_after(self, time_s: float) -> int:
        """Delete steps and frames of after a time: of a clock that was ahead. Returns how many steps."""
        with Transaction(self.db):
            self.db.execute("delete from frames where time_s > ?", (time_s,))
            return self.db.execute("delete from ticks where time_s > ?", (time_s,)).rowcount

    def begin_after(self, block: int) -> None:
        """Number blocks from after this one: those before are in a store that was set aside."""
        with Transaction(self.db):
            self.db.execute("delete from sqlite_sequence where name = 'blocks'")
            self.db.execute("insert into sqlite_sequence values ('blocks', ?)", (block,))

    def commit(
        self, reports: list[Report], counters: dict[str, tuple[int, int]], body: bytes | None = None
    ) -> int:
        """Write a block with its counters; returns the number of the last block.

        Raises StoreFailed (StoreFull, StoreDamaged), and then nothing was written.
        """
        self.verify()
        with Transaction(self.db):
            if reports:
                stamps = [r.received_at_s or 0.0 for r in reports]
                packed = zlib.compress(body if body is not None else pack(reports), 1)
                self.db.execute(
                    "insert into blocks (first_s, last_s, count, body) values (?, ?, ?, ?)",
                    (min(stamps), max(stamps), len(reports), packed),
                )
            if counters:
                rows = [(sensor, *used) for sensor, used in counters.items()]
                self.db.executemany("insert or replace into counters values (?, ?, ?)", rows)
        return self.last_block()

    def put_tick(self, time_s: float, block: int, frame: tuple[int, bytes] | None = None) -> None:
        """Note that the tracker steps to a time with all blocks up to one; and what the map showed at a second."""
        with Transaction(self.db):
            self.db.execute("insert or replace into ticks values (?, ?)", (time_s, block))
            if frame is not None:
                row = (frame[0], zlib.compress(frame[1], 1))
                self.db.execute("insert or replace into frames values (?, ?)", row)

    def last_block(self) -> int:
        """The number of the newest block, though it may be deleted by now; 0 before the first."""
        row = self.db.execute("select seq from sqlite_sequence where name = 'blocks'").fetchone()
        return 0 if row is None else int(row[0])

    def blocks(self, after: int, until: int) -> Iterator[list[Report]]:
        """Give the reports of blocks after one and up to another, block by block."""
        return map(unpack, self.bodies(after, until))

    def bodies(self, after: int, until: int) -> Iterator[bytes]:
        """Give the blocks themselves, packed as the tracker's process takes them."""
        rows = self.db.execute(
            "select body from blocks where block > ? and block <= ? order by block", (after, until)
        )
        return (zlib.decompress(body) for (body,) in rows)

    def block_at(self, time_s: float) -> int:
        """The last block that was complete by a time; 0 before all."""
        row = self.db.execute("select coalesce(max(block), 0) from blocks where last_s <= ?", (time_s,)).fetchone()
        return int(row[0])

    def ticks(self, after_s: float) -> list[tuple[float, int]]:
        """Give the ticks after a time, with the block up to which each goes."""
        rows = self.db.execute("select time_s, block from ticks where time_s > ? order by time_s", (after_s,))
        return [(float(t), int(b)) for t, b in rows]

    def last_tick(self) -> tuple[float, int] | None:
        """Give the newest tick and its block."""
        row = self.db.execute("select time_s, block from ticks order by time_s desc limit 1").fetchone()
        return None if row is None else (float(row[0]), int(row[1]))

    def counters(self) -> dict[str, tuple[int, int]]:
        """Give the highest counter taken from each sensor, and which of those below it (gate.Known)."""
        return {
            str(s): (int(c), int(b)) for s, c, b in self.db.execute("select sensor, counter, seen from counters")
        }

    def enrolled(self) -> list[tuple[str, str | None, bool]]:
        """Give what the operator enrolled and revoked: sensor, key, revoked."""
        rows = self.db.execute("select sensor, public_key, revoked from keys order by sensor")
        return [(str(s), k, bool(r)) for s, k, r in rows]

    def put_key(self, sensor: str, public_key: str | None, revoked: bool, now_s: float) -> None:
        """Enrol or revoke; a new key starts its counter anew."""
        with Transaction(self.db):
            self.db.execute(
                "insert or replace into keys values (?, ?, ?, ?)", (sensor, public_key, revoked, now_s)
            )
            if not revoked:
                self.db.execute("delete from counters where sensor in (?, ?)", (sensor, sensor + AHEAD))

    def put_alert(self, alert: Alert, cap: bytes | None, identifier: str | None, sent: str | None) -> int | None:
        """Keep an alert; returns its number, or None where the very same is there already (a replay's)."""
        with Transaction(self.db):
            row = (alert.alert, alert.site, alert.state, alert.issued_at_s, _encode(alert), cap, identifier, sent)
            cursor = self.db.execute(
                "insert or ignore into alerts (alert, site, state, issued_at_s, body, cap, identifier, sent)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return cursor.lastrowid if cursor.rowcount == 1 else None

    def alerts(self, limit: int, alert: str | None = None, site: str | None = None) -> list[StoredAlert]:
        """Give the newest alerts first; of one alert, one site or both where they are named."""
        asked = [(key, value) for key, value in (("alert", alert), ("site", site)) if value is not None]
        where = "where " + " and ".join(f"{key} = ?" for key, _ in asked) if asked else ""
        values = [value for _, value in asked]
        rows = self.db.execute(
            "select number, body, identifier, sent, acknowledged_at_s,"
            " case when acknowledged_at_s is not null then (select name from acknowledgements a"
            " where a.number = alerts.number order by entry desc limit 1) end from alerts"
            f" {where} order by number desc limit ?",
            [*values, limit],
        )
        return [StoredAlert(n, _decode_alert(b), *others) for n, b, *others in rows]

    def last_alert(self) -> int:
        """The highest number that an alert's name was made of; 0 before the first."""
        row = self.db.execute("select coalesce(max(cast(substr(alert, 2) as integer)), 0) from alerts").fetchone()
        return int(row[0])

    def cap(self, identifier: str) -> bytes | None:
        """Give one CAP message."""
        row = self.db.execute("select cap from alerts where identifier = ?", (identifier,)).fetchone()
        return None if row is None else row[0]

    def frames(self, from_s: float, to_s: float, most: int) -> list[bytes]:
        """Give the frames of a stretch, thinned to at most so many, in order."""
        times = [
            t for (t,) in self.db.execute(
                "select time_s from frames where time_s >= ? and time_s <= ? order by time_s", (from_s, to_s)
            )
        ]  # fmt: skip
        step = max(1, -(-len(times) // max(most, 1)))
        out = []
        for t in times[::step]:
            out.append(
                zlib.decompress(self.db.execute("select body from frames where time_s = ?", (t,)).fetchone()[0])
            )
        return out

    def frame_at(self, time_s: float) -> bytes | None:
        """Give the last frame not after a time."""
        row = self.db.execute(
            "select body from frames where time_s <= ? order by time_s desc limit 1", (time_s,)
        ).fetchone()
        return None if row is None else zlib.decompress(row[0])

    def frame_range(self) -> tuple[int, int] | None:
        """Give the first and last second with a frame."""
        first, last = self.db.execute("select min(time_s), max(time_s) from frames").fetchone()
        return None if first is None else (int(first), int(last))

    def size_mb(self) -> float:
        """How much of the file is in use [MB]."""
        pages = self.db.execute("pragma page_count").fetchone()[0]
        free = self.db.execute("pragma freelist_count").fetchone()[0]
        return float((pages - free) * PAGE_BYTES / 1e6)

    def retain(self, now_s: float, keep_s: float) -> int:
        """Delete a portion of what is older than allowed, or, near the size limit, the oldest; returns how many.

        Alerts are kept: they are few, and a record of what people were sent.
        """
        before_s = now_s - keep_s
        if self._max_mb is not None and self.size_mb() > 0.8 * self._max_mb:
            oldest = self.db.execute("select min(last_s), max(last_s) from blocks").fetchone()
            if oldest[0] is not None:
                before_s = max(before_s, oldest[0] + 0.1 * (oldest[1] - oldest[0]))
        gone = 0
        with Transaction(self.db):
            for table, key, when in (("blocks", "block", "last_s"), ("frames", "time_s", "time_s")):
                rows = self.db.execute(
                    f"delete from {table} where {key} in (select {key} from {table} where {when} < ? limit ?)",
                    (before_s, DELETE_ROWS),
                )
                gone += rows.rowcount
            gone += self.db.execute("delete from ticks where time_s < ?", (before_s,)).rowcount
        if gone:
            self.db.execute("pragma incremental_vacuum(1000)").fetchall()
        return gone
