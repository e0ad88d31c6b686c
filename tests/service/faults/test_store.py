"""The store locked, damaged, read-only, full: red at once, warned all the same, nothing acknowledged lost."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.service.faults.living import GENEROUS, kept, living
from tests.service.stand import SEEDS, environment, line, serve, write_config

from forehear.service.config import load
from forehear.service.hub import Hub
from forehear.service.store.store import StoreFull

pytestmark = pytest.mark.slow

DATA = "forehear-data"


@pytest.mark.slow
def test_a_store_locked_for_14_seconds_holds_up_neither_tracker_nor_sensors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Symptom: intake died of it, reports were never answered again, and so did the steps of the tracker.
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> list[float]:
        async with living(config) as one:
            await one.well()
            other = sqlite3.connect(tmp_path / DATA / "store.sqlite", isolation_level=None)
            other.execute("begin immediate")
            locked = time.monotonic()
            await one.red("store")
            steps = one.hub.steps
            while time.monotonic() - locked < 14.0:
                receipt = await asyncio.wait_for(one.report(), 5.0)
                assert receipt.accepted == 0
                assert receipt.refused == {"not stored": 12}
            assert one.hub.steps > steps + 4, "the tracker goes on"
            other.execute("rollback")
            other.close()
            await one.well()
            assert (await one.report()).accepted == 12
            return one.acknowledged

    acknowledged = asyncio.run(story())
    assert len(acknowledged) >= 4
    heard = {r.heard_at_s for r in kept(tmp_path)}
    assert heard >= set(acknowledged)
    said = capsys.readouterr().err
    assert "trouble: store: reports are not stored, and not acknowledged: database is locked" in said
    assert re.search(r"over after \d+ s: store", said)


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 8192)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [overwritten, cut_off, emptied, replaced, removed])
def test_a_damaged_store_is_set_aside_and_a_new_one_knows_every_key(
    tmp_path: Path, harm: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    # Symptom: reports went on being acknowledged into a file that nobody could read any more.
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> tuple[list[float], int]:
        async with living(config) as one:
            await one.well()
            assert await one.hub.revoke("S11")
            # All of it in the file itself, as after a while.
            checkpoint = "pragma wal_checkpoint(truncate)"
            await asyncio.get_running_loop().run_in_executor(
                one.hub.keeping.writer, lambda: one.hub.store.db.execute(checkpoint).fetchall()
            )
            harm(tmp_path / DATA / "store.sqlite")
            sent = one.counter
            await one.until(lambda: one.hub.keeping.set_aside == 1 and one.hub.intake.failing is None, 10.0)
            after = time.time()
            for _ in range(3):
                receipt = await one.report()
                assert (receipt.accepted, receipt.refused) == (11, {"revoked": 1})
            assert one.hub.intake.failing is None
            await one.until(lambda: not one.wrong(), 10.0)
            return [after], sent

    (after,), sent = asyncio.run(story())
    said = capsys.readouterr().err
    assert "it is store.damaged-1 now, and a new one was begun" in said
    # The new one has what was acknowledged since; and the key is revoked, and counters used, after a restart too.
    hub = Hub(load(config))
    assert hub.gate.sensors["S11"].revoked
    assert hub.gate.sensors["S0"].counter > sent
    assert sum(r.heard_at_s >= after for b in hub.reader.blocks(0, 10**9) for r in b) >= 33
    asyncio.run(hub.stop())


def test_a_store_that_cannot_be_written_is_red_and_well_when_it_can(tmp_path: Path) -> None:
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> list[float]:
        async with living(config) as one:
            await one.well()
            # As on a disk that was mounted anew to be read only: SQLite answers SQLITE_READONLY.
            one.hub.store.db.execute("pragma query_only=1")
            await one.red("store")
            assert (await one.report()).refused == {"not stored": 12}
            one.hub.store.db.execute("pragma query_only=0")
            await one.well()
            return one.acknowledged

    acknowledged = asyncio.run(story())
    assert {r.heard_at_s for r in kept(tmp_path)} >= set(acknowledged)


def test_a_key_revoked_on_a_full_disk_is_said_and_stays_revoked(tmp_path: Path) -> None:
    # Symptom: answered 200, and trusted again after a restart.
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> None:
        async with living(config) as one:
            await one.well()
            put_key = one.hub.store.put_key

            def full(*_: object) -> None:
                raise StoreFull("database or disk is full")

            one.hub.store.put_key = full  # type: ignore[method-assign]
            assert not await one.hub.revoke("S5"), "the endpoint answers 507 then"
            await one.red("keys")
            assert "S5" in one.watch.troubles["keys"]
            assert one.hub.gate.sensors["S5"].revoked
            one.hub.store.put_key = put_key  # type: ignore[method-assign]
            await one.until(lambda: "keys" not in one.watch.troubles, 10.0)

    asyncio.run(story())
    hub = Hub(load(config))
    assert hub.gate.sensors["S5"].revoked
    assert not hub.gate.sensors["S4"].revoked
    asyncio.run(hub.stop())


def ends(config: Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a service that is to end by itself."""
    words = [sys.executable, "-m", "forehear.cli.main", "serve", "--config", str(config)]
    return subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=25.0, **options)  # type: ignore[call-overload, no-any-return]


def _no_room() -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_disk_full_at_the_start_ends_it_with_a_word(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    ended = ends(config, preexec_fn=_no_room)
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "store.sqlite" in ended.stderr
    # And nothing that it left half made opens a door.
    token = tmp_path / DATA / "operator.token"
    assert not token.exists() or len(token.read_text().strip()) >= 40


@pytest.mark.parametrize("harm", [overwritten, emptied])
def test_a_store_found_damaged_at_the_start_ends_it_with_a_word(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    config = write_config(tmp_path)
    hub = Hub(load(config))
    hub.keeping.store.put_key("S1", None, True, 1.0)
    asyncio.run(hub.stop())
    harm(tmp_path / DATA / "store.sqlite")
    ended = ends(config)
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False), ended.stderr
    assert "store.sqlite" in ended.stderr
    assert "move it aside" in ended.stderr


def test_two_services_on_one_folder_are_one_too_many(tmp_path: Path) -> None:
    # Symptom: both wrote one store, and each took the other's steps for its own.
    config = write_config(tmp_path)
    first = serve(config)
    first.until_ready()
    text = config.read_text("utf-8").replace(f"port = {first.port}", "port = 0")
    config.write_text(text, "utf-8")
    ended = ends(config)
    assert ended.returncode == 1, ended.stderr
    assert f"is in use by another service, process {first.process.pid}" in ended.stderr
    assert first.client.post("/v1/reports", content=line("S0", 1)).json()["accepted"] == 1
    # Killed, it holds nothing any more.
    first.kill()
    again = serve(config)
    again.until_ready()
    assert again.stop() == 0
    assert len(SEEDS) == 12


@pytest.mark.parametrize("half", ["", " \n"])
def test_an_empty_secret_is_made_anew(tmp_path: Path, half: str) -> None:
    # Symptom: a token file that a full disk left empty, and then an empty token was the operator's.
    from forehear.service.secret import secret

    (tmp_path / "operator.token").write_text(half)
    made = secret(tmp_path / "operator.token", 32)
    assert len(made) >= 40
    assert secret(tmp_path / "operator.token", 32) == made
    assert (tmp_path / "operator.token").stat().st_mode & 0o777 == 0o600
