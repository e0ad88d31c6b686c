"""`forehear backup` of a hub that runs, `forehear restore`, and the hub that is served again is the one before."""

import time
from pathlib import Path

import pytest
from tests.service.stand import SEEDS, line, serve, write_config
from tests.service.upkeep.hubs import filled

from forehear.cli.main import main


def test_a_refusal_is_one_sentence_and_status_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("no backup at all")
    assert main(["restore", str(tmp_path / "text"), "--into", str(tmp_path / "new")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_it_says_of_when_the_hub_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, _ = filled(tmp_path / "hub")
    assert main(["backup", str(config), "--out", str(tmp_path / "night.tar")]) == 0
    assert main(["restore", str(tmp_path / "night.tar"), "--into", str(tmp_path / "new")]) == 0
    assert "12 sensors, 1 sites" in capsys.readouterr().err


@pytest.mark.slow
def test_a_running_hub_is_kept_and_comes_back_with_all_it_acknowledged(tmp_path: Path) -> None:
    one = serve(write_config(tmp_path / "hub", service={"data_dir": "data"}))
    one.until_ready()
    for counter in range(1, 11):
        lines = b"\n".join(line(sensor, counter) for sensor in SEEDS)
        assert one.client.post("/v1/reports", content=lines).json()["accepted"] == len(SEEDS)
    assert one.client.delete("/sensors/S3/key", headers=one.operator).status_code == 200
    assert main(["backup", str(one.config), "--out", str(tmp_path / "night.tar"), "--quiet"]) == 0
    # It runs on, unharmed.
    assert one.client.post("/v1/reports", content=line("S0", 11)).json()["accepted"] == 1
    assert one.stop() == 0
    began = time.monotonic()
    assert main(["restore", str(tmp_path / "night.tar"), "--into", str(tmp_path / "new"), "--quiet"]) == 0
    two = serve(tmp_path / "new" / "forehear.toml")
    two.until_ready()
    print(f"from the backup to tracking again: {time.monotonic() - began:.1f} s")
    # What was taken is not taken twice, what was revoked stays revoked, and the next report is taken.
    assert two.client.post("/v1/reports", content=line("S0", 10)).status_code == 409
    assert two.client.post("/v1/reports", content=line("S3", 12)).status_code == 403
    assert two.client.post("/v1/reports", content=line("S0", 12)).json()["accepted"] == 1
    assert two.stop() == 0
