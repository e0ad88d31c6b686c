"""Connections: each must come to the point in time, say it in a few words, and not all may come from strangers.

Theory of operation. A connection costs some 20 kB whether or not anything is said on it. One whose request is not
whole within some seconds is closed; so is one whose head is larger than any of ours. When there are too many, the
one goes that has waited longest of those that have no request under way and never had one answered.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# --- numbers that decide -----------------------------------------------------------------------------
# A request's head must have come within so long [s], and be no longer than this [bytes]: ours are under 1 kB.
HEAD_WITHIN_S, MOST_HEAD_BYTES = 10.0, 32_768
# Connections at once: 1,000 watchers, all sensors of a large network each with its own, and room.
MOST_CONNECTIONS = 20_000
# Of the files that the system lets us open, so many are for others than connections.
FILES_OF_OURS = 256
# -----------------------------------------------------------------------------------------------------


class Connection(HttpToolsProtocol):
    """One connection over HTTP."""

    most = MOST_CONNECTIONS
    # Those that wait for their first request, the longest first.
    strangers: "dict[Connection, None]" = {}  # noqa: RUF012
    refused = 0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._late: asyncio.TimerHandle | None = None
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.strangers[self] = None
        self._expect()
        if len(self.connections) > self.most:
            type(self).refused += 1
            longest = next(iter(self.strangers))
            longest.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.strangers.pop(self, None)
        self._came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            # Part of a head, or a whole one: `on_headers_complete` is called within.
            self._head_bytes += len(data)
            if self._late is None:
                self._expect()
        super().data_received(data)
        if self._late is not None and self._head_bytes > MOST_HEAD_BYTES:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._came()
        self._head_bytes = 0
        self.strangers.pop(self, None)
        super().on_headers_complete()

    def _expect(self) -> None:
        self._late = self.loop.call_later(HEAD_WITHIN_S, self.transport.abort)

    def _came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def most_connections() -> int:
    """Ask the system for as many open files as it gives, and say how many of them may be connections."""
    try:
        import resource
    except ImportError:
        return MOST_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + FILES_OF_OURS
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return min(MOST_CONNECTIONS, soft - FILES_OF_OURS) if soft > 2 * FILES_OF_OURS else MOST_CONNECTIONS
