"""`forehear assess import`: what a person and a program learn of it, and that the others read what it wrote."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.assess.launches.bulletin_rows import public, row, written

from forehear.cli.assess import data
from forehear.cli.main import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    nights = [public(row(f"2026-06-{k:02d}", str(200 + k))) for k in range(1, 31)]
    assert main(["assess", "import", str(written(tmp_path / "b.csv", *nights)), "--data", str(tmp_path / "d"),
                 "--with-packaged"]) == 0  # fmt: skip
    return tmp_path / "d"


def test_the_other_answers_read_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["assess", "launches", "--data", str(folder), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["as_of"] == "2026-06-30"
    assert record["months"][-1]["launched"] == sum(200 + k for k in range(1, 31))
    assert main(["assess", "claims", "--data", str(folder), "--json"]) == 0
    assert "the package's own claims are used" in capsys.readouterr().err


def test_a_program_learns_what_was_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "b.csv", row("2026-05-01"), row("2026-05-02", "many"), row("2026-05-03"))
    words = ["assess", "import", str(path), "--data", str(tmp_path / "d")]
    assert main([*words, "--json"]) == 0
    shown = capsys.readouterr()
    record = json.loads(shown.out)
    assert (record["added"], record["already_there"], record["bulletins"]) == (2, 0, 3)
    assert record["unknown_days"] == ["2026-05-02"]
    assert "row 2: launched='many'" in record["set_aside"][0]
    assert "row 2: launched='many'" in shown.err
    assert main(words) == 0
    assert "1 day is unknown: 2026-05-02" in capsys.readouterr().out


@pytest.mark.parametrize("old", [True, False])
def test_every_answer_says_as_of_when_it_is_and_warns_when_that_is_long_ago(
    old: bool, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data, "clock_day", lambda: date(2026, 9, 30) if old else date(2026, 7, 2))
    monkeypatch.setattr("forehear.cli.assess.network.clock_day", data.clock_day)
    capsys.readouterr()
    for words in (["launches"], ["forecast", "--months", "1"], ["raids", "--dry"], ["claims"]):
        assert main(["assess", *words, "--data", str(folder)]) == 0
        text = capsys.readouterr().out
        assert "2026-06-30" in text
        assert ("the counts end on 30 June 2026, more than 60 days before today" in text) is old
        assert main(["assess", *words, "--data", str(folder), "--json"]) == 0
        shown = capsys.readouterr()
        json.loads(shown.out)
        assert ("the counts end on 30 June 2026" in shown.err) is old
        assert main(["assess", *words, "--data", str(folder), "--as-of", "2026-06-30"]) == 0
        shown = capsys.readouterr()
        assert "days before today" not in shown.out + shown.err


def test_a_missing_file_and_a_wrong_day_end_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "import", str(tmp_path / "no.csv"), "--data", str(tmp_path)]) == 1
    assert "there is no such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["assess", "import", "b.csv", "--data", "d", "--until", "soon"])
