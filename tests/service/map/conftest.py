"""The demonstration, a browser, and the operator's map in it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.service.map.looking import CHROMIUM, FLAGS, playwright, until
from tests.service.stand import READY_WITHIN_S, compiled, environment, free_port


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The demonstration, at five times life: its address and the operator's token."""
    compiled()
    folder, port = tmp_path_factory.mktemp("demo"), free_port()
    words = [sys.executable, "-m", "forehear.cli.main", "demo", "--no-browser", "--no-sound", "--speed", "5"]
    words += ["--port", str(port), "--keep", str(folder)]
    process = subprocess.Popen(words, env=environment(), stderr=(folder / "log.txt").open("wb"))
    token = folder / "forehear-data" / "operator.token"
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if token.exists() and "The map:" in (folder / "log.txt").read_text():
            break
        assert process.poll() is None, (folder / "log.txt").read_text()
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/", token.read_text().strip()
    process.terminate()
    assert process.wait(20.0) == 0, (folder / "log.txt").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as p:
        one = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield one
        one.close()


@pytest.fixture
def page(browser: Any, demo: tuple[str, str]) -> Iterator[Any]:
    """The operator's map, in Ukrainian and dark, with a net for every error."""
    one = browser.new_page(
        viewport={"width": 1400, "height": 860}, locale="uk-UA", color_scheme="dark", reduced_motion="reduce"
    )
    errors: list[str] = []
    one.on("pageerror", lambda e: errors.append(str(e)))
    one.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    one.on(
        "request", lambda r: errors.append(r.url) if not r.url.startswith((demo[0], "data:", "blob:")) else None
    )
    one.goto(f"{demo[0]}#token={demo[1]}")
    until(one, "window.forehear?.state.frame.tracks.length > 1", 60.0)
    until(one, "document.querySelectorAll('#sites li').length >= 10", 30.0)
    until(one, "window.forehear.state.fitted && window.forehear.chart.styledNow()", 30.0)
    try:
        yield one
    finally:
        one.close()
    assert errors == [], "no errors, and nothing asked of any other host"
