"""The log of deliveries: lines in a file that is bounded, and a full disk that stops nothing."""

import json
from pathlib import Path

import pytest

from forehear.service.outlets import delivery
from forehear.service.outlets.delivery import DeliveryLog


def test_a_line_for_each_event(tmp_path: Path) -> None:
    log = DeliveryLog(tmp_path / "out" / "hook.ndjson")
    log.note(1.0, "delivered", alert="A1", site="Одеса")
    log.note(2.0, "fails", why="closed")
    lines = [json.loads(line) for line in (tmp_path / "out" / "hook.ndjson").read_text("utf-8").splitlines()]
    assert lines == list(log.last)
    assert lines[0] == {"time_s": 1.0, "event": "delivered", "alert": "A1", "site": "Одеса"}


def test_the_file_is_bounded_and_the_one_before_it_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_BYTES", 1000)
    log = DeliveryLog(tmp_path / "hook.ndjson")
    for k in range(100):
        log.note(float(k), "delivered", alert=f"A{k}")
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["hook.before.ndjson", "hook.ndjson"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2200


def test_a_disk_that_cannot_be_written_is_counted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    log = DeliveryLog(tmp_path / "file" / "hook.ndjson")
    log.note(1.0, "delivered")
    log.note(2.0, "delivered")
    assert log.counts["unlogged"] == 2
    assert len(log.last) == 2
