"""The verb as an operator starts it: against a real hub that is killed and comes back, and with wrong words."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.service.stand import environment, serve, write_config

from forehear.cli.main import main


def started(folder: Path, url: str, *more: str) -> "subprocess.Popen[bytes]":
    click = "/bin/sh -c 'echo {} >> clicks'"
    words = [
        sys.executable,
        "-m",
        "forehear.cli.main",
        "relay",
        "--site",
        "town",
        "--hub",
        url,
        "--every",
        "0.2",
        "--deaf-after",
        "2.5",
    ]
    words += [
        "--on",
        click.format("on"),
        "--off",
        click.format("off"),
        "--deaf",
        "/bin/sh -c 'echo $0 >> deaf'",
        *more,
    ]
    out = (folder / "beats").open("ab")
    return subprocess.Popen(words, cwd=folder, stdout=out, stderr=subprocess.DEVNULL, env=environment())


def until(folder: Path, name: str, words: str, within_s: float = 60.0) -> None:
    ends = time.monotonic() + within_s
    while words not in ((folder / name).read_text() if (folder / name).exists() else ""):
        assert time.monotonic() < ends, f"{name}: no {words!r}"
        time.sleep(0.05)


@pytest.mark.slow
def test_kill_cut_restart_it_is_never_silent_about_being_deaf(tmp_path: Path) -> None:
    service = serve(write_config(tmp_path / "hub"))
    relay = started(tmp_path, f"http://127.0.0.1:{service.port}")
    try:
        until(tmp_path, "beats", '"hears": true')
        until(tmp_path, "clicks", "off")
        service.kill()
        until(tmp_path, "deaf", "deaf")
        until(tmp_path, "beats", '"hears": false')
        # The relay itself is killed while the hub is gone: it comes back, and says that it is deaf.
        relay.kill()
        relay.wait()
        (tmp_path / "deaf").unlink()
        relay = started(tmp_path, f"http://127.0.0.1:{service.port}")
        until(tmp_path, "deaf", "deaf")
        service = serve(tmp_path / "hub" / "forehear.toml", service.port)
        until(tmp_path, "deaf", "hears")
        assert "on" not in (tmp_path / "clicks").read_text().split()
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(20.0) == 0
        until(tmp_path, "deaf", "hears\ndeaf")
    finally:
        relay.kill()
        service.kill()
    beats = [json.loads(line) for line in (tmp_path / "beats").read_text().splitlines()]
    assert {beat["site"] for beat in beats} == {"town"}
    assert all(beat["hears"] or beat["words"].startswith("deaf: ") for beat in beats), "never silent about it"


@pytest.mark.parametrize(
    "words",
    [
        ["--states", "clear"],
        ["--hub", "ftp://x"],
        ["--every", "0"],
        ["--deaf-after", "1"],
    ],
)
def test_wrong_words_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    given = ["relay", "--site", "a", "--hub", "http://127.0.0.1:1", "--on", "x", "--off", "y", *words]
    assert main(given) == 1
    assert "allowed" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["", "'"])
def test_a_command_that_is_none_is_refused(command: str) -> None:
    with pytest.raises(SystemExit) as error:
        main(["relay", "--site", "a", "--hub", "http://x", "--on", command, "--off", "y"])
    assert error.value.code == 2
