"""What is kept: the store with its one writing thread, the gate's keys and counters in it, and what follows if it
fails.

Theory of operation. Nothing is acknowledged that is not on the disk, and nothing that fails on the disk stops the
tracker: what cannot be written now is noted, said (`intake.failing`), and tried again. A store that was damaged is
given another name, and a new one begun with every key, revocation and counter, which are in memory too.
"""

import asyncio
import base64
import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from forehear.errors import InputError
from forehear.service.config import Settings
from forehear.service.intake.gate import Gate, Limits, known_sensors
from forehear.service.intake.intake import Intake
from forehear.service.store.file import verify_closed
from forehear.service.store.lock import FolderLock
from forehear.service.store.store import Store, StoreDamaged, StoreFailed


class Keeping:
    """The folder is this service's alone from its making until `close`."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        """Raises InputError where the folder is in use, or the store cannot be opened."""
        self._settings, self._clock = settings, clock
        folder = settings.data_dir
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FolderLock(folder)
        self._path = folder / "store.sqlite"
        self.set_aside = 0
        try:
            self.store, self.reader = self._opened()
        except (sqlite3.Error, StoreFailed, OSError) as error:
            self._lock.release()
            raise InputError(
                f"{self._path}: {error}. Where it is damaged, move it aside with its -wal and -shm to begin anew: "
                "what the operator enrolled and revoked is in it"
            ) from None
        self.writer = ThreadPoolExecutor(1, "store")
        self.gate = _gate(settings, self.store)
        self.intake = Intake(self.gate, self.store, clock, self.writer)
        self.intake.stored = self.store.counters()
        # Keys given and revoked that are not on the disk yet: sensor -> key, revoked.
        self.keys_unwritten: dict[str, tuple[str | None, bool]] = {}

    async def close(self) -> None:
        """Write what is left to write, and let another have the folder."""
        await self._write_keys()
        self.writer.shutdown()
        self.store.close()
        self.reader.close()
        self._lock.release()

    async def write(self, work: Callable[[], Any]) -> Any:
        """Do something with the store on its own thread; its failure is noted, and None returned."""

        def checked() -> Any:
            self.store.verify()
            return work()

        try:
            result = await asyncio.get_running_loop().run_in_executor(self.writer, checked)
        except StoreFailed as error:
            self.intake.note_failure(error)
            return None
        except (sqlite3.Error, OSError) as error:
            self.intake.note_failure(StoreFailed(f"{type(error).__name__}: {error}"))
            return None
        # Whether there is room for reports only a report tells.
        if not self.intake.full:
            self.intake.note_failure(None)
        return result

    async def tend(self) -> bool:
        """Once a second: write what could not be written, replace a damaged store; says whether it was."""
        if self.keys_unwritten:
            await self._write_keys()
        if isinstance(self.intake.failing, StoreDamaged):
            return await self._begin_anew(self.intake.failing)
        return False

    async def enrol(self, sensor: str, public_key: str) -> bool:
        """Give a sensor a key; says whether that is on the disk. Raises KeyError, ValueError."""
        self.gate.enrol(sensor, public_key)
        self.intake.stored.pop(sensor, None)
        self.keys_unwritten[sensor] = (public_key, False)
        return await self._write_keys()

    async def revoke(self, sensor: str) -> bool:
        """Take nothing more from a sensor; says whether that is on the disk. Raises KeyError."""
        self.gate.revoke(sensor)
        self.keys_unwritten[sensor] = (None, True)
        return await self._write_keys()

    async def _write_keys(self) -> bool:
        """Write what was given and revoked; says whether all is written. What cannot be is tried again."""

        def write(sensor: str, key: str | None, revoked: bool) -> bool:
            self.store.put_key(sensor, key, revoked, self._clock())
            return True

        for sensor, one in list(self.keys_unwritten.items()):
            if not await self.write(lambda s=sensor, k=one: write(s, *k)):  # type: ignore[misc]
                return False
            if self.keys_unwritten.get(sensor) == one:
                del self.keys_unwritten[sensor]
        return True

    async def _begin_anew(self, why: StoreDamaged) -> bool:
        """Give a damaged store another name and begin a new one: with every key, revocation and counter."""
        try:
            aside = await asyncio.get_running_loop().run_in_executor(self.writer, self._replace)
        except (OSError, sqlite3.Error, StoreFailed) as error:
            print(f"forehear serve: store: {why}; a new one cannot be begun: {error}", file=sys.stderr)
            return False
        self.reader.close()
        self.reader = Store(self._path)
        self.intake.note_failure(None)
        print(f"forehear serve: store: {why}; it is {aside.name} now, and a new one was begun", file=sys.stderr)
        return True

    def _replace(self) -> Path:
        aside = self.store.set_aside()
        self.set_aside += 1
        self.store, reader = self._opened()
        reader.close()
        self.store.begin_after(self.intake.block)
        for sensor, key, revoked in _enrolments(self.gate, self._settings):
            self.store.put_key(sensor, key, revoked, self._clock())
        # Putting a key starts its counter anew: not here.
        self.store.commit([], self.intake.stored)
        # On this thread, which the next commit waits for.
        self.intake.store = self.store
        return aside

    def _opened(self) -> tuple[Store, Store]:
        """Open the store twice: to write, and to read. Raises sqlite3.Error."""
        verify_closed(self._path, (self._path.parent / "instance.name").exists() and not self.set_aside)
        writer = Store(self._path, writer=True, max_mb=self._settings.config.store.max_mb)
        return writer, Store(self._path)


def _gate(settings: Settings, store: Store) -> Gate:
    """Make the gate as it was: who is enrolled, who is revoked, which counters are used."""
    ingest = settings.config.ingest
    limits = Limits(ingest.unsigned, ingest.reports_per_s, ingest.burst)
    gate = Gate(known_sensors(settings.network.sensors), limits)
    for sensor, key, revoked in store.enrolled():
        if sensor in gate.sensors:
            if key is not None:
                gate.enrol(sensor, key)
            if revoked:
                gate.revoke(sensor)
    used = store.counters()
    gate.reload(used, used)
    return gate


def _enrolments(gate: Gate, settings: Settings) -> list[tuple[str, str | None, bool]]:
    """Give what the operator enrolled and revoked beyond the network's own keys: sensor, key, revoked."""
    own = {s.id: s.public_key for s in settings.network.sensors}
    out: list[tuple[str, str | None, bool]] = []
    for name, known in gate.sensors.items():
        key = None if known.key is None else base64.b64encode(known.key.public_bytes_raw()).decode()
        if known.revoked:
            out.append((name, None, True))
        elif key != own[name]:
            out.append((name, key, False))
    return out
