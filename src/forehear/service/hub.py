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
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from forehear.io import cap
from forehear.records import Alert, Report
from forehear.service.aircraft.feed import AircraftFeed
from forehear.service.config import Settings
from forehear.service.intake.mqtt import Mqtt
from forehear.service.keeping import Keeping
from forehear.service.secret import secret
from forehear.service.show.sensor_states import SensorStates
from forehear.service.show.showing import Showing
from forehear.service.store.alerts import keep, teller
from forehear.service.store.seen import Acknowledgement, acknowledge, acknowledgements, take_back
from forehear.service.store.store import Store, StoredAlert, StoreFailed
from forehear.service.timekeeper import Timekeeper
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
# Time is taken back, and not waited for, when it is so far ahead of the clock [s]; looked after so often [s].
BACK_S, TEND_EVERY_S = 5.0, 1.0
# The rate of reports is shown over so long [s].
RATE_OVER_S = 3.0


class Hub:
    """The running service without its endpoints, which use `intake`, `show` and the questions. `start`, `stop`."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        launched: Launched | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`steady` counts seconds at the clock's pace, and is never set. Raises InputError."""
        self.settings = settings
        self.clock = Timekeeper(clock, steady)
        folder = settings.data_dir
        self.keeping = Keeping(settings, self.clock)
        self.gate, self.intake = self.keeping.gate, self.keeping.intake
        self.sensor_states = SensorStates(settings.network)
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
        # Set likewise, where a feed of known aircraft is configured.
        self.aircraft: AircraftFeed | None = None
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
        self.show = Showing(settings, self.reader, self.sensor_states, self.clock, self.status)
        # When the last frame came that was not of the past [s of the system's steady clock].
        self.framed_at = time.monotonic()
        # Given every alert that was stored, or could not be: who sends them on.
        self.kept: Callable[[StoredAlert], None] = lambda _: None
        # What is wrong, as who watches it says.
        self.troubles: Callable[[], dict[str, str]] = dict

    @property
    def store(self) -> Store:
        """The store to write; on the thread of `keeping` alone."""
        return self.keeping.store

    @property
    def reader(self) -> Store:
        """The store to read."""
        return self.keeping.reader

    # --- its life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: intake at once, the tracker as soon as it has caught up."""
        self._tasks = [asyncio.create_task(one) for one in (self.intake.run(), self._run(), self._tend())]

    async def stop(self) -> None:
        """End: what was acknowledged is on the disk already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.tracking.stop()
        await self.keeping.close()

    def failed(self) -> BaseException | None:
        """Give what ended a task of the hub that should never end."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                return task.exception() or RuntimeError("a part that should never end has ended")
        return None

    async def _run(self) -> None:
        last = self.store.last_tick()
        if last is not None and last[0] - self.clock() > BACK_S:
            await self._turn_back()
        else:
            await self._resume()
        self.framed_at = time.monotonic()
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
                await self.keeping.write(
                    lambda: self.store.retain(self.clock(), self.settings.config.store.keep_hours * 3600)
                )

    async def _tick(self) -> None:
        if self.show.time_s - self.clock() > BACK_S:
            await self._turn_back()
        # A clock that stands still or is set back a little must not stop warnings.
        now_s = max(self.clock(), self.show.time_s + 1e-3)
        bodies, block = self.intake.drain()
        picture = self.show.to_keep(now_s)
        await self.keeping.write(lambda: self.store.put_tick(now_s, block, picture))
        frame = await self.tracking.take(Step(now_s, block, bodies))
        self.behind_s = max(self.clock() - now_s, 0.0)
        await self._take(frame)

    async def _tend(self) -> None:
        """Once a second: judge the clock, write what could not be written, replace a damaged store."""
        while True:
            await asyncio.sleep(TEND_EVERY_S)
            if (words := self.clock.judge()) is not None:
                print(f"forehear serve: {words}", file=sys.stderr)
            if await self.keeping.tend():
                self.tracking.store = self.store
                # Identifiers of messages begin anew with a new name: none may be used twice.
                self._teller = teller(self.issuer, self.sites, self.settings.data_dir, anew=True)

    async def _turn_back(self) -> None:
        """Set aside what was stored of a time that has not come yet: the clock was ahead, and was set back."""
        now_s = self.clock()
        await self.tracking.stop()
        steps = await self.keeping.write(lambda: self.store.forget_after(now_s))
        self.tracking.forget()
        words = f"{steps or 0} steps of the future set aside, with the snapshot"
        print(f"forehear serve: the clock was ahead: {words}", file=sys.stderr)
        self.show.turn_back(now_s)
        await self._resume()

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
            self.framed_at = time.monotonic()
            self._count()
            self.show.publish(frame)

    async def _send(self, alert: Alert) -> None:
        """Store an alert with its CAP message; send it unless it was there already."""
        try:
            # The store of the moment when it comes to it: a damaged one is replaced.
            work = asyncio.get_running_loop().run_in_executor(
                self.keeping.writer, lambda: keep(self.store, alert, self._teller)
            )
            stored = await work
        except (StoreFailed, sqlite3.Error) as error:
            # Sent though it cannot be kept: silence would be worse than sending twice.
            self.intake.note_failure(error if isinstance(error, StoreFailed) else StoreFailed(str(error)))
            stored = StoredAlert(0, alert, None, None, None)
        if stored is not None:
            self.show.alert(stored)
            self.kept(stored)

    # --- questions -----------------------------------------------------------------------------------

    def _heard(self, report: Report, now_s: float) -> Report:
        """Note a report; its hearing time is corrected where all sensors' clocks are off alike."""
        self.newest_heard_s = max(self.newest_heard_s, min(report.heard_at_s, now_s))
        self.sensor_states.take(report, now_s)
        self.clock.note(report.sensor, report.heard_at_s, now_s)
        heard_at_s = self.clock.corrected(report.heard_at_s, now_s)
        return (
            report if heard_at_s == report.heard_at_s else msgspec.structs.replace(report, heard_at_s=heard_at_s)
        )

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
            "troubles": self.troubles(),
        }  # fmt: skip

    async def acknowledge(self, number: int, by: str | None = None, back: bool = False) -> bool:
        """Note that an operator has seen an alert, or (`back`) has not, and show it to every operator."""
        now_s, note = self.clock(), take_back if back else acknowledge
        if not await self.keeping.write(lambda: note(self.store, number, now_s, by)):
            return False
        self.show.acknowledged(number, None if back else now_s, None if back else by)
        return True

    def acknowledgements(self, limit: int) -> list[Acknowledgement]:
        """Give the log of who saw which alert, the newest first."""
        return acknowledgements(self.reader, limit)

    async def enrol(self, sensor: str, public_key: str) -> bool:
        """Give a sensor a key; says whether that is on the disk. Raises KeyError, ValueError."""
        return await self.keeping.enrol(sensor, public_key)

    async def revoke(self, sensor: str) -> bool:
        """Take nothing more from a sensor; says whether that is on the disk. Raises KeyError."""
        return await self.keeping.revoke(sensor)
