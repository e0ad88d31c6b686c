"""The carrier to Home Assistant: a broker that keeps discovery and states, and says when we are gone."""

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

import aiomqtt
import msgspec

from forehear.io.outlets import homeassistant as ha
from forehear.records import Site
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets.items import Common, Outgoing, OutletPicture, Undelivered
from forehear.service.outlets.stream import tls_context
from forehear.service.tracking.frames import SiteState

# A state that did not change is said again after so long [s], so that it does not expire.
REFRESH_S = 10.0
KEEPALIVE_S, ANSWER_WITHIN_S = 10, 8.0


class HomeCarrier:
    """Discovery once a connection, then states as they change."""

    def __init__(self, table: OutletTable, secrets: OutletSecrets, common: Common, folder: Path) -> None:
        parts = urlsplit(table.to)
        tls = parts.scheme == "mqtts"
        self._host, self._port, self._tls = parts.hostname or "", parts.port or (8883 if tls else 1883), tls
        self._table, self._secrets, self._folder, self._common = table, secrets, folder, common
        self._manner = ha.HomeManner(
            common.name, common.title, common.status, table.topic, table.discovery, REFRESH_S, common.web
        )
        self._client: aiomqtt.Client | None = None
        self._stack = contextlib.AsyncExitStack()
        self._announced: set[str] = set()
        self._last: dict[str, tuple[float, bytes]] = {}

    async def alert(self, item: Outgoing) -> None:
        """Say a place's new state at once."""
        alert = item.alert
        minutes = None
        if alert.arrival_earliest_s is not None:
            minutes = (alert.arrival_earliest_s - self._common.clock()) / 60.0
        covered = alert.state != "not_covered"
        await self._say(item.site, ha.SiteNow(alert.state, minutes, alert.probability, covered, alert.because))

    async def picture(self, picture: OutletPicture) -> None:
        """Say every place's state that changed, or was not said for a while."""
        for site, state in picture.sites:
            await self._say(site, now_of(state, picture.time_s))

    async def trial(self) -> str:
        """Connect, and say that we are there."""
        client = await self._begin()
        await self._publish(client, ha.Message(ha.availability_topic(self._manner), ha.ONLINE))
        return "online, to the topic of availability"

    async def close(self) -> None:
        """Say that we are gone, where that can be said, and let go."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(aiomqtt.MqttError, OSError):
                topic = ha.availability_topic(self._manner)
                await client.publish(topic, ha.OFFLINE, qos=1, retain=True, timeout=1.0)
        with contextlib.suppress(aiomqtt.MqttError, OSError):
            await self._stack.aclose()

    async def _begin(self) -> aiomqtt.Client:
        """Have a connection; a new one says nothing of places yet."""
        if self._client is not None:
            return self._client
        self._announced, self._last = set(), {}
        gone = aiomqtt.Will(ha.availability_topic(self._manner), ha.OFFLINE, qos=1, retain=True)
        client = aiomqtt.Client(
            self._host, self._port, username=self._table.username, password=self._secrets.password,
            identifier=f"forehear-{self._common.name}-{self._table.name}", will=gone, keepalive=KEEPALIVE_S,
            tls_context=tls_context(self._table, self._folder) if self._tls else None, timeout=ANSWER_WITHIN_S,
        )  # fmt: skip
        try:
            await self._stack.enter_async_context(client)
        except aiomqtt.MqttError as error:
            raise Undelivered(str(error)) from None
        self._client = client
        await self._publish(client, ha.Message(ha.availability_topic(self._manner), ha.ONLINE))
        return client

    async def _say(self, site: Site, now: ha.SiteNow) -> None:
        client = await self._begin()
        if site.id not in self._announced:
            for message in ha.discovery(site, self._manner):
                await self._publish(client, message)
            self._announced.add(site.id)
        message = ha.state(site, now, self._manner)
        at_s, payload = self._last.get(site.id, (-1e18, b""))
        if payload != message.payload or self._common.clock() - at_s >= REFRESH_S:
            await self._publish(client, message)
            self._last[site.id] = (self._common.clock(), message.payload)

    async def _publish(self, client: aiomqtt.Client, message: ha.Message) -> None:
        try:
            await client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        except aiomqtt.MqttError as error:
            await self.close()
            raise Undelivered(str(error)) from None


def now_of(state: SiteState | None, time_s: float) -> ha.SiteNow:
    """Give a place's state as Home Assistant has it."""
    if state is None:
        return ha.SiteNow("clear", None, 0.0, True)
    minutes = None if state.earliest_s is None else (state.earliest_s - time_s) / 60.0
    because = "; ".join(f"{one.count} {one.kind}" for one in state.groups if isinstance(one, msgspec.Struct))
    return ha.SiteNow(state.state, minutes, state.probability, state.covered, because)
