"""The hub's end of the tracker's process: launch it, start it, hand it steps, take its frames.

Launched is not started: the process loads its loops, which takes as long as everything else of the service does,
and is launched first for that; only then is it sent what to track.
"""

import asyncio
import contextlib
import subprocess
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from forehear.errors import ForehearError
from forehear.service.tracking.frames import Frame
from forehear.service.tracking.launched import Launched, launch
from forehear.service.tracking.messages import LENGTH, Ready, Start, Step

# The most that one read takes from the process at once [bytes].
READ_BYTES = 1 << 24
# Steps on their way at once. All of them and their frames must fit what both ends read ahead.
AHEAD = 8
# How long a process may take to end by itself [s]: it writes a last snapshot.
END_WITHIN_S = 5.0
# A process that owes an answer and has used no processor for so long [s] is stopped or stuck, and is ended; one
# that works may take longer, up to the other: a first start compiles every loop. One that is stopped (SIGSTOP, a
# debugger) does nothing by itself any more: sooner. Looked at so often [s].
STUCK_S, STOPPED_S, ANSWER_WITHIN_S, LOOK_EVERY_S = 4.0, 2.0, 600.0, 0.25

T = TypeVar("T")


class WorkerGone(ForehearError):
    """The tracker's process ended without being asked to."""


class Pipe:
    """One running tracker process. One step is under way at a time."""

    def __init__(self, launched: Launched, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._process = launched.process
        self._reader, self._writer = reader, writer
        self._decode = msgspec.msgpack.Decoder(Frame).decode

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @staticmethod
    async def start(start: Start, launched: Launched | None = None) -> "tuple[Pipe, Ready]":
        """Tell a process what to track, a new one if none was launched, and wait until it is ready."""
        launched = launched or launch()
        reader, writer = await asyncio.open_connection(sock=launched.line, limit=READ_BYTES)
        pipe = Pipe(launched, reader, writer)
        await pipe._send(start)
        return pipe, msgspec.msgpack.decode(await pipe._receive(), type=Ready)

    async def take(self, one: Step) -> Frame:
        """Have one step taken. Raises WorkerGone."""
        await self._send(one)
        return self._decode(await self._receive())

    async def take_all(self, steps: Iterable[Step]) -> AsyncIterator[Frame]:
        """Have many steps taken, some of them on their way while one is taken. Raises WorkerGone.

        A service that has just come back has much else to do: asked one by one, steps would wait for it.
        """
        under_way = 0
        for one in steps:
            if under_way == AHEAD:
                yield self._decode(await self._receive())
                under_way -= 1
            under_way += 1
            try:
                await self._send(one)
            except WorkerGone:
                # What it answered before it went is read first: then who asks knows of which step it died.
                break
        for _ in range(under_way):
            yield self._decode(await self._receive())

    async def stop(self) -> None:
        """Close the line and wait for its end; make it end if it does not."""
        # Not close: that would wait for what is still to be sent to be read, by a process that may be waiting for
        # us to read what it has answered.
        self._writer.transport.abort()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, self._process.wait, END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    async def _send(self, message: msgspec.Struct) -> None:
        body = msgspec.msgpack.encode(message)
        try:
            self._writer.write(LENGTH.pack(len(body)))
            self._writer.write(body)
            await self._attended(self._writer.drain())
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerGone(f"the tracker's process {self.pid} is gone") from error

    async def _receive(self) -> bytes:
        try:
            (size,) = LENGTH.unpack(await self._attended(self._reader.readexactly(LENGTH.size)))
            return await self._attended(self._reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionResetError) as error:
            raise WorkerGone(f"the tracker's process {self.pid} is gone") from error

    async def _attended(self, waiting: Coroutine[Any, Any, T]) -> T:
        """Wait for something of the process, and see meanwhile that it does something. Raises WorkerGone."""
        task = asyncio.ensure_future(waiting)
        began = moved = running = time.monotonic()
        used = at_rest_s(self.pid)
        try:
            while not (await asyncio.wait({task}, timeout=LOOK_EVERY_S))[0]:
                now, before, used = time.monotonic(), used, at_rest_s(self.pid)
                moved = now if used is None or used != before else moved
                running = running if is_stopped(self.pid) else now
                stuck = now - moved > STUCK_S or now - running > STOPPED_S
                if stuck or now - began > ANSWER_WITHIN_S:
                    self._process.kill()
                    raise WorkerGone(
                        f"the tracker's process {self.pid} has not answered for {now - began:.0f} s, and done "
                        f"nothing for {now - moved:.0f} s: ended"
                    )
            return task.result()
        finally:
            task.cancel()


def is_stopped(pid: int) -> bool:
    """Say whether a process was stopped from outside; False where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"
    except (OSError, IndexError):
        return False


def at_rest_s(pid: int) -> float | None:
    """Give how much processor time a process has used [ticks], if it is stopped or sleeps.

    None where it runs, waits for a processor or for the disk, or where the system does not tell.
    """
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return float(fields[10]) + float(fields[11]) if state in "STt" else None
    except (OSError, ValueError, IndexError):
        return None
