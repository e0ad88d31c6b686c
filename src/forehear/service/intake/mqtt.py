"""Reports from an MQTT broker: the same lines as over HTTP, one or more a message, taken at least once.

A message is acknowledged to the broker (QoS 1) only when its reports are stored or refused for good; what could
not be taken just then (no room on the disk, too many waiting) is offered again, and in the end left to the
broker. The session is kept (`clean_session=False`), so that the broker sends again what a crash left
unacknowledged, and the sensors' counters make a repeat harmless. The broker's `max_inflight_messages` bounds how
many are under way: set it to 1000. A sensor beyond its own rate is refused for good: waiting for it would hold up
everybody.

Two clients of one name throw each other out for ever: the name holds the installation's own.
"""

import asyncio
import contextlib
import math
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import aiomqtt

from forehear.service.config import MqttTable
from forehear.service.intake.gate import MAX_REPORT_BYTES
from forehear.service.intake.intake import Intake

# --- numbers that decide -----------------------------------------------------------------------------
# A message holds at most this many reports' bytes; a broker passes on what strangers send.
MAX_MESSAGE_BYTES = 64 * MAX_REPORT_BYTES
# Tried again after these seconds, doubled up to the last: a broker that is back is found within that.
RETRY_S, RETRY_MOST_S = 0.5, 10.0
# A broker that is gone without a word is noticed after one and a half of these [s]; one that does not answer,
# after this [s].
KEEPALIVE_S, ANSWER_WITHIN_S = 10, 10.0
# After a start so long [s] nothing is said of it: a connection takes a moment.
BEGUN_S = 3.0
# Messages under way at once: enough to fill a commit, few enough to stay in order of seconds.
UNDER_WAY = 512
# What cannot be taken now is offered again after so long [s], and so often; then it is the broker's.
AGAIN_S, AGAIN = 0.5, 20
# So many messages left to the broker, and the session is begun anew: only then does it send them again.
MOST_LEFT = 64
# Messages that are too large are said in the log so often at most [s].
SAY_EVERY_S = 60.0
# A return code of a subscription from here on is a refusal (MQTT 3.1.1, 3.9.3).
REFUSED = 128
# Refusals that pass by themselves. A sensor's own rate is not among them.
PASSING = frozenset({"disk full", "not stored", "busy", "too many refused"})
# -----------------------------------------------------------------------------------------------------


class Mqtt:
    """Keeps a subscription alive and offers what comes to the intake."""

    def __init__(
        self, table: MqttTable, password: str | None, intake: Intake, name: str = "", folder: Path = Path()
    ) -> None:
        """`name`: what tells this installation from others; `folder`: what file names are relative to."""
        self._table = table
        self._password = password
        self._intake = intake
        self._identifier = f"forehear-{name}"
        self._folder = folder
        self.connected = False
        # Why it is not connected, and since when [s of the system's steady clock].
        self.why = "not connected yet"
        self.since = time.monotonic()
        self.messages = self.too_large = self.left = self.sessions = 0
        self._said_large = -math.inf

    def trouble(self) -> str | None:
        """Say in words what keeps reports from coming; None if nothing does."""
        if self.connected or (not self.sessions and time.monotonic() - self.since < BEGUN_S):
            return None
        t = self._table
        return f"no reports from {t.host}:{t.port} for {time.monotonic() - self.since:.0f} s: {self.why}"

    def counts(self) -> dict[str, int | bool]:
        """Give what came over the broker, for /health: `left` are messages that this session could not take."""
        return {
            "connected": self.connected, "messages": self.messages, "too_large": self.too_large, "left": self.left,
        }  # fmt: skip

    async def run(self) -> None:
        """Take messages until cancelled; a broker that goes away is waited for, whatever it dies of."""
        wait_s = RETRY_S
        while True:
            try:
                await self._session()
                why = "the broker ended the session"
            except Exception as error:
                # Whatever it is: a subscription that has ended must not stay so, and must not be silent.
                why = _words(error)
            if self.connected:
                wait_s, self.since = RETRY_S, time.monotonic()
            self.connected, self.why = False, why
            print(f"forehear serve: mqtt: {why}; trying again in {wait_s:.1f} s", file=sys.stderr)
            await asyncio.sleep(wait_s)
            wait_s = min(2.0 * wait_s, RETRY_MOST_S)

    async def _session(self) -> None:
        t = self._table
        async with aiomqtt.Client(
            t.host, t.port, username=t.username, password=self._password, identifier=self._identifier,
            clean_session=False, tls_context=tls_context(t, self._folder), timeout=ANSWER_WITHIN_S,
            keepalive=KEEPALIVE_S, max_queued_incoming_messages=10 * UNDER_WAY,
        ) as client:  # fmt: skip
            # aiomqtt has no word of its own for this; the client beneath has.
            client._client.manual_ack_set(True)
            granted = await client.subscribe(t.topic, qos=1)
            # A reason code of MQTT 5 has its number in `value`.
            codes: list[Any] = [getattr(code, "value", code) for code in granted]
            if any(code >= REFUSED for code in codes):
                raise aiomqtt.MqttError(f"the broker refuses the subscription to {t.topic!r}")
            self.connected, self.left = True, 0
            self.sessions += 1
            if self.sessions > 1:
                print("forehear serve: mqtt: connected again", file=sys.stderr)
            room = asyncio.Semaphore(UNDER_WAY)
            async with asyncio.TaskGroup() as tasks:
                async for message in client.messages:
                    self.messages += 1
                    await room.acquire()
                    task = tasks.create_task(self._take(client, message))
                    task.add_done_callback(lambda _: room.release())
                    if self.left >= MOST_LEFT:
                        raise aiomqtt.MqttError(
                            f"{self.left} messages could not be taken, and are asked for again"
                        )

    async def _take(self, client: aiomqtt.Client, message: aiomqtt.Message) -> None:
        """Offer one message's lines; acknowledge it unless something of it may be taken later."""
        body = message.payload
        if isinstance(body, bytes) and len(body) <= MAX_MESSAGE_BYTES:
            lines = body.split(b"\n")
            for again in range(AGAIN + 1):
                receipt = await self._intake.offer(lines, f"mqtt:{message.topic}")
                if not PASSING.intersection(receipt.refused):
                    break
                if again == AGAIN:
                    self.left += 1
                    return
                # What was taken of it is "replayed" then, which is final.
                await asyncio.sleep(AGAIN_S)
        else:
            self._refuse_large(message)
        # Of a session that has ended meanwhile there is nothing to acknowledge.
        with contextlib.suppress(aiomqtt.MqttError, OSError):
            client._client.ack(message.mid, message.qos)

    def _refuse_large(self, message: aiomqtt.Message) -> None:
        """Count a message that nobody's reports can be, and say so, but not of each."""
        self.too_large += 1
        if time.monotonic() - self._said_large > SAY_EVERY_S:
            self._said_large = time.monotonic()
            words = f"{self.too_large} messages over {MAX_MESSAGE_BYTES} bytes refused so far, the last of"
            print(f"forehear serve: mqtt: {words} {str(message.topic)!r}", file=sys.stderr)


def tls_context(table: MqttTable, folder: Path) -> ssl.SSLContext | None:
    """Make what a broker's certificate is checked with, with ours where there is one. Raises OSError, SSLError."""
    if not table.tls:
        return None
    context = ssl.create_default_context(cafile=str(folder / table.ca_file) if table.ca_file else None)
    if table.cert_file is not None:
        key = str(folder / table.key_file) if table.key_file else None
        context.load_cert_chain(str(folder / table.cert_file), key)
    return context


def _words(error: BaseException) -> str:
    """Say what ended a session: the first of several that ended together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__
