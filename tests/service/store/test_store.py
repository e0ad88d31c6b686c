"""The store keeps what it acknowledged, gives it back in order, stays within its size, says when it is full."""

import os
import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from forehear.records import Alert, Health, Report
from forehear.service.store.store import Store, StoreFull


def reports(count: int, start_s: float = 1000.0) -> list[Report]:
    return [Report(f"S{k % 7}", start_s + k - 0.5, start_s + k, 35.0) for k in range(count)]


def alert(issued: float = 5.0, state: str = "warning") -> Alert:
    return Alert(issued, "A1", "town", state, 0.9, 1.0, 2.0, 3.0, 1, "piston", ("T1",), "why")  # type: ignore[arg-type]


def test_blocks_and_counters_come_back_after_a_reopening(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True)
    sent = reports(10)
    assert store.commit(sent[:4], {"S0": (3, 1)}) == 1
    assert store.commit(sent[4:], {"S0": (9, 5), "S1": (2, 1)}) == 2
    store.put_tick(1003.5, 1)
    store.put_tick(1010.0, 2, (1010, b"frame"))
    store.close()
    again = Store(tmp_path / "s.sqlite", writer=True)
    assert [r for block in again.blocks(0, 2) for r in block] == sent
    assert again.counters() == {"S0": (9, 5), "S1": (2, 1)}
    assert again.ticks(0.0) == [(1003.5, 1), (1010.0, 2)]
    assert again.last_tick() == (1010.0, 2)
    assert again.frame_at(2000.0) == b"frame"
    assert again.frame_at(10.0) is None
    reader = Store(tmp_path / "s.sqlite")
    assert reader.last_block() == 2
    with pytest.raises(sqlite3.OperationalError):
        reader.db.execute("delete from blocks")


def test_the_health_of_an_ear_is_kept_with_its_report(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True)
    sent = [Report("S0", 999.5, 1000.0, 35.0, health=Health(gap_s=3.5, uncalibrated=True)), *reports(3)]
    store.commit(sent, {})
    assert [r for block in store.blocks(0, 1) for r in block] == sent


def test_the_same_alert_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True)
    assert store.put_alert(alert(), b"<alert/>", "id-1", "sent") == 1
    assert store.put_alert(alert(), b"<alert/>", "id-1", "sent") is None
    assert store.put_alert(alert(6.0), b"<alert/>", "id-2", "sent") == 2
    assert [s.identifier for s in store.alerts(10)] == ["id-2", "id-1"]
    assert store.cap("id-1") == b"<alert/>"
    assert store.cap("id-3") is None


def test_a_full_store_refuses_whole_transactions_and_takes_them_again_once_there_is_room(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True, max_mb=1.0)
    body = os.urandom(60_000)
    kept = 0
    while kept < 100:
        try:
            store.commit([Report("S0", 1000.0 + kept, 1000.0 + kept)], {"S0": (kept, 1)}, body=body)
        except StoreFull:
            break
        kept += 1
    with pytest.raises(StoreFull):
        store.commit([Report("S0", 2000.0, 2000.0)], {"S0": (99, 1)}, body=body)
    assert 5 < kept < 20
    assert store.counters() == {"S0": (kept - 1, 1)}, "neither the report nor its counter was kept"
    assert store.last_block() == kept
    for _ in range(20):
        store.retain(2000.0, 100.0)
    assert store.commit([Report("S0", 3000.0, 3000.0)], {"S0": (500, 1)}) > kept


@pytest.mark.slow
def test_retention_keeps_the_newest_within_the_size(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True, max_mb=4.0)
    store.put_alert(alert(), None, None, None)
    for k in range(300):
        store.commit(reports(1, 1000.0 + k), {}, body=os.urandom(30_000))
        store.retain(1000.0 + k, 1e9)
    assert store.size_mb() < 4.0
    (newest,) = store.db.execute("select max(last_s) from blocks").fetchone()
    assert newest == 1299.0
    assert len(store.alerts(10)) == 1, "what people were sent is not forgotten"


def test_frames_are_thinned_evenly(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite", writer=True)
    for k in range(100):
        store.put_tick(float(k), 0, (k, str(k).encode()))
    assert store.frame_range() == (0, 99)
    found = [int(b) for b in store.frames(10.0, 90.0, 20)]
    assert found[0] == 10
    assert len(found) <= 20
    assert len({b - a for a, b in pairwise(found)}) == 1
