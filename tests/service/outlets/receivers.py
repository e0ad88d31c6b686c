"""Receivers on loopback that take, fail, hang, close, and lie; and what outlets need to be asked without a
service.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.io.outlets.made import SITE, alert

from forehear.io.cap_words import Words, words_in
from forehear.records import Alert, Site
from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.delivery import DeliveryLog
from forehear.service.outlets.items import Carrier, Common, Outgoing, OutletPicture
from forehear.service.outlets.outlet import Outlet
from forehear.service.outlets.progress import CameTo

WITHIN_S = 20.0
Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def words(one: Alert, site: Site) -> dict[str, Words]:
    zone = ZoneInfo("Europe/Kyiv")
    return {"uk": words_in("uk", one, site, zone, "Exercise"), "en": words_in("en", one, site, zone, "Exercise")}


COMMON = Common("ab12", "forehear", "Exercise", "http://127.0.0.1:8080", time.time, words)


def outgoing(number: int, state: str = "warning", site: str = "odesa", at_s: float | None = None) -> Outgoing:
    place = Site(site, SITE.name, "settlement", 30.7, 46.5)
    one = alert(state, site=site, issued_at_s=time.time() if at_s is None else at_s)
    return Outgoing(number, f"ab12.A.{site}.{number}", one, place)


def outlet(
    folder: Path, carrier: Carrier, table: OutletTable | None = None, held: bool = False,
    picture: Callable[[OutletTable], OutletPicture | None] = lambda _: None,
) -> Outlet:  # fmt: skip
    table = table or OutletTable("hook", "webhook", "http://127.0.0.1:1/")
    progress = CameTo(folder / f"{table.name}.json", "Exercise")
    return Outlet(table, carrier, DeliveryLog(folder / f"{table.name}.ndjson"), progress, time.time, picture, held)


async def until(holds: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Wait until something holds; fail where it does not come to that."""
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends, "it did not come to that"
        await asyncio.sleep(0.005)


@dataclass
class Stub:
    """A carrier without a line: `fails` are what it raises, one after the other, None where it takes."""

    fails: list[BaseException | None] = field(default_factory=list)
    alerts: list[Outgoing] = field(default_factory=list)
    pictures: list[OutletPicture] = field(default_factory=list)
    closed: int = 0
    hangs: bool = False

    async def alert(self, item: Outgoing) -> None:
        if self.hangs:
            await asyncio.Event().wait()
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error
        self.alerts.append(item)

    async def picture(self, picture: OutletPicture) -> None:
        self.pictures.append(picture)

    async def trial(self) -> str:
        return "a test"

    async def close(self) -> None:
        self.closed += 1


@asynccontextmanager
async def running(*outlets: Outlet) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in outlets]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Receiver:
    """A server that answers by `manner`, and keeps what came."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [head["webhook-id"] for head in self.heads]

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a request, answer with the next of `answers`, 204 where there is none; b"" just closes."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        named = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(named["Content-Length"]))
        answer = self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\n\r\n"
        if answer.startswith(b"HTTP/1.1 2"):
            self.heads.append({key.lower(): value for key, value in named.items()})
            self.bodies.append(body)
        writer.write(answer)
        await writer.drain()


@asynccontextmanager
async def receiving(manner: Manner | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    chosen = manner or receiver.http

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await chosen(reader, writer)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection, read everything, and never say a word."""
    while await reader.read(65_536):
        pass


async def reads_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection, and read nothing of it."""
    await asyncio.Event().wait()
