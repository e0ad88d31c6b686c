"""`forehear demo`: what it hands to the stage, and what it says; the service itself runs in tests/install."""

import time
from pathlib import Path
from typing import Any

import pytest

from forehear.cli.main import main
from forehear.stage import sound, stage
from forehear.stage.stage import Play


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the stage was asked to run, with an address opened and nothing played."""
    asked: list[tuple[Any, ...]] = []

    def run(play: Play, host: str, port: int, opened: Any, keep: Path | None) -> None:
        asked.append((play, host, port, keep))
        opened("http://127.0.0.1:8080/#token=secret")

    monkeypatch.setattr(stage, "run", run)
    return asked


def test_the_demos_own_raid_is_played_now(
    staged: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--no-browser", "--no-sound", "--speed", "20", "--seed", "3"]) == 0
    ((play, host, port, keep),) = staged
    assert (host, port, keep) == ("127.0.0.1", 8080, None)
    assert (play.kind, play.speed, play.seed) == ("scenario", 20.0, 3)
    assert play.start_s + play.shift_s == pytest.approx(time.time(), abs=60.0)
    assert play.sites
    shown = capsys.readouterr()
    assert "The map:  http://127.0.0.1:8080/#token=secret" in shown.err
    assert shown.out == ""


def test_a_scenario_and_a_folder_of_ones_own(staged: list[tuple[Any, ...]], tmp_path: Path) -> None:
    words = ["--scenario", "single", "--host", "0.0.0.0", "--port", "0", "--keep", str(tmp_path / "kept")]
    assert main(["demo", "--no-browser", "--no-sound", *words]) == 0
    ((play, host, port, keep),) = staged
    assert (play.what, host, port, keep) == ("single", "0.0.0.0", 0, tmp_path / "kept")
    assert play.extra == ()


def test_the_listening_sensor_comes_unless_it_is_not_wanted(
    staged: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "with_listener", lambda network, start_s: (network, ["journal.ndjson"]))
    assert main(["demo", "--no-browser", "--scenario", "single"]) == 0
    assert staged[0][0].extra == ("journal.ndjson",)


def test_what_there_is_not_is_not_played(
    staged: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--no-sound", "--scenario", "nightmare"]) == 2
    assert "nightmare" in capsys.readouterr().err
    assert not staged
