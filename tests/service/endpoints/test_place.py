"""The page of one place in Debian's chromium: a wall and a phone read it, and it never looks alive when it is
not.
"""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from tests.service.stand import asked, write_config

from forehear.records import AlertGroup
from forehear.service.config import load
from forehear.service.endpoints.web import application
from forehear.service.hub import Hub
from forehear.service.run import listening
from forehear.service.tracking.frames import Frame, SiteState

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium"
)
WITHIN_S = 45.0


class Living:
    """A hub without a tracker, whose frames come from here as long as `speaks`."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub(load(write_config(folder)))
        self.speaks = True
        self.state = SiteState("town", "clear", 1.0)
        self._ends = False
        self._socket = listening("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()

    async def _run(self) -> None:
        config = uvicorn.Config(
            application(self.hub), log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[method-assign]
        serving = asyncio.create_task(server._serve([self._socket]))
        number = 0
        while not self._ends:
            if self.speaks:
                number += 1
                frame = Frame(time.time(), number, (), sites=(self.state,))
                self.hub.show.take(frame)
                self.hub.show.publish(frame)
            await asyncio.sleep(0.2)
        server.should_exit = True
        await serving
        await self.hub.stop()

    def warn(self) -> None:
        now_s = time.time()
        group = AlertGroup("piston", 3, 90.0, 14_000.0, now_s + 270.0, now_s + 330.0, now_s + 410.0, 0.9)
        self.state = SiteState(
            "town",
            "warning",
            now_s,
            "A1",
            0.9,
            now_s + 270.0,
            now_s + 330.0,
            now_s + 410.0,
            ("T1",),
            "piston",
            (group,),
        )

    def end(self) -> None:
        self._ends = True
        self._thread.join(20.0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        one = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Living]:
    one = Living(tmp_path)
    yield one
    one.end()


def reads(page: Any, words: str) -> None:
    # Not wait_for_function, which the page's own policy forbids.
    ends = time.monotonic() + WITHIN_S
    while words not in (text := page.evaluate("document.body.innerText")):
        assert time.monotonic() < ends, f"no {words!r} in {text!r}; {page.faults}"
        time.sleep(0.1)


def opened(browser: Any, living: Living, **more: Any) -> Any:
    context = browser.new_context(locale="en-GB", **more)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{living.url}/site/town")
    return page


# Before those with a browser, which keeps a loop running on this thread.
def test_it_is_installable_and_only_for_places_that_there_are(tmp_path: Path) -> None:
    async def go() -> None:
        async with asked(write_config(tmp_path)) as (_, client):
            page = await client.get("/site/town")
            assert page.headers["content-type"].startswith("text/html")
            manifest = await client.get("/site/town/manifest.webmanifest")
            made = json.loads(manifest.content)
            assert manifest.headers["content-type"].startswith("application/manifest+json")
            where = httpx.URL("http://hub.test/site/town/manifest.webmanifest")
            assert where.join(made["start_url"]).path == "/site/town"
            assert where.join(made["scope"]).path == "/site/"
            assert (await client.get(where.join(made["icons"][0]["src"]).path)).status_code == 200
            for address in ("/place-worker.js", "/place/place.js", "/place/words.js", "/place/place.css"):
                assert (await client.get(address)).status_code == 200
            for address in ("/site/none", "/site/none/manifest.webmanifest"):
                assert (await client.get(address)).status_code == 404

    asyncio.run(go())


@needs_chromium
@pytest.mark.slow
def test_state_minutes_from_where_and_what_to_do_in_two_languages(browser: Any, living: Living) -> None:
    page = opened(browser, living)
    reads(page, "No threat")
    reads(page, "This place is listened to.")
    reads(page, "EXERCISE. There is no real threat.")
    living.warn()
    reads(page, "Air threat")
    reads(page, "in 4 to 7 min")
    reads(page, "3 × propeller drone from the east, 14 km")
    reads(page, "Take shelter now")
    page.get_by_role("button", name="Українською").click()
    reads(page, "Повітряна загроза")
    reads(page, "за 4–7 хв")
    reads(page, "3 × гвинтовий безпілотник, з сходу, 14 км")
    assert page.evaluate("document.documentElement.lang") == "uk"
    living.state = SiteState("town", "not_covered", 1.0, covered=False)
    reads(page, "Не покладайтеся на тишу")
    assert page.faults == []
    page.context.close()


@needs_chromium
@pytest.mark.slow
def test_it_never_looks_alive_when_it_is_not(browser: Any, living: Living) -> None:
    page = opened(browser, living)
    reads(page, "Listening")
    living.warn()
    reads(page, "Air threat")
    # The tracker stands still: the connection is there, and comments come.
    living.speaks = False
    reads(page, "NO WORD of the service since")
    assert page.evaluate("document.documentElement.hasAttribute('data-deaf')")
    reads(page, "Air threat")
    living.speaks = True
    reads(page, "Listening")
    page.context.close()


@needs_chromium
@pytest.mark.slow
def test_without_a_line_it_opens_and_says_how_old_it_is(browser: Any, living: Living) -> None:
    page = opened(browser, living)
    living.warn()
    reads(page, "Air threat")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    reads(page, "Air threat")
    reads(page, "Listening")
    page.context.set_offline(True)
    page.reload()
    reads(page, "NO WORD of the service since")
    reads(page, "Air threat")
    page.context.close()


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (800, 480)])
def test_a_wall_sees_all_of_it_and_the_heartbeat_too(browser: Any, living: Living, size: tuple[int, int]) -> None:
    page = opened(browser, living, viewport={"width": size[0], "height": size[1]})
    living.warn()
    reads(page, "Take shelter now")
    below = "[...document.querySelectorAll('h1, p:not(:empty), li')].map(e => e.getBoundingClientRect().bottom)"
    assert max(page.evaluate(below)) <= size[1]
    page.context.close()


@needs_chromium
@pytest.mark.slow
def test_a_phone_reads_it_without_scrolling_aside(browser: Any, living: Living) -> None:
    page = opened(browser, living, viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True)
    living.warn()
    reads(page, "Take shelter now")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sizes = page.evaluate(
        "[...document.querySelectorAll('button')].filter(b => !b.hidden).map(b => b.offsetHeight)"
    )
    assert min(sizes) >= 44
    page.context.close()
