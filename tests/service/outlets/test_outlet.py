"""The worker against receivers that fail, hang, refuse and die: none holds up another, and no alert is lost."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.service.outlets.receivers import Stub, outgoing, outlet, running, until

from forehear.service.outlet_table import OutletTable
from forehear.service.outlets import outlet as module
from forehear.service.outlets.items import OutletPicture, Undelivered
from forehear.service.outlets.outlet import health_of
from forehear.service.outlets.progress import CameTo


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rest for hundredths of a second, so that failures take none."""
    monkeypatch.setattr(module, "REST_S", 0.01)
    monkeypatch.setattr(module, "REST_MOST_S", 0.05)
    monkeypatch.setattr(module, "WITHIN_S", 0.5)


def test_an_alert_leaves_at_once_and_in_order(tmp_path: Path) -> None:
    async def go() -> None:
        stub = Stub()
        one = outlet(tmp_path, stub)
        async with running(one):
            began = time.monotonic()
            for k in range(1, 101):
                one.offer(outgoing(k, site=f"s{k % 7}"))
            await until(lambda: len(stub.alerts) == 100)
            assert time.monotonic() - began < 5.0
        assert [item.number for item in stub.alerts] == list(range(1, 101))
        assert health_of(one).counts["alerts"] == 100

    asyncio.run(go())


def test_failures_are_tried_again_in_order_and_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def go() -> None:
        stub = Stub([OSError("no route"), Undelivered("answered 500"), TimeoutError(), None])
        one = outlet(tmp_path, stub)
        async with running(one):
            for k in (1, 2, 3):
                one.offer(outgoing(k, site=f"s{k}"))
            await until(lambda: len(stub.alerts) == 3)
        assert [item.number for item in stub.alerts] == [1, 2, 3]
        assert one.log.counts["failures"] == 3
        assert stub.closed >= 3
        assert [line["event"] for line in one.log.last if line["event"] != "delivered"] == ["fails", "works again"]

    asyncio.run(go())
    assert capsys.readouterr().err.count("no route; trying again") == 1


def test_one_that_hangs_holds_up_no_other_and_is_a_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TROUBLE_S", 0.6)

    async def go() -> None:
        hanging, well = Stub(hangs=True), Stub()
        bad = outlet(tmp_path, hanging, OutletTable("bad", "webhook", "http://127.0.0.1:1/"))
        good = outlet(tmp_path, well)
        async with running(bad, good):
            began = time.monotonic()
            for k in range(1, 21):
                bad.offer(outgoing(k))
                good.offer(outgoing(k))
            await until(lambda: len(well.alerts) == 20)
            assert time.monotonic() - began < 0.5, "while the other hangs in its first attempt"
            await until(lambda: bad.trouble() is not None)
            assert "20 alerts wait: nothing came of it" in (bad.trouble() or "")
            assert good.trouble() is None
            # It comes to life, and has everything.
            hanging.hangs = False
            await until(lambda: len(hanging.alerts) == 20)
            assert bad.trouble() is None

    asyncio.run(go())


def test_what_one_receiver_always_refuses_holds_up_nothing_behind_it(tmp_path: Path) -> None:
    async def go() -> None:
        class Choosy(Stub):
            async def alert(self, item: object) -> None:
                if item.site.id == "bad":  # type: ignore[attr-defined]
                    raise Undelivered("answered 422", refused=True)
                await super().alert(item)  # type: ignore[arg-type]

        stub = Choosy()
        one = outlet(tmp_path, stub)
        async with running(one):
            for number, site in enumerate(["bad", "a", "b", "c"], 1):
                one.offer(outgoing(number, site=site))
            await until(lambda: len(stub.alerts) == 3)
            assert [item.site.id for item in stub.alerts] == ["a", "b", "c"]
            assert len(one.queue) == 1, "it is still tried"
        # After a restart it is the first again: nothing before it was passed over.
        assert CameTo(tmp_path / "hook.json", "Exercise").number == 0

    asyncio.run(go())


def test_an_exercise_never_reaches_an_outlet_that_is_not_marked(tmp_path: Path) -> None:
    async def go() -> None:
        stub = Stub()
        one = outlet(tmp_path, stub, held=True)
        async with running(one):
            for k in range(1, 6):
                one.offer(outgoing(k))
            await asyncio.sleep(0.1)
            with pytest.raises(Undelivered, match="not marked"):
                await one.trial()
        assert stub.alerts == []
        assert stub.pictures == []
        assert one.log.counts["held"] == 5
        assert len(one.queue) == 0, "nor later"

    asyncio.run(go())


def test_sites_and_states_are_chosen(tmp_path: Path) -> None:
    async def go() -> None:
        stub = Stub()
        table = OutletTable("hook", "webhook", "http://x/", sites=("a",), states=("warning", "cancelled"))
        one = outlet(tmp_path, stub, table)
        async with running(one):
            given = [("a", "watch"), ("b", "warning"), ("a", "warning"), ("a", "cancelled")]
            for number, (site, state) in enumerate(given, 1):
                one.offer(outgoing(number, state, site))
            await until(lambda: len(stub.alerts) == 2)
        assert [item.number for item in stub.alerts] == [3, 4]

    asyncio.run(go())


def test_after_a_crash_what_did_not_arrive_is_sent_and_nothing_else(tmp_path: Path) -> None:
    async def go() -> None:
        items = [outgoing(k, site=f"s{k}") for k in range(1, 11)]
        stub = Stub([None, None, None, *[OSError("gone")] * 50])
        one = outlet(tmp_path, stub)
        async with running(one):
            for item in items:
                one.offer(item)
            await until(lambda: one.log.counts["failures"] >= 3)
        assert [item.number for item in stub.alerts] == [1, 2, 3]
        second = Stub()
        again = outlet(tmp_path, second)
        again.catch_up(item for item in items if item.number > again.came_to)
        async with running(again):
            await until(lambda: len(second.alerts) == 7)
        assert [item.number for item in second.alerts] == [4, 5, 6, 7, 8, 9, 10]

    asyncio.run(go())


def test_people_are_not_flooded(tmp_path: Path) -> None:
    async def go() -> None:
        stub = Stub()
        table = OutletTable("news", "ntfy", "http://x/topic", per_minute=5.0)
        one = outlet(tmp_path, stub, table)
        async with running(one):
            for k in range(1, 41):
                one.offer(outgoing(k, ("watch", "warning")[k % 2], f"s{k % 20}"))
            await until(lambda: len(stub.alerts) >= 5)
            await asyncio.sleep(0.3)
        assert len(stub.alerts) == 5, "five at once, then one in twelve seconds"
        assert len(one.queue) == 15, "of each place the newest"

    asyncio.run(go())


def test_pictures_are_the_newest_and_come_as_often_as_was_asked(tmp_path: Path) -> None:
    async def go() -> None:
        stub = Stub()
        table = OutletTable("tak", "cot", "tcp://127.0.0.1:1", what=("tracks",), every_s=0.2)
        made = [0]

        def picture(_: OutletTable) -> OutletPicture:
            made[0] += 1
            return OutletPicture(float(made[0]))

        one = outlet(tmp_path, stub, table, picture=picture)
        began = time.monotonic()
        async with running(one):
            await until(lambda: len(stub.pictures) >= 5)
        assert time.monotonic() - began > 0.75
        assert [p.time_s for p in stub.pictures] == [float(k) for k in range(1, len(stub.pictures) + 1)]

    asyncio.run(go())


def test_a_fault_of_ours_ends_no_outlet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def go() -> None:
        stub = Stub([KeyError("oops"), None])
        one = outlet(tmp_path, stub)
        async with running(one):
            one.offer(outgoing(1))
            await until(lambda: len(stub.alerts) == 1)

    asyncio.run(go())
    assert "KeyError" in capsys.readouterr().err
