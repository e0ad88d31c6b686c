"""Carriers over HTTP: webhooks, ntfy, gateways for SMS, browsers' push services. One request a message, whole or
not.

Delivered is what was answered with 200 to 299. Whatever else is answered, and whatever is not answered within
the time that the worker gives, is sent again, under the same identifier.
"""

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

from forehear.io.outlets import people, webhook
from forehear.io.outlets.http import MOST_HEAD_BYTES, Target, basic, request, status_in, target_of
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.items import Common, Outgoing, OutletPicture, Undelivered
from forehear.service.outlets.stream import tls_context


class Requests:
    """Sends requests of one outlet."""

    def __init__(self, table: OutletTable, secrets: OutletSecrets, folder: Path) -> None:
        self._context: ssl.SSLContext | None = None
        self._table, self._folder = table, folder
        self._given: dict[str, str] = {}
        if secrets.token is not None:
            self._given["Authorization"] = f"Bearer {secrets.token}"
        elif table.username is not None:
            self._given["Authorization"] = basic(table.username, secrets.password or "")

    async def send(self, target: Target, headers: dict[str, str], body: bytes) -> int:
        """Send one request; gives its answer's status. Raises OSError, ValueError, Undelivered."""
        context = self._tls() if target.tls else None
        reader, writer = await asyncio.open_connection(target.host, target.port, ssl=context)
        try:
            writer.write(request("POST", target, {**self._given, **headers}, body))
            await writer.drain()
            return await _status(reader)
        finally:
            writer.transport.abort()

    async def deliver(self, target: Target, headers: dict[str, str], body: bytes) -> None:
        """Send one request that must be taken. Raises Undelivered where it is not."""
        status = await self.send(target, headers, body)
        if not 200 <= status <= 299:
            # 408, 425 and 429 say "later", and 500 on "I am not well": neither is about the message.
            raise Undelivered(f"answered {status}", refused=400 <= status < 500 and status not in (408, 425, 429))

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = tls_context(self._table, self._folder)
        return self._context


async def _status(reader: asyncio.StreamReader) -> int:
    """Read an answer's status. Raises Undelivered where there is none: the line's fault, not the message's."""
    data = b""
    try:
        while (status := status_in(data)) is None:
            piece = await reader.read(MOST_HEAD_BYTES)
            if not piece:
                raise Undelivered("the connection was closed without an answer")
            data += piece
    except ValueError as error:
        raise Undelivered(str(error)) from None
    return status


class WebhookCarrier:
    """Signed JSON to one address."""

    def __init__(self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path) -> None:
        self._requests = Requests(table, secrets, folder)
        self._target = target_of(table.to)
        self._table, self._secret, self._common = table, secrets.secret, common

    async def alert(self, item: Outgoing) -> None:
        """Deliver one alert under its own identifier."""
        words = self._common.words(item.alert, item.site)
        body = webhook.alert_body(item.identifier, item.alert, item.site, words, self._common.status)
        await self._deliver(item.identifier, body)

    async def picture(self, picture: OutletPicture) -> None:
        """Deliver what of tracks, coverage and health was asked for, in one message."""
        shown: dict[str, Any] = {}
        if "tracks" in self._table.what:
            shown["tracks"] = [one.fix.track for one in picture.tracks]
        if "coverage" in self._table.what:
            shown["sites"] = [state for _, state in picture.sites if state is not None]
        if "health" in self._table.what:
            shown["troubles"] = picture.troubles
        body = webhook.picture_body(picture.time_s, self._common.status, shown)
        await self._deliver(f"{self._common.name}.picture.{round(1000.0 * picture.time_s)}", body)

    async def trial(self) -> str:
        """Deliver a test."""
        now_s = self._common.clock()
        body = webhook.trial_body(self._table.name, self._common.status, now_s)
        await self._deliver(f"{self._common.name}.test.{round(1000.0 * now_s)}", body)
        return "a signed message of type test"

    async def close(self) -> None:
        """Nothing is open between messages."""

    async def _deliver(self, identifier: str, body: bytes) -> None:
        headers = webhook.headers(identifier, self._secret, body, self._common.clock())
        await self._requests.deliver(self._target, headers, body)


class NtfyCarrier:
    """A topic of an ntfy server."""

    def __init__(self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path) -> None:
        self._requests = Requests(table, secrets, folder)
        base, _, self._topic = table.to.rstrip("/").rpartition("/")
        self._target = target_of(base)
        self._table, self._common = table, common

    async def alert(self, item: Outgoing) -> None:
        """Send one message."""
        await self._deliver(people.ntfy_body(said_of(item, self._table, self._common), self._topic))

    async def picture(self, picture: OutletPicture) -> None:
        """People get no pictures."""

    async def trial(self) -> str:
        """Send a test message."""
        await self._deliver(
            json.dumps({"topic": self._topic, "title": TRIAL, "message": TRIAL, "priority": 2}).encode()
        )
        return "a message of low priority"

    async def close(self) -> None:
        """Nothing is open between messages."""

    async def _deliver(self, body: bytes) -> None:
        await self._requests.deliver(self._target, {"Content-Type": "application/json"}, body)


class SmsCarrier:
    """A gateway's own webhook: one request for each recipient."""

    def __init__(self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path) -> None:
        self._requests = Requests(table, secrets, folder)
        self._target, self._template = target_of(table.to), json.loads(table.body)
        self._table, self._common = table, common
        # Who has the message that is being sent: a failure at the third does not send the first two again.
        self._reached: tuple[str, set[str]] = ("", set())

    async def alert(self, item: Outgoing) -> None:
        """Send one message to everybody who does not have it yet."""
        if self._reached[0] != item.identifier:
            self._reached = (item.identifier, set())
        await self._send(people.sms_text(said_of(item, self._table, self._common)), item.identifier)

    async def picture(self, picture: OutletPicture) -> None:
        """People get no pictures."""

    async def trial(self) -> str:
        """Send a test message to everybody."""
        self._reached = ("test", set())
        await self._send(TRIAL, f"test.{round(self._common.clock())}")
        return f"a message to {len(self._table.recipients)} recipients"

    async def close(self) -> None:
        """Nothing is open between messages."""

    async def _send(self, text: str, identifier: str) -> None:
        failed: list[Undelivered | OSError] = []
        for to in self._table.recipients:
            if to in self._reached[1]:
                continue
            body = json.dumps(people.filled(self._template, {"to": to, "text": text}), ensure_ascii=False).encode()
            headers = {"Content-Type": "application/json", "Idempotency-Key": f"{identifier}.{to}"}
            try:
                await self._requests.deliver(self._target, headers, body)
            except (Undelivered, OSError) as error:
                # One wrong number holds up nobody else's message.
                failed.append(error)
            else:
                self._reached[1].add(to)
        if failed:
            raise failed[0]


TRIAL = "forehear: a test. Nothing is meant. Це перевірка."


def said_of(item: Outgoing, table: OutletTable, common: Common) -> people.Said:
    """Give what is said of an alert in an outlet's language."""
    words = common.words(item.alert, item.site)[table.language]
    return people.Said(words, item.alert, item.identifier, common.web)
