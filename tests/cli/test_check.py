"""`forehear check`: a configuration that can be served is said to be good, one that cannot has all its faults."""

from pathlib import Path

import pytest
from tests.service.stand import write_config

from forehear.cli.main import main


def test_a_good_configuration_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_config(tmp_path)
    assert main(["check", str(path)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{path}: good: " in shown.err
    assert "with a key" in shown.err


def test_every_fault_is_named_and_the_status_is_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "forehear.toml"
    path.write_text('network = "no.geojson"\nsites = "none.geojson"\n[service]\nport = 1000000\n')
    assert main(["check", str(path)]) == 2
    shown = capsys.readouterr().err
    assert "port" in shown
    assert "good" not in shown


def test_a_configuration_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.toml")]) != 0
    assert "none.toml" in capsys.readouterr().err
