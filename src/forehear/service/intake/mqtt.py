"""Reports from an MQTT broker: the same lines as over HTTP, one or more a message, taken at least once.

A message is acknowledged to the broker (QoS 1) only when its reports are stored; the session is kept
(`clean_session=False`), so that the broker sends again what a crash left unacknowledged, and the sensors' counters
make a repeat harmless. The broker's `max_inflight_messages` bounds how many are under way: set it to 1000.
"""

import asyncio
import ssl
import sys

import aiomqtt

from forehear.service.config import MqttTable
from forehear.service.intake.gate import MAX_REPORT_BYTES
from forehear.service.intake.intake import Intake

# A message holds at most this many reports' bytes; a broker passes on what strangers send.
MAX_MESSAGE_BYTES = 64 * MAX_REPORT_BYTES
# Tried again after these seconds, doubled up to the last.
RETRY_S, RETRY_MOST_S = 0.5, 30.0
# Messages under way at once: enough to fill a commit, few enough to stay in order of seconds.
UNDER_WAY = 512
CLIENT = "forehear"


class Mqtt:
    """Keeps a subscription alive and offers what comes to the intake."""

    def __init__(self, table: MqttTable, password: str | None, intake: Intake) -> None:
        self._table = table
        self._password = password
        self._intake = intake
        self.connected = False
        self.messages = 0
        self.too_large = 0

    async def run(self) -> None:
        """Take messages until cancelled; a broker that goes away is waited for."""
        wait_s = RETRY_S
        while True:
            try:
                await self._session()
            except aiomqtt.MqttError as error:
                if self.connected:
                    wait_s = RETRY_S
                self.connected = False
                print(f"forehear serve: mqtt: {error}; trying again in {wait_s:.1f} s", file=sys.stderr)
                await asyncio.sleep(wait_s)
                wait_s = min(2.0 * wait_s, RETRY_MOST_S)

    async def _session(self) -> None:
        t = self._table
        context = ssl.create_default_context() if t.tls else None
        async with aiomqtt.Client(
            t.host, t.port, username=t.username, password=self._password, identifier=CLIENT, clean_session=False,
            tls_context=context, max_queued_incoming_messages=10 * UNDER_WAY,
        ) as client:  # fmt: skip
            # aiomqtt has no word of its own for this; the client beneath has.
            client._client.manual_ack_set(True)
            await client.subscribe(t.topic, qos=1)
            self.connected = True
            room = asyncio.Semaphore(UNDER_WAY)
            async with asyncio.TaskGroup() as tasks:
                async for message in client.messages:
                    self.messages += 1
                    await room.acquire()
                    task = tasks.create_task(self._take(client, message))
                    task.add_done_callback(lambda _: room.release())

    async def _take(self, client: aiomqtt.Client, message: aiomqtt.Message) -> None:
        """Offer one message's lines; acknowledge it unless there was no room to store them."""
        body = message.payload
        if isinstance(body, bytes) and len(body) <= MAX_MESSAGE_BYTES:
            receipt = await self._intake.offer(body.split(b"\n"), f"mqtt:{message.topic}")
            if receipt.refused.get("disk full"):
                return
        else:
            self.too_large += 1
        client._client.ack(message.mid, message.qos)
