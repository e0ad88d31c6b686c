"""A full disk: refuse, say so, and keep tracking; take up again once there is room."""

import asyncio
from pathlib import Path

import pytest
from tests.service.stand import READY_WITHIN_S, compiled, line, write_config


@pytest.mark.slow
def test_a_full_disk_refuses_says_so_and_goes_on_tracking(tmp_path: Path) -> None:
    from forehear.service.config import load
    from forehear.service.hub import Hub
    from forehear.service.intake.intake import Receipt

    compiled()
    config = write_config(tmp_path, ingest={"reports_per_s": 1000.0, "burst": 1e6})
    settings = load(config)

    async def story() -> None:
        hub = Hub(settings)
        await hub.start()
        await asyncio.wait_for(hub.ready.wait(), READY_WITHIN_S)
        assert await hub.intake.offer([line("S0", 1)], "here") == Receipt(1, {}, 1)
        # The pages of the file are all there will be: SQLite then answers as on a full disk.
        pages = hub.store.db.execute("pragma page_count").fetchone()[0]
        hub.store.db.execute("pragma wal_checkpoint(truncate)")
        hub.store.db.execute(f"pragma max_page_count={pages}")
        refused = 0
        counter = 2
        while not refused and counter < 4000:
            receipt = await hub.intake.offer([line(f"S{k}", counter) for k in range(12)], "here")
            refused = receipt.refused.get("disk full", 0)
            counter += 1
        assert refused == 12, "the commit as a whole was refused"
        assert hub.status()["store_full"]
        steps, unstored = hub.steps, hub.intake.unstored
        for _ in range(100):
            await asyncio.sleep(0.1)
            if hub.steps > steps + 2:
                break
        assert hub.steps > steps + 2, "the tracker goes on"
        assert hub.reports_in_steps >= unstored, "with what could not be stored"
        assert hub.failed() is None
        # Room again: the sensors send the same reports again, with the same counters, and are answered.
        hub.store.db.execute("pragma max_page_count=1000000")
        again = await hub.intake.offer([line(f"S{k}", counter - 1) for k in range(12)], "here")
        assert (again.accepted, again.refused) == (12, {})
        assert not hub.status()["store_full"]
        await hub.stop()

    asyncio.run(story())
