"""Reports reach a hub signed and once, whatever the line does; a microphone never waits for it."""

import http.server
import json
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.service.stand import SEEDS, network

from forehear.errors import InputError
from forehear.io.posting import poster
from forehear.io.signing import key_from_seed
from forehear.node import uplink
from forehear.node.uplink import Uplink, public_key, read_key
from forehear.records import Health, Report, Source
from forehear.service.intake.gate import Gate, Limits, known_sensors

NOW = 1_790_000_000.0
KEY = key_from_seed(SEEDS["S0"])


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(uplink, "LONGEST_PAUSE_S", 0.02)


class Hub:
    """A hub's gate behind a line that plays a script: None passes, a number is an answer, an error no line."""

    def __init__(self, *script: int | Exception | None) -> None:
        self.gate = Gate(known_sensors(network(True).sensors), Limits(per_s=1e6, burst=1e6))
        self.script = list(script)
        self.taken: list[Report] = []
        self.posts = 0

    def post(self, body: bytes) -> tuple[int, bytes]:
        self.posts += 1
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            raise step
        if step is not None:
            return step, b"later"
        refused: dict[str, int] = {}
        accepted = 0
        for line in body.split(b"\n"):
            verdict = self.gate.judge(line, "there", NOW)
            if isinstance(verdict, str):
                refused[verdict] = refused.get(verdict, 0) + 1
            else:
                accepted += 1
                self.taken.append(verdict[0])
        return 200 if accepted else 403, json.dumps({"accepted": accepted, "refused": refused}).encode()


def reports(count: int, first: int = 0) -> list[Report]:
    return [
        Report("S0", NOW + k, NOW + k + 0.5, 35.0, (Source(50.0, 110.0, 0.1),))
        for k in range(first, first + count)
    ]


def test_reports_arrive_signed_in_order_and_once() -> None:
    hub, logged = Hub(), list[str]()
    up = Uplink(hub.post, KEY, logged.append, clock=lambda: NOW)
    for k in range(0, 30, 3):
        up.put(reports(3, k))
    up.close()
    assert [r.heard_at_s for r in hub.taken] == [NOW + k for k in range(30)]
    # The hub's own stamp, not the sensor's.
    assert {r.received_at_s for r in hub.taken} == {NOW}
    assert (up.accepted, up.refused, logged) == (30, 0, [])


def test_health_goes_along() -> None:
    hub = Hub()
    up = Uplink(hub.post, KEY, print, clock=lambda: NOW)
    up.put([Report("S0", NOW, health=Health(gap_s=12.0))])
    up.close()
    assert hub.taken[0].health is not None
    assert hub.taken[0].health.gap_s == 12.0


def test_without_a_line_reports_wait_and_the_microphone_does_not() -> None:
    hub, logged = Hub(ConnectionRefusedError(111, "refused"), 507, 503, TimeoutError("timed out")), list[str]()
    up = Uplink(hub.post, KEY, logged.append, clock=lambda: NOW)
    began = time.monotonic()
    up.put(reports(5))
    assert time.monotonic() - began < 0.5
    deadline = time.monotonic() + 5.0
    while len(hub.taken) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    up.close()
    assert [r.heard_at_s for r in hub.taken] == [NOW + k for k in range(5)]
    assert any("no line" in t for t in logged)
    assert any("answered 507" in t for t in logged)


def test_the_newest_are_kept_while_there_is_no_line() -> None:
    hub = Hub(*[ConnectionRefusedError()] * 20)
    up = Uplink(hub.post, KEY, lambda words: None, clock=lambda: NOW)
    for k in range(400):
        up.put(reports(1, k))
    assert up.forgotten == 400 - uplink.MOST_WAITING
    deadline = time.monotonic() + 5.0
    while len(hub.taken) < uplink.MOST_WAITING and time.monotonic() < deadline:
        time.sleep(0.01)
    up.close()
    assert [r.heard_at_s for r in hub.taken] == [NOW + k for k in range(400 - uplink.MOST_WAITING, 400)]


def test_what_the_hub_will_never_take_is_told_and_not_repeated() -> None:
    hub, logged = Hub(), list[str]()
    up = Uplink(hub.post, key_from_seed(b"x" * 32), logged.append, clock=lambda: NOW)
    up.put(reports(2))
    up.close()
    assert (hub.posts, up.refused, logged) == (1, 2, ["hub refused 2: bad signature"])
    strange = Uplink(lambda body: (404, b"<html>"), KEY, logged.append)
    strange.put(reports(1))
    strange.close()
    assert logged[-1] == "hub refused 1: answered 404"


def test_an_answer_that_was_lost_is_no_refusal() -> None:
    hub = Hub()
    lost = [True]

    def post(body: bytes) -> tuple[int, bytes]:
        answer = hub.post(body)
        if lost and lost.pop():
            raise TimeoutError("timed out")
        return answer

    up = Uplink(post, KEY, lambda words: None, clock=lambda: NOW)
    up.put(reports(3))
    deadline = time.monotonic() + 5.0
    while hub.posts < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    up.close()
    assert (len(hub.taken), up.refused) == (3, 0)


def test_the_end_does_not_wait_for_a_line_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uplink, "FAREWELL_S", 0.2)
    logged: list[str] = []
    up = Uplink(Hub(*[ConnectionRefusedError()] * 1000).post, KEY, logged.append)
    up.put(reports(3))
    up.close()
    assert logged[-1] == "3 reports could not be sent"


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    got: list[tuple[str, bytes]] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, body))
            self.send_response(429 if body == b"busy" else 200)
            self.end_headers()
            self.wfile.write(b'{"accepted":1,"refused":{}}')

        def log_message(self, *words: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/", got
        listening.shutdown()
        thread.join()


def test_it_posts_over_http(server: tuple[str, list[tuple[str, bytes]]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    url, got = server
    post = poster(url)
    assert post(b"a line") == (200, b'{"accepted":1,"refused":{}}')
    assert post(b"busy")[0] == 429
    assert got == [("/v1/reports", b"a line"), ("/v1/reports", b"busy")]
    with pytest.raises(OSError, match="refused"):
        poster("http://127.0.0.1:9")(b"nobody")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="allowed: http"):
        poster("file:///etc/passwd")


def test_a_key_is_made_for_its_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "K-07.key"
    key, new = read_key(str(path))
    assert new
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again, new = read_key(str(path))
    assert not new
    assert public_key(again) == public_key(key)


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_what_is_no_key_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.key"
    path.write_text(text)
    with pytest.raises(InputError, match=r"bad\.key: is "):
        read_key(str(path))
    with pytest.raises(InputError, match="cannot be read or made"):
        read_key(str(tmp_path / "absent" / "a.key"))
