"""The first files of a hub can be served as they are, hold secrets for their owner, and write over nothing."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from forehear.errors import InputError
from forehear.service.config import load
from forehear.service.upkeep import first
from forehear.service.upkeep.doctor import examine


@pytest.mark.parametrize("name", ["forehear", 'Хутір "Вухо" \\ 7', "a # b"])
def test_they_are_a_good_configuration(tmp_path: Path, name: str) -> None:
    first.write(tmp_path, first.files(tmp_path, (31.99, 46.97), 40.0, name, system=False))
    settings = load(tmp_path / "forehear.toml")
    assert settings.config.service.name == name
    assert settings.token is not None
    assert len(settings.token) > 40
    assert settings.network.sensors[0].height_m == 44.0
    assert settings.sites[0].lon == pytest.approx(31.99)
    assert stat.S_IMODE((tmp_path / "operator.token").stat().st_mode) == 0o600


def test_the_example_hears_what_comes_to_its_place(tmp_path: Path) -> None:
    first.write(tmp_path, first.files(tmp_path, (31.0, 47.0), 100.0, "x", system=False))
    (covered,) = [f for f in examine(load(tmp_path / "forehear.toml"), [], lambda _: None) if f.what == "coverage"]
    assert covered.state == "good"


def test_the_comments_of_the_example_stay(tmp_path: Path) -> None:
    text = first.configuration("x", system=True)
    assert 'data_dir = "/var/lib/forehear"' in text
    assert "# keep_hours = 72" in text


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "sites.geojson").write_text("mine")
    with pytest.raises(InputError, match=r"has sites\.geojson already; nothing was written"):
        first.write(tmp_path, first.files(tmp_path, (31.0, 47.0), 100.0, "x", system=False))
    assert [p.name for p in tmp_path.iterdir()] == ["sites.geojson"]


@pytest.mark.parametrize("system", [True, False])
def test_the_unit_restarts_for_ever_and_is_hardened(tmp_path: Path, system: bool) -> None:
    unit = first.unit(Path("/etc/100%/hub"), system)
    lines = unit.splitlines()
    for line in ("Type=notify", "Restart=always", "WatchdogSec=30", "StartLimitIntervalSec=0",
                 "NoNewPrivileges=yes", "SystemCallFilter=@system-service", "UMask=0077"):  # fmt: skip
        assert line in lines, line
    assert "100%%" in unit
    system_only = {"DynamicUser=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "StateDirectory=forehear"}
    assert system_only <= set(lines) if system else not system_only & set(lines)
    # Each setting once: of two, systemd takes the last.
    keys = [line.partition("=")[0] for line in lines if "=" in line]
    assert len(keys) == len(set(keys))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs Debian's systemd")
def test_systemd_finds_no_fault_in_it_and_little_exposed(tmp_path: Path) -> None:
    path = tmp_path / "forehear.service"
    path.write_text(first.unit(Path("/etc/forehear"), system=True))
    checked = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=60.0)
    assert checked.returncode == 0, checked.stderr
    assert "forehear" not in checked.stderr
    looked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", path],
        capture_output=True, text=True, timeout=60.0,
    )  # fmt: skip
    assert looked.returncode == 0, looked.stdout[-500:]
