"""`forehear assess`: where the data are, what is kept of it, and lists that a parser and a reader can read."""

import argparse
import json
from pathlib import Path

import pytest

from forehear.assess.tables import TableFaults
from forehear.cli.assess.data import claims_path, json_list, log_faults
from forehear.cli.main import main


def test_a_list_is_one_document_and_a_record_a_line() -> None:
    records: list[dict[str, object]] = [{"a": 1}, {"a": "ж"}]
    text = json_list(records)
    assert json.loads(text) == records
    assert text.splitlines() == ["[", '{"a":1},', '{"a":"ж"}', "]"]
    assert json.loads(json_list([])) == []


def test_claims_are_those_named_else_those_of_the_folder_else_the_packages() -> None:
    def path(**words: str | None) -> Path | None:
        return claims_path(argparse.Namespace(**({"data": None} | words)))

    assert path() is None
    assert path(data="d") == Path("d/production_claims.csv")
    assert path(data="d", claims="c.csv") == Path("c.csv")
    assert path(claims=None) is None


def test_faults_go_to_stderr_and_a_sound_table_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bad, good = TableFaults("bad.csv", warnings=["a month is unknown"]), TableFaults("good.csv")
    bad.set_aside(3, "kind", "x", "no")
    log_faults([bad, good])
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "forehear assess: bad.csv: 1 row set aside; first: row 3: kind='x': no",
        "forehear assess: bad.csv: a month is unknown",
    ]


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [(["--kind", "forecast"], "kind", "forecast"), (["--origin", "wall street"], "origin", "Wall Street Journal")],
)
def test_only_the_claims_asked_for_are_listed(
    words: list[str], key: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", "claims", "--json", *words]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert 0 < len(rows) < 50
    assert all(value in row[key] for row in rows)


def test_nobody_is_said_to_be_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "names", "Nobody Whoever"]) == 0
    first, second = capsys.readouterr().out.strip().splitlines()
    assert first == "Nobody Whoever: nobody on the list has this name"
    assert second.startswith("The list is OFAC's action of 3 February 2023")
    assert main(["assess", "names", "Nobody Whoever", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_names_are_compared_each_with_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "names", "Abdollah Mehrabi", "Abdullah Mehrabi", "Somebody Else", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["a"], row["b"], row["same"]) for row in rows] == [
        ("Abdollah Mehrabi", "Abdullah Mehrabi", True),
        ("Abdollah Mehrabi", "Somebody Else", False),
        ("Abdullah Mehrabi", "Somebody Else", False),
    ]
