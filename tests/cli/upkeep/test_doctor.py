"""`forehear doctor`: a table for people, JSON for programs, and a status for scripts; a running hub is asked."""

import json
from pathlib import Path

import pytest
from tests.service.stand import serve, write_config

from forehear.cli.main import main
from forehear.cli.upkeep.doctor import ask
from forehear.service.config import load


def test_each_finding_is_a_line_and_what_to_do_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path, keys=False)
    (tmp_path / "token").chmod(0o600)
    assert main(["doctor", str(config)]) == 0
    shown = capsys.readouterr().out
    assert "\nlook   sensors        12 of 12 have no key" in shown
    assert "-> enrol them" in shown
    assert shown.rstrip().splitlines()[-1].startswith("0 faults, ")


def test_a_fault_is_status_one_and_in_the_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_config(tmp_path)
    (tmp_path / "token").chmod(0o644)
    assert main(["doctor", str(config), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["faults"] == 1
    (fault,) = [f for f in said["findings"] if f["state"] == "fault"]
    assert fault["what"] == "secrets"
    assert fault["todo"] == "chmod 600"


def test_nobody_who_answers_is_none(tmp_path: Path) -> None:
    assert ask(load(write_config(tmp_path))) is None


@pytest.mark.slow
def test_a_running_hub_is_asked(tmp_path: Path) -> None:
    one = serve(write_config(tmp_path))
    one.until_ready()
    said = ask(load(one.config))
    assert said is not None
    assert said["ready"] is True
    # As the operator: it is given the words.
    assert set(said["words"]) == set(said["troubles"])
    assert one.stop() == 0
