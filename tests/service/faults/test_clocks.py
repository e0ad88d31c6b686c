"""This machine's clock set forward, back, for a moment; all sensors off alike; a store of the future."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from tests.service.faults.living import GENEROUS, living
from tests.service.stand import SEEDS, report, write_config

from forehear.service.config import load
from forehear.service.hub import Hub
from forehear.service.store.store import Store

pytestmark = pytest.mark.slow


class Clock:
    """This machine's, which can be set."""

    def __init__(self) -> None:
        self.off_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.off_s


def ticks(folder: Path) -> list[float]:
    store = Store(folder / "forehear-data" / "store.sqlite")
    found = [t for t, _ in store.ticks(0.0)]
    store.close()
    return found


@pytest.mark.parametrize("leap", [3600.0, 120.0, -30.0, -3600.0])
def test_a_clock_that_is_set_wrongly_is_red_and_tracks_go_on_by_the_sensors(
    tmp_path: Path, leap: float, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> None:
        clock = Clock()
        async with living(config, clock) as one:
            await one.well()
            await one.until(lambda: one.counter > 20, 10.0)
            clock.off_s = leap
            await one.red("clock")
            assert abs(one.hub.clock() - time.time()) < 1.0
            for _ in range(30):
                await one.report()
                await asyncio.sleep(0.1)
            assert abs(one.hub.show.time_s - time.time()) < 2.0, "tracking goes on in the sensors' time"
            assert sum(one.hub.turned_away.values()) == 0
            clock.off_s = 0.0
            await one.well()

    asyncio.run(story())
    assert f"this machine's clock was set by {leap:+.1f} s; 12 sensors say otherwise" in capsys.readouterr().err
    found = ticks(tmp_path)
    assert max(found) < time.time() + 5.0, "nothing of the future is kept"


def test_an_hour_ahead_for_six_seconds_leaves_nothing_behind(tmp_path: Path) -> None:
    # Symptom: blind 19 minutes later, and after a restart, because the store had an hour of the future in it. Also
    # without a single sensor to say what time it is.
    config = write_config(tmp_path)

    async def story() -> None:
        clock = Clock()
        async with living(config, clock) as one:
            await one.until(lambda: one.hub.steps > 5, 10.0, reporting=False)
            clock.off_s = 3600.0
            await asyncio.sleep(6.0)
            clock.off_s = 0.0
            steps = one.hub.steps
            await one.until(lambda: one.hub.steps > steps + 5, 5.0, reporting=False)
            assert abs(one.hub.show.time_s - time.time()) < 2.0

    asyncio.run(story())
    assert max(ticks(tmp_path)) < time.time() + 1.0


def test_steps_of_the_future_are_set_aside_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Symptom: a store whose last step is an hour ahead, as a clock that was wrong leaves it; and every report was
    # too old, for an hour.
    config = write_config(tmp_path, ingest=GENEROUS)

    async def ahead() -> None:
        async with living(config, lambda: time.time() + 3600.0) as one:
            data = tmp_path / "forehear-data"
            await one.until(lambda: any(data.glob("snapshot.fresh-*")), 20.0, reporting=False)

    asyncio.run(ahead())
    assert max(ticks(tmp_path)) > time.time() + 3000.0

    async def story() -> None:
        async with living(config) as one:
            await one.well()
            assert abs(one.hub.show.time_s - time.time()) < 2.0
            assert sum(one.hub.turned_away.values()) == 0

    asyncio.run(story())
    assert max(ticks(tmp_path)) < time.time() + 1.0
    said = capsys.readouterr().err
    assert "steps of the future set aside, with the snapshot" in said
    assert list((tmp_path / "forehear-data").glob("snapshot.*.future")) != []


def test_a_clock_put_right_after_a_wrong_start_is_followed_back(tmp_path: Path) -> None:
    config = write_config(tmp_path, ingest=GENEROUS)

    async def story() -> None:
        clock = Clock()
        clock.off_s = 3600.0
        async with living(config, clock) as one:
            await one.until(lambda: "clocks" in one.watch.troubles, 5.0)
            clock.off_s = 0.0
            await one.until(lambda: abs(one.hub.show.time_s - time.time()) < 2.0, 10.0)
            await one.until(lambda: not one.wrong(), 60.0)

    asyncio.run(story())


def test_all_sensors_an_hour_behind_are_not_ok_and_ready(tmp_path: Path) -> None:
    # Raw: heard_at_s 3600 s behind in every report. Symptom: 768 of 768 accepted with 200, and then turned away
    # by the tracker; /health: ok, ready.
    config = write_config(tmp_path, keys=False, ingest=GENEROUS | {"unsigned": True})

    async def story() -> None:
        async with living(config) as one:
            for _ in range(30):
                heard = time.time() - 3600.0
                lines = [msgspec.json.encode(report(sensor, heard)) for sensor in SEEDS]
                await one.hub.intake.offer(lines, "gateway")
                await asyncio.sleep(0.1)
            assert one.watch.status == "degraded"
            assert "12 of 12 sensors are alike, and 3600 s behind this machine's" in one.watch.troubles["clocks"]
            # Said for as long as it is so; and tracked all the same, by this machine's clock.
            away = sum(one.hub.turned_away.values())
            for _ in range(80):
                heard = time.time() - 3600.0
                lines = [msgspec.json.encode(report(sensor, heard)) for sensor in SEEDS]
                assert (await one.hub.intake.offer(lines, "gateway")).accepted == 12
                await asyncio.sleep(0.1)
            assert "clocks" in one.watch.troubles
            assert sum(one.hub.turned_away.values()) <= away + 12 * 20
            newest = one.hub.reader.last_block()
            (kept,) = one.hub.reader.blocks(newest - 1, newest)
            assert all(abs(r.heard_at_s - time.time()) < 6.0 for r in kept)

    asyncio.run(story())


def test_what_is_refused_at_the_gate_is_said_when_it_is_most_of_it(tmp_path: Path) -> None:
    config = write_config(tmp_path)

    async def story() -> None:
        async with living(config) as one:
            for _ in range(5):
                await one.hub.intake.offer([b"rubbish"] * 10, "somebody")
            await one.until(lambda: "reports" in one.watch.troubles, 5.0, reporting=False)
            assert "100 % of the last 50 are refused: not a report line" in one.watch.troubles["reports"]

    asyncio.run(story())


def test_a_hub_without_a_tracker_can_still_be_asked(tmp_path: Path) -> None:
    hub = Hub(load(write_config(tmp_path)))
    assert hub.failed() is None
    assert abs(hub.clock() - time.time()) < 1.0
    asyncio.run(hub.stop())
