"""A relay against a hub that warns, dies, hangs, comes back and talks nonsense: silence switches nothing, and is
said.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from forehear.node import relay as module
from forehear.node.relay import FromHub, HubListener, Relay, Switch

PYTHON = sys.executable


class Clicks:
    """A switch whose two commands write what they did into a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clicks"
        self.file.touch()
        self.switch = Switch(self.command("on"), self.command("off"))

    def command(self, word: str) -> list[str]:
        return ["/bin/sh", "-c", f"echo {word} >> '{self.file}'"]

    @property
    def seen(self) -> list[str]:
        return self.file.read_text().split()


def stepped(relay: Relay, now: float, seconds: float = 0.0) -> None:
    """Step until its command has ended."""
    relay.step(now)
    ends = time.monotonic() + 10.0
    while relay.switch._running is not None and time.monotonic() < ends:
        time.sleep(0.005)
        relay.step(now + seconds)


def hub(relay: Relay, now: float, state: str, status: str = "Actual") -> None:
    relay.take(FromHub("hello", {"status": status}), now)
    relay.take(FromHub("sites", [{"site": "a", "state": "warning"}, {"site": "odesa", "state": state}]), now)
    relay.take(FromHub("frame", {}), now)


def test_it_switches_by_the_place_s_state_once_each(tmp_path: Path) -> None:
    clicks = Clicks(tmp_path)
    relay = Relay("odesa", clicks.switch, ("warning",), False)
    for k, state in enumerate(["clear", "watch", "warning", "warning", "watch", "warning", "cancelled"]):
        hub(relay, float(k), state)
        stepped(relay, float(k))
    assert clicks.seen == ["off", "on", "off", "on", "off"]
    relay.take(FromHub("alert", {"site": "other", "state": "warning"}), 7.0)
    relay.take(FromHub("alert", {"site": "odesa", "state": "warning"}), 7.0)
    stepped(relay, 7.0)
    assert clicks.seen[-1] == "on"


def test_silence_switches_nothing_and_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clicks = Clicks(tmp_path)
    said: list[bool] = []
    relay = Relay("odesa", clicks.switch, ("warning",), False, said.append)
    hub(relay, 0.0, "warning")
    stepped(relay, 0.0)
    relay.take(FromHub("gone", "Connection refused"), 1.0)
    for now in range(1, 100):
        stepped(relay, float(now))
    assert clicks.seen == ["on"], "what is on stays on"
    assert said == [True]
    assert not relay.heartbeat().hears
    assert relay.heartbeat().words == "deaf: Connection refused"
    assert capsys.readouterr().err.count("DEAF") == 1
    hub(relay, 100.0, "warning")
    stepped(relay, 100.0)
    assert said == [True, False]
    assert clicks.seen == ["on"]
    hub(relay, 101.0, "cancelled")
    stepped(relay, 101.0)
    assert clicks.seen == ["on", "off"]


def test_a_hub_that_was_never_heard_is_said(tmp_path: Path) -> None:
    clicks = Clicks(tmp_path)
    said: list[bool] = []
    relay = Relay("odesa", clicks.switch, ("warning",), False, said.append)
    for now in range(20):
        stepped(relay, float(now))
    assert said == [True]
    assert clicks.seen == [], "nobody said that it is quiet"


def test_frames_alone_are_not_enough(tmp_path: Path) -> None:
    """A hub that goes on but says nothing of the place is not heard."""
    relay = Relay("odesa", Clicks(tmp_path).switch, ("warning",), False)
    for now in range(20):
        relay.take(FromHub("frame", {}), float(now))
        relay.step(float(now))
    assert not relay.hears
    assert relay.heartbeat().words.startswith("deaf")


def test_a_hub_that_names_no_place_gives_no_all_clear(tmp_path: Path) -> None:
    """As one that has begun anew without a snapshot, for a moment, or one from which the place was taken."""
    clicks, said = Clicks(tmp_path), list[bool]()
    relay = Relay("odesa", clicks.switch, ("warning",), False, said.append)
    hub(relay, 0.0, "warning")
    stepped(relay, 0.0)
    for now in range(1, 20):
        relay.take(FromHub("sites", []), float(now))
        relay.take(FromHub("frame", {}), float(now))
        stepped(relay, float(now))
    assert clicks.seen == ["on"], "what is on stays on"
    assert said == [True], "and that nothing is known of the place is said"
    hub(relay, 20.0, "cancelled")
    stepped(relay, 20.0)
    assert clicks.seen == ["on", "off"]
    assert said == [True, False]


def test_states_alone_are_not_enough(tmp_path: Path) -> None:
    """A hub whose tracker stands still says the last state for ever."""
    relay = Relay("odesa", Clicks(tmp_path).switch, ("warning",), False)
    hub(relay, 0.0, "clear")
    for now in range(20):
        relay.take(FromHub("sites", [{"site": "odesa", "state": "clear"}]), float(now))
        relay.step(float(now))
    assert not relay.hears


@pytest.mark.parametrize(("marked", "clicked"), [(False, ["off"]), (True, ["on"])])
def test_an_exercise_switches_what_is_marked_alone(tmp_path: Path, marked: bool, clicked: list[str]) -> None:
    clicks = Clicks(tmp_path)
    relay = Relay("odesa", clicks.switch, ("warning",), marked)
    hub(relay, 0.0, "warning", "Exercise")
    stepped(relay, 0.0)
    assert clicks.seen == clicked
    assert relay.heartbeat().exercise
    assert ("switches nothing" in relay.heartbeat().words) == (not marked)


def test_a_command_that_fails_is_run_until_it_ends_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flag, clicks = tmp_path / "works", Clicks(tmp_path)
    clicks.switch._commands[True] = ["/bin/sh", "-c", f"test -e '{flag}' && echo on >> '{clicks.file}'"]
    relay = Relay("odesa", clicks.switch, ("warning",), False)
    for now in range(0, 30, 4):
        hub(relay, float(now), "warning")
        stepped(relay, float(now))
    assert clicks.seen == []
    assert "--on ended with 1" in relay.heartbeat().words
    assert relay.heartbeat().on is None
    assert capsys.readouterr().err.count("--on ended with 1") == 1
    flag.touch()
    hub(relay, 40.0, "warning")
    stepped(relay, 40.0)
    assert (clicks.seen, relay.heartbeat().words, relay.heartbeat().on) == (["on"], "well", True)


def test_a_program_that_is_not_there_and_one_that_hangs_are_said(tmp_path: Path) -> None:
    switch = Switch(["/nowhere/on"], ["/bin/sleep", "60"])
    relay = Relay("odesa", switch, ("warning",), False)
    hub(relay, 0.0, "warning")
    relay.step(0.0)
    assert "No such file" in (switch.why or "")
    hub(relay, 5.0, "clear")
    relay.step(5.0)
    assert switch._running is not None
    process = switch._running[1]
    hub(relay, 5.0 + module.COMMAND_WITHIN_S + 1.0, "clear")
    relay.step(5.0 + module.COMMAND_WITHIN_S + 1.0)
    assert process.poll() is not None, "it was ended"
    assert "--off did not end within 20 s" in (switch.why or "")


def test_a_warning_does_not_wait_for_the_command_before_it(tmp_path: Path) -> None:
    clicks = Clicks(tmp_path)
    clicks.switch._commands[False] = ["/bin/sleep", "60"]
    relay = Relay("odesa", clicks.switch, ("warning",), False)
    hub(relay, 0.0, "clear")
    relay.step(0.0)
    hub(relay, 1.0, "warning")
    stepped(relay, 1.0)
    stepped(relay, 1.1)
    assert clicks.seen == ["on"]


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, [{"site": 1}]])
def test_nonsense_is_said_and_ends_nothing(tmp_path: Path, data: Any) -> None:
    relay = Relay("odesa", Clicks(tmp_path).switch, ("warning",), False)
    for name in ("hello", "sites", "alert"):
        relay.take(FromHub(name, data), 0.0)
        relay.step(0.0)
    assert relay.heartbeat().state in ("unknown", "clear")


@pytest.fixture
def server() -> Iterator[Callable[[bytes, bytes], str]]:
    """A hub that answers its places, and its live events with what was given, then hangs."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(sites: bytes, live: bytes) -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            path = one.recv(65_536).split(b" ")[1]
            body = sites if path == b"/sites.geojson" else live
            length = b"Content-Length: %d\r\n" % len(body) if path == b"/sites.geojson" else b""
            one.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + length + b"\r\n" + body)
            kept.append(one)

    kept: list[socket.socket] = []

    def start(sites: bytes, live: bytes) -> str:
        threading.Thread(target=serve, args=(sites, live), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    listener.close()
    for one in kept:
        one.close()


def test_the_hub_s_events_are_read_and_a_line_that_hangs_is_broken_off(
    server: Callable[[bytes, bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.3)
    monkeypatch.setattr(module, "CONNECT_AGAIN_S", 0.05)
    live = b'event: hello\ndata: {"status":"Actual"}\n\n: still here\n\n'
    live += b"event: other\ndata: 1\n\nevent: frame\ndata: {}\n\n"
    url = server(json.dumps({"features": [{"id": "odesa"}]}).encode(), live)
    listener = HubListener(url, "odesa")
    listener.start()
    seen = [listener.heard.get(timeout=10.0) for _ in range(4)]
    listener.end()
    assert [one.name for one in seen] == ["hello", "frame", "gone", "hello"]
    assert "timed out" in seen[2].data


@pytest.mark.parametrize(
    ("sites", "live", "words"),
    [
        (b'{"features": []}', b"", "warns no site 'odesa'"),
        (b"<html>", b"", "Expecting value"),
        (b'{"features": [{"id": "odesa"}]}', b"event: frame\ndata: {nonsense\n\n", "Expecting property name"),
    ],
)
def test_a_hub_that_is_none_of_ours_is_said(
    server: Callable[[bytes, bytes], str], sites: bytes, live: bytes, words: str
) -> None:
    listener = HubListener(server(sites, live), "odesa")
    listener.start()
    heard = listener.heard.get(timeout=10.0)
    listener.end()
    assert heard.name == "gone"
    assert words in heard.data
