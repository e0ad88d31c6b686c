"""The endpoints of outlets: who may ask, what they answer, and dates that spare an answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from tests.io.outlets.made import alert
from tests.io.outlets.test_webpush import AUTH, PUBLIC
from tests.service.outlets.receivers import receiving
from tests.service.stand import TOKEN, write_config

from forehear.service.config import load
from forehear.service.endpoints.web import application
from forehear.service.hub import Hub
from forehear.service.outlets.outlets import Outlets

OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
FEED = '[[outlet]]\nname = "app"\nkind = "feed"\nexercise = true\nregions = {town = "18"}\n'
Asking = Callable[[Hub, httpx.AsyncClient, Outlets], Awaitable[None]]


def ask(tmp_path: Path, words: str, then: Asking) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text("utf-8") + words, "utf-8")

    async def go() -> None:
        hub = Hub(load(path))
        outlets = Outlets(hub)
        transport = httpx.ASGITransport(application(hub, None, outlets))
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", timeout=30.0) as client:
            try:
                await outlets.start()
                await then(hub, client, outlets)
            finally:
                await outlets.stop()
                await hub.stop()

    asyncio.run(go())


async def decide(hub: Hub, name: str, state: str = "warning") -> None:
    await hub._send(alert(state, alert=name, site="town", issued_at_s=time.time()))


def test_an_alert_is_in_every_shape_of_a_feed(tmp_path: Path) -> None:
    async def then(hub: Hub, client: httpx.AsyncClient, _: Outlets) -> None:
        empty = await client.get("/feeds/app/v1/alerts/active.json")
        assert empty.json()["alerts"] == []
        await decide(hub, "A1")
        active = await client.get("/feeds/app/v1/alerts/active.json")
        assert active.json()["alerts"][0]["location_uid"] == "18"
        assert "EXERCISE" in active.json()["alerts"][0]["notes"]
        assert (await client.get("/feeds/app/api/v3/alerts")).json()[0]["regionId"] == "18"
        assert len((await client.get("/feeds/app/api/v3/alerts/18")).json()) == 1
        assert (await client.get("/feeds/app/api/v3/alerts/19")).json() == []
        assert (await client.get("/feeds/app/api/v3/alerts/status")).json() == {"lastActionIndex": 1}
        assert (await client.get("/feeds/app/api/v3/regions")).json()["states"][0]["regionId"] == "18"
        feed = await client.get("/feeds/app/alerts.geojson")
        assert feed.headers["content-type"].startswith("application/geo+json")
        assert feed.json()["features"][0]["properties"]["category"] == "warning"
        await decide(hub, "A1", "cancelled")
        assert (await client.get("/feeds/app/v1/alerts/active.json")).json()["alerts"] == []

    ask(tmp_path, FEED, then)


def test_who_has_the_newest_is_told_so_and_who_has_not_gets_it(tmp_path: Path) -> None:
    async def then(hub: Hub, client: httpx.AsyncClient, outlets: Outlets) -> None:
        feed = outlets.feeds["app"]
        feed.changed_s -= 10.0
        first = await client.get("/feeds/app/v1/alerts/active.json")
        since = {"If-Modified-Since": first.headers["last-modified"]}
        again = await client.get("/feeds/app/v1/alerts/active.json", headers=since)
        assert (again.status_code, again.content) == (304, b"")
        await decide(hub, "A1")
        changed = await client.get("/feeds/app/v1/alerts/active.json", headers=since)
        assert (changed.status_code, len(changed.json()["alerts"])) == (200, 1)

    ask(tmp_path, FEED, then)


def test_a_feed_s_token_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "feed.token").write_text("a-token-for-the-feed")

    async def then(_: Hub, client: httpx.AsyncClient, outlets: Outlets) -> None:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer ї"}):
            refused = await client.get(
                "/feeds/app/api/v3/alerts", headers={k: v.encode() for k, v in given.items()}
            )
            assert refused.status_code == 401
        for shown in ("Bearer a-token-for-the-feed", "a-token-for-the-feed"):
            taken = await client.get("/feeds/app/api/v3/alerts", headers={"Authorization": shown})
            assert taken.status_code == 200
        assert outlets.feeds["app"].served == 2

    ask(tmp_path, FEED + 'token_file = "feed.token"\n', then)


def test_an_exercise_is_no_empty_list_for_a_feed_that_is_not_marked(tmp_path: Path) -> None:
    async def then(hub: Hub, client: httpx.AsyncClient, _: Outlets) -> None:
        await decide(hub, "A1")
        assert (await client.get("/feeds/app/v1/alerts/active.json")).status_code == 503
        assert (await client.get("/feeds/other/v1/alerts/active.json")).status_code == 404

    ask(tmp_path, FEED.replace("exercise = true\n", ""), then)


def test_the_operator_alone_sees_how_outlets_do_and_sends_a_test(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            hook = f'[[outlet]]\nname = "hook"\nkind = "webhook"\nto = "http://127.0.0.1:{receiver.port}/"\n'

            async def then(hub: Hub, client: httpx.AsyncClient, _: Outlets) -> None:
                for address in ("/outlets", "/metrics"):
                    assert (await client.get(address)).status_code == 401
                assert (await client.post("/outlets/hook/test")).status_code == 401
                assert (await client.post("/outlets/none/test", headers=OPERATOR)).status_code == 404
                sent = await client.post("/outlets/hook/test", headers=OPERATOR)
                assert sent.json()["sent"] == "a signed message of type test"
                held = await client.post("/outlets/held/test", headers=OPERATOR)
                assert (held.status_code, "not marked" in held.text) == (502, True)
                shown = {one["name"]: one for one in (await client.get("/outlets", headers=OPERATOR)).json()}
                assert shown["hook"]["last"][-1]["event"] == "test"
                assert shown["held"]["held"]
                metrics = (await client.get("/metrics", headers=OPERATOR)).text
                assert 'forehear_outlet_works{outlet="hook",kind="webhook"} 1' in metrics
                assert 'forehear_outlet_held{outlet="held",kind="webhook"} 1' in metrics

            words = hook + "exercise = true\n" + hook.replace('"hook"', '"held"')
            await asyncio.to_thread(ask, tmp_path, words, then)

    asyncio.run(go())


def test_a_browser_subscribes_and_nobody_has_us_call_an_address_of_our_own(tmp_path: Path) -> None:
    push = '[[outlet]]\nname = "push"\nkind = "webpush"\nsender = "mailto:a@b.example"\nexercise = true\n'

    async def then(_: Hub, client: httpx.AsyncClient, outlets: Outlets) -> None:
        assert len((await client.get("/push/key")).json()["key"]) == 87
        given = {"endpoint": "https://fcm.googleapis.com/x", "p256dh": PUBLIC, "auth": AUTH, "site": "town"}
        assert (await client.post("/push", json=given)).status_code == 201
        assert (await client.post("/push", json=given | {"site": "none"})).status_code == 404
        assert (await client.post("/push", json=given | {"endpoint": "https://10.0.0.1/x"})).status_code == 422
        assert (await client.post("/push", json=given | {"auth": "A" * 16})).status_code == 422
        assert (await client.post("/push", json=given | {"more": 1})).status_code == 400
        assert outlets.browsers is not None
        assert len(outlets.browsers.subscriptions) == 1

    ask(tmp_path, push, then)


def test_without_browsers_there_is_nothing_to_subscribe_to(tmp_path: Path) -> None:
    async def then(_: Hub, client: httpx.AsyncClient, outlets: Outlets) -> None:
        assert outlets.browsers is None
        assert (await client.get("/push/key")).status_code == 404

    ask(tmp_path, FEED, then)
