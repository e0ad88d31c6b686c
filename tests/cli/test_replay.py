"""`forehear replay` and `forehear demo`: what cannot be played is said, all faults at once."""

from pathlib import Path

import pytest

from forehear.io.geojson import network_geojson


def test_what_cannot_be_replayed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.service.stand import network

    from forehear.cli.main import main

    (tmp_path / "network.geojson").write_bytes(network_geojson(network()))
    (tmp_path / "empty.ndjson").write_bytes(b"")
    words = ["replay", "--network", str(tmp_path / "network.geojson"), "--reports", str(tmp_path / "empty.ndjson")]
    assert main(words) == 1
    assert "holds no report" in capsys.readouterr().err
    assert main([*words, "--speed", "1000"]) == 2
    assert "allowed: 0.1 to 60" in capsys.readouterr().err
    (tmp_path / "forehear-data").mkdir()
    assert main(["demo", "--speed", "0", "--port", "70000", "--keep", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "--speed 0.0: allowed: 0.1 to 60" in said
    assert "--port 70000: allowed: 0 to 65535" in said
    assert "keeps another play already" in said
