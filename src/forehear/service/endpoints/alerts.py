"""The endpoints of what was sent to people: alerts, CAP messages, the feed."""

import math
import time
from typing import Annotated, Any

from litestar import MediaType, Response, get
from litestar.params import Parameter

from forehear.io import cap
from forehear.io.cap_words import words_in
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals
from forehear.service.endpoints.faces import face_of
from forehear.service.hub import Hub
from forehear.service.show.showing import alert_shown

# The feed has so many messages, and is made anew after so long [s].
FEED_ENTRIES, FEED_EVERY_S = 100, 1.0
CAP, ATOM = "application/cap+xml", "application/atom+xml"


@get("/alerts", summary="Alerts, the newest first", tags=["alerts"], responses=refusals(400, 401, 404))
async def get_alerts(
    request: Requested,
    limit: Annotated[int, Parameter(ge=1, le=1000)] = 100,
    site: Annotated[str | None, Parameter(max_length=256)] = None,
) -> Response[Any]:
    """Every change of a site's state: of all sites, or of one."""
    hub = hub_of(request)
    face = face_of(request, hub.token)
    if site is not None and site not in hub.sites:
        return fault(404, f"site {site!r} is not among those that are warned")
    body = [alert_shown(a, face) for a in hub.reader.alerts(limit, site=site)]
    return Response(body, media_type=MediaType.JSON)


@get(
    "/cap/{identifier:str}",
    summary="One CAP 1.2 message",
    media_type=CAP,
    tags=["alerts"],
    responses=refusals(401, 404),
)
async def get_cap(request: Requested, identifier: Annotated[str, Parameter(max_length=2000)]) -> Response[Any]:
    """The message as it was issued."""
    body = hub_of(request).reader.cap(identifier.removesuffix(".xml"))
    if body is None:
        return fault(404, "there is no such message")
    return Response(body, media_type=CAP)


@get("/alerts.atom", summary="The feed of CAP messages", media_type=ATOM, tags=["alerts"])
async def get_feed(request: Requested) -> Response[Any]:
    """An Atom feed whose entries link to the CAP messages; made once a second at most, however many ask."""
    hub = hub_of(request)
    now = time.monotonic()
    made_at, body = request.app.state.get("feed", (-math.inf, b""))
    if now - made_at >= FEED_EVERY_S:
        body = feed_of(hub)
        request.app.state.feed = (now, body)
    return Response(body, media_type=ATOM)


def feed_of(hub: Hub) -> bytes:
    """Make the feed of the latest messages."""
    base = hub.settings.config.service.public_url.rstrip("/")
    entries = []
    for stored in hub.reader.alerts(FEED_ENTRIES):
        if stored.identifier is None:
            continue
        site = hub.sites.get(stored.alert.site)
        if site is None:
            continue
        words = words_in("uk", stored.alert, site, hub.issuer.zone, hub.issuer.status)
        address = cap.address_of(base, stored.identifier)
        entries.append(
            cap.Entry(stored.identifier, words.headline, words.description, stored.alert.issued_at_s, address)
        )
    updated = entries[0].issued_at_s if entries else hub.clock()
    return cap.atom(entries, hub.issuer, f"{base}/alerts.atom", updated)


ENDPOINTS = (get_alerts, get_cap, get_feed)
