"""What all endpoints over HTTP share: how a refusal looks, and how to come to the hub."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import ValidationException
from litestar.openapi.datastructures import ResponseSpec

from forehear.service.hub import Hub

Requested = Request[Any, Any, Any]


class Fault(msgspec.Struct):
    """What every refusal looks like."""

    status_code: int
    detail: str


def fault(status: int, detail: str) -> Response[Fault]:
    return Response(Fault(status, detail), status_code=status, media_type=MediaType.JSON)


def hub_of(request: Requested) -> Hub:
    return request.app.state.hub  # type: ignore[no-any-return]


def refusals(*codes: int) -> dict[int, ResponseSpec]:
    return {code: ResponseSpec(Fault, generate_examples=False) for code in codes}


def refusal_shown(request: Requested, error: Exception) -> Response[Fault]:
    """Give every refusal the same form; say nothing of our insides."""
    status = getattr(error, "status_code", 500)
    detail = str(getattr(error, "detail", "")) if status < 500 else "an error of ours; see the service's log"
    extra = getattr(error, "extra", None)
    if isinstance(error, ValidationException) and extra:
        detail += ": " + "; ".join(str(e.get("message", e)) for e in extra if isinstance(e, dict))
    response = fault(status, detail)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return response
