"""The demonstration's listening sensor: a recording that is heard, or a demonstration that goes on without."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.service.stand import network

from forehear.records import Network
from forehear.stage import sound
from forehear.stage.sound import LISTENER, recording, with_listener

START_S = 1_790_000_000.0


def test_the_recording_that_ships_is_found() -> None:
    found = recording()
    assert found is not None
    assert found.suffix == ".flac"
    assert found.stat().st_size > 10_000


@pytest.mark.slow
def test_the_listener_stands_beside_the_first_sensor_and_has_heard_the_recording() -> None:
    there, (journal,) = with_listener(network(), START_S)
    assert [s.id for s in there.sensors[:-1]] == [s.id for s in network().sensors]
    own = there.sensors[-1]
    assert (own.id, own.kind, own.lat) == (LISTENER, "microphone", there.sensors[0].lat)
    reports = [json.loads(line) for line in Path(journal).read_text().splitlines()]
    assert len(reports) > 20
    assert {r["sensor"] for r in reports} == {LISTENER}
    assert START_S + 5.0 <= reports[0]["heard_at_s"] < START_S + 7.0


@pytest.mark.parametrize("fault", [OSError("no"), subprocess.TimeoutExpired("forehear", 60.0)])
def test_without_a_listener_the_demonstration_goes_on_and_says_so(
    fault: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*words: object, **how: object) -> None:
        raise fault

    monkeypatch.setattr(subprocess, "run", fails)
    assert with_listener(network(), START_S) == (network(), [])
    assert "cannot be listened to" in capsys.readouterr().err


def test_without_a_recording_or_a_sensor_there_is_no_listener(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert with_listener(Network(()), START_S) == (Network(()), [])
    monkeypatch.setattr(sound, "recording", lambda: None)
    assert with_listener(network(), START_S) == (network(), [])
    assert capsys.readouterr().err.count("going on without") == 2
