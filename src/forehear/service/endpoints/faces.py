"""Who asks: the operator (with the token) or the public, and what headers every answer carries."""

import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from forehear.service.show.live import Face


def face_of(connection: ASGIConnection[Any, Any, Any, Any], token: str) -> Face:
    """Give the face that a request sees. Raises NotAuthorizedException for a wrong token."""
    header = connection.headers.get("authorization")
    if header is None:
        return "public"
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(value.strip().encode(), token.encode()):
        raise NotAuthorizedException("the token is not the operator's")
    return "operator"


def operator_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: let the operator through."""
    if face_of(connection, connection.app.state.hub.token) != "operator":
        raise NotAuthorizedException("this needs the operator's token: Authorization: Bearer ...")


def origin_of(request: "Request[Any, Any, Any]") -> str:
    """Name where a request comes from, for limits on what it may try."""
    return request.client.host if request.client is not None else "?"


def connection_of(request: "Request[Any, Any, Any]") -> str:
    """Name the connection that a request comes over."""
    return f"{request.client.host}:{request.client.port}" if request.client is not None else "?"


def security_headers(tiles: str | None) -> list[tuple[str, str]]:
    """The headers of every answer: nothing is loaded from elsewhere but the tiles that the configuration names."""
    host = ""
    if tiles is not None:
        parts = urlsplit(tiles)
        host = f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data: blob:{host}; connect-src 'self'{host}; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(), microphone=(), camera=()"),
    ]


def with_headers(app: ASGIApp, headers: list[tuple[str, str]]) -> ASGIApp:
    """Wrap an application so that every answer carries the headers."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableScopeHeaders.from_message(message)
                for name, value in headers:
                    out.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_more)

    return wrapped
