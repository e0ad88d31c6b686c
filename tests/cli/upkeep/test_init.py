"""`forehear init`: a hub that can be checked and served at once, or one sentence why not."""

from pathlib import Path

import pytest

from forehear.cli.main import main


def test_what_it_writes_passes_check_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--place", "46.97, 31.99", "--height", "40", "--name", "Вухо"]
    assert main(["init", str(tmp_path / "hub"), *words]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "forehear doctor" in said.err
    assert main(["check", str(tmp_path / "hub" / "forehear.toml")]) == 0
    assert "warning:" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--place", "here"], "must be LAT,LON"),
        (["--place", "131.0,47.0"], "latitude -85 to 85"),
        (["--height", "-3000"], "allowed: -430.0 to 9000.0"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main(["init", str(tmp_path / "hub"), *words]) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / "hub").exists()


def test_a_second_time_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path)]) == 0
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    assert main(["init", str(tmp_path)]) == 1
    assert "already" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before
