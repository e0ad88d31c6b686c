"""How long a killed service is away: everything of it killed at once, as a power cut would, while reports go on.

Run by `python -m bench.service.live`. Reports keep coming at the same rate and are sent again until they are
acknowledged; browsers come back as the map does. Three times, from the moment of the kill: until a report is
acknowledged again, until a browser is shown tracks again (the last ones known, at first), and until it is shown a
frame that the tracker made with a report acknowledged after the kill. The last is "resumed".
"""

import asyncio
import contextlib
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

# How long a life lasts [s]: longer than a snapshot is apart, so that there are steps to take again.
LIFE_S = 6.0
# One looks whether the service answers again, so often [s]; all others wait for it: a hundred senders that knock
# fifty times a second would be most of the machine's load.
AGAIN_S = 0.02
# A life that has not resumed by now [s] is a failure.
PATIENCE_S = 60.0


class Returning:
    """A browser that comes back: notes when tracks were first shown, and when up to which block."""

    def __init__(self, reachable: "Reachable", token: str | None, after_s: float) -> None:
        self.reachable, self.token, self.after_s = reachable, token, after_s
        self.picture: list[float] = []
        self.shown: list[tuple[int, float]] = []

    async def watch(self) -> None:
        """Watch for ever."""
        while True:
            with contextlib.suppress(OSError):
                await self._once()
            await self.reachable.again()
            await asyncio.sleep(self.after_s)

    async def _once(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.reachable.port, limit=1 << 26)
        head = "GET /live HTTP/1.1\r\nHost: bench\r\n"
        head += f"Authorization: Bearer {self.token}\r\n\r\n" if self.token else "\r\n"
        writer.write(head.encode())
        try:
            rest = b""
            while data := await reader.read(1 << 18):
                now = time.monotonic()
                *parts, rest = (rest + data).split(b"\n\n")
                for part in parts:
                    if b"event: frame" not in part[:80]:
                        continue
                    if b'"id"' in part:
                        self.picture.append(now)
                    if (found := re.search(rb'"block":(\d+)', part[:300])) is not None:
                        self.shown.append((int(found[1]), now))
        finally:
            writer.close()


class Reachable:
    """Whether the service takes connections: one asks for all."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._asking: asyncio.Task[None] | None = None

    async def again(self) -> None:
        """Wait until it does."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        await self._asking

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                continue
            writer.close()
            return


async def _send(
    client: httpx.AsyncClient, reachable: Reachable, body: bytes, taken: list[tuple[float, float, int]]
) -> None:
    """Hand one batch in until it is taken; notes when it was first sent, when acknowledged, in which block."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_S:
        try:
            answer = await client.post("/v1/reports", content=body)
            accepted = answer.json()
        except (httpx.TransportError, ValueError):
            await reachable.again()
            continue
        if accepted.get("accepted"):
            taken.append((began, time.monotonic(), accepted["block"]))
        return


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill the service and its tracker in one moment."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for pid in (process.pid, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    process.wait()


async def _lives(
    process: "subprocess.Popen[bytes]",
    again: Callable[[], "subprocess.Popen[bytes]"],
    port: int, token: str, batches: list[bytes], batches_per_s: int, begin_s: float, watchers: int,
) -> tuple["subprocess.Popen[bytes]", list[dict[str, float]]]:  # fmt: skip
    reachable = Reachable(port)
    chief = Returning(reachable, token, 0.0)
    others = [
        Returning(reachable, token if k % 4 == 0 else None, random.uniform(0.0, 1.0)) for k in range(watchers)
    ]
    tasks = [asyncio.create_task(one.watch()) for one in (chief, *others)]
    taken: list[tuple[float, float, int]] = []
    out: list[dict[str, float]] = []
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False, timeout=60.0
    ) as client:
        under_way: set[asyncio.Task[None]] = set()
        killed: float | None = None
        kill_at = time.monotonic() + LIFE_S
        for k, body in enumerate(batches):
            await asyncio.sleep(max(begin_s + k / batches_per_s - time.time(), 0.0))
            if killed is None and time.monotonic() > kill_at:
                killed = time.monotonic()
                _kill(process)
                process = again()
            task = asyncio.create_task(_send(client, reachable, body, taken))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            if killed is not None and (seen := _seen(killed, taken, chief)) is not None:
                out.append(seen)
                killed = None
                kill_at = time.monotonic() + random.uniform(LIFE_S, LIFE_S + 2.0)
        for task in under_way:
            task.cancel()
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, *under_way, return_exceptions=True)
    return process, out


def _seen(killed: float, taken: list[tuple[float, float, int]], chief: Returning) -> dict[str, float] | None:
    """Give what there is to tell of one kill, once it is over."""
    after = [(at, block) for began, at, block in taken if at > killed]
    picture = [t for t in chief.picture if t > killed]
    if not after or not picture:
        return None
    # A block that was given before the kill is none of this life's.
    first = min(block for _, block in after)
    shown = [t for block, t in chief.shown if t > killed and block >= first]
    if not shown:
        return None
    return {"ack_s": after[0][0] - killed, "picture_s": picture[0] - killed, "resumed_s": shown[0] - killed}


def resume(
    process: "subprocess.Popen[bytes]",
    again: Callable[[], "subprocess.Popen[bytes]"],
    port: int, token: str, batches: list[bytes], batches_per_s: int, begin_s: float, watchers: int,
) -> tuple["subprocess.Popen[bytes]", dict[str, Any]]:  # fmt: skip
    """Kill and start again as often as the batches last; gives the last process, and median and worst of each."""
    process, lives = asyncio.run(_lives(process, again, port, token, batches, batches_per_s, begin_s, watchers))
    accepted: dict[str, Any] = {"kills": len(lives)}
    for key in ("ack_s", "picture_s", "resumed_s"):
        values = [one[key] for one in lives]
        accepted[f"kill_{key}"] = float(np.median(values)) if values else float("nan")
        accepted[f"kill_{key}_worst"] = max(values, default=float("nan"))
    return process, accepted
