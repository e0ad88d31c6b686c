"""Of what was kept the newest that is whole is read, whatever a kill or a power cut left of the rest."""

from pathlib import Path

import pytest

from forehear.service.tracking.snapshot import SnapshotError
from forehear.service.tracking.snapshot_files import Files

LONG = bytes(range(256)) * 40


def found(folder: Path) -> list[bytes]:
    return [bytes(body) for body in Files(folder / "snapshot.bin").newest()]


def test_the_newest_comes_first_and_nothing_is_none(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    files = Files(tmp_path / "snapshot.bin")
    files.keep(1.0, [b"one", LONG])
    files.keep_lasting(2.0, [b"two", LONG])
    assert found(tmp_path) == [b"two" + LONG, b"one" + LONG]
    files.keep(3.0, [b"three"])
    files.keep(4.0, [b"four", b""])
    assert found(tmp_path) == [b"four", b"three", b"two" + LONG], "written over in turn, whatever was longer"


def test_the_newest_is_never_written_over(tmp_path: Path) -> None:
    """Not by the next life either: killed while it writes its first, it leaves the last one's last."""
    for life in range(5):
        files = Files(tmp_path / "snapshot.bin")
        before = [bytes(body) for body in files.newest()]
        files.keep(float(life), [b"life", bytes([life])])
        after = found(tmp_path)
        assert after[0] == b"life" + bytes([life])
        assert after[1:] == before[:1]


@pytest.mark.parametrize("at", [0, 9, 13, 21, 64, 64 + len(LONG)])
def test_a_torn_one_is_not_read(tmp_path: Path, at: int) -> None:
    files = Files(tmp_path / "snapshot.bin")
    files.keep(1.0, [LONG, b"old"])
    files.keep(2.0, [LONG, b"new"])
    newest = files.fresh[1]
    whole = newest.read_bytes()
    newest.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert found(tmp_path) == [LONG + b"old"]
    newest.write_bytes(whole[:at])
    assert found(tmp_path) == [LONG + b"old"]


def test_without_fresh_ones_there_is_the_lasting_one(tmp_path: Path) -> None:
    files = Files(tmp_path / "snapshot.bin")
    files.keep_lasting(1.0, [LONG])
    files.keep(2.0, [b"fresh"])
    files.fresh[0].write_bytes(b"")
    assert found(tmp_path) == [LONG]
    files.lasting.write_bytes(files.lasting.read_bytes()[:-1])
    with pytest.raises(SnapshotError, match=r"snapshot.bin: is not a whole snapshot"):
        found(tmp_path)
