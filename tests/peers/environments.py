"""Other people's programs that judge what leaves, each in an environment of its own (`./scripts/peers`)."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
JUDGES = Path(__file__).parent / "judges"
JUDGED_WITHIN_S = 120.0


def python_of(name: str) -> Path:
    """Give the interpreter of a peer's environment; the test is skipped where that was not made."""
    path = ROOT / ".venv-peers" / name / "bin" / "python"
    if not path.exists():
        pytest.skip(f"./scripts/peers makes .venv-peers/{name}")
    return path


def judge(name: str, script: str, *words: str) -> subprocess.Popen[bytes]:
    """Start a judge in its environment; it reads stdin and writes a line of JSON for each thing it took."""
    command = [str(python_of(name)), "-I", str(JUDGES / f"{script}.py"), *words]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )


def verdicts(process: subprocess.Popen[bytes], data: bytes | None = None) -> list[dict[str, Any]]:
    """Give a judge its input, and take its lines."""
    out, words = process.communicate(data, timeout=JUDGED_WITHIN_S)
    assert process.returncode == 0, words.decode("utf-8", "replace")[-3000:]
    return [json.loads(line) for line in out.splitlines() if line.startswith(b"{")]
