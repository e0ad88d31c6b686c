"""The hub's end of the tracker's process: start it, hand it steps, take its frames."""

import asyncio
import sys

import msgspec

from forehear.errors import ForehearError
from forehear.service.frames import Frame
from forehear.service.messages import LENGTH, Ready, Start, Step


class WorkerGone(ForehearError):
    """The tracker's process ended without being told to."""


class Pipe:
    """One running tracker process. One step is under way at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._decode = msgspec.msgpack.Decoder(Frame).decode

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @staticmethod
    async def start(start: Start) -> "tuple[Pipe, Ready]":
        """Start the process and wait until it is ready."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "forehear.service.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24,
        )  # fmt: skip
        pipe = Pipe(process)
        await pipe._send(start)
        return pipe, msgspec.msgpack.decode(await pipe._receive(), type=Ready)

    async def take(self, one: Step) -> Frame:
        """Have one step taken. Raises WorkerGone."""
        await self._send(one)
        return self._decode(await self._receive())

    async def stop(self) -> None:
        """Close its input and wait for its end; make it end if it does not."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _send(self, message: msgspec.Struct) -> None:
        assert self._process.stdin is not None
        body = msgspec.msgpack.encode(message)
        try:
            self._process.stdin.write(LENGTH.pack(len(body)))
            self._process.stdin.write(body)
            await self._process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerGone(f"the tracker's process {self.pid} is gone") from error

    async def _receive(self) -> bytes:
        assert self._process.stdout is not None
        try:
            (size,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            return await self._process.stdout.readexactly(size)
        except asyncio.IncompleteReadError as error:
            raise WorkerGone(f"the tracker's process {self.pid} is gone") from error
