"""Commands run as a user runs them: wall clock, processor time and peak memory of one child process."""

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOREHEAR = (sys.executable, "-m", "forehear.cli.main")
# One thread each: the figures are per core.
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


# A child's peak memory counts what its parent had when it forked: so a small program of its own starts it, and
# tells wall clock, processor time and peak memory on the descriptor that it is given.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
took = time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
os.write(int(sys.argv[1]), repr(took).encode())
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


class Ran(NamedTuple):
    """What a command cost, and its last words on stderr."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    words: str


def run(command: Sequence[str], stdin: bytes = b"") -> Ran:
    """Run a command to its end. Raises RuntimeError with its stderr if it fails."""
    reading, writing = os.pipe()
    try:
        child = subprocess.run(
            [sys.executable, "-S", "-c", LAUNCHER, str(writing), *command],
            input=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **ONE_CORE},
            pass_fds=(writing,),
            check=False,
        )
        os.close(writing)
        took = os.read(reading, 1000).decode()
    finally:
        os.close(reading)
    words = child.stderr.decode("utf-8", "replace")
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}\n{words}")
    wall_s, cpu_s, peak = ast.literal_eval(took)
    # Kibibytes, but for macOS.
    return Ran(wall_s, cpu_s, peak / (1024.0 if sys.platform != "darwin" else 1024.0**2), words.strip())


def forehear(*words: str | Path) -> Ran:
    """Run `forehear WORDS`."""
    return run([*FOREHEAR, *map(str, words)])
