"""What any caller of a web service expects: HEAD, a path behind a proxy, no unknown words in an address."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

from litestar.response import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from forehear.service.endpoints.answers import Fault, Requested, fault

# What a handler takes beside the words of an address.
RESERVED = frozenset(
    {"request", "data", "headers", "cookies", "query", "scope", "state", "body", "socket", "return"}
)


def prefix_of(public_url: str) -> str:
    """Give the path under which a proxy shows the service: "" for the root, else such as "/forehear"."""
    return urlsplit(public_url).path.rstrip("/")


def with_manners(app: ASGIApp, prefix: str) -> ASGIApp:
    """Wrap an application: HEAD answers as GET does, without a body; what a proxy passes on unshortened is found.

    A proxy may take the path off (`/forehear/live` comes as `/live`) or leave it: both are answered.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if "method" not in scope:
            await app(scope, receive, send)
            return
        path = scope["path"]
        if prefix and path == prefix:
            # The page's own addresses are relative: they need the slash.
            away = [(b"location", (prefix + "/").encode()), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 308, "headers": away})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if prefix and path.startswith(prefix + "/"):
            path = path[len(prefix) :]
        if "\0" in path:
            # No file and no record has such a name; what looks for one would fail in its own way.
            path = "/nothing"
        raw = scope["raw_path"] if path == scope["path"] else path.encode("utf-8", "replace")
        asked: Any = {**scope, "path": path, "raw_path": raw}
        if asked["method"] == "HEAD":
            await _head(app, asked | {"method": "GET"}, receive, send)
        else:
            await app(asked, receive, send)

    return wrapped


async def _head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the headers that GET would have. A stream is not begun: it would never end."""
    begun = asyncio.Event()

    async def only_head(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            begun.set()

    task = asyncio.ensure_future(app(scope, receive, only_head))
    waiting = asyncio.ensure_future(begun.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        for one in (task, waiting):
            one.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


async def refuse_unknown(request: Requested) -> Response[Fault] | None:
    """Refuse words of an address that nothing reads: who asks for one town must not be given another's alert."""
    if not request.scope["query_string"]:
        return None
    handler: Any = request.route_handler
    known = _words_of(handler)
    unknown = sorted(set(request.query_params.keys()) - known)
    if not unknown:
        return None
    allowed = ", ".join(sorted(known)) or "none"
    return fault(400, f"{', '.join(word[:60] for word in unknown)}: not known here; allowed: {allowed}")


def _words_of(handler: Any) -> set[str]:
    parameters = handler.parsed_fn_signature.parameters
    return set(parameters) - RESERVED - set(handler.opt.get("path_words", ()))
