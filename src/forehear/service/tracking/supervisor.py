"""The tracker's process, whichever it is at the moment: brought to where the last one was, and handed steps.

Theory of operation. The store has every step that was ever begun, and the snapshot is some seconds old: a new
process reads the snapshot and takes the steps since again, the very same. A process may die of what it is handed;
the step that killed it twice in a row is left out the third time, so that one bad block stops nobody's warning.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from forehear.records import Alert
from forehear.service.config import Settings
from forehear.service.store.store import Store
from forehear.service.tracking.frames import Frame
from forehear.service.tracking.launched import Launched
from forehear.service.tracking.messages import Ready, Start, Step
from forehear.service.tracking.pipe import Pipe, WorkerGone

# Without a snapshot, this much of the store is tracked again [s]: the tracker forgets what is older than 100 s.
REPLAY_S = 180.0
# Attempts to catch up before giving up: each leaves one step more out.
ATTEMPTS = 5
# Alerts looked through for what each site was sent last, beyond ten a site.
RECENT_ALERTS = 50
# A step of the past: the moment, the last block, the block before the first.
Past = tuple[float, int, int]


class Tracking:
    """`resume` first, then `take`; on WorkerGone, `resume` again. `stop` ends it."""

    def __init__(self, settings: Settings, folder: Path, store: Store, launched: Launched | None) -> None:
        self._settings, self._folder, self._store = settings, folder, store
        self._launched = launched
        self._pipe: Pipe | None = None
        # Moments of steps that a process died of.
        self._poison: set[float] = set()
        self.restarts = self.replayed = 0

    async def take(self, one: Step) -> Frame:
        """Have one step taken. Raises WorkerGone."""
        assert self._pipe is not None
        return await self._pipe.take(one)

    async def stop(self) -> None:
        """End the process; it writes no more."""
        if self._pipe is not None:
            await self._pipe.stop()

    async def resume(self, show: Callable[[Frame, bool], Awaitable[None]]) -> int:
        """Bring a process to where the last one was; gives the last block that it has seen.

        `show` is handed every frame on the way, and whether its alerts are the very ones of before. Raises
        WorkerGone when no process stays up.
        """
        for _ in range(ATTEMPTS):
            try:
                return await self._resume(show)
            except WorkerGone as error:
                print(f"forehear serve: {error} while catching up; starting another", file=sys.stderr)
                self.restarts += 1
        raise WorkerGone(f"the tracker's process does not stay up: {ATTEMPTS} attempts")

    async def _resume(self, show: Callable[[Frame, bool], Awaitable[None]]) -> int:
        await self.stop()
        launched, self._launched = self._launched, None
        self._pipe, ready = await Pipe.start(self._start(), launched)
        steps, exact = self._steps_since(ready)
        if ready.time_s is None and steps:
            print(f"forehear serve: {ready.why}: tracking the last {REPLAY_S:.0f} s again", file=sys.stderr)
        done = 0
        try:
            async for frame in self._again(steps, exact):
                done += 1
                self.replayed += frame.reports
                await show(frame, exact)
        except WorkerGone:
            # What kills the tracker twice is left out the third time.
            self._poison.add(steps[done][0])
            raise
        return steps[-1][1] if steps else ready.block if exact else 0

    def _again(self, steps: list[Past], exact: bool) -> AsyncIterator[Frame]:
        """Have steps taken again; the blocks of one that kills are left out."""
        assert self._pipe is not None
        return self._pipe.take_all(
            Step(
                time_s, until, () if time_s in self._poison else tuple(self._store.bodies(after, until)), True,
                adopt=not exact and number == len(steps) - 1, silent=number < len(steps) - 1,
            )
            for number, (time_s, until, after) in enumerate(steps)
        )  # fmt: skip

    def _start(self) -> Start:
        config, folder = self._settings.config, self._settings.folder
        last_of_site: dict[str, Alert] = {}
        for stored in self._store.alerts(10 * len(self._settings.sites) + RECENT_ALERTS):
            last_of_site.setdefault(stored.alert.site, stored.alert)
        return Start(
            str(folder / config.network), str(folder / config.sites) if config.sites else None,
            str(self._folder / "snapshot.bin"), config.warn, self._store.last_alert(),
            tuple(last_of_site.values()),
        )  # fmt: skip

    def _steps_since(self, ready: Ready) -> tuple[list[Past], bool]:
        """Give the steps to take again, and whether the tracker comes out of them exactly as it was."""
        if ready.time_s is not None:
            ticks, after, exact = self._store.ticks(ready.time_s), ready.block, True
        else:
            last = self._store.last_tick()
            if last is None:
                return [], True
            first_s = last[0] - REPLAY_S
            ticks, after, exact = self._store.ticks(first_s), self._store.block_at(first_s), False
        out = []
        for time_s, block in ticks:
            out.append((time_s, block, after))
            after = max(block, after)
        return out, exact
