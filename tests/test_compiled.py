"""Kept loops: whatever is wrong with what is kept, or with where, the loop runs; and it is said, once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from forehear.compiled import njit

LOOPS = """
from forehear.compiled import njit


@njit(cache=True)
def twice(x):
    return 2.0 * x


@njit(cache=True)
def four_times(x):
    return twice(twice(x))
"""
# Also says how often numba compiled, which it does not where a kept loop was of use.
RUN = """
import loops
print(loops.four_times(1.5), sum(loops.four_times.stats.cache_misses.values()))
"""
NOWHERE = "/dev/null/home"


def run(folder: Path, **environment: str) -> tuple[str, str]:
    """Run the loops in a process of their own; gives what it wrote to stdout and to stderr."""
    paths = os.pathsep.join([str(folder), *(p for p in sys.path if p)])
    done = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, timeout=300,
        env={**os.environ, "PYTHONPATH": paths, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loops that are kept already, and are of use."""
    folder = tmp_path_factory.mktemp("loops")
    (folder / "loops.py").write_text(LOOPS)
    assert run(folder) == ("6.0 1", "")
    assert run(folder) == ("6.0 0", "")
    return folder


@pytest.fixture
def kept(compiled: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own; the dates of files go with them, and numba looks at those."""
    return shutil.copytree(compiled, tmp_path / "loops")


def emptied(data: bytes) -> bytes:
    return b""


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    """A bit of the middle: of the machine code, where it is a loop's file."""
    return data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 16]) + data[len(data) // 2 + 1 :]


def zeroed(data: bytes) -> bytes:
    return bytes(len(data))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "damage"),
    [("*.nbi", emptied), ("*.nbi", zeroed), ("*.nbc", flipped), ("*.nbc", halved)],
    ids=["index empty", "index zeros", "loop with a flipped bit", "loop cut short"],
)
def test_what_is_damaged_is_compiled_anew_with_a_word(kept: Path, files: str, damage) -> None:  # type: ignore[no-untyped-def]
    damaged = list((kept / "__pycache__").glob(files))
    assert damaged
    for file in damaged:
        file.write_bytes(damage(file.read_bytes()))
    answer, words = run(kept)
    assert answer == "6.0 1"
    assert words.startswith("forehear: a compiled loop kept in ")
    assert words.count("\n") == 1
    # And it is whole again.
    assert run(kept) == ("6.0 0", "")


@pytest.mark.slow
def test_an_index_of_nonsense_is_compiled_anew(kept: Path) -> None:
    """Whether numba takes it for another version's or for damage: the answer is right."""
    for file in (kept / "__pycache__").glob("*.nbi"):
        file.write_bytes(flipped(file.read_bytes()))
    assert run(kept)[0].startswith("6.0 ")


@pytest.mark.slow
def test_with_no_place_to_keep_loops_they_run_and_the_cure_is_named(tmp_path: Path) -> None:
    """As a service of a user without a home, in a package that cannot be written."""
    (tmp_path / "loops.py").write_text(LOOPS)
    # A file where the folder should be: this stops the superuser, too.
    (tmp_path / "__pycache__").write_bytes(b"")
    answer, words = run(tmp_path, HOME=NOWHERE, XDG_CACHE_HOME=NOWHERE)
    assert answer == "6.0 1"
    assert "set NUMBA_CACHE_DIR to a folder that this user can write" in words
    assert words.count("\n") == 1
    kept = tmp_path / "kept"
    environment = {"HOME": NOWHERE, "XDG_CACHE_HOME": NOWHERE, "NUMBA_CACHE_DIR": str(kept)}
    assert run(tmp_path, **environment) == ("6.0 1", "")
    assert run(tmp_path, **environment) == ("6.0 0", "")


def test_options_of_numba_are_numbas() -> None:
    @njit(cache=False, error_model="numpy")
    def over(x: float) -> float:
        return 1.0 / x

    assert over(0.0) == float("inf")
    assert over.targetoptions["error_model"] == "numpy"
