"""`forehear listen --hub` with recordings: a rehearsal, at their own pace, of a microphone that hears them now."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import soundfile
from tests.listen.stubs import Stub

from forehear.cli.listen import hub as listen_hub
from forehear.cli.listen import run as listen_run
from forehear.cli.listen.hub import Rehearsal
from forehear.cli.main import main


class Taking(BaseHTTPRequestHandler):
    """A hub that takes everything and remembers it."""

    lines: ClassVar[list[dict]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        # What stands before the report is its counter and its signature.
        new = [json.loads(line[line.index(b"{") :]) for line in body.splitlines()]
        Taking.lines += new
        answer = json.dumps({"accepted": len(new), "refused": {}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: object) -> None: ...


@pytest.fixture
def hub() -> str:
    server = HTTPServer(("127.0.0.1", 0), Taking)
    Taking.lines = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_recording_is_played_to_a_hub_as_if_heard_now(
    tmp_path: Path, hub: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listen_run, "listener_of", lambda sensor, db, places: Stub(sensor))
    waits: list[float] = []
    monkeypatch.setattr(listen_hub.Rehearsal.__init__, "__defaults__", (lambda: 0.0, waits.append))
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(1).normal(0.0, 0.01, 64_000), 16_000)
    before_s = time.time()
    words = ["listen", str(tmp_path / "a.wav"), "--sensor", "K-07", "--hub", hub, "--key", str(tmp_path / "key")]
    assert main(words) == 0
    assert len(Taking.lines) == 4
    heard = [line["heard_at_s"] for line in Taking.lines]
    assert before_s <= heard[0] - 0.5 <= time.time()
    assert np.diff(heard) == pytest.approx(1.0, abs=1e-3)
    # Each half second is waited for.
    assert waits == pytest.approx([0.5 * k for k in range(1, 9)])
    shown = capsys.readouterr().err
    assert "rehearsal: sent to" in shown
    assert "hub: 4 reports taken, 0 refused, 0 given up" in shown
    assert "is a new key; tell the hub" in shown


def test_what_comes_late_is_not_hurried_after(hub: str) -> None:
    now_s, waits = [0.0], []

    def pause(wait_s: float) -> None:
        waits.append(wait_s)
        now_s[0] += wait_s

    rehearsal = Rehearsal(hub, None, lambda words: None, lambda: now_s[0], pause)
    rehearsal.wait(0.5)
    # A pipe that stood still for three seconds, and then gives at its own pace.
    now_s[0] += 3.0
    rehearsal.wait(0.5)
    rehearsal.wait(0.5)
    rehearsal.close()
    assert waits == pytest.approx([0.5, 0.5])
