"""`forehear assess`: the contracts for programs, to the letter; bad copies of the data; determinism."""

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

from forehear.cli.assess.verb import SUBVERBS
from forehear.cli.main import main

DATA = files("forehear.assess").joinpath("data")
LEVELS = ["0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95"]


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main(["assess", *words]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("shahed_daily.csv", "shahed_monthly.csv", "production_claims.csv"):
        (tmp_path / name).write_bytes(DATA.joinpath(name).read_bytes())
    return tmp_path


def test_claims_contract(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "claims", "--claims", str(folder / "production_claims.csv"), "--json")
    assert isinstance(rows, list)
    assert [r["row"] for r in rows] == list(range(1, 51))
    for r in rows:
        assert list(r) == ["row", "origin", "kind", "low", "high", "unit", "grade", "because"]
        assert len(r["grade"]) == 2
        assert r["grade"][0] in "ABCDEF"
        assert r["grade"][1] in "123456"
        assert r["because"]
    assert rows[0]["origin"] == rows[6]["origin"] != rows[15]["origin"]
    assert (rows[3]["low"], rows[3]["high"]) == (None, 6000.0)


def test_a_claim_without_a_date_keeps_its_place_and_is_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "production_claims.csv"
    lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    lines[3][0] = ""
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(lines)
    assert main(["assess", "claims", "--claims", str(path), "--json"]) == 0
    shown = capsys.readouterr()
    rows = json.loads(shown.out)
    assert len(rows) == 50
    assert rows[2]["origin"] is None
    assert "row 3: date_of_claim=''" in rows[2]["because"]
    assert "1 row set aside" in shown.err


@pytest.mark.slow
def test_forecast_contract(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("forecast", "--data", str(folder), "--as-of", "2025-12-31", "--months", "3", "--json")
    months = answer(capsys, *words)
    assert isinstance(months, list)
    assert [m["month"] for m in months] == ["2026-01", "2026-02", "2026-03"]
    for m in months:
        assert list(m) == ["month", "launched", "raid", "largest_day", "as_of"]
        for name in ("launched", "raid", "largest_day"):
            assert list(m[name]) == LEVELS
            assert list(m[name].values()) == sorted(m[name].values())
    assert answer(capsys, *words) == months
    # The copy inside the package is the same data.
    assert answer(capsys, "forecast", "--as-of", "2025-12-31", "--months", "3", "--json") == months


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("shahed_daily.csv", "launched", "lanced", "column 'launched' is missing"),
        ("shahed_daily.csv", "2025-12-30,", "2025-12-29,", "row 1190: report_date='2025-12-29'"),
        ("shahed_monthly.csv", "destroyed_only", "whatever", "row 1: reporting_regime='whatever'"),
        ("shahed_monthly.csv", "2025-11,", "2025-10,", "row 39: month='2025-10'"),
        ("production_claims.csv", "attributed_to", "by", "column 'attributed_to' is missing"),
    ],
)
def test_a_broken_copy_is_refused_with_row_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str, words: str
) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(["assess", "forecast", "--data", str(folder), "--json"]) == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert shown.out == ""


@pytest.mark.slow
@pytest.mark.parametrize("count", ["-98", "98000000", "ninety", "9.8"])
def test_an_absurd_count_is_set_aside_and_the_forecast_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    path = folder / "shahed_daily.csv"
    path.write_text(path.read_text().replace("2025-11-23,1,98,", f"2025-11-23,1,{count},"))
    assert main(["assess", "forecast", "--data", str(folder), "--months", "1", "--json"]) == 0
    shown = capsys.readouterr()
    assert "1 row set aside" in shown.err
    assert f"launched='{count}'" in shown.err
    assert 3000 < json.loads(shown.out)[0]["launched"]["0.5"] < 8000


def test_names_answer_pairs_and_look_ups(capsys: pytest.CaptureFixture[str]) -> None:
    pairs = answer(capsys, "names", "Abdollah Mehrabi", "Abdullah Mehrabi", "Ghasem Damavandian", "--json")
    assert isinstance(pairs, list)
    assert [p["same"] for p in pairs] == [True, False, False]
    found = answer(capsys, "names", "Alireza Tangsiri", "--json")
    assert isinstance(found, list)
    assert found[0]["because"].startswith("OFAC 26935")


def test_launches_answer_by_regime(capsys: pytest.CaptureFixture[str]) -> None:
    record = answer(capsys, "launches", "--json")
    assert isinstance(record, dict)
    assert record["passed_6000_on"] == "2024-07-21"
    assert [r["launched"] for r in record["regimes"]] == [5799, 37660, 56540]


def test_filters_and_dates(capsys: pytest.CaptureFixture[str]) -> None:
    rows = answer(capsys, "claims", "--as-of", "2023-03-01", "--kind", "plan", "--json")
    assert isinstance(rows, list)
    assert [r["row"] for r in rows] == [1, 2, 3, 4, 5, 6, 7]
    rows = answer(capsys, "claims", "--who", "freuding", "--json")
    assert isinstance(rows, list)
    assert [r["row"] for r in rows] == [32]


@pytest.mark.parametrize("subverb", SUBVERBS)
def test_every_subverb_helps(subverb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["assess", subverb, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert "--json" in shown
    assert "example:" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["forecast", "--months", "0"],
        ["forecast", "--as-of", "2025-02-30"],
        ["launches", "--as-of", "soon"],
        [],
        ["guess"],
    ],
)
def test_wrong_words_exit_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["assess", *words])
    assert stop.value.code == 2


def test_text_answers_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["claims"],
        ["launches"],
        ["forecast", "--months", "2"],
        ["warning", "--formula-only"],
        ["raids", "--dry"],
    ):
        assert main(["assess", *words]) == 0
        assert len(capsys.readouterr().out.splitlines()) >= 2
