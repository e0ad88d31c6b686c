"""Reports to a hub, signed, over HTTP; the newest are kept while there is no line, and sent when it is back.

A thread of its own sends, so that a slow line never holds the microphone up. What the hub has acknowledged is on
its disk. A refusal that will not change (a key that it does not know) is logged and not repeated; "later" is.
"""

import base64
import binascii
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forehear.errors import InputError
from forehear.io.posting import Post
from forehear.io.signing import key_from_seed, signed_line, write_public_key
from forehear.records import Report

# --- numbers that decide -----------------------------------------------------------------------------
# Reports kept while there is no line; the oldest go. Three minutes in which something is heard: the tracker looks
# back one, and a hub lets 240 at once through (gate.py); more would hold up what is heard now.
MOST_WAITING = 180
# The pauses after no answer [s].
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
# How long what is left may take at the end [s].
FAREWELL_S = 5.0
# Answers after which the same lines may be taken another time (docs/operations.md).
LATER = frozenset({429, 500, 502, 503, 504, 507})
# -----------------------------------------------------------------------------------------------------


def read_key(path: str) -> tuple[Ed25519PrivateKey, bool]:
    """Read a sensor's private key (base64 of 32 bytes), or make one that only this user can read.

    Gives the key and whether it is new. Raises InputError.
    """
    file = Path(path)
    try:
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                new.write(base64.b64encode(os.urandom(32)) + b"\n")
            return read_key(path)[0], True
        seed = base64.b64decode(file.read_bytes().strip(), validate=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be read or made: {error.strerror or error}") from None
    except (binascii.Error, ValueError):
        raise InputError(f"{path}: is not a key: allowed: base64 of 32 bytes") from None
    if len(seed) != 32:
        raise InputError(f"{path}: is a key of {len(seed)} bytes; allowed: 32")
    return key_from_seed(seed), False


def public_key(key: Ed25519PrivateKey) -> str:
    """Give what the hub must know to take this sensor's reports."""
    return write_public_key(key)


class Uplink:
    """A sink that signs and posts. `put` never waits."""

    def __init__(
        self,
        post: Post,
        key: Ed25519PrivateKey | None,
        log: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._post = post
        self._key = key
        self._log = log
        self._clock = clock
        self._counter = 0
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self.accepted = 0
        self.refused = 0
        self.forgotten = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, reports: Iterable[Report]) -> None:
        """Take reports to be sent."""
        lines = [self._line(report) for report in reports]
        with self._lock:
            self.forgotten += max(len(self._waiting) + len(lines) - MOST_WAITING, 0)
            self._waiting.extend(lines)
        self._wake.set()

    def close(self) -> None:
        """Send what is left, for a moment."""
        self._closing = True
        self._wake.set()
        self._thread.join(FAREWELL_S)
        with self._lock:
            left = len(self._waiting)
        if left:
            self._log(f"{left} reports could not be sent")

    def _line(self, report: Report) -> bytes:
        # Counters must grow, also from one run to the next.
        self._counter = max(self._counter + 1, int(self._clock() * 1e6))
        return signed_line(report, self._counter, self._key)

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            with self._lock:
                lines = list(self._waiting)
            if not lines:
                if self._closing:
                    return
                self._wake.wait()
                self._wake.clear()
                continue
            why = self._sent(lines)
            if why is None:
                pause_s = FIRST_PAUSE_S
                with self._lock:
                    # Some of them may have been forgotten meanwhile.
                    while self._waiting and self._waiting[0] in lines:
                        self._waiting.popleft()
                continue
            if self._closing:
                return
            self._log(f"hub: {why}; {len(self._waiting)} reports wait, again in {pause_s:g} s")
            self._wake.clear()
            # Not woken by new reports: they wait their turn; by the end it is.
            until_s = time.monotonic() + pause_s
            while not self._closing and (left_s := until_s - time.monotonic()) > 0.0:
                time.sleep(min(left_s, 0.1))
            pause_s = min(2.0 * pause_s, LONGEST_PAUSE_S)

    def _sent(self, lines: list[bytes]) -> str | None:
        """Post lines; gives why they must be posted again, None where they are done with."""
        try:
            status, answer = self._post(b"\n".join(lines))
        except OSError as error:
            return f"no line: {getattr(error, 'reason', error)}"
        if status in LATER:
            return f"answered {status}"
        accepted, refused = 0, {}
        try:
            receipt = msgspec.json.decode(answer)
            accepted, refused = int(receipt.get("accepted", 0)), dict(receipt.get("refused", {}))
        except (msgspec.DecodeError, AttributeError, TypeError, ValueError):
            refused = {f"answered {status}": len(lines)}
        # Taken before, and our answer was lost on the way.
        refused.pop("replayed", None)
        self.accepted += accepted
        if refused:
            self.refused += sum(refused.values())
            self._log("hub refused " + ", ".join(f"{count}: {reason}" for reason, count in refused.items()))
        return None
