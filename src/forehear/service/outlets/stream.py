"""Bytes over TCP, TLS or UDP: one connection, made anew where it broke. No format is known here.

TCP says nothing of what arrived: a connection that its other end closed takes one more write. So what was
written just before it broke may be lost; `open` tells who sends that a new connection has begun.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.items import Undelivered

# Bytes that wait for a reader who does not read; beyond, sending waits, and after its time breaks off.
WAITING_BYTES = 262_144
# What a server says is read in pieces of this; it is looked at, or thrown away.
PIECE_BYTES = 65_536


class Stream:
    """One connection to `tcp://`, `tls://` or `udp://`."""

    def __init__(self, table: OutletTable, folder: Path, on_data: Callable[[bytes], None] | None = None) -> None:
        parts = urlsplit(table.to)
        self._scheme, self._host, self._port = parts.scheme, parts.hostname or "", parts.port or 0
        self._table, self._folder, self._on_data = table, folder, on_data
        self._writer: asyncio.StreamWriter | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_datagrams(self) -> bool:
        """Whether each write is a datagram of its own."""
        return self._scheme == "udp"

    async def open(self) -> bool:
        """Have a connection; says whether it is a new one. Raises OSError."""
        if self.is_datagrams:
            return await self._open_datagrams()
        if self._writer is not None and not self._writer.is_closing():
            return False
        await self.close()
        context = tls_context(self._table, self._folder) if self._scheme == "tls" else None
        reader, self._writer = await asyncio.open_connection(self._host, self._port, ssl=context)
        self._writer.transport.set_write_buffer_limits(high=WAITING_BYTES)
        self._reading = asyncio.create_task(self._read(reader, self._writer))
        return True

    async def write(self, *messages: bytes) -> None:
        """Send messages, each in one piece. Raises OSError, Undelivered."""
        if self._datagrams is not None:
            for message in messages:
                self._datagrams.sendto(message)
            return
        if self._writer is None or self._writer.is_closing():
            raise Undelivered("the connection was closed by the other end")
        self._writer.write(b"".join(messages))
        await self._writer.drain()

    async def close(self) -> None:
        """Break off: what was not sent yet is not sent."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._datagrams is not None:
            self._datagrams.close()
            self._datagrams = None
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer = None

    async def _open_datagrams(self) -> bool:
        if self._datagrams is not None and not self._datagrams.is_closing():
            return False
        loop = asyncio.get_running_loop()
        self._datagrams, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=(self._host, self._port)
        )
        return True

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            while data := await reader.read(PIECE_BYTES):
                if self._on_data is not None:
                    self._on_data(data)
        # The other end has closed, or says what nobody understands.
        writer.transport.abort()


def tls_context(table: OutletTable, folder: Path) -> ssl.SSLContext:
    """Make what a server's certificate is checked with, with ours where there is one. Raises OSError, SSLError."""
    context = ssl.create_default_context(cafile=str(folder / table.ca_file) if table.ca_file else None)
    if table.cert_file is not None:
        context.load_cert_chain(
            str(folder / table.cert_file), str(folder / table.key_file) if table.key_file else None
        )
    return context
