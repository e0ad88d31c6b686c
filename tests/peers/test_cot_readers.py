"""Cursor on Target, judged by pytak's client and TAK's own protocol: every event, places within 1e-6."""

import random
import socket
import threading

import pytest
from tests.io.outlets.made import HOSTILE, SITE, alert, fixes, track
from tests.peers.environments import judge, verdicts

from forehear.io.outlets.cot import CotManner, alert_event, track_event
from forehear.io.outlets.fix import TrackFix, radius_95_m

pytestmark = [pytest.mark.peer, pytest.mark.slow]
MANNER = CotManner("ab12", "Exercise", 1.0)


def serve(data: bytes, seed: int) -> int:
    """Serve bytes once, in pieces that end anywhere; returns the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    dice = random.Random(seed)

    def send() -> None:
        with listener, listener.accept()[0] as one:
            rest = data
            while rest:
                size = dice.randint(1, 700)
                one.sendall(rest[:size])
                rest = rest[size:]
            one.recv(1)

    threading.Thread(target=send, daemon=True).start()
    return int(listener.getsockname()[1])


def test_pytak_receives_every_event_and_tak_s_protocol_agrees() -> None:
    given = fixes(100)
    port = serve(b"".join(track_event(fix, MANNER) for fix in given), 1)
    seen = verdicts(judge("cot", "cot", "connect", str(port), "100"))
    assert len(seen) == 100
    for fix, event in zip(given, seen, strict=True):
        one = fix.track
        assert event["uid"] == f"forehear.ab12.{one.track}"
        assert event["lat"] == pytest.approx(one.lat, abs=1e-6)
        assert event["lon"] == pytest.approx(one.lon, abs=1e-6)
        assert event["hae"] == pytest.approx(one.height_m, abs=0.06)
        assert event["ce"] == pytest.approx(radius_95_m(*fix.axes[:2]), abs=0.06)
        assert event["course"] == pytest.approx(one.course_deg, abs=0.06)
        assert event["speed"] == pytest.approx(one.speed_mps, abs=0.06)
        # The protocol's reader cuts milliseconds off a float.
        assert event["time_ms"] == pytest.approx(1000.0 * one.time_s, abs=1.5)
        assert event["stale_ms"] - event["time_ms"] == pytest.approx(10_000, abs=1)
        assert event["opex"] == "e-forehear"
        assert event["callsign"].startswith("EXERCISE")


def test_names_and_sentences_that_would_break_a_message_arrive_whole() -> None:
    data = track_event(TrackFix(track(HOSTILE)), MANNER)
    data += alert_event(alert(because="a <b> & 'c'"), SITE, "Одеса: <загроза>", 1_790_001_000.0, MANNER)
    data += track_event(TrackFix(track("T8")), MANNER)
    seen = verdicts(judge("cot", "cot", "connect", str(serve(data, 2)), "3"))
    assert "Привіт" in seen[0]["uid"]
    assert seen[1]["callsign"].endswith("Одеса <&>: warning")
    assert "&lt;b&gt;" in seen[1]["xml"]
    assert seen[2]["uid"] == "forehear.ab12.T8"
