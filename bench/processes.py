"""Commands run as a user runs them: wall clock, processor time and peak memory of one child process."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOREHEAR = (sys.executable, "-m", "forehear.cli.main")
# One thread each: the figures are per core.
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class Ran(NamedTuple):
    """What a command cost, and its last words on stderr."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    words: str


def run(command: Sequence[str], stdin: bytes = b"") -> Ran:
    """Run a command to its end. Raises RuntimeError with its stderr if it fails."""
    begin = time.perf_counter()
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **ONE_CORE},
    )
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdin.write(stdin)
    child.stdin.close()
    words = child.stderr.read().decode("utf-8", "replace")
    child.stderr.close()
    # wait4 tells this child's own use, where RUSAGE_CHILDREN would keep the largest of all before it.
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - begin
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}\n{words}")
    return Ran(wall_s, usage.ru_utime + usage.ru_stime, _mib(usage), words.strip())


def _mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1024.0 if sys.platform != "darwin" else 1024.0**2)


def forehear(*words: str | Path) -> Ran:
    """Run `forehear WORDS`."""
    return run([*FOREHEAR, *map(str, words)])
