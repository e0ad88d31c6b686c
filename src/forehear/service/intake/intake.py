"""Lines in, acknowledgement out: judged by the gate, committed in batches, acknowledged only then."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from forehear.records import Report
from forehear.service.intake.gate import Gate
from forehear.service.store.store import Store, StoreFull, pack

# Reports that arrive within this time share a commit [s]: the disk is waited for fifty times a second at most.
GATHER_S = 0.02
# Lines judged without letting others have the loop: 3 ms of signatures.
SLICE_LINES = 40
# Accepted reports waiting for the disk; beyond, new ones are refused until it catches up.
MOST_WAITING = 50_000


class Receipt(Struct, frozen=True):
    """What became of the lines of one request."""

    accepted: int = 0
    refused: dict[str, int] = {}
    # The store's block that holds them; live frames tell up to which block they go.
    block: int = 0


class Intake:
    """The way in. `drain` gives what was taken since the last call, for the tracker."""

    def __init__(self, gate: Gate, store: Store, clock: Callable[[], float], writer: ThreadPoolExecutor) -> None:
        self._gate = gate
        self._store = store
        self._clock = clock
        self._writer = writer
        self._waiting: list[tuple[Report, int | None]] = []
        self._done: asyncio.Future[int] | None = None
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._bodies: list[bytes] = []
        self._block = 0
        self.on_report: Callable[[Report, float], None] = lambda report, now_s: None
        self.full = False
        self.commits = 0
        self.unstored = 0

    async def offer(self, lines: Sequence[bytes], origin: str, connection: str | None = None) -> Receipt:
        """Judge lines, keep what is good, and return once it is on the disk."""
        refused: dict[str, int] = {}
        accepted = block = 0
        done: set[asyncio.Future[int]] = set()
        counts: dict[asyncio.Future[int], int] = {}
        for start in range(0, len(lines), SLICE_LINES):
            async with self._turn:
                for line in lines[start : start + SLICE_LINES]:
                    if not line or line.isspace():
                        continue
                    future = self._take(line, origin, connection, refused)
                    if future is not None:
                        done.add(future)
                        counts[future] = counts.get(future, 0) + 1
                # With the turn still ours: of many requests that wait, one slice is judged between two looks at
                # everything else, and not one of each.
                await asyncio.sleep(0)
        for future in done:
            if stored_in := await future:
                accepted += counts[future]
                block = max(block, stored_in)
            else:
                refused["disk full"] = refused.get("disk full", 0) + counts[future]
        return Receipt(accepted, refused, block)

    def _take(
        self, line: bytes, origin: str, connection: str | None, refused: dict[str, int]
    ) -> "asyncio.Future[int] | None":
        """Judge one line; returns what to wait for, None where it was refused (and counted)."""
        now_s = self._clock()
        if len(self._waiting) >= MOST_WAITING:
            refused["busy"] = refused.get("busy", 0) + 1
            return None
        verdict = self._gate.judge(line, origin, now_s, connection)
        if isinstance(verdict, str):
            refused[verdict] = refused.get(verdict, 0) + 1
            return None
        report, counter = verdict
        self._waiting.append((report, counter))
        self.on_report(report, now_s)
        if self._done is None:
            self._done = asyncio.get_running_loop().create_future()
            self._wake.set()
        return self._done

    async def run(self) -> None:
        """Commit what is waiting, over and over, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_S)
            self._wake.clear()
            taken, self._waiting = self._waiting, []
            done, self._done = self._done, None
            reports = [r for r, _ in taken]
            # As they stand now, which is with exactly these and all before.
            counters = self._gate.counters({r.sensor for r, c in taken if c is not None})
            body = pack(reports)
            stored = True
            try:
                self._block = await loop.run_in_executor(self._writer, self._store.commit, reports, counters, body)
                self.commits += 1
            except StoreFull:
                # Not acknowledged, so each sensor sends again; tracked all the same, because people must be
                # warned. The tracker knows a report that comes twice by its hearing time.
                stored = False
                self.unstored += len(reports)
                self._gate.reload(self._store.counters() if counters else {}, list(counters))
            self.full = not stored
            self._bodies.append(body)
            if done is not None and not done.done():
                done.set_result(self._block if stored else 0)

    def give(self, bodies: Sequence[bytes], block: int) -> None:
        """Hand over blocks that were committed before this process began."""
        self._bodies[:0] = bodies
        self._block = max(self._block, block)

    def drain(self) -> tuple[tuple[bytes, ...], int]:
        """Give the packed blocks since the last call, and the number of the last one on the disk."""
        bodies, self._bodies = tuple(self._bodies), []
        return bodies, self._block
