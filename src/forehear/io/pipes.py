"""What comes through a pipe, with its beginning looked at and put right before a decoder sees it.

A wav that is written to a pipe cannot know its length: some write the largest number, some write 0, which a
decoder takes for "no samples". A thread hands the rest on as it comes, so nothing waits for more than is there.
"""

import contextlib
import io
import os
import struct
import threading

from forehear.io import riff

# --- numbers that decide -----------------------------------------------------------------------------
# A wav's samples begin within so many bytes: cover pictures and comments of recorders stay below.
LONGEST_HEAD = 1 << 20
READ_BYTES = 1 << 16
# -----------------------------------------------------------------------------------------------------


class Pump:
    """A pipe's bytes handed on: `sound` is where they come out, `head` are the first of them."""

    def __init__(self, pipe: int) -> None:
        """Read from the open file `pipe` until it is clear what it is; closes it at its end, but for stdin."""
        self._pipe = pipe
        self.head = self._begun()
        self.sound, self._into = os.pipe()
        threading.Thread(target=self._run, daemon=True).start()

    def _begun(self) -> bytes:
        """Read the first bytes: of a wav all before its samples."""
        head = bytearray()
        while len(head) < LONGEST_HEAD:
            data = os.read(self._pipe, READ_BYTES)
            head += data
            if not data or (len(head) >= 12 and not riff.is_riff(bytes(head[:12]))):
                break
            at = _samples_at(bytes(head))
            if at is not None:
                if head[at - 4 : at] == b"\0\0\0\0":
                    head[at - 4 : at] = head[4:8] = struct.pack("<I", riff.UNKNOWN)
                break
        return bytes(head)

    def _run(self) -> None:
        # Whoever reads may have gone away.
        with contextlib.suppress(OSError):
            self._hand_on(self.head)
            while data := os.read(self._pipe, READ_BYTES):
                self._hand_on(data)
        os.close(self._into)
        if self._pipe != 0:
            os.close(self._pipe)

    def _hand_on(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._into, data) :]

    def end(self) -> str:
        """Nothing to complain of: a pipe ends when it ends."""
        return ""


def _samples_at(head: bytes) -> int | None:
    """Say where a wav's samples begin; None where that is still to come."""
    found = riff.chunks(io.BytesIO(head), 0, len(head))
    return next((c.at for c in found if c.name == b"data"), None)
