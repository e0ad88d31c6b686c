"""`forehear assess grid`: one command, one picture, its assumptions with every answer; bad words in words."""

import json
from pathlib import Path

import pytest

from forehear.cli.main import main

QUICK = ["assess", "grid", "--draws", "8", "--lost", "2"]


def test_the_answer_says_minutes_measures_and_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--minutes", "0,20"]) == 0
    text = capsys.readouterr().out
    assert "Load not served on ieee14, 2 of its 20 branches lost:" in text
    assert "islands prepared, load moved, reserve started" in text
    assert "no place on a map, no real grid" in text
    assert "A jet leaves" in text


def test_a_program_gets_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--minutes", "20,0", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [m["minutes"] for m in record["minutes"]] == [0.0, 20.0]
    assert record["minutes"][0]["mean"] >= record["minutes"][1]["mean"]
    assert record["network_gives_minutes"]["propeller"] > record["network_gives_minutes"]["jet"] > 0.0
    assert len(record["assumed"]) >= 6


def test_one_picture_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--out", str(tmp_path / "g.png")]) == 0
    assert (tmp_path / "g.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "wrote" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--system", "mine"], 1, "no other grid is read, on purpose"),
        (["--minutes", "a few"], 2, "--minutes 'a few'"),
        (["--measures", "no.csv"], 1, "no.csv: cannot be read"),
        (["--depth-km", "0"], 2, "--depth-km 0"),
        (["--lost", "0"], 1, "lost=0: must be from 1 to"),
    ],
)
def test_bad_words_are_said(words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, *words]) == status
    assert said in capsys.readouterr().err
