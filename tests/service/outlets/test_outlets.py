"""All outlets of a hub: an alert that is stored reaches each, a picture holds what a table asks for, a restart
goes on.
"""

import asyncio
import json
import time
from pathlib import Path

import pytest
from tests.io.outlets.made import alert
from tests.service.outlets.receivers import hangs, receiving, until
from tests.service.stand import SITES, asked, write_config

from forehear.records import Kinds
from forehear.service.hub import Hub
from forehear.service.outlets.outlets import Outlets, fix_of
from forehear.service.tracking.frames import Frame, Shown

HOOK = '[[outlet]]\nname = "hook"\nkind = "webhook"\nto = "http://127.0.0.1:{port}/"\nexercise = {exercise}\n'
TAK = """[[outlet]]
name = "tak"
kind = "cot"
to = "tcp://127.0.0.1:{port}"
what = ["tracks"]
every_s = 0.2
exercise = true
"""


def config(folder: Path, words: str, status: str = "Exercise") -> Path:
    path = write_config(folder, service={"status": status})
    path.write_text(path.read_text("utf-8") + words, "utf-8")
    return path


def shown(name: str, lon: float, lat: float, **changes: object) -> Shown:
    fields: dict[str, object] = {"corroborated": True, "status": "confirmed", **changes}
    status = fields.pop("status")
    return Shown(
        name, status, lon, lat, 400.0, 50.0, 270.0, "piston", Kinds(1.0), 80.0, 0.99, 1.0, **fields  # type: ignore[arg-type]
    )  # fmt: skip


async def decide(hub: Hub, number: int, state: str = "warning") -> None:
    await hub._send(alert(state, alert=f"A{number}", site="town", issued_at_s=time.time()))


def test_an_alert_reaches_every_outlet_within_a_second_though_one_hangs(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver, receiving(hangs) as stuck:
            words = HOOK.format(port=receiver.port, exercise="true")
            words += HOOK.replace('"hook"', '"stuck"').format(port=stuck.port, exercise="true")
            async with asked(config(tmp_path, words)) as (hub, _):
                outlets = Outlets(hub)
                await outlets.start()
                delays = []
                for k in range(1, 8):
                    began = time.monotonic()
                    await decide(hub, k)
                    await until(lambda k=k: len(receiver.bodies) == k)  # type: ignore[misc]
                    delays.append(time.monotonic() - began)
                assert sorted(delays)[3] < 1.0
                assert json.loads(receiver.bodies[0])["data"]["alert"]["site"] == "town"
                assert len(outlets.named("stuck").queue) == 7  # type: ignore[union-attr]
                await outlets.stop()

    asyncio.run(go())


def test_what_was_decided_while_the_service_was_down_is_sent_at_the_next_start(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            path = config(tmp_path, HOOK.format(port=receiver.port, exercise="true"))
            async with asked(path) as (hub, _):
                # Stored before there was an outlet: not its business.
                await decide(hub, 1)
                outlets = Outlets(hub)
                # Killed between storing and sending.
                hub.kept = lambda _: None
                await decide(hub, 2)
                await decide(hub, 3, "cancelled")
            async with asked(path) as (hub, _):
                outlets = Outlets(hub)
                await outlets.start()
                await until(lambda: len(receiver.bodies) == 2)
                await outlets.stop()
            seen = [json.loads(body)["data"]["alert"] for body in receiver.bodies]
            assert [(one["alert"], one["state"]) for one in seen] == [("A2", "warning"), ("A3", "cancelled")]
            async with asked(path) as (hub, _):
                outlets = Outlets(hub)
                await outlets.start()
                await asyncio.sleep(0.1)
                await outlets.stop()
            assert len(receiver.bodies) == 2, "nothing twice"

    asyncio.run(go())


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_an_exercise_leaves_by_marked_outlets_alone_and_never_later(tmp_path: Path, status: str) -> None:
    async def go() -> None:
        async with receiving() as marked, receiving() as unmarked:
            words = HOOK.format(port=marked.port, exercise="true")
            words += HOOK.replace('"hook"', '"people"').format(port=unmarked.port, exercise="false")
            async with asked(config(tmp_path, words, status)) as (hub, _):
                outlets = Outlets(hub)
                await outlets.start()
                await decide(hub, 1)
                await until(lambda: len(marked.bodies) == 1)
                await outlets.stop()
            assert json.loads(marked.bodies[0])["data"]["status"] == status
            async with asked(config(tmp_path, words, "Actual")) as (hub, _):
                outlets = Outlets(hub)
                await outlets.start()
                await decide(hub, 2)
                await until(lambda: len(marked.bodies) == 2 and len(unmarked.bodies) == 1)
                await outlets.stop()
            assert [json.loads(body)["data"]["alert"]["alert"] for body in unmarked.bodies] == ["A2"]

    asyncio.run(go())


def test_a_picture_holds_what_the_table_asks_for(tmp_path: Path) -> None:
    async def go() -> None:
        words = TAK.format(port=1) + 'sites = ["town"]\nwithin_km = 20.0\n'
        async with asked(config(tmp_path, words)) as (hub, _):
            outlets = Outlets(hub)
            table = outlets.outlets[0].table
            assert outlets._picture(table) is None, "nothing is known yet"
            tracks = (
                shown("near", 31.1, 47.0, ellipse=(90.0, 20.0, 45.0), climb_mps=2.0),
                shown("far", 34.0, 47.0),
                shown("rumour", 31.1, 47.0, corroborated=False),
                shown("young", 31.1, 47.0, status="tentative"),
                shown("nowhere", float("nan"), 47.0),
            )
            hub.show.take(Frame(time.time(), 1, tracks))
            picture = outlets._picture(table)
            assert picture is not None
            assert [one.fix.track.track for one in picture.tracks] == ["near"]
            assert picture.tracks[0].fix.ellipse == (90.0, 20.0, 45.0)
            assert picture.tracks[0].fix.track.climb_mps == 2.0
            hub.show.time_s = time.time() - 60.0
            assert outlets._picture(table) is None, "what stands still is not sent on"

    asyncio.run(go())


def test_tracks_leave_and_an_outlet_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from forehear.service.outlets import outlet as module

    monkeypatch.setattr(module, "TROUBLE_S", 0.0)
    seen: list[bytes] = []

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            seen.append(line)

    async def go() -> None:
        async with receiving(read) as receiver:
            words = TAK.format(port=receiver.port) + TAK.replace('"tak"', '"gone"').format(port=1)
            async with asked(config(tmp_path, words)) as (hub, _):
                outlets = Outlets(hub)
                hub.show.take(Frame(time.time(), 1, (shown("T7", 31.1, 47.0),)))
                await outlets.start()
                await until(lambda: len(seen) >= 3)
                await until(lambda: outlets.trouble()[1] is not None)
                name, words = outlets.trouble()
                assert name == "outlets"
                assert (words or "").startswith("gone fails for")
                await outlets.stop()

    asyncio.run(go())
    assert b"forehear." in seen[0]
    assert b".T7" in seen[0]


def test_a_track_of_the_map_is_a_track_that_leaves() -> None:
    fix = fix_of(shown("T7", 31.1, 47.0, count=3, velocity_sigma_mps=1.5), 10.0)
    assert (fix.track.time_s, fix.track.track, fix.track.count, fix.track.velocity_sigma_mps) == (
        10.0,
        "T7",
        3,
        1.5,
    )
    assert SITES[0].id == "town"
