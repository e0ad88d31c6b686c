"""A feed of known aircraft: a receiver's port 30003, or its aircraft.json over HTTP or in a file; kept alive.

Theory of operation. One task connects or polls, and begins anew whatever it dies of. What is known of an
aircraft is its last report, for as long as it may still be there. A feed that says nothing, is late, or is gone
is a trouble of the service: what flies then is not known, and nothing is explained by it any more. It never
keeps the service from warning: without a feed everything that is heard may be a threat.
"""

import asyncio
import contextlib
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from forehear.io.aircraft.judge import AircraftJudge
from forehear.io.aircraft.page import MOST_PAGE_BYTES, read_page
from forehear.io.aircraft.sbs import SbsParser
from forehear.io.ndjson import Rejections
from forehear.io.outlets.http import body_in, request, target_of
from forehear.records import KnownAircraft
from forehear.service.aircraft_table import AircraftTable

# --- numbers that decide -----------------------------------------------------------------------------
# A receiver with nothing in sight sends nothing; one whose line is silent for so long is asked anew [s].
SILENT_S = 75.0
# A poll has so long; after a failure it is tried again after, doubled up to the last [s].
POLL_WITHIN_S, AGAIN_S, AGAIN_MOST_S = 5.0, 0.5, 10.0
# A page made longer ago than this is late: its program stands still [s]. So is a feed that fails for so long.
LATE_S, GONE_S = 10.0, 10.0
# An aircraft that is not reported for so long is not known to be there any more [s].
KNOWN_S = 30.0
PIECE_BYTES = 65_536
# -----------------------------------------------------------------------------------------------------


class AircraftFeed:
    """`run` it; `known(now)` gives what flies."""

    def __init__(
        self, table: AircraftTable, folder: Path, centre: tuple[float, float] | None, clock: Callable[[], float]
    ) -> None:
        self._table, self._folder, self._clock = table, folder, clock
        self.rejections = Rejections()
        self._judge = AircraftJudge(self.rejections, centre)
        self._aircraft: dict[str, KnownAircraft] = {}
        self.connections = 0
        # Why it does not work at the moment, and since when [s of the steady clock].
        self.why: str | None = "not connected yet"
        self._since = time.monotonic()
        self._page_at_s: float | None = None
        self._again_s = AGAIN_S

    def known(self, now_s: float) -> list[KnownAircraft]:
        """Give the last report of every aircraft that is known to be there."""
        self._aircraft = {k: one for k, one in self._aircraft.items() if now_s - one.time_s <= KNOWN_S}
        return list(self._aircraft.values())

    def trouble(self) -> tuple[str, str | None]:
        """Say what keeps us from knowing what flies, for who watches the service."""
        for_s = time.monotonic() - self._since
        if self.why is not None:
            return (
                "aircraft",
                f"{self._table.source} fails for {for_s:.0f} s: {self.why}" if for_s > GONE_S else None,
            )
        if self._page_at_s is not None and (late_s := self._clock() - self._page_at_s) > LATE_S:
            return "aircraft", f"{self._table.source} is late: its page is {late_s:.0f} s old"
        return "aircraft", None

    async def run(self) -> None:
        """Read until cancelled; whatever it dies of, it begins anew."""
        while True:
            try:
                await (self._read_lines() if self._table.sbs is not None else self._poll())
                why = "the receiver closed the connection"
            except Exception as error:
                why = "nothing came of it in time" if isinstance(error, TimeoutError) else str(error)
                why = why or type(error).__name__
            self._failed(why)
            await asyncio.sleep(self._again_s)
            self._again_s = min(2.0 * self._again_s, AGAIN_MOST_S)

    def _take(self, found: list[KnownAircraft]) -> None:
        for one in found:
            self._aircraft[one.id] = one

    async def _read_lines(self) -> None:
        host, _, port = (self._table.sbs or "").rpartition(":")
        parser = SbsParser(self.rejections, self._judge)
        async with asyncio.timeout(POLL_WITHIN_S):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        self._works()
        try:
            while True:
                async with asyncio.timeout(SILENT_S):
                    data = await reader.read(PIECE_BYTES)
                if not data:
                    return
                self._take(parser.feed(data, self._clock()))
        finally:
            writer.transport.abort()

    async def _poll(self) -> None:
        """Read the page again and again."""
        while True:
            data = await self._page()
            made_at_s, found = read_page(data, self._clock(), self.rejections, self._judge)
            if made_at_s is None:
                raise ValueError("what it gives is no aircraft.json")
            self._page_at_s = made_at_s
            self._works()
            self._take(found)
            await asyncio.sleep(self._table.every_s)

    async def _page(self) -> bytes:
        address = self._table.json or ""
        if urlsplit(address).scheme not in ("http", "https"):
            path = self._folder / address
            return await asyncio.to_thread(_read, path)
        target = target_of(address)
        async with asyncio.timeout(POLL_WITHIN_S):
            reader, writer = await asyncio.open_connection(target.host, target.port, ssl=target.tls or None)
            try:
                writer.write(request("GET", target, {}, b""))
                await writer.drain()
                data = bytearray()
                while piece := await reader.read(PIECE_BYTES):
                    data += piece
                    if len(data) > MOST_PAGE_BYTES:
                        raise ValueError(f"a page of over {MOST_PAGE_BYTES} bytes")
                return body_in(bytes(data))
            finally:
                writer.transport.abort()

    def _works(self) -> None:
        if self.why is not None:
            self.connections += 1
            print(f"forehear serve: aircraft: {self._table.source} is read", file=sys.stderr)
        self.why, self._again_s = None, AGAIN_S

    def _failed(self, why: str) -> None:
        if self.why is None or self.why == "not connected yet":
            self._since = time.monotonic()
            print(f"forehear serve: aircraft: {self._table.source}: {why}; trying again", file=sys.stderr)
        self.why = why


def centre_of(places: list[tuple[float, float]]) -> tuple[float, float] | None:
    """Give the middle of a network's places (lon, lat), whatever side of 180 degrees they are on; None of none."""
    if not places:
        return None
    x = sum(math.cos(math.radians(lon)) for lon, _ in places)
    y = sum(math.sin(math.radians(lon)) for lon, _ in places)
    return math.degrees(math.atan2(y, x)), sum(lat for _, lat in places) / len(places)


def _read(path: Path) -> bytes:
    with contextlib.closing(path.open("rb")) as file:
        return file.read(MOST_PAGE_BYTES + 1)
