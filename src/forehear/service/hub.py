"""The hub: the gate, the store, the tracker's process and the watchers, and the order in which things happen.

Theory of operation. Reports are committed by `intake` and acknowledged. Several times a second the hub notes a
step in the store (the moment, and up to which block), has the tracker's process take it, keeps its alerts, and
only then shows them. So after a crash at any moment: what was acknowledged is in a block; every block is in a step
that was noted, or goes into the first new one; a step that was taken is taken again the same, and its alerts,
being the same, are found in the store already and not told again.

The tracker falling behind does not hold up intake: the next step simply takes more blocks.
"""

import asyncio
import math
import secrets
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from forehear.io import cap
from forehear.records import Alert, Report
from forehear.service.config import Settings
from forehear.service.ears import Ears
from forehear.service.frames import Frame, Picture, Shown, SiteState
from forehear.service.gate import Gate, Limits, known_sensors
from forehear.service.intake import Intake
from forehear.service.live import FACES, Face, Live, encode, event
from forehear.service.messages import Ready, Start, Step
from forehear.service.pipe import Launched, Pipe, WorkerGone
from forehear.service.store import Store, StoredAlert, StoreFull

# Without a snapshot, this much of the store is tracked again [s]: the tracker forgets what is older than 100 s.
REPLAY_S = 180.0
# Attempts to catch up before giving up: each leaves one step more out.
ATTEMPTS = 5
# Frames go to watchers at most so often, slower things (sites, sensors, status) too [s of this machine].
SHOW_EVERY_S, SLOW_EVERY_S = 0.09, 0.45
# Frames for the time slider are this far apart [s].
KEEP_EVERY_S = 2
# What was shown last is shown again after a restart, unless it is older than this [s]: tracks end by then.
RECALL_S = 60.0
# Alerts that a newcomer is told.
RECENT_ALERTS = 50
# How often the store is trimmed [s].
RETAIN_EVERY_S = 30.0


class Hub:
    """The running service without its doors. `start`, `stop`; the doors use `intake`, `live` and the questions."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.time, launched: Launched | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.folder = settings.data_dir
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "store.sqlite"
        self.store = Store(path, writer=True, max_mb=settings.config.store.max_mb)
        self.reader = Store(path)
        self.writer = ThreadPoolExecutor(1, "store")
        ingest = settings.config.ingest
        limits = Limits(ingest.unsigned, ingest.reports_per_s, ingest.burst)
        self.gate = Gate(known_sensors(settings.network.sensors), limits)
        for sensor, key, revoked in self.store.enrolled():
            if sensor in self.gate.sensors:
                if key is not None:
                    self.gate.enrol(sensor, key)
                if revoked:
                    self.gate.revoke(sensor)
        used = self.store.counters()
        self.gate.reload(used, used)
        self.ears = Ears(settings.network)
        self.intake = Intake(self.gate, self.store, clock, self.writer)
        self.intake.on_report = self._heard
        self.live = Live(self._snapshot)
        self.sites = {s.id: s for s in settings.sites}
        self.site_states: tuple[SiteState, ...] = ()
        self.tracks: tuple[Shown, ...] = ()
        self.corridors: dict[str, list[list[float]]] = {}
        self.turned_away: dict[str, int] = {}
        self.recent: deque[StoredAlert] = deque(maxlen=RECENT_ALERTS)
        self.recent.extend(reversed(self.store.alerts(RECENT_ALERTS)))
        self.token = settings.token or self._own_token()
        service = settings.config.service
        self.issuer = cap.Issuer(service.sender, service.name, service.status, settings.zone, service.public_url)
        self.prefix = self._own_name()
        self.time_s = 0.0
        self.newest_heard_s = -math.inf
        self.ready = asyncio.Event()
        self.steps = self.restarts = self.reports_in_steps = self.replayed = 0
        self.behind_s = 0.0
        self.took_s: deque[float] = deque(maxlen=200)
        self.resumed_in_s = 0.0
        self._rate: deque[tuple[float, int]] = deque(maxlen=20)
        self._pipe: Pipe | None = None
        self._launched = launched
        self._tasks: list[asyncio.Task[None]] = []
        self._poison: set[float] = set()
        self._begun = False
        self._inherited = self.store.last_block()
        self._told_second = self._kept_second = -math.inf
        self._told_at_s = self._shown_at_s = -math.inf
        self._recall()

    # --- its life ------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin: intake at once, the tracker as soon as it has caught up."""
        self._tasks = [asyncio.create_task(self.intake.run()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        """End: what was acknowledged is on the disk already."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._pipe is not None:
            await self._pipe.stop()
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
        began = time.monotonic()
        await self._resume()
        self.resumed_in_s = time.monotonic() - began
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
            except WorkerGone as error:
                print(f"forehear serve: {error}; starting another", file=sys.stderr)
                self.restarts += 1
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
        now_s = max(self.clock(), self.time_s + 1e-3)
        # A clock that stands still or is set back must not stop warnings; one that leaps is followed.
        bodies, block = self.intake.drain()
        frame_to_keep = self._frame_to_keep(now_s)
        await self._write(lambda: self.store.put_tick(now_s, block, frame_to_keep))
        assert self._pipe is not None
        frame = await self._pipe.take(Step(now_s, block, bodies))
        self.behind_s = max(self.clock() - now_s, 0.0)
        await self._show(frame)

    async def _resume(self) -> None:
        """Bring a tracker's process to where the last one was; what kills it on the way is left out."""
        for _ in range(ATTEMPTS):
            try:
                return await self._resume_once()
            except WorkerGone as error:
                print(f"forehear serve: {error} while catching up; starting another", file=sys.stderr)
                self.restarts += 1
        raise WorkerGone(f"the tracker's process does not stay up: {ATTEMPTS} attempts")

    async def _resume_once(self) -> None:
        """Start the tracker's process and bring it to where the last one was."""
        if self._pipe is not None:
            await self._pipe.stop()
        config = self.settings.config
        last_of_site: dict[str, Alert] = {}
        for stored in self.store.alerts(10 * len(self.sites) + RECENT_ALERTS):
            last_of_site.setdefault(stored.alert.site, stored.alert)
        issued = max((int(s.alert.alert[1:]) for s in self.store.alerts(100_000)), default=0)
        start = Start(
            str(self.settings.folder / config.network),
            str(self.settings.folder / config.sites) if config.sites else None,
            str(self.folder / "snapshot.bin"), config.warn, issued, tuple(last_of_site.values()),
        )  # fmt: skip
        launched, self._launched = self._launched, None
        self._pipe, ready = await Pipe.start(start, launched)
        steps, exact = self._steps_since(ready)
        if ready.time_s is None and steps:
            print(f"forehear serve: {ready.why}: tracking the last {REPLAY_S:.0f} s again", file=sys.stderr)
        block = ready.block if exact else 0
        for number, (time_s, until, after) in enumerate(steps):
            bodies = () if time_s in self._poison else tuple(self.store.bodies(after, until))
            one = Step(time_s, until, bodies, True, adopt=not exact and number == len(steps) - 1)
            try:
                frame = await self._pipe.take(one)
            except WorkerGone:
                # What kills the tracker twice is left out the third time.
                self._poison.add(time_s)
                raise
            self.replayed += frame.reports
            block = until
            await self._show(frame, tell=exact)
        newest = self._inherited
        if not self._begun:
            # Acknowledged by a service that is gone, and in no step yet: they go into the first new one.
            # Where only the tracker's process died, intake has them still.
            self._begun = True
            self.intake.give(list(self.store.bodies(block, newest)), newest)

    def _steps_since(self, ready: Ready) -> tuple[list[tuple[float, int, int]], bool]:
        """Give the steps to take again: the moment, the last block, the block before the first."""
        if ready.time_s is not None:
            ticks, after, exact = self.store.ticks(ready.time_s), ready.block, True
        else:
            last = self.store.last_tick()
            if last is None:
                return [], True
            first_s = last[0] - REPLAY_S
            ticks, after, exact = self.store.ticks(first_s), self.store.block_at(first_s), False
        out = []
        for time_s, block in ticks:
            out.append((time_s, block, after))
            after = max(block, after)
        return out, exact

    # --- showing -------------------------------------------------------------------------------------

    async def _show(self, frame: Frame, tell: bool = True) -> None:
        """Keep a frame's alerts, then show it."""
        self.time_s = max(self.time_s, frame.time_s)
        self.steps += 1
        self.reports_in_steps += frame.reports
        self.took_s.append(frame.took_s)
        self.tracks = tuple(t for t in frame.tracks if t.status != "ended")
        if frame.turned_away is not None:
            self.turned_away = frame.turned_away
        if tell:
            for alert in frame.alerts:
                await self._keep(alert)
        if frame.sites is not None:
            self.site_states = frame.sites
        if frame.corridors is not None:
            self.corridors = frame.corridors
        if not frame.replayed:
            self._publish(frame)

    async def _keep(self, alert: Alert) -> None:
        """Store an alert with its CAP message; tell it unless it was there already."""
        loop = asyncio.get_running_loop()
        try:
            stored = await loop.run_in_executor(self.writer, lambda: self._store_alert(alert))
        except StoreFull:
            # Told though it cannot be kept: silence would be worse than telling twice.
            self.intake.full = True
            stored = StoredAlert(0, alert, None, None, None)
        if stored is not None:
            self.recent.append(stored)
            for face in FACES:
                self.live.publish(face, event("alert", alert_shown(stored, face)))

    def _store_alert(self, alert: Alert) -> StoredAlert | None:
        before = self.store.alerts(1000, alert.alert, alert.site)
        if any(s.alert.issued_at_s == alert.issued_at_s and s.alert.state == alert.state for s in before):
            return None
        sender = self.issuer.sender
        earlier = [
            cap.Reference(sender, s.identifier, s.sent) for s in reversed(before) if s.identifier and s.sent
        ]
        number = len(before) + 1
        body, me = cap.message(alert, self.sites[alert.site], self.issuer, number, self.prefix, earlier)
        kept = self.store.put_alert(alert, body, me.identifier, me.sent)
        return None if kept is None else StoredAlert(kept, alert, me.identifier, me.sent, None)

    def _publish(self, frame: Frame) -> None:
        now = time.monotonic()
        # A clock that runs twenty times as fast steps more often than anybody can see.
        if now - self._shown_at_s < SHOW_EVERY_S:
            return
        self._shown_at_s = now
        self._rate.append((now, self.gate.accepted))
        if self.live.watchers("operator"):
            self.live.publish("operator", event("frame", frame_shown(frame, "operator", True)))
        if self.live.watchers("public"):
            shows = self.settings.config.public.tracks
            self.live.publish("public", event("frame", frame_shown(frame, "public", shows)))
        if math.floor(frame.time_s) <= self._told_second or now - self._told_at_s < SLOW_EVERY_S:
            return
        self._told_second, self._told_at_s = math.floor(frame.time_s), now
        changes = self.ears.changes(self.clock())
        if self.live.watchers("operator"):
            if changes:
                self.live.publish("operator", event("sensors", changes))
            self.live.publish("operator", event("status", self.status()))
            if frame.corridors is not None:
                self.live.publish("operator", event("corridors", frame.corridors))
        if frame.sites is not None:
            for face in FACES:
                self.live.publish(face, event("sites", self.site_states))

    def _snapshot(self, face: Face) -> list[bytes]:
        """Give everything that a newcomer needs."""
        frame = Frame(self.time_s, 0, self.tracks)
        tracks = face == "operator" or self.settings.config.public.tracks
        out = [event("hello", self.about(face)), event("frame", frame_shown(frame, face, tracks))]
        out.append(event("sites", self.site_states))
        out.append(event("alerts", [alert_shown(a, face) for a in self.recent]))
        if face == "operator":
            self.ears.changes(self.clock())
            out.append(event("sensors", list(enumerate(self.ears.codes))))
            out.append(event("corridors", self.corridors))
            out.append(event("status", self.status()))
        return out

    def _recall(self) -> None:
        """Show what was shown last, until the tracker has caught up: a second old says more than nothing."""
        body = self.reader.frame_at(math.inf)
        if body is None:
            return
        picture = msgspec.json.decode(body, type=Picture)
        if 0.0 <= self.clock() - picture.time_s <= RECALL_S:
            self.time_s, self.tracks, self.site_states = picture.time_s, picture.tracks, picture.sites

    def _frame_to_keep(self, now_s: float) -> tuple[int, bytes] | None:
        second = math.floor(now_s)
        if second < self._kept_second + KEEP_EVERY_S or self.time_s == 0.0:
            return None
        self._kept_second = second
        return second, encode(Picture(self.time_s, self.tracks, self.site_states))

    # --- questions -----------------------------------------------------------------------------------

    def _heard(self, report: Report, now_s: float) -> None:
        self.newest_heard_s = max(self.newest_heard_s, min(report.heard_at_s, now_s))
        self.ears.take(report, now_s)

    def about(self, face: Face) -> dict[str, Any]:
        """Tell what this service is."""
        service, tiles = self.settings.config.service, self.settings.config.map
        return {
            "name": service.name, "status": service.status, "time_zone": service.time_zone, "time_s": self.clock(),
            "face": face, "tiles": tiles.tiles, "attribution": tiles.attribution,
        }  # fmt: skip

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
            "sensors": self.ears.counts(), "watchers": self.live.watchers(), "store_full": self.intake.full,
            "tracker_restarts": self.restarts,
        }  # fmt: skip

    async def acknowledge(self, number: int) -> bool:
        """Note that the operator has seen an alert, and show it to every operator."""
        now_s = self.clock()
        if not await self._write(lambda: self.store.acknowledge(number, now_s)):
            return False
        for k, stored in enumerate(self.recent):
            if stored.number == number and stored.acknowledged_at_s is None:
                self.recent[k] = stored._replace(acknowledged_at_s=now_s)
        self.live.publish("operator", event("acknowledged", {"number": number, "acknowledged_at_s": now_s}))
        return True

    async def enrol(self, sensor: str, public_key: str) -> None:
        """Give a sensor a key. Raises KeyError, ValueError."""
        self.gate.enrol(sensor, public_key)
        await self._write(lambda: self.store.put_key(sensor, public_key, False, self.clock()))

    async def revoke(self, sensor: str) -> None:
        """Take nothing more from a sensor. Raises KeyError."""
        self.gate.revoke(sensor)
        await self._write(lambda: self.store.put_key(sensor, None, True, self.clock()))

    def _own_token(self) -> str:
        """Read the operator's token from the data folder; make one the first time, for its owner's eyes only."""
        return _secret(self.folder / "operator.token", 32)

    def _own_name(self) -> str:
        """A name that no other installation has, so that no two CAP messages share an identifier."""
        return _secret(self.folder / "instance.name", 6)


def _secret(path: Path, size: int) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(size) + "\n", "utf-8")
    return path.read_text("utf-8").strip()


def frame_shown(frame: Frame, face: Face, tracks: bool) -> dict[str, Any]:
    """Make what a face sees of a frame: the public sees corroborated tracks at most, and no sensors."""
    if face == "operator":
        return {"time_s": frame.time_s, "block": frame.block, "tracks": frame.tracks}
    seen = [t for t in frame.tracks if tracks and t.status == "confirmed" and t.corroborated]
    fields = [
        Shown(
            t.id, t.status, round(t.lon, 3), round(t.lat, 3), t.height_m, t.speed_mps, t.course_deg, t.kind,
            t.kinds, t.sigma_m, t.existence, t.since_s, corroborated=True,
        )
        for t in seen
    ]  # fmt: skip
    return {"time_s": frame.time_s, "tracks": fields}


def alert_shown(stored: StoredAlert, face: Face) -> dict[str, Any]:
    """Make what a face sees of an alert."""
    a = stored.alert
    out: dict[str, Any] = {
        "number": stored.number, "alert": a.alert, "site": a.site, "state": a.state, "issued_at_s": a.issued_at_s,
        "probability": a.probability, "arrival_earliest_s": a.arrival_earliest_s, "arrival_s": a.arrival_s,
        "arrival_latest_s": a.arrival_latest_s, "count": a.count, "kind": a.kind, "because": a.because,
        "identifier": stored.identifier,
    }  # fmt: skip
    if face == "operator":
        out |= {"tracks": a.tracks, "acknowledged_at_s": stored.acknowledged_at_s}
    return out
