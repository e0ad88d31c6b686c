"""The application: every endpoint over HTTP, under the headers that every answer carries.

Litestar, because it speaks msgspec: the records are the schema, and its OpenAPI document is made of them. Every
answer is made from what the hub keeps.
"""

from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import HTTPException, NotAuthorizedException, NotFoundException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from forehear import __version__
from forehear.service.endpoints import alerts as alert_endpoints
from forehear.service.endpoints import map as map_endpoints
from forehear.service.endpoints import operator as operator_endpoints
from forehear.service.endpoints import outlets as outlet_endpoints
from forehear.service.endpoints import place as place_endpoints
from forehear.service.endpoints import reports as report_endpoints
from forehear.service.endpoints.answers import refusal_shown
from forehear.service.endpoints.faces import security_headers, with_headers
from forehear.service.endpoints.manners import prefix_of, refuse_unknown, with_manners
from forehear.service.hub import Hub
from forehear.service.outlets.outlets import Outlets
from forehear.service.watch import Watch


def application(hub: Hub, watch: Watch | None = None, outlets: Outlets | None = None) -> ASGIApp:
    """Make the ASGI application of a hub that is running, of who watches it, and of its outlets."""
    files = create_static_files_router(
        path="/map",
        directories=[map_endpoints.MAP],
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=3600),
    )
    place_files = create_static_files_router(
        path="/place", directories=[place_endpoints.PLACE], include_in_schema=False,
        cache_control=CacheControlHeader(max_age=3600),
    )  # fmt: skip
    handlers: list[Any] = [
        report_endpoints.put_reports,
        *map_endpoints.ENDPOINTS,
        *alert_endpoints.ENDPOINTS,
        *operator_endpoints.ENDPOINTS,
        *outlet_endpoints.ENDPOINTS,
        *place_endpoints.ENDPOINTS,
        files,
        place_files,
    ]
    app = Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        exception_handlers={
            HTTPException: refusal_shown, NotAuthorizedException: refusal_shown, NotFoundException: refusal_shown,
            ValidationException: refusal_shown, Exception: refusal_shown,
        },
        openapi_config=OpenAPIConfig(title="forehear", version=__version__, path="/schema"),
        request_max_body_size=None,
        before_request=refuse_unknown,
        debug=False,
    )  # fmt: skip
    app.state.hub = hub
    app.state.watch = watch or Watch(hub)
    app.state.outlets = outlets
    tiles = hub.settings.config.map.tiles
    prefix = prefix_of(hub.settings.config.service.public_url)
    return with_headers(with_manners(app, prefix), security_headers(tiles))
