"""The carrier by e-mail: as much of SMTP (RFC 5321) as it takes to hand a message to one's own server.

Not smtplib on a thread: a server that drips an octet a minute would keep the thread for ever; here the worker's
time ends it.
"""

import asyncio
import base64
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from forehear.io.outlets import people
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.hooks import TRIAL, said_of
from forehear.service.outlets.items import Common, Outgoing, OutletPicture, Undelivered
from forehear.service.outlets.stream import tls_context

# A line of an answer is 512 octets (4.5.3.1.5); an answer of more lines than this is none.
MOST_LINES = 100


class MailCarrier:
    """One message to all recipients in one transaction."""

    def __init__(
        self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path,
        first: Callable[[Outgoing], str | None],
    ) -> None:  # fmt: skip
        """`first` gives the identifier of an alert's first message."""
        parts = urlsplit(table.to)
        self._implicit = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "", parts.port or (465 if self._implicit else 587)
        self._table, self._secrets, self._common, self._folder = table, secrets, common, folder
        self._first = first

    async def alert(self, item: Outgoing) -> None:
        """Send one message."""
        said = said_of(item, self._table, self._common)
        data = people.mail(said, self._table.sender or "", self._table.recipients, self._first(item))
        await self._send(data)

    async def picture(self, picture: OutletPicture) -> None:
        """People get no pictures."""

    async def trial(self) -> str:
        """Send a test message."""
        to = ", ".join(self._table.recipients)
        text = f"From: {self._table.sender}\r\nTo: {to}\r\nSubject: forehear: a test\r\n\r\n{TRIAL}\r\n"
        await self._send(text.encode("ascii", "replace"))
        return f"a message to {len(self._table.recipients)} recipients"

    async def close(self) -> None:
        """Nothing is open between messages."""

    async def _send(self, data: bytes) -> None:
        context = tls_context(self._table, self._folder)
        reader, writer = await asyncio.open_connection(
            self._host, self._port, ssl=context if self._implicit else None
        )
        try:
            talk = _Talk(reader, writer)
            await talk.expect(b"", 220)
            able = await talk.greet()
            if not self._implicit and b"STARTTLS" in able:
                await talk.expect(b"STARTTLS", 220)
                await writer.start_tls(context, server_hostname=self._host)
                able = await talk.greet()
            elif not self._implicit and self._secrets.password is not None:
                raise Undelivered(
                    "the server has no STARTTLS: the password is not sent in the clear", refused=True
                )
            if self._secrets.password is not None:
                plain = f"\0{self._table.username or ''}\0{self._secrets.password}".encode()
                await talk.expect(b"AUTH PLAIN " + base64.b64encode(plain), 235)
            await self._hand_over(talk, data)
        finally:
            writer.transport.abort()

    async def _hand_over(self, talk: "_Talk", data: bytes) -> None:
        await talk.expect(f"MAIL FROM:<{self._table.sender}>".encode(), 250)
        refused = []
        for to in self._table.recipients:
            code, words = await talk.say(f"RCPT TO:<{to}>".encode())
            if code not in (250, 251):
                refused.append(f"{to}: {code} {words[:100]}")
        if len(refused) == len(self._table.recipients):
            raise Undelivered("; ".join(refused), refused=True)
        await talk.expect(b"DATA", 354)
        # A line that begins with a dot gets another one (4.5.2).
        stuffed = b"\r\n".join(
            b"." + line if line.startswith(b".") else line for line in data.rstrip(b"\r\n").split(b"\r\n")
        )
        await talk.expect(stuffed + b"\r\n.", 250)


class _Talk:
    """One conversation: a command, and its answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def greet(self) -> set[bytes]:
        """Say who we are; gives what the server can."""
        name = socket.gethostname().encode("ascii", "replace") or b"localhost"
        _, words = await self.expect(b"EHLO " + name, 250)
        return {line.split()[0].upper().encode() for line in words.split("\n") if line.split()}

    async def expect(self, command: bytes, code: int) -> tuple[int, str]:
        """Say a command that must be answered with a code. Raises Undelivered."""
        found, words = await self.say(command)
        if found != code:
            said = command.split(b" ")[0][:12].decode("ascii", "replace")
            # 5xx is for good, but for what is said before anything is asked.
            raise Undelivered(f"{said or 'greeting'}: {found} {words[:200]}", refused=found >= 500)
        return found, words

    async def say(self, command: bytes) -> tuple[int, str]:
        """Say a command; gives the code and the words of its answer. Raises Undelivered."""
        if command:
            self._writer.write(command + b"\r\n")
            await self._writer.drain()
        lines = []
        for _ in range(MOST_LINES):
            try:
                line = await self._reader.readuntil(b"\n")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                raise Undelivered("the connection was closed in the middle of an answer") from None
            if not line[:3].isdigit():
                raise Undelivered(f"no answer of SMTP: {line[:40]!r}")
            lines.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return int(line[:3]), "\n".join(lines)
        raise Undelivered(f"an answer of over {MOST_LINES} lines")
