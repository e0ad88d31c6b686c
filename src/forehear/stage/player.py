"""Plays reports to a live service through its own endpoint, signed, at the moment they would arrive.

Run as a process of its own, so that a demonstration shows the service and not the playing.
"""

import asyncio
import base64
import gzip
import sys
import time
from collections.abc import Iterator
from itertools import chain

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forehear.io.ndjson import Rejections, ReportParser, read_chunks
from forehear.io.posting import LINES as AS_LINES
from forehear.io.posting import poster
from forehear.io.signing import key_from_seed, signed_line
from forehear.records import Report

# What arrives within this time goes in one request [s of this machine].
GATHER_S = 0.1
# Lines in one request at most.
LINES = 2000
# An answer that says "later" is waited for this long [s].
PATIENCE_S = 5.0
# How long an answer is waited for [s]: a service that is starting answers late.
ANSWER_S = 30.0
# Requests under way at once.
AT_ONCE = 6


class Part(msgspec.Struct, frozen=True):
    """What to play. `kind`: scenario (a name or a .toml), or journal (a reports.ndjson)."""

    url: str
    kind: str
    what: str
    seeds: dict[str, bytes]
    start_s: float
    speed: float
    seed: int | None = None
    shift_s: float = 0.0
    extra: tuple[str, ...] = ()


def simulated(what: str, seed: int | None) -> Iterator[Report]:
    """Give a scenario's reports in the order in which they arrive."""
    from forehear.simulate.run import blocks, prepare
    from forehear.simulate.scenario import files as scenarios

    for block in blocks(prepare(scenarios.load(what), seed)):
        yield from block.reports()


def recorded(path: str) -> Iterator[Report]:
    """Give a journal's reports."""
    parser = ReportParser(Rejections())
    with open(path, "rb") as stream:
        for chunk in read_chunks(stream):
            yield from parser.feed(chunk)
        yield from parser.finish()


def merged(one: Iterator[Report], others: list[Report]) -> Iterator[Report]:
    """Put some more reports between, by when they arrive."""
    waiting = sorted(others, key=lambda r: r.received_at_s or r.heard_at_s, reverse=True)
    for report in one:
        while waiting and _arrives(waiting[-1]) <= _arrives(report):
            yield waiting.pop()
        yield report
    yield from reversed(waiting)


def _arrives(report: Report) -> float:
    return report.received_at_s if report.received_at_s is not None else report.heard_at_s


class Player:
    """Signs and sends; keeps each sensor's counter."""

    def __init__(self, part: Part, wall_s: float) -> None:
        self.part = part
        self._wall_s = wall_s
        self._keys: dict[str, Ed25519PrivateKey] = {s: key_from_seed(b) for s, b in part.seeds.items()}
        # Counters go on from a former run of the same sensors: microseconds since 1970 only grow. Each sensor has
        # its own, so that lines which overtake each other stay within the gate's window.
        self._began = int(time.time() * 1e6)
        self._counters: dict[str, int] = {}
        # To this machine itself, whatever proxies are named.
        headers = {**AS_LINES, "Content-Encoding": "gzip"}
        self._post = poster(part.url, headers, ANSWER_S, proxies=False)
        self.sent = self.accepted = 0
        self.late_s = 0.0

    def clock(self) -> float:
        """The time on stage."""
        return self.part.start_s + (time.time() - self._wall_s) * self.part.speed

    def line(self, report: Report) -> bytes:
        """Make the line that the sensor would send: its own, without the server's stamp."""
        counter = self._counters.get(report.sensor, self._began) + 1
        self._counters[report.sensor] = counter
        own = msgspec.structs.replace(report, heard_at_s=round(report.heard_at_s + self.part.shift_s, 3))
        return signed_line(own, counter, self._keys.get(report.sensor))

    async def play(self, reports: Iterator[Report]) -> None:
        """Send everything at its time."""
        waiting: list[bytes] = []
        under_way: set[asyncio.Task[None]] = set()
        for report in reports:
            due = _arrives(report) + self.part.shift_s
            ahead = (due - self.clock()) / self.part.speed
            if ahead > GATHER_S or len(waiting) >= LINES:
                if waiting:
                    under_way.add(asyncio.create_task(self._send(waiting)))
                    waiting = []
                if ahead > 0.0:
                    await asyncio.sleep(ahead)
                under_way = {t for t in under_way if not t.done()}
                if len(under_way) > AT_ONCE:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            self.late_s = max(-ahead, 0.0)
            waiting.append(self.line(report))
        if waiting:
            await self._send(waiting)
        if under_way:
            await asyncio.wait(under_way)

    async def _send(self, lines: list[bytes]) -> None:
        body = gzip.compress(b"\n".join(lines), 1)
        self.sent += len(lines)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                status, answer = await asyncio.to_thread(self._post, body)
                if status < 500:
                    self.accepted += int(msgspec.json.decode(answer).get("accepted", 0))
                    return
            except OSError:
                pass
            if time.monotonic() > until:
                return
            await asyncio.sleep(0.2)


def main() -> int:
    """Read what to play from standard input, make ready, say so, learn when to begin, and play."""
    part = msgspec.msgpack.decode(base64.b64decode(sys.stdin.buffer.readline()), type=Part)
    reports = simulated(part.what, part.seed) if part.kind == "scenario" else recorded(part.what)
    first = next(reports, None)
    if first is None:
        return 0
    others = list(chain.from_iterable(recorded(path) for path in part.extra))
    print("ready", flush=True)
    wall_s = float(sys.stdin.buffer.readline())
    try:
        asyncio.run(Player(part, wall_s).play(merged(chain([first], reports), others)))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
