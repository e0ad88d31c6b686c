"""One outlet's worker: its queue, its attempts, its rest after a failure; nothing of it can hold up another.

Theory of operation. Each outlet has a task, a queue of alerts, and no queue of anything else: tracks and states
are looked up when they are to be sent, so that the newest goes and nothing piles up. An attempt has a time; what
hangs is broken off and closed. Alerts go first, in order, and stay in the queue until they arrived. What number
of the store's alerts is behind us is kept in a file, so that after a crash those that had not arrived are found
there and sent.

An outlet that is not marked for exercises sends nothing while the service's status is another than Actual, and
what it did not send then is never sent later.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Awaitable, Callable, Iterable

import aiomqtt
import msgspec

from forehear.service.outlet_table import PEOPLE, OutletTable, rate_of
from forehear.service.outlets.delivery import DeliveryLog
from forehear.service.outlets.items import Carrier, Outgoing, OutletPicture, Undelivered
from forehear.service.outlets.progress import CameTo
from forehear.service.outlets.queue import AlertQueue

# --- numbers that decide -----------------------------------------------------------------------------
# An attempt that takes longer is broken off [s]: one far away answers within two, one that hangs never.
WITHIN_S, CLOSE_WITHIN_S = 10.0, 2.0
# After a failure it rests so long, doubled up to the last [s].
REST_S, REST_MOST_S = 0.5, 10.0
# Looked at whether there is something to do so often at least [s].
LOOK_S = 1.0
# An outlet that failed for so long is a trouble of the service [s]: a restart at the other end takes a moment.
TROUBLE_S = 15.0
# -----------------------------------------------------------------------------------------------------
FAILURES = (Undelivered, OSError, TimeoutError, ValueError, aiomqtt.MqttError)


class Outlet:
    """`offer` alerts to it, `run` it."""

    def __init__(
        self, table: OutletTable, carrier: Carrier, log: DeliveryLog, progress: CameTo,
        clock: Callable[[], float], picture: Callable[[OutletTable], OutletPicture | None], held: bool,
    ) -> None:  # fmt: skip
        """`progress` keeps how far it came; `held`: there is an exercise, and it is not marked for one."""
        self.table, self.carrier, self.log, self.held = table, carrier, log, held
        self._progress, self._clock, self._picture = progress, clock, picture
        self.queue = AlertQueue(table.kind in PEOPLE)
        self.queue.sent = dict(progress.sent)
        self._newest = progress.number
        self._wake = asyncio.Event()
        self._again_at = self._picture_at = 0.0
        self._rest_s = REST_S
        # Why it does not work at the moment, and since when [s of the steady clock].
        self.why: str | None = None
        self._since = 0.0
        per_minute = rate_of(table)
        self._per_s = None if per_minute is None else per_minute / 60.0
        self._tokens, self._tokens_at = per_minute or 0.0, time.monotonic()

    @property
    def came_to(self) -> int:
        """The number of the store's last alert that is behind it."""
        return self._progress.number

    @property
    def has_pictures(self) -> bool:
        """Whether it sends more than alerts."""
        return self.table.kind not in PEOPLE and (
            set(self.table.what) != {"alerts"} or self.table.kind != "webhook"
        )

    def wants(self, item: Outgoing) -> bool:
        """Say whether an alert is of its sites and states."""
        table = self.table
        if "alerts" not in table.what or (table.sites and item.site.id not in table.sites):
            return False
        return item.alert.state in table.states

    def offer(self, item: Outgoing) -> None:
        """Have an alert sent, where it is wanted."""
        self._newest = max(self._newest, item.number)
        if self.held or not self.wants(item):
            self.log.counts["held"] += self.held and self.wants(item)
            return
        self.queue.put(item)
        self._wake.set()

    def catch_up(self, missed: Iterable[Outgoing]) -> None:
        """Take what was decided while we were not there, the oldest first."""
        for item in missed:
            self.offer(item)

    def trouble(self) -> str | None:
        """Say in words what keeps it from sending; None if nothing does, or not for long."""
        if self.why is None or time.monotonic() - self._since < TROUBLE_S:
            return None
        for_s = time.monotonic() - self._since
        return f"{self.table.name} fails for {for_s:.0f} s, {len(self.queue)} alerts wait: {self.why}"

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                wait_s = self._wait_s()
                if wait_s > 0.0:
                    # Not wait_for, which in Python 3.11 loses a cancellation that comes together with the news.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(wait_s):
                            await self._wake.wait()
                    self._wake.clear()
                    # News wakes who waits for news, not who rests after a failure.
                    if self._wait_s() > 0.0:
                        continue
                await self._turn()
        finally:
            await self._close()

    async def trial(self) -> str:
        """Send a test message now; says what was sent. Raises Undelivered."""
        if self.held:
            raise Undelivered("the service's status is an exercise, and this outlet is not marked for one")
        try:
            async with asyncio.timeout(WITHIN_S):
                words = await self.carrier.trial()
        except FAILURES as error:
            self.log.note(self._clock(), "test failed", why=_words(error))
            raise Undelivered(_words(error)) from None
        self.log.note(self._clock(), "test", sent=words)
        return words

    def _wait_s(self) -> float:
        """How long there is nothing to do [s]."""
        now = time.monotonic()
        if self.held:
            return LOOK_S
        if now < self._again_at:
            return self._again_at - now
        if self.queue.head() is not None and (wait_s := self._until_token_s(now)) <= 0.0:
            return 0.0
        due_s = self._picture_at - now if self.has_pictures else LOOK_S
        return min(due_s, LOOK_S) if self.queue.head() is None else min(due_s, LOOK_S, wait_s)

    def _until_token_s(self, now: float) -> float:
        if self._per_s is None:
            return 0.0
        most = max(60.0 * self._per_s, 1.0)
        self._tokens = min(self._tokens + (now - self._tokens_at) * self._per_s, most)
        self._tokens_at = now
        return max(1.0 - self._tokens, 0.0) / self._per_s

    async def _turn(self) -> None:
        """Send one alert, or else the picture where that is due."""
        self.log.counts["expired"] += self.queue.expire(self._clock() - self.table.keep_s)
        item = self.queue.head()
        if item is not None and self._until_token_s(time.monotonic()) <= 0.0:
            await self._send(item)
        elif self.has_pictures and time.monotonic() >= self._picture_at:
            self._picture_at = time.monotonic() + self.table.every_s
            picture = self._picture(self.table)
            if picture is not None and await self._attempt(lambda: self.carrier.picture(picture)) is None:
                self.log.counts["pictures"] += 1

    async def _send(self, item: Outgoing) -> None:
        self._tokens -= 1.0
        tried_at_s = self._clock()
        error = await self._attempt(lambda: self.carrier.alert(item))
        named = {"alert": item.identifier, "site": item.site.id, "state": item.alert.state}
        if error is None:
            self.queue.done(item)
            self.log.counts["alerts"] += 1
            delay_s = self._clock() - item.alert.issued_at_s
            self.log.delays_s.append(delay_s)
            self.log.note(self._clock(), "delivered", **named, after_s=round(delay_s, 3))
        elif (isinstance(error, Undelivered) and error.refused) or isinstance(error, ValueError):
            self.queue.later(item)
            self.log.counts["refused"] += 1
            self.log.note(tried_at_s, "refused", **named, why=_words(error))
        self._keep_progress()

    def _keep_progress(self) -> None:
        first = self.queue.waiting_from()
        self._progress.keep(self._newest if first is None else first - 1, self.queue.sent)

    async def _attempt(self, work: Callable[[], Awaitable[None]]) -> BaseException | None:
        """Do something within the time that there is; gives what it failed of."""
        try:
            async with asyncio.timeout(WITHIN_S):
                await work()
        except Exception as error:
            if not isinstance(error, FAILURES):
                # Ours, and yet no reason for warnings to end: said with its kind, and tried again.
                print(
                    f"forehear serve: outlet {self.table.name}: {type(error).__name__}: {error}", file=sys.stderr
                )
            await self._failed(error)
            return error
        if self.why is not None:
            lasted_s = time.monotonic() - self._since
            self.log.note(self._clock(), "works again", after_s=round(lasted_s, 1))
            print(f"forehear serve: outlet {self.table.name}: works again after {lasted_s:.0f} s", file=sys.stderr)
        self.why, self._rest_s = None, REST_S
        return None

    async def _failed(self, error: BaseException) -> None:
        self.log.counts["failures"] += 1
        if self.why is None:
            self._since = time.monotonic()
            self.log.note(self._clock(), "fails", why=_words(error))
            print(f"forehear serve: outlet {self.table.name}: {_words(error)}; trying again", file=sys.stderr)
        self.why = _words(error)
        await self._close()
        self._again_at = time.monotonic() + self._rest_s
        self._rest_s = min(2.0 * self._rest_s, REST_MOST_S)

    async def _close(self) -> None:
        # A connection that hangs may hang in its closing, too.
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self.carrier.close()


class OutletHealth(msgspec.Struct):
    """How an outlet is doing, as the operator is shown it."""

    name: str
    kind: str
    held: bool
    works: bool
    why: str | None
    waiting: int
    counts: dict[str, int]
    last: list[dict[str, object]]


def health_of(outlet: Outlet) -> OutletHealth:
    """Give how an outlet is doing."""
    counts = {**outlet.log.counts, "superseded": outlet.queue.superseded}
    return OutletHealth(
        outlet.table.name, outlet.table.kind, outlet.held, outlet.why is None, outlet.why, len(outlet.queue),
        counts, list(outlet.log.last),
    )  # fmt: skip


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"nothing came of it within {WITHIN_S:.0f} s"
    return str(error) or type(error).__name__
