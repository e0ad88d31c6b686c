"""Each thing that can ail a hub is found, named, and comes with what to do."""

import socket
from pathlib import Path

import msgspec
import pytest
from tests.service.stand import SITES, write_config
from tests.service.upkeep.hubs import filled

from forehear.io.geojson import sites_geojson
from forehear.service.config import Settings, load
from forehear.service.upkeep import doctor
from forehear.service.upkeep.doctor import Finding, examine


def looked(settings: Settings, health: dict[str, object] | None = None) -> dict[str, list[Finding]]:
    out: dict[str, list[Finding]] = {}
    for one in examine(settings, ["a doubt"], lambda _: health):
        out.setdefault(one.what, []).append(one)
    return out


def test_every_finding_that_is_not_good_says_what_to_do(tmp_path: Path) -> None:
    _, settings = filled(tmp_path, ingest={"unsigned": True})
    (tmp_path / "token").chmod(0o644)
    for some in looked(settings).values():
        for one in some:
            assert bool(one.todo) == (one.state != "good"), one


def test_a_whole_store_is_counted_and_a_damaged_one_is_a_fault(tmp_path: Path) -> None:
    _, settings = filled(tmp_path)
    (good,) = looked(settings)["store"]
    assert good.state == "good"
    assert "1 blocks of reports, 1 alerts" in good.words
    path = settings.data_dir / "store.sqlite"
    body = bytearray(path.read_bytes())
    body[5000:9000] = bytes(4000)
    path.write_bytes(body)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    assert looked(settings)["store"][0].state == "fault"
    path.write_bytes(b"not a store at all" * 400)
    assert looked(settings)["store"][0].state == "fault"


def test_a_taken_port_is_a_fault_and_a_free_one_means_that_it_does_not_run(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = load(write_config(tmp_path, service={"port": port}))
        (taken,) = looked(settings)["port"]
        assert taken.state == "fault"
        assert f"127.0.0.1:{port} is taken" in taken.words
        assert looked(settings, {"status": "ok", "version": "x"})["port"][0].state == "good"
    assert looked(settings)["port"][0].state == "look"


def test_what_a_running_hub_says_of_itself_is_repeated(tmp_path: Path) -> None:
    settings = load(write_config(tmp_path))
    said: dict[str, object] = {"status": "degraded", "version": "0.1", "words": {"mqtt": "no subscription"}}
    found = looked(settings, said)["health"]
    assert [f.state for f in found] == ["look", "look", "look"]
    assert "mqtt: no subscription" in found[1].words
    assert "restart" in found[2].todo


def test_secrets_that_others_can_read_are_a_fault(tmp_path: Path) -> None:
    settings = load(write_config(tmp_path))
    (tmp_path / "token").chmod(0o600)
    assert looked(settings)["secrets"][0].state == "good"
    (tmp_path / "token").chmod(0o640)
    (wide,) = looked(settings)["secrets"]
    assert wide.state == "fault"
    assert "operator.token_file" in wide.words


def test_sensors_without_keys_and_unsigned_reports_are_looked_at(tmp_path: Path) -> None:
    assert looked(load(write_config(tmp_path / "a")))["sensors"][0].state == "good"
    without = looked(load(write_config(tmp_path / "b", keys=False)))["sensors"][0]
    assert "12 of 12 have no key" in without.words
    unsigned = looked(load(write_config(tmp_path / "c", ingest={"unsigned": True})))["sensors"][0]
    assert unsigned.state == "look"


def test_a_place_that_nobody_would_hear_is_named(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    far = msgspec.structs.replace(SITES[0], lon=33.0)
    (tmp_path / "sites.geojson").write_bytes(sites_geojson((far,)))
    (bare,) = looked(load(config))["coverage"]
    assert bare.state == "look"
    assert "town" in bare.words


def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(write_config(tmp_path, store={"max_mb": 10.0}))
    assert looked(settings)["disk"][0].state == "good"
    monkeypatch.setattr(doctor, "LEAST_FREE_MB", 1e12)
    assert looked(settings)["disk"][0].state == "fault"
    monkeypatch.undo()
    grows = load(write_config(tmp_path / "more", store={"max_mb": 1e7}))
    assert looked(grows)["disk"][0].state == "look"


def test_the_clock_is_asked(tmp_path: Path) -> None:
    (clock,) = looked(load(write_config(tmp_path)))["clock"]
    assert clock.state in ("good", "look", "fault")
    assert clock.words
