"""The wheel, installed by role into empty environments: the base hears, the hub shows the demo."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import pytest
from tests.install.computers import ROOT, Computer, build_wheel, install
from tests.service.stand import compiled

from forehear.cli.extras import EXTRAS

pytestmark = pytest.mark.slow
RECORDING = ROOT / "src" / "forehear" / "listen" / "drone-pass.flac"
# What a sensor's computer may hold of packages [MB]; numpy is most of it. With all of them it was four times that.
MOST_OF_BASE_MB = 100.0
# It starts with compiled loops, but on a crowded machine nothing is quick.
PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def sensors(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Computer:
    return install(tmp_path_factory.mktemp("sensor"), "base", wheel)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Computer:
    computer = install(tmp_path_factory.mktemp("hub"), "hub", wheel)
    # The service's tests need the same ones: compiled once here, they are compiled for both.
    compiled()
    computer.take_loops()
    return computer


def test_the_sensors_computer_hears_the_recording(sensors: Computer) -> None:
    out = sensors.folder / "reports.ndjson"
    done = sensors.forehear("listen", str(RECORDING), "--sensor", "K-07", "--out", str(out), "--passby")
    assert done.returncode == 0, done.stderr
    reports = [json.loads(line) for line in out.read_text().splitlines()]
    heard = [source for report in reports for source in report["sources"]]
    assert len(reports) == 34
    assert sum(source.get("kinds", {}).get("piston", 0.0) > 0.5 for source in heard) > 25


def test_the_sensors_computer_has_nothing_of_the_others(
    sensors: Computer, hub: Computer, capsys: pytest.CaptureFixture[str]
) -> None:
    others = frozenset().union(*EXTRAS.values())
    assert not sensors.packages() & others
    assert EXTRAS["hub"] <= hub.packages()
    assert not hub.packages() & {"scipy", "matplotlib", "pytest"}
    base_mb, hub_mb = sensors.size_mb(), hub.size_mb()
    with capsys.disabled():
        print(f"\npackages: base {len(sensors.packages())}, {base_mb:.0f} MB; "
              f"hub {len(hub.packages())}, {hub_mb:.0f} MB")  # fmt: skip
    assert base_mb < MOST_OF_BASE_MB
    assert base_mb < 0.5 * hub_mb


def test_the_sensors_computer_says_what_a_hub_needs(sensors: Computer) -> None:
    for words in (["track", "--network", "n.geojson"], ["demo"], ["serve"]):
        done = sensors.forehear(*words)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "which is not installed: pip install '.[hub]' in the clone" in done.stderr
    helped = sensors.forehear("--help")
    assert helped.returncode == 0
    assert "demo" in helped.stdout


def test_the_hub_shows_the_demo(hub: Computer) -> None:
    demo = subprocess.Popen(
        [str(hub.folder / "bin" / "forehear"), "demo", "--no-browser", "--port", "0", "--speed", "10"],
        cwd=hub.folder, env=hub.environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until_s = time.monotonic() + PATIENCE_S
    try:
        url, token = _address(demo, until_s)
        with urllib.request.urlopen(url, timeout=30.0) as page:
            assert b"<html" in page.read()
        request = urllib.request.Request(url + "tracks.geojson", headers={"Authorization": f"Bearer {token}"})
        tracks: list[object] = []
        while not tracks and time.monotonic() < until_s:
            with urllib.request.urlopen(request, timeout=30.0) as answer:
                tracks = json.load(answer)["features"]
            time.sleep(0.5)
        assert tracks, f"no track within {PATIENCE_S:g} s"
    finally:
        demo.send_signal(signal.SIGINT)
        try:
            demo.wait(30.0)
        except subprocess.TimeoutExpired:
            demo.kill()
            demo.wait()


def _address(demo: "subprocess.Popen[str]", until_s: float) -> tuple[str, str]:
    """Wait for the map's address; gives it and the operator's token."""
    lines: Queue[str] = Queue()
    assert demo.stderr is not None
    stream = demo.stderr
    Thread(target=lambda: [lines.put(line) for line in stream], daemon=True).start()
    said = ""
    while time.monotonic() < until_s and demo.poll() is None:
        try:
            said += lines.get(timeout=0.5)
        except Empty:
            continue
        if found := re.search(r"The map:\s+(http://\S+/)#token=(\S+)", said):
            return found[1], found[2]
    raise AssertionError(f"no address within {PATIENCE_S:g} s: {said}")
