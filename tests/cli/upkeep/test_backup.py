"""`forehear backup`: words for people, a file for later."""

from pathlib import Path

import pytest
from tests.service.upkeep.hubs import filled

from forehear.cli.main import main


def test_it_says_where_and_how_large(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, _ = filled(tmp_path / "hub")
    out = tmp_path / "night.tar"
    assert main(["backup", str(config), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{out}: 0.1 MB" in said.err


def test_what_cannot_be_kept_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, _ = filled(tmp_path / "hub")
    assert main(["backup", str(config), "--out", str(tmp_path / "no" / "night.tar")]) == 1
    assert "No such file or directory" in capsys.readouterr().err
    assert main(["backup", str(tmp_path / "none.toml"), "--out", str(tmp_path / "night.tar")]) == 2
