"""What tests look at in the map: questions asked again and again, the state, pictures if wanted."""

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
MARKS = [
    pytest.mark.slow,
    pytest.mark.peer,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium here: apt-get install chromium"),
]
# Without a graphics card the map is drawn by the processor.
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
SHOTS = os.environ.get("FOREHEAR_SCREENSHOTS")


def until(page: Any, question: str, within_s: float) -> None:
    """Ask the page again and again; its security policy forbids Playwright's own way of waiting."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        try:
            if page.evaluate(question):
                return
        except playwright.Error as error:
            # A question that meets the page as it reloads (as after signing in) has no answer yet.
            if "context was destroyed" not in str(error):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(f"not within {within_s} s: {question}")


def state(page: Any, path: str) -> Any:
    return json.loads(page.evaluate(f"JSON.stringify(window.forehear.state.{path} ?? null)"))


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")
