"""HEAD, a path behind a proxy, unknown words, odd paths: what any caller expects of a web service."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.service.stand import TOKEN, asked, write_config

from forehear.records import Alert
from forehear.service.endpoints import alerts as alert_endpoints
from forehear.service.hub import Hub
from forehear.service.show.live import MOST_WATCHERS
from forehear.service.store.alerts import keep

OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


def ask(folder: Path, what: Callable[[Hub, httpx.AsyncClient], Awaitable[Any]], **service: object) -> Any:
    """Have a hub asked in this process."""
    config = write_config(folder, service=dict(service))

    async def run() -> Any:
        async with asked(config) as (hub, client):
            return await what(hub, client)

    return asyncio.run(run())


@pytest.mark.parametrize("path", ["/health", "/", "/alerts.atom", "/alerts", "/sites.geojson", "/map/main.js"])
def test_head_is_answered_as_get_is_without_a_body(tmp_path: Path, path: str) -> None:
    # Raw: curl -I /health. Symptom: 405. Monitors and proxies ask so.
    async def both(hub: Hub, client: httpx.AsyncClient) -> None:
        get, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert set(head.headers) == set(get.headers)
        assert head.headers["content-length"] == get.headers["content-length"]
        assert head.headers["content-type"] == get.headers["content-type"]

    ask(tmp_path, both)


def test_head_of_a_stream_ends_and_of_nothing_says_so(tmp_path: Path) -> None:
    async def head(hub: Hub, client: httpx.AsyncClient) -> None:
        live = await asyncio.wait_for(client.head("/live"), 5.0)
        assert (live.status_code, live.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert hub.show.live.watchers() == 0
        assert (await client.head("/nothing")).status_code == 404
        assert (await client.head("/sensors.geojson")).status_code == 401
        assert (await client.head("/sensors.geojson", headers=OPERATOR)).status_code == 200
        assert (await client.head("/v1/reports")).status_code in (404, 405)

    ask(tmp_path, head)


@pytest.mark.parametrize("front", ["", "/forehear"])
def test_behind_a_proxy_everything_is_found_under_its_path(tmp_path: Path, front: str) -> None:
    # public_url = "https://host/forehear/". Symptom: the page asked for /map/main.js and /live at the root. A
    # proxy takes the path off, or does not.
    async def look(hub: Hub, client: httpx.AsyncClient) -> None:
        page = (await client.get(f"{front}/")).text
        named = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(named) >= 4
        for name in named:
            assert not name.startswith("/"), name
            assert (await client.get(f"{front}/{name}")).status_code == 200, name
        for module in ("main.js", "live.js", "map.js", "panel.js", "past.js"):
            text = (await client.get(f"{front}/map/{module}")).text
            assert not re.search(r"""(?:from|fetch\(|ask\(|Url\()\s*["'`]/""", text), module
            for other in re.findall(r'from "\./([^"]+)"', text):
                assert (await client.get(f"{front}/map/{other}")).status_code == 200, other
        for path in ("/health", "/sites.geojson", "/alerts.atom"):
            assert (await client.get(front + path)).status_code == 200
        assert (await client.head(f"{front}/live")).status_code == 200
        if front:
            moved = await client.get(front)
            assert (moved.status_code, moved.headers["location"]) == (308, "/forehear/")
        assert (await client.get("/forehearing/health")).status_code == 404

    ask(tmp_path, look, public_url="https://host.example/forehear/")


@pytest.mark.parametrize("path", ["/map/%00", "/map/main.js%00", "/cap/%00.xml", "/%00", "/sensors/%00/key"])
def test_a_path_with_a_zero_in_it_is_not_found(tmp_path: Path, path: str) -> None:
    # Symptom: 500, and a trace in the log, for whoever likes to fill it.
    async def look(hub: Hub, client: httpx.AsyncClient) -> None:
        assert (await client.get(path)).status_code == 404

    ask(tmp_path, look)


def alert(number: int, site: str) -> Alert:
    at_s = 1.79e9 + number
    return Alert(at_s, f"A{number}", site, "watch", 0.5, at_s, at_s + 60, at_s + 90, 1, "piston", (), "one track")


def test_who_asks_for_one_site_gets_that_one_and_unknown_words_are_refused(tmp_path: Path) -> None:
    # Symptom: a script that asked /alerts?site=a was given the alert of b, as all were. Cause: unknown words were
    # ignored.
    async def look(hub: Hub, client: httpx.AsyncClient) -> None:
        hub.sites["b"] = hub.sites["town"]
        for number, site in enumerate(("town", "b", "town"), 1):
            assert keep(hub.store, alert(number, site), hub._teller) is not None
        one = (await client.get("/alerts?site=b")).json()
        assert [a["site"] for a in one] == ["b"]
        assert len((await client.get("/alerts?site=town&limit=1")).json()) == 1
        assert (await client.get("/alerts?site=nowhere")).status_code == 404
        for path in (
            "/alerts?place=b", "/sites.geojson?site=b", "/health?x=1", "/alerts.atom?site=b", "/live?site=b",
            "/tracks.geojson?near=b", "/alerts?site=b&sitee=c",
        ):  # fmt: skip
            answer = await client.get(path)
            assert answer.status_code == 400, path
            assert "not known here" in answer.json()["detail"]
        assert "allowed: limit, site" in (await client.get("/alerts?place=b")).json()["detail"]
        assert (await client.get("/history/frame?time_s=1", headers=OPERATOR)).status_code == 404

    ask(tmp_path, look)


def test_the_feed_is_made_once_a_second_however_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    make = alert_endpoints.feed_of

    def counted(hub: Hub) -> bytes:
        nonlocal made
        made += 1
        return make(hub)

    monkeypatch.setattr(alert_endpoints, "feed_of", counted)
    monkeypatch.setattr(alert_endpoints, "FEED_EVERY_S", 0.5)

    async def look(hub: Hub, client: httpx.AsyncClient) -> None:
        for _ in range(50):
            assert (await client.get("/alerts.atom")).status_code == 200
        assert made <= 3
        keep(hub.store, alert(1, "town"), hub._teller)
        await asyncio.sleep(0.6)
        assert "A1.town" in (await client.get("/alerts.atom")).text

    ask(tmp_path, look)


def test_the_public_cannot_take_the_operators_places(tmp_path: Path) -> None:
    # Symptom: a thousand browsers of anybody, and the operators were told to come later.
    async def look(hub: Hub, client: httpx.AsyncClient) -> None:
        for _ in range(MOST_WATCHERS["public"]):
            hub.show.live._queues["public"].add(asyncio.Queue())
        assert (await client.head("/live")).status_code == 503
        assert (await client.head("/live", headers=OPERATOR)).status_code == 200

    ask(tmp_path, look)
