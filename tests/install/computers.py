"""Computers of a role, as people make them: an empty environment, the role's lock, the wheel, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CLONE = ROOT / "src" / "forehear"
# What would lead a new environment back to this clone, or to where it keeps compiled loops.
NOT_HANDED_ON = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "NUMBA_CACHE_DIR")


class Computer(NamedTuple):
    """An environment in a folder of its own."""

    folder: Path

    def environment(self) -> dict[str, str]:
        """What its programs are handed on."""
        return {k: v for k, v in os.environ.items() if k not in NOT_HANDED_ON}

    def forehear(self, *words: str, timeout_s: float = 300.0) -> "subprocess.CompletedProcess[str]":
        """Run `forehear WORDS` there to its end."""
        return subprocess.run(
            [str(self.folder / "bin" / "forehear"), *words], cwd=self.folder, env=self.environment(),
            capture_output=True, text=True, timeout=timeout_s,
        )  # fmt: skip

    def forehear_folder(self) -> Path:
        """Give where the package is installed."""
        (folder,) = self.folder.glob("lib/python*/site-packages/forehear")
        return folder

    def take_loops(self) -> None:
        """Give it the loops that this clone has compiled already, where the source is the same: it takes minutes.

        numba takes a kept loop for its source's by the source's date and size, and not by its folder.
        """
        for kept in CLONE.glob("**/__pycache__/*.nb[ic]"):
            name = kept.name.partition(".")[0] + ".py"
            source = kept.parent.parent / name
            there = self.forehear_folder() / source.relative_to(CLONE)
            if source.is_file() and there.is_file() and source.read_bytes() == there.read_bytes():
                shutil.copystat(source, there)
                there.with_name("__pycache__").mkdir(exist_ok=True)
                shutil.copy2(kept, there.parent / "__pycache__" / kept.name)

    def packages(self) -> set[str]:
        """Give the names of what is installed."""
        found = self.folder.glob("lib/python*/site-packages/*.dist-info")
        return {one.name.partition("-")[0].lower() for one in found}

    def size_mb(self) -> float:
        """Give the size of what is installed [MB], without compiled Python."""
        files = (f for f in self.folder.glob("lib/python*/site-packages/**/*") if f.is_file())
        return sum(f.stat().st_size for f in files if f.parent.name != "__pycache__") / 1e6


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this clone, as `pip wheel --no-deps` does, without a network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(folder: Path, role: str, wheel: Path) -> Computer:
    """Make a computer of a role: its lock with hashes, then the wheel alone."""
    computer = Computer(folder)
    _uv(computer, "venv", "--quiet", "--python", sys.executable, str(folder))
    python = str(folder / "bin" / "python")
    lock = str(ROOT / "requirements" / f"{role}.txt")
    _uv(computer, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock)
    _uv(computer, "pip", "install", "--quiet", "--python", python, "--no-deps", str(wheel))
    return computer


def install_extras(folder: Path, extras: str, wheel: Path) -> Computer:
    """Make a computer as people do who have the wheel alone, in the locked versions: `pip install WHEEL[...]`."""
    computer = Computer(folder)
    _uv(computer, "venv", "--quiet", "--python", sys.executable, str(folder))
    what = f"{wheel}[{extras}]" if extras else str(wheel)
    lock = str(ROOT / "requirements" / "bench.txt")
    python = str(folder / "bin" / "python")
    _uv(computer, "pip", "install", "--quiet", "--python", python, "--constraint", lock, what)
    return computer


def _uv(computer: Computer, *words: str) -> None:
    """Run uv: from what it keeps already where that is enough, else with the network."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    assert uv is not None, "needs uv, which ./scripts/setup installs"
    words_of_last = ""
    for offline in (["--offline"], []):
        done = subprocess.run(
            [uv, *words, *offline], env=computer.environment(), capture_output=True, text=True, timeout=300
        )
        if done.returncode == 0:
            return
        words_of_last = done.stderr
    raise AssertionError(f"uv {' '.join(words)}: {words_of_last}")
