"""Secrets of an installation: made once, kept, and for nobody else's eyes."""

import stat
from pathlib import Path

import pytest

from forehear.service.secret import secret


def test_a_secret_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "operator.token"
    first = secret(path, 24)
    assert secret(path, 24) == first
    assert secret(tmp_path / "another", 24) != first
    # 24 bytes in base64.
    assert len(first) == 32


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "operator.token"
    secret(path, 24)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_one_that_somebody_wrote_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "operator.token"
    own = "of-my-own-" + 4 * "0123456789"
    path.write_text(f"  {own} \n")
    assert secret(path, 24) == own


@pytest.mark.parametrize("left", ["", "\n"])
def test_an_empty_one_as_a_full_disk_leaves_it_is_made_anew(tmp_path: Path, left: str) -> None:
    path = tmp_path / "operator.token"
    path.write_text(left)
    whole = secret(path, 24)
    assert len(whole) == 32
    assert path.read_text().strip() == whole
    assert [file.name for file in tmp_path.iterdir()] == ["operator.token"]
