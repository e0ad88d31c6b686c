"""A tracker's process, launched. Apart from `pipe`, because it is launched before anything else is imported."""

import os
import socket
import subprocess
import sys
from typing import NamedTuple


class Launched(NamedTuple):
    """A process that loads, and our end of the line to it."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket

    def drop(self) -> None:
        """End a process that is not needed after all."""
        self.line.close()
        self.process.kill()
        self.process.wait()


def launch() -> Launched:
    """Launch a tracker's process; returns at once. Raises OSError."""
    ours, theirs = socket.socketpair()
    with theirs:
        words = [sys.executable, "-m", "forehear.service.tracking.worker_entry", str(os.getpid())]
        process = subprocess.Popen(words, stdin=theirs.fileno(), stdout=theirs.fileno())
    return Launched(process, ours)
