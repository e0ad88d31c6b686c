"""The hub: the gate, the store, the tracker's process and the watchers, and the order in which things happen.

Theory of operation. Reports are committed by `intake` and acknowledged. Several times a second the hub notes a
step in the store (the moment, and up to which block), has the tracker's process take it, keeps its alerts, and
only then shows them. So after a crash at any moment: what was acknowledged is in a block; every block is in a step
that was noted, or goes into the first new one; a step that was taken is taken again the same, and its alerts,
being the same, are found in the store already and not sent again.

The tracker falling behind does not hold up intake: the next step simply takes more blocks.
"""

import asyncio
import math
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from forehear.io import cap
from forehear.records import Alert, Report
from forehear.service.config import Settings
from forehear.service.intake.gate import Gate, Limits, known_sensors
from forehear.service.intake.intake import Intake
from forehear.service.intake.mqtt import Mqtt
from forehear.service.secret import secret
from forehear.service.show.sensor_states import SensorStates
from forehear.service.show.showing import Showing
from forehear.service.store.alerts import keep, teller
from forehear.service.store.store import Store, StoredAlert, StoreFull
from forehear.service.tracking.frames import Frame
from forehear.service.tracking.launched import Launched
from forehear.service.tracking.messages import Step
from forehear.service.tracking.pipe import WorkerGone
from forehear.service.tracking.supervisor import Tracking

# How often the store is trimmed [s].
RETAIN_EVERY_S = 30.0
# The tracker rests for at least this share of its last step: steps cost much alike however few reports are in
# them, and on a night of 800 targets, where one takes 0.2 s, stepping without a pause would only heat the room.
REST = 0.25
# The rate of reports is shown over so long [s].
RATE_OVER_S = 3.0


class Hub:
    """The running service without its endpoints, which use `intake`, `show` and the questions. `start`, `stop`."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.time, launched: Launched | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        folder = settings.data_dir
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Store(folder / "store.sqlite", writer=True, max_mb=settings.config.store.max_mb)
        self.reader = Store(folder / "store.sqlite")
        self.writer = ThreadPoolExecutor(1, "store")
        self.gate = _gate(settings, self.store)
        self.sensor_states = SensorStates(settings.network)
        self.intake = Intake(self.gate, self.store, clock, self.writer)
        self.intake.on_report = self._heard
        self.sites = {s.id: s for s in settings.sites}
        self.token = settings.token or secret(folder / "operator.token", 32)
        service = settings.config.service
        self.issuer = cap.Issuer(service.sender, service.name, service.status, settings.zone, service.public_url)
        self._teller = teller(self.issuer, self.sites, folder)
        # What tells this installation from all others.
        self.name = self._teller.prefix
        # Set by who runs it, where reports come from a broker.
        self.mqtt: Mqtt | None = None
        self.newest_heard_s = -math.inf
        self.ready = asyncio.Event()
        self.steps = self.reports_in_steps = 0
        self.behind_s = 0.0
        self.turned_away: dict[str, int] = {}
        self.took_s: deque[float] = deque(maxlen=200)
        self._rate: deque[tuple[float, int]] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        # Acknowledged by a service that is gone, perhaps in no step yet; once they are, None.
        self._inherited: int | None = self.store.last_block()
        self.tracking = Tracking(settings, folder, self.store, launched)
        self.show = Showing(settings, self.reader, self.sensor_states, clock, self.status)

    # --- its life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: intake at once, the tracker as soon as it has caught up."""
        self._tasks = [asyncio.create_task(self.intake.run()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        """End: what was acknowledged is on the disk already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.tracking.stop()
        self.writer.shutdown()
        self.store.close()
        self.reader.close()

    def failed(self) -> BaseException | None:
        """Give what ended a task of the hub that should never end."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                return task.exception()
        return None

    async def _run(self) -> None:
        await self._resume()
        self.ready.set()
        trimmed = time.monotonic()
        pause = self.settings.config.service.tick_s
        # The first step at once: people have waited for it.
        due = time.monotonic()
        while True:
            await asyncio.sleep(max(due - time.monotonic(), 0.0))
            due = max(due + pause, time.monotonic())
            try:
                await self._tick()
                due = max(due, time.monotonic() + REST * self.took_s[-1])
            except WorkerGone as error:
                print(f"forehear serve: {error}; starting another", file=sys.stderr)
                self.tracking.restarts += 1
                await self._resume()
            if time.monotonic() - trimmed > RETAIN_EVERY_S:
                trimmed = time.monotonic()
                await self._write(
                    lambda: self.store.retain(self.clock(), self.settings.config.store.keep_hours * 3600)
                )

    async def _write(self, work: Callable[[], Any]) -> Any:
        """Do something with the store on its own thread; a full disk is noted, and the work goes on."""
        try:
            result = await asyncio.get_running_loop().run_in_executor(self.writer, work)
        except StoreFull:
            self.intake.full = True
            return None
        return result

    async def _tick(self) -> None:
        # A clock that stands still or is set back must not stop warnings; one that leaps is followed.
        now_s = max(self.clock(), self.show.time_s + 1e-3)
        bodies, block = self.intake.drain()
        picture = self.show.to_keep(now_s)
        await self._write(lambda: self.store.put_tick(now_s, block, picture))
        frame = await self.tracking.take(Step(now_s, block, bodies))
        self.behind_s = max(self.clock() - now_s, 0.0)
        await self._take(frame)

    async def _resume(self) -> None:
        seen = await self.tracking.resume(self._take)
        if self._inherited is not None:
            # In no step yet: they go into the first new one. Where only the tracker's process died, intake has
            # what came since.
            self.intake.give(list(self.store.bodies(seen, self._inherited)), self._inherited)
            self._inherited = None

    async def _take(self, frame: Frame, send: bool = True) -> None:
        """Keep a frame's alerts, then show it."""
        self.steps += 1
        self.reports_in_steps += frame.reports
        self.took_s.append(frame.took_s)
        if frame.turned_away is not None:
            self.turned_away = frame.turned_away
        if not frame.silent:
            self.show.take(frame)
        if send:
            for alert in frame.alerts:
                await self._send(alert)
        if not frame.replayed:
            self._count()
            self.show.publish(frame)

    async def _send(self, alert: Alert) -> None:
        """Store an alert with its CAP message; send it unless it was there already."""
        loop = asyncio.get_running_loop()
        try:
            stored = await loop.run_in_executor(self.writer, keep, self.store, alert, self._teller)
        except StoreFull:
            # Sent though it cannot be kept: silence would be worse than sending twice.
            self.intake.full = True
            stored = StoredAlert(0, alert, None, None, None)
        if stored is not None:
            self.show.alert(stored)

    # --- questions -----------------------------------------------------------------------------------

    def _heard(self, report: Report, now_s: float) -> None:
        self.newest_heard_s = max(self.newest_heard_s, min(report.heard_at_s, now_s))
        self.sensor_states.take(report, now_s)

    def _count(self) -> None:
        now = time.monotonic()
        self._rate.append((now, self.gate.accepted))
        while now - self._rate[0][0] > RATE_OVER_S:
            self._rate.popleft()

    def reports_per_s(self) -> float:
        """How many reports were accepted a second lately."""
        if len(self._rate) < 2 or self._rate[-1][0] <= self._rate[0][0]:
            return 0.0
        return (self._rate[-1][1] - self._rate[0][1]) / (self._rate[-1][0] - self._rate[0][0])

    def status(self) -> dict[str, Any]:
        """Tell how the service is doing."""
        took = sorted(self.took_s)
        return {
            "time_s": self.clock(), "ready": self.ready.is_set(), "reports_per_s": round(self.reports_per_s(), 1),
            "accepted": self.gate.accepted, "refused": self.gate.refused, "turned_away": self.turned_away,
            "behind_s": round(self.behind_s, 3), "step_s": round(took[len(took) // 2], 4) if took else 0.0,
            "sensors": self.sensor_states.counts(), "watchers": self.show.live.watchers(),
            "store_full": self.intake.full, "tracker_restarts": self.tracking.restarts,
        }  # fmt: skip

    async def acknowledge(self, number: int) -> bool:
        """Note that the operator has seen an alert, and show it to every operator."""
        now_s = self.clock()
        if not await self._write(lambda: self.store.acknowledge(number, now_s)):
            return False
        self.show.acknowledged(number, now_s)
        return True

    async def enrol(self, sensor: str, public_key: str) -> None:
        """Give a sensor a key. Raises KeyError, ValueError."""
        self.gate.enrol(sensor, public_key)
        await self._write(lambda: self.store.put_key(sensor, public_key, False, self.clock()))

    async def revoke(self, sensor: str) -> None:
        """Take nothing more from a sensor. Raises KeyError."""
        self.gate.revoke(sensor)
        await self._write(lambda: self.store.put_key(sensor, None, True, self.clock()))


def _gate(settings: Settings, store: Store) -> Gate:
    """Make the gate as it was: who is enrolled, who is revoked, which counters are used."""
    ingest = settings.config.ingest
    limits = Limits(ingest.unsigned, ingest.reports_per_s, ingest.burst)
    gate = Gate(known_sensors(settings.network.sensors), limits)
    for sensor, key, revoked in store.enrolled():
        if sensor in gate.sensors:
            if key is not None:
                gate.enrol(sensor, key)
            if revoked:
                gate.revoke(sensor)
    used = store.counters()
    gate.reload(used, used)
    return gate
