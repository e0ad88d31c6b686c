"""The carrier to browsers: who asked to be told of a place, and their push services.

Subscriptions come from anybody, and name an address that we then send to. So only push services' own hosts are
taken, never an address of the network that we stand in; and there are so many at most.
"""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from forehear.io.outlets import people, webpush
from forehear.io.outlets.http import target_of
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.hooks import Requests
from forehear.service.outlets.items import Common, Outgoing, OutletPicture, Undelivered

# So many are kept, and so many are sent to at once.
MOST_SUBSCRIPTIONS, AT_ONCE = 50_000, 32
# One push service that does not answer costs so long at most [s].
ONE_WITHIN_S = 5.0
# What the push service keeps for who is away [s]: an old warning says nothing.
STANDS_S = 900.0


class Subscribed(msgspec.Struct, frozen=True):
    """One browser's wish: which place, in which language, and how it is reached."""

    endpoint: str
    p256dh: str
    auth: str
    site: str
    language: str = "uk"


class Subscriptions:
    """All of them, kept in a file. Raises OSError, DecodeError when it cannot be read."""

    def __init__(self, path: Path, hosts: tuple[str, ...]) -> None:
        self._path, self._hosts = path, hosts
        self._all: dict[str, Subscribed] = {}
        if path.exists():
            for one in msgspec.json.decode(path.read_bytes(), type=list[Subscribed]):
                self._all[one.endpoint] = one

    def __len__(self) -> int:
        return len(self._all)

    def of(self, site: str) -> list[Subscribed]:
        """Give those of a place."""
        return [one for one in self._all.values() if one.site == site]

    def add(self, one: Subscribed) -> None:
        """Take one, in the place of an earlier one of the same browser. Raises ValueError with what is allowed."""
        webpush.subscription(one.endpoint, one.p256dh, one.auth)
        host = urlsplit(one.endpoint).hostname or ""
        if not any(host == allowed or host.endswith("." + allowed) for allowed in self._hosts):
            raise ValueError(f"endpoint: {host!r} is no push service that is known here")
        if one.endpoint not in self._all and len(self._all) >= MOST_SUBSCRIPTIONS:
            raise ValueError(f"{MOST_SUBSCRIPTIONS} browsers are subscribed already")
        self._all[one.endpoint] = one
        self._keep()

    def drop(self, endpoint: str) -> None:
        """Forget one."""
        if self._all.pop(endpoint, None) is not None:
            self._keep()

    def _keep(self) -> None:
        part = self._path.with_name(self._path.name + ".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode(list(self._all.values())))
            part.replace(self._path)
        except OSError as error:
            print(f"forehear serve: outlets: {self._path}: {error}", file=sys.stderr)


class BrowserCarrier:
    """One encrypted message to each browser of a place."""

    def __init__(
        self, table: OutletTable, common: Common, folder: Path, subscriptions: Subscriptions, key: bytes
    ) -> None:
        self._requests = Requests(table, OutletSecrets(), folder)
        self._table, self._common, self.subscriptions = table, common, subscriptions
        self._key = webpush.key_of(key)
        self._reached: tuple[str, set[str]] = ("", set())

    @property
    def public_key(self) -> str:
        """What a browser is given when it subscribes."""
        return webpush.urlsafe(webpush.public_bytes(self._key))

    async def alert(self, item: Outgoing) -> None:
        """Send one message to each browser that does not have it yet."""
        if self._reached[0] != item.identifier:
            self._reached = (item.identifier, set())
        todo = [one for one in self.subscriptions.of(item.site.id) if one.endpoint not in self._reached[1]]
        room = asyncio.Semaphore(AT_ONCE)
        failed = [one for one in await asyncio.gather(*(self._one(item, one, room) for one in todo)) if one]
        if failed:
            raise Undelivered(f"{len(failed)} of {len(todo)} browsers: {failed[0]}")

    async def picture(self, picture: OutletPicture) -> None:
        """People get no pictures."""

    async def trial(self) -> str:
        """Send nothing: nobody asked for a test at night."""
        return f"nothing; {len(self.subscriptions)} browsers are subscribed"

    async def close(self) -> None:
        """Nothing is open between messages."""

    async def _one(self, item: Outgoing, one: Subscribed, room: asyncio.Semaphore) -> str | None:
        """Send to one browser; gives what went wrong."""
        words = self._common.words(item.alert, item.site)
        said = people.Said(words.get(one.language, words["uk"]), item.alert, item.identifier, self._common.web)
        try:
            to = webpush.subscription(one.endpoint, one.p256dh, one.auth)
            body = webpush.encrypted(people.browser_body(said), to)
            # 32 characters of base64url name what replaces what.
            topic = webpush.urlsafe(json.dumps(item.site.id).encode())[:32]
            headers = webpush.headers(
                to, self._key, self._table.sender or "", self._common.clock(), STANDS_S, topic
            )
            async with room, asyncio.timeout(ONE_WITHIN_S):
                status = await self._requests.send(target_of(one.endpoint), headers, body)
        except (OSError, ValueError, Undelivered) as error:
            return str(error) or type(error).__name__
        if status in (404, 410):
            # The browser is gone, or wants no more.
            self.subscriptions.drop(one.endpoint)
        elif not 200 <= status <= 299:
            return f"answered {status}"
        self._reached[1].add(one.endpoint)
        return None
