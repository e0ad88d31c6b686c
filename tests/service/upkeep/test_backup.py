"""A backup holds everything, of one moment, whoever writes meanwhile; and nothing is ever written over."""

import hashlib
import io
import sqlite3
import stat
import tarfile
import threading
from pathlib import Path

import msgspec
import pytest
from tests.service.stand import TOKEN, report
from tests.service.upkeep.hubs import filled, nothing

from forehear.errors import InputError
from forehear.service.store.store import Store
from forehear.service.upkeep import backup


def test_everything_is_in_it_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    config, settings = filled(tmp_path / "hub")
    out = tmp_path / "night.tar"
    size = backup.write(settings, config, out, 2000.0, nothing)
    assert size == out.stat().st_size > 10_000
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".forehear-*"))
    with tarfile.open(out) as tar:
        names = tar.getnames()
        read = tar.extractfile("config/operator.token_file/token")
        assert read is not None
        assert read.read() == TOKEN.encode()
    assert names[0] == backup.FIRST
    assert names[-1] == backup.LAST
    assert {"config/forehear.toml", "data/store.sqlite", "data/snapshot.bin", "data/instance.name"} < set(names)
    # The snapshot first: the store has every step since.
    assert names.index("data/snapshot.bin") < names.index("data/store.sqlite")


def test_the_store_is_copied_of_one_moment_while_it_is_written(tmp_path: Path) -> None:
    """A writer that commits as fast as it can, all through the copy: it is not held up, and the copy is whole."""
    _, settings = filled(tmp_path / "hub")
    path = settings.data_dir / "store.sqlite"
    store = Store(path, writer=True)
    store.db.execute("create table bulk (body blob)")
    store.db.execute("begin")
    store.db.executemany("insert into bulk values (zeroblob(?))", [(100_000,)] * 300)
    store.db.execute("commit")
    done, commits = threading.Event(), [0]

    def write() -> None:
        while not done.is_set():
            store.commit([report("S1", 2000.0 + commits[0])], {"S1": (100 + commits[0], 0)})
            commits[0] += 1

    writer = threading.Thread(target=write)
    seen: list[tuple[float, int]] = []
    writer.start()
    try:
        backup.copy_store(path, tmp_path / "copy", lambda done, total: seen.append((done, commits[0])))
    finally:
        done.set()
        writer.join()
    store.close()
    # Never begun anew, and the writer went on.
    assert [a for a, _ in seen] == sorted(a for a, _ in seen)
    assert len(seen) > 5
    assert seen[-1][1] > seen[0][1]
    copy = sqlite3.connect(tmp_path / "copy")
    assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
    # Blocks and counters go together in each commit: they do in the copy.
    blocks = copy.execute("select count(*) from blocks").fetchone()[0]
    counter = copy.execute("select counter from counters where sensor='S1'").fetchone()[0]
    assert counter == (100 + blocks - 2 if blocks > 1 else 17)
    copy.close()


def test_nothing_is_written_over_and_a_hub_that_never_ran_is_said(tmp_path: Path) -> None:
    config, settings = filled(tmp_path / "hub")
    out = tmp_path / "night.tar"
    out.write_bytes(b"mine")
    with pytest.raises(InputError, match="is there already"):
        backup.write(settings, config, out, 2000.0, nothing)
    assert out.read_bytes() == b"mine"
    (settings.data_dir / "store.sqlite").unlink()
    with pytest.raises(InputError, match=r"store\.sqlite: is not there"):
        backup.write(settings, config, tmp_path / "other.tar", 2000.0, nothing)
    assert not (tmp_path / "other.tar").exists()


def test_the_first_member_says_what_it_is(tmp_path: Path) -> None:
    config, settings = filled(tmp_path / "hub")
    backup.write(settings, config, tmp_path / "night.tar", 2000.0, nothing)
    with tarfile.open(tmp_path / "night.tar") as tar:
        first = tar.extractfile(backup.FIRST)
        assert first is not None
        about = msgspec.json.decode(first.read(), type=backup.BackupHeader)
    assert about.version == backup.VERSION
    assert about.made_at_s == 2000.0
    assert about.files[""] == "config/forehear.toml"
    assert about.files["sites"] == "config/sites/sites.geojson"


def test_checksums_are_those_of_the_members(tmp_path: Path) -> None:
    """By the standard's own function, over what the tar holds: the last member says the same."""
    config, settings = filled(tmp_path / "hub")
    backup.write(settings, config, tmp_path / "night.tar", 2000.0, nothing)
    with tarfile.open(tmp_path / "night.tar") as tar:
        bodies = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
    said = msgspec.json.decode(bodies.pop(backup.LAST), type=dict[str, str])
    del bodies[backup.FIRST]
    assert said == {name: hashlib.sha256(body).hexdigest() for name, body in bodies.items()}
    body = bytes(range(256)) * 9000
    assert backup.checksum(io.BytesIO(body).read) == hashlib.sha256(body).hexdigest()
