"""The endpoints of outlets: how they do, a test message, feeds for those that ask, browsers that subscribe."""

import hmac
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, get, post
from litestar.params import Body, Parameter

from forehear.io.outlets import alarms
from forehear.io.outlets.feed import geojson_feed, http_date, unchanged_since
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals
from forehear.service.endpoints.faces import operator_only
from forehear.service.outlets.browsers import Subscribed
from forehear.service.outlets.feeds import Feed
from forehear.service.outlets.items import Undelivered
from forehear.service.outlets.outlet import OutletHealth, health_of
from forehear.service.outlets.outlets import Outlets

GEOJSON = "application/geo+json"
Name = Annotated[str, Parameter(min_length=1, max_length=40)]


class Subscribing(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser gives of its subscription, and the place that it wants to be told of."""

    endpoint: Annotated[str, msgspec.Meta(min_length=10, max_length=2000)]
    p256dh: Annotated[str, msgspec.Meta(min_length=80, max_length=100)]
    auth: Annotated[str, msgspec.Meta(min_length=16, max_length=40)]
    site: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    language: Annotated[str, msgspec.Meta(pattern="^(uk|en)$")] = "uk"


def outlets_of(request: Requested) -> Outlets | None:
    """Give the outlets of a running service; None where it has none."""
    found: Outlets | None = request.app.state.outlets
    return found


@get(
    "/outlets", summary="How every outlet does", tags=["outlets"], guards=[operator_only], responses=refusals(401)
)
async def get_outlets(request: Requested) -> list[OutletHealth]:
    """Every outlet: whether it works, what waits, what was delivered, and the end of its log."""
    found = outlets_of(request)
    return [] if found is None else [health_of(one) for one in found.outlets]


@post("/outlets/{name:str}/test", status_code=200, summary="Send a test message", tags=["outlets"],
      guards=[operator_only], responses=refusals(401, 404, 502))  # fmt: skip
async def test_outlet(request: Requested, name: Name) -> Response[Any]:
    """Send a message that says that it is a test, now; the answer says whether it arrived."""
    found = outlets_of(request)
    outlet = None if found is None else found.named(name)
    if outlet is None:
        return fault(404, f"there is no outlet {name!r}")
    try:
        sent = await outlet.trial()
    except Undelivered as error:
        return fault(502, f"outlet {name!r}: {error}")
    return Response({"outlet": name, "sent": sent}, media_type=MediaType.JSON)


def _feed(request: Requested, name: str) -> Feed | Response[Any]:
    """Give a feed that may be read, or why it may not be."""
    found = outlets_of(request)
    feed = None if found is None else found.feeds.get(name)
    if feed is None:
        return fault(404, f"there is no feed {name!r}")
    shown = request.headers.get("authorization", "").removeprefix("Bearer ")
    if feed.token is not None and not hmac.compare_digest(shown.encode(), feed.token.encode()):
        return fault(401, "the feed's token is asked for: Authorization: Bearer TOKEN")
    if feed.held:
        # No list at all: an empty one would say that nothing threatens.
        return fault(503, "an exercise is on, and this feed is not marked for it")
    feed.served += 1
    return feed


def _answer(request: Requested, feed: Feed, body: bytes, media_type: str = "application/json") -> Response[Any]:
    """Answer with a body, or with 304 to who has it already."""
    headers = {"Last-Modified": http_date(feed.modified_s), "Cache-Control": "no-cache"}
    if unchanged_since(request.headers.get("if-modified-since"), feed.changed_s):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


@get("/feeds/{name:str}/v1/alerts/active.json", summary="Active alerts, as alerts.in.ua has them",
     tags=["outlets"], responses=refusals(401, 404, 503))  # fmt: skip
async def get_active(request: Requested, name: Name) -> Response[Any]:
    """Warnings are red alerts, watches yellow ones."""
    feed = _feed(request, name)
    if isinstance(feed, Response):
        return feed
    return _answer(request, feed, alarms.active(feed.alarmed(), feed.status, feed.changed_s))


@get("/feeds/{name:str}/api/v3/alerts", summary="Regions under an alarm, as ukrainealarm has them",
     tags=["outlets"], responses=refusals(401, 404, 503))  # fmt: skip
async def get_regions_alarmed(request: Requested, name: Name) -> Response[Any]:
    """Warnings alone."""
    feed = _feed(request, name)
    if isinstance(feed, Response):
        return feed
    return _answer(request, feed, alarms.regions_alarmed(feed.alarmed(), feed.status))


@get("/feeds/{name:str}/api/v3/alerts/{region:str}", summary="One region, or the number of the last change",
     tags=["outlets"], responses=refusals(401, 404, 503))  # fmt: skip
async def get_region_alarmed(request: Requested, name: Name, region: Name) -> Response[Any]:
    """`status` is no region: it is the number that grows with every change."""
    feed = _feed(request, name)
    if isinstance(feed, Response):
        return feed
    if region == "status":
        return _answer(request, feed, alarms.last_action(feed.index))
    chosen = [one for one in feed.alarmed() if one.region == region]
    return _answer(request, feed, alarms.regions_alarmed(chosen, feed.status))


@get("/feeds/{name:str}/api/v3/regions", summary="The feed's places as regions", tags=["outlets"],
     responses=refusals(401, 404, 503))  # fmt: skip
async def get_regions(request: Requested, name: Name) -> Response[Any]:
    """Every place of the feed, with the number that the configuration gives it."""
    feed = _feed(request, name)
    if isinstance(feed, Response):
        return feed
    chosen = [s for s in hub_of(request).sites.values() if not feed.table.sites or s.id in feed.table.sites]
    named = [(feed.table.regions.get(site.id, site.id), site.name) for site in chosen]
    return Response(alarms.regions(named), media_type=MediaType.JSON)


@get("/feeds/{name:str}/alerts.geojson", summary="Places that are not clear, as a GeoJSON feed", tags=["outlets"],
     media_type=GEOJSON, responses=refusals(401, 404, 503))  # fmt: skip
async def get_geojson(request: Requested, name: Name) -> Response[Any]:
    """An entry for each alert that is not over."""
    feed = _feed(request, name)
    if isinstance(feed, Response):
        return feed
    return _answer(request, feed, geojson_feed(feed.places(), feed.status, feed.changed_s), GEOJSON)


@get("/push/key", summary="The key that browsers subscribe with", tags=["outlets"], responses=refusals(404))
async def get_push_key(request: Requested) -> Response[Any]:
    """The service's public key (base64url), where browsers can be sent to."""
    found = outlets_of(request)
    if found is None or found.browsers is None:
        return fault(404, "browsers are not sent to here")
    return Response({"key": found.browsers.public_key}, media_type=MediaType.JSON)


@post("/push", status_code=201, summary="Have a browser told of a place", tags=["outlets"],
      responses=refusals(400, 404, 422))  # fmt: skip
async def subscribe(request: Requested, data: Annotated[Subscribing, Body()]) -> Response[Any]:
    """Take a subscription, in the place of an earlier one of the same browser."""
    found = outlets_of(request)
    if found is None or found.browsers is None:
        return fault(404, "browsers are not sent to here")
    if data.site not in hub_of(request).sites:
        return fault(404, f"site {data.site!r} is not among those that are warned")
    try:
        found.browsers.subscriptions.add(
            Subscribed(data.endpoint, data.p256dh, data.auth, data.site, data.language)
        )
    except ValueError as error:
        return fault(422, str(error))
    return Response({"site": data.site, "subscribed": True}, status_code=201)


ENDPOINTS = (
    get_outlets, test_outlet, get_active, get_regions_alarmed, get_region_alarmed, get_regions, get_geojson,
    get_push_key, subscribe,
)  # fmt: skip
