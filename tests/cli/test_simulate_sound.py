"""`forehear simulate NAME --sound SENSOR`, as a user calls it."""

from pathlib import Path

import pytest

from forehear.cli.main import main
from forehear.io.audio import open_recording

SHORT = ["--seed", "1", "--set", "duration_s=20"]


def test_it_writes_a_file_and_says_how_to_hear_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", "single", *SHORT, "--sound", "S00003", "--format", "flac"]) == 0
    words = capsys.readouterr().err
    assert "20 s of sound at S00003" in words
    assert "forehear listen S00003.flac --sensor S00003 --start 1790000000 --calibration-db 94" in words
    assert sorted(p.name for p in tmp_path.iterdir()) == ["S00003.flac"]
    recording = open_recording("S00003.flac")
    assert (recording.rate_hz, recording.channels, recording.duration_s) == (16000, 1, 20.0)
    recording.close()
    # The very command that it names.
    command = next(line.split()[1:] for line in words.splitlines() if "forehear listen" in line)
    assert main([*command, "--out", "heard.ndjson", "--quiet"]) == 0
    assert (tmp_path / "heard.ndjson").read_text().count('"sensor":"S00003"') >= 1


def test_a_sensor_that_there_is_not_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "single", *SHORT, "--sound", "K-07", "--out", str(tmp_path / "out")]) == 2
    words = capsys.readouterr().err
    assert "--sound 'K-07': no such sensor; there are S00000, S00001" in words
    assert "and 56 more" in words
    assert not (tmp_path / "out").exists()


def test_sound_and_reports_at_once_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "single", *SHORT, "--sound", "S00003", "--reports", "-"]) == 2
    assert "--sound with --reports" in capsys.readouterr().err


def test_the_second_world_has_no_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "single", *SHORT, "--world", "second", "--sound", "S00003"]) == 2
    assert "of the first world only" in capsys.readouterr().err
