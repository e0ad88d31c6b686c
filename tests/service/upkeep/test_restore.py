"""A restored hub is the one that was kept; a damaged, foreign or newer backup leaves nothing."""

import io
import tarfile
import tomllib
from pathlib import Path

import msgspec
import pytest
from tests.service.upkeep.hubs import filled, nothing

from forehear.errors import InputError
from forehear.service.store.store import Store
from forehear.service.upkeep import backup
from forehear.service.upkeep.restore import named_anew, restore


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    config, settings = filled(tmp_path / "old" / "hub")
    backup.write(settings, config, tmp_path / "night.tar", 2000.0, nothing)
    return tmp_path / "night.tar"


def rewritten(kept: Path, out: Path, change: dict[str, bytes]) -> Path:
    """The same tar with members changed, and checksums as they were."""
    with tarfile.open(kept) as old, tarfile.open(out, "w") as new:
        for member in old:
            source = old.extractfile(member)
            assert source is not None
            body = change.get(member.name, source.read())
            member.size = len(body)
            new.addfile(member, io.BytesIO(body))
    return out


def test_reports_alerts_keys_and_counters_are_back(kept: Path, tmp_path: Path) -> None:
    about, settings = restore(kept, tmp_path / "new", nothing)
    assert about.made_at_s == 2000.0
    assert settings.data_dir == tmp_path / "new" / "forehear-data"
    assert settings.token is not None
    store = Store(settings.data_dir / "store.sqlite", writer=True)
    (block,) = store.blocks(0, store.last_block())
    assert [r.heard_at_s for r in block] == [1000.0 + k for k in range(5)]
    assert store.counters() == {"S1": (17, 3)}
    assert store.enrolled() == [("S2", None, True)]
    assert store.cap("id-1") == b"<x/>"
    assert store.last_tick() == (1011.0, 1)
    store.close()
    assert (settings.data_dir / "snapshot.bin").read_bytes() == b"a snapshot"
    assert (settings.data_dir / "instance.name").read_text() == "abcdef\n"
    assert not list(tmp_path.glob(".forehear-*"))


def test_files_that_lay_elsewhere_lie_in_the_new_folder(tmp_path: Path) -> None:
    """As installed for a whole machine: configuration in one place, data in another, a key in a third."""
    away = tmp_path / "away"
    away.mkdir()
    (away / "network.geojson").write_text("never read")
    (away / "mqtt.password").write_text("secret")
    config, settings = filled(
        tmp_path / "etc",
        service={"data_dir": str(tmp_path / "var"), "name": "Наш # вузол"},
        mqtt={"password_file": str(away / "mqtt.password")},
    )
    text = config.read_text("utf-8").replace("[mqtt]", "# a comment that stays\n[mqtt]")
    config.write_text(text, "utf-8")
    backup.write(settings, config, tmp_path / "night.tar", 2000.0, nothing)
    _, new = restore(tmp_path / "night.tar", tmp_path / "new", nothing)
    assert new.data_dir == tmp_path / "new" / "forehear-data"
    assert new.config.mqtt.password_file == "mqtt.password"
    assert new.mqtt_password == "secret"
    assert new.config.service.name == "Наш # вузол"
    assert "# a comment that stays" in (tmp_path / "new" / "forehear.toml").read_text("utf-8")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused_and_leaves_nothing(kept: Path, tmp_path: Path, share: float) -> None:
    body = kept.read_bytes()
    cut = tmp_path / "cut.tar"
    # The last blocks of a tar are padding: cut before them.
    cut.write_bytes(body[: int(share * (len(body) - 10_240))])
    with pytest.raises(InputError, match=r"cut\.tar: is (damaged|no backup)"):
        restore(cut, tmp_path / "new", nothing)
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".forehear-*"))


def test_one_flipped_bit_anywhere_in_a_file_is_found(kept: Path, tmp_path: Path) -> None:
    with tarfile.open(kept) as tar:
        spots = [(m.name, m.offset_data + m.size // 2) for m in tar if m.name not in (backup.FIRST, backup.LAST)]
    assert len(spots) >= 6
    for name, at in spots:
        body = bytearray(kept.read_bytes())
        body[at] ^= 0x10
        bad = tmp_path / "bad.tar"
        bad.write_bytes(body)
        with pytest.raises(InputError, match=f"{name} is not what was written"):
            restore(bad, tmp_path / "new", nothing)
        assert not (tmp_path / "new").exists()


def test_foreign_and_newer_files_are_refused_by_name(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "text.tar").write_text("hello")
    with pytest.raises(InputError, match="no backup of forehear"):
        restore(tmp_path / "text.tar", tmp_path / "new", nothing)
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(kept, "something")
    with pytest.raises(InputError, match="it has no forehear-backup"):
        restore(tmp_path / "other.tar", tmp_path / "new", nothing)
    with pytest.raises(InputError, match="is not there"):
        restore(tmp_path / "none.tar", tmp_path / "new", nothing)
    with tarfile.open(kept) as tar:
        first = tar.extractfile(backup.FIRST)
        assert first is not None
        about = msgspec.json.decode(first.read(), type=backup.BackupHeader)
    newer = msgspec.json.encode(msgspec.structs.replace(about, store_version=99, program="9.9.0"))
    with pytest.raises(InputError, match=r"is of forehear 9\.9\.0 .*store 99.*install that version"):
        restore(rewritten(kept, tmp_path / "newer.tar", {backup.FIRST: newer}), tmp_path / "new", nothing)


def test_a_name_that_climbs_out_of_the_folder_goes_nowhere(kept: Path, tmp_path: Path) -> None:
    with tarfile.open(kept) as tar:
        first = tar.extractfile(backup.FIRST)
        assert first is not None
        about = msgspec.json.decode(first.read(), type=backup.BackupHeader)
    climbing = {**about.files, "sites": "../../../climbed"}
    evil = tmp_path / "evil.tar"
    rewritten(
        kept, evil, {backup.FIRST: msgspec.json.encode(msgspec.structs.replace(about, files=climbing))}
    )  # fmt: skip
    with tarfile.open(evil, "a") as tar:
        info = tarfile.TarInfo("../../../climbed")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    with pytest.raises(InputError, match="damaged"):
        restore(evil, tmp_path / "deep" / "er" / "new", nothing)
    assert not list(tmp_path.rglob("climbed"))


def test_a_folder_in_use_is_never_written_over(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").write_text("mine")
    with pytest.raises(InputError, match="is there and not empty"):
        restore(kept, tmp_path / "new", nothing)
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["mine"]
    (tmp_path / "new" / "mine").unlink()
    restore(kept, tmp_path / "new", nothing)


def test_only_the_values_asked_for_change() -> None:
    text = (
        '# head\nnetwork = "/a/net.geojson" # here\n[service] # who\nname = "x = \\"y\\""\n'
        "[mqtt]\nenabled = true\n"
    )
    said = tomllib.loads(text)
    new = named_anew(text, said, {"network": "net.geojson", "service.data_dir": "d", "operator.token_file": "t"})
    assert tomllib.loads(new) == {
        "network": "net.geojson",
        "service": {"data_dir": "d", "name": 'x = "y"'},
        "mqtt": {"enabled": True},
        "operator": {"token_file": "t"},
    }
    assert new.startswith("# head\n")
    assert "[service] # who" in new


def test_what_cannot_be_changed_line_by_line_is_said() -> None:
    text = 'network = """\nnet.geojson"""\n'
    with pytest.raises(InputError, match="cannot be changed line by line"):
        named_anew(text, tomllib.loads(text), {"network": "n"})
