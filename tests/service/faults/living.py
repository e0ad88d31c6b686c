"""A service that lives in this process, is looked at as /health looks, and can be hurt."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.service.stand import READY_WITHIN_S, SEEDS, compiled, line

from forehear.records import Report
from forehear.service.config import load
from forehear.service.hub import Hub
from forehear.service.intake.intake import Receipt
from forehear.service.store.store import Store
from forehear.service.watch import Watch

# Red within so long of the fault, and well again within so long of its end [s].
RED_WITHIN_S, WELL_WITHIN_S = 5.0, 10.0
GENEROUS = {"reports_per_s": 1000.0, "burst": 1e6}


@dataclass
class Living:
    """A hub with who watches it, and all sensors at hand."""

    hub: Hub
    watch: Watch
    counter: int = 0
    # Hearing times that were acknowledged.
    acknowledged: list[float] = field(default_factory=list)

    async def report(self, heard_at_s: Callable[[], float] = time.time) -> Receipt:
        """Have every sensor report once; notes what is acknowledged."""
        self.counter += 1
        heard = heard_at_s()
        lines = [line(sensor, self.counter, heard) for sensor in SEEDS]
        receipt = await asyncio.wait_for(self.hub.intake.offer(lines, "gateway"), 10.0)
        if receipt.accepted == len(lines):
            self.acknowledged.append(heard)
        return receipt

    async def until(self, true: Callable[[], bool], within_s: float, reporting: bool = True) -> float:
        """Wait for something, while all sensors report; returns how long it took [s]."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            if true():
                return time.monotonic() - began
            if reporting:
                await self.report()
            await asyncio.sleep(0.1)
        raise AssertionError(f"not within {within_s} s; troubles: {self.watch.troubles}")

    async def red(self, name: str) -> float:
        """Wait until a trouble stands; returns how long it took [s]."""
        return await self.until(lambda: name in self.watch.troubles and self.watch.status != "ok", RED_WITHIN_S)

    async def well(self, within_s: float = WELL_WITHIN_S) -> float:
        """Wait until nothing is wrong and a frame is new; returns how long it took [s]."""
        steps = self.hub.steps
        return await self.until(lambda: not self.wrong() and self.hub.steps > steps + 2, within_s)

    def wrong(self) -> set[str]:
        """Name what is wrong, beside what so small a network cannot hear."""
        return set(self.watch.troubles) - {"coverage"}


@asynccontextmanager
async def living(config: Path, clock: Callable[[], float] = time.time) -> AsyncIterator[Living]:
    """Run a hub with its tracker, looked at five times a second, until the block ends."""
    compiled()
    hub = Hub(load(config), clock)
    watch = Watch(hub)
    await hub.start()

    async def look() -> None:
        while True:
            watch.look()
            await asyncio.sleep(0.2)

    looking = asyncio.create_task(look())
    try:
        await asyncio.wait_for(hub.ready.wait(), READY_WITHIN_S)
        yield Living(hub, watch)
        assert hub.failed() is None
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await hub.stop()


def kept(folder: Path) -> list[Report]:
    """Give every report that is on the disk, in whatever store it was put."""
    out = []
    for path in [*folder.glob("forehear-data/store.sqlite"), *folder.glob("forehear-data/store.damaged-?")]:
        store = Store(path)
        out += [r for block in store.blocks(0, store.last_block()) for r in block]
        store.close()
    return out
