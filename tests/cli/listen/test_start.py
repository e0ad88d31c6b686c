"""`forehear listen --start`: where recordings stand in time, and a word where that is not what they say."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.listen.stubs import Stub

from forehear.cli.listen import run as listen_run
from forehear.cli.listen import start as listen_start
from forehear.cli.main import main

START_S = 1_774_062_900.0  # 2026-03-21 03:15:00 UTC
CHANCE = np.random.default_rng(8)


@pytest.fixture(autouse=True)
def _a_simple_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen_run, "listener_of", lambda sensor, db, places: Stub(sensor))


def recording(folder: Path, name: str, seconds: float = 4.0) -> str:
    soundfile.write(folder / name, CHANCE.normal(0.0, 0.01, round(seconds * 16_000)), 16_000, format="WAV")
    return str(folder / name)


def heard(folder: Path, *words: str, status: int = 0) -> list[float]:
    """When each report was heard, after START_S."""
    assert main(["listen", "--sensor", "K-07", "--out", str(folder / "out"), *words]) == status
    return [json.loads(line)["heard_at_s"] - START_S for line in (folder / "out").read_text().splitlines()]


def test_names_are_believed_where_they_are_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = recording(tmp_path, "20260321_031500.WAV"), recording(tmp_path, "20260321_031600.WAV")
    assert heard(tmp_path, one, two, "--start", "auto") == [0.5, 1.5, 2.5, 3.5, 60.5, 61.5, 62.5, 63.5]
    shown = capsys.readouterr().err
    assert (
        "20260321_031500.WAV: began 2026-03-21 03:15:00 UTC by its name, if its clock was set to UTC (--zone)"
        in shown
    )
    assert "56.0 s of gaps" in shown
    assert heard(tmp_path, one, "--start", "auto", "--zone", "Europe/Kyiv")[0] == 0.5 - 7200.0


def test_where_they_are_not_a_word_says_that_they_say_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = recording(tmp_path, "20260321_031500.WAV"), recording(tmp_path, "20260321_031600.WAV")
    for start in (str(START_S), str(START_S + 3600.0), "0"):
        heard(tmp_path, one, two, "--start", start)
        shown = capsys.readouterr().err.splitlines()
        # A zone that nobody knows, and times from the beginning, are no contradiction; the gap is.
        assert len(shown) == 2
        assert shown[0].endswith(
            "031600.WAV: began 56 s later by its name than where the one before ended, which is assumed; "
            "--start auto believes what recordings say"
        )
    heard(tmp_path, two, "--start", str(START_S))
    assert "began 2026-03-21 03:16:00 UTC by its name, not 2026-03-21 03:15:00 UTC" in capsys.readouterr().err


def test_names_to_the_second_make_no_gaps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["20260321_031500.WAV", "20260321_031505.WAV", "20260321_031508.WAV"]
    files = [recording(tmp_path, name) for name in names]
    assert heard(tmp_path, *files, "--start", "auto") == [k + 0.5 for k in range(12)]
    assert "no gaps" in capsys.readouterr().err


def test_the_order_is_that_of_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["20260321_031600.WAV", "absent.wav", "20260321_031500.WAV"]
    files = [recording(tmp_path, name) if name[0] == "2" else str(tmp_path / name) for name in names]
    times = heard(tmp_path, *files, "--start", "auto", status=1)
    assert times == sorted(times)
    assert len(times) == 8
    assert "heard in the order in which they began" in capsys.readouterr().err


def test_what_says_nothing_is_refused_first_and_follows_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night, named = recording(tmp_path, "night.wav"), recording(tmp_path, "20260321_031500.WAV")
    assert heard(tmp_path, night, named, "--start", "auto", status=1) == [0.5, 1.5, 2.5, 3.5]
    shown = capsys.readouterr().err
    assert "refused" in shown
    assert "night.wav: neither its header nor its name says when it began" in shown
    assert heard(tmp_path, named, night, "--start", "auto") == [k + 0.5 for k in range(8)]
    assert "night.wav: says nowhere when it began: taken to follow the one before" in capsys.readouterr().err


def test_files_that_overlap_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [recording(tmp_path, "20260321_031500.WAV", 30.0), recording(tmp_path, "20260321_031510.WAV")]
    assert len(heard(tmp_path, *files, "--start", "auto")) == 34
    assert "031510.WAV: began 20 s before the one before it ended" in capsys.readouterr().err


def test_what_was_cut_off_a_recording_was_sound_too(tmp_path: Path) -> None:
    cut, whole = Path(recording(tmp_path, "cut.wav", 8.0)), recording(tmp_path, "whole.wav")
    cut.write_bytes(cut.read_bytes()[: 44 + 3 * 32_000])
    assert heard(tmp_path, str(cut), whole, "--start", str(START_S))[3:] == [8.5, 9.5, 10.5, 11.5]


def test_now_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen_start.Beginnings.__init__, "__defaults__", (lambda: START_S + 1000.0,))
    assert heard(tmp_path, recording(tmp_path, "20260321_031500.WAV"), "--start", "now")[0] == 1000.5


@pytest.mark.parametrize(("words", "reason"), [
    (["--start", "soon"], "'soon': allowed: seconds since 1970, auto, now"),
    (["--zone", "Europe/Nowhere"], "'Europe/Nowhere' is not a time zone"),
    (["--zone", "/etc/passwd"], "is not a time zone"),
])  # fmt: skip
def test_wrong_usage_is_told(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["listen", "a.wav", "--sensor", "K-07", *words])
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err
