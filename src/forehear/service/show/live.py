"""Who is watching: one bounded queue a browser, one encoding for all of them.

An event is made once, as bytes, and handed to every queue. A browser that does not keep up gets no backlog: its
queue is emptied and it gets the whole picture anew, as one who has just come does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

import msgspec

Face = Literal["public", "operator"]
FACES: tuple[Face, Face] = ("public", "operator")
# Events waiting for one browser: two seconds' worth. More is a backlog that nobody wants to see.
WAITING = 24
# A comment now and then, so that a dead connection is noticed and proxies do not close a quiet one [s].
STILL_HERE_S = 15.0
# Watchers of each face at once; the next is asked to come later. Each costs a connection and some memory. The
# public cannot take the operators' places.
MOST_WATCHERS: dict[Face, int] = {"public": 1000, "operator": 100}

encode = msgspec.json.Encoder().encode


def event(name: str, data: Any) -> bytes:
    """Make one server-sent event."""
    return b"event: " + name.encode() + b"\ndata: " + encode(data) + b"\n\n"


class Live:
    """The watchers of both faces. `snapshot(face)` gives all events that a newcomer needs."""

    def __init__(self, snapshot: Callable[[Face], list[bytes]]) -> None:
        self._snapshot = snapshot
        self._queues: dict[Face, set[asyncio.Queue[bytes]]] = {"public": set(), "operator": set()}
        self.resets = 0

    def watchers(self, face: Face | None = None) -> int:
        """How many are watching."""
        return sum(len(q) for f, q in self._queues.items() if face in (None, f))

    def publish(self, face: Face, body: bytes) -> None:
        """Hand an event to all of a face."""
        for queue in self._queues[face]:
            try:
                queue.put_nowait(body)
            except asyncio.QueueFull:
                while not queue.empty():
                    queue.get_nowait()
                self.resets += 1
                for part in self._snapshot(face):
                    queue.put_nowait(part)

    async def watch(self, face: Face) -> AsyncIterator[bytes]:
        """Give the events for one watcher, the whole picture first, until it goes away."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        for part in self._snapshot(face):
            queue.put_nowait(part)
        self._queues[face].add(queue)
        try:
            while True:
                try:
                    body = await asyncio.wait_for(queue.get(), STILL_HERE_S)
                except TimeoutError:
                    body = b": still here\n\n"
                # What has gathered goes out in one write.
                parts = [body]
                while not queue.empty():
                    parts.append(queue.get_nowait())
                yield b"".join(parts)
        finally:
            self._queues[face].discard(queue)
