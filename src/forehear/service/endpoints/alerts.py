"""The endpoints of what was sent to people: alerts, CAP messages, the feed."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import Parameter

from forehear.io import cap
from forehear.io.cap_words import words_in
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals
from forehear.service.endpoints.faces import face_of
from forehear.service.show.showing import alert_shown

CAP, ATOM = "application/cap+xml", "application/atom+xml"


@get("/alerts", summary="Alerts, the newest first", tags=["alerts"], responses=refusals(400, 401))
async def get_alerts(
    request: Requested, limit: Annotated[int, Parameter(ge=1, le=1000)] = 100
) -> list[dict[str, Any]]:
    """Every change of a site's state."""
    hub = hub_of(request)
    face = face_of(request, hub.token)
    return [alert_shown(a, face) for a in hub.reader.alerts(limit)]


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
    """An Atom feed whose entries link to the CAP messages."""
    hub = hub_of(request)
    base = hub.settings.config.service.public_url.rstrip("/")
    entries = []
    for stored in hub.reader.alerts(100):
        if stored.identifier is None:
            continue
        site = hub.sites.get(stored.alert.site)
        if site is None:
            continue
        words = words_in("uk", stored.alert, site, hub.issuer.zone, hub.issuer.status)
        address = f"{base}/cap/{stored.identifier}.xml"
        entries.append(
            cap.Entry(stored.identifier, words.headline, words.description, stored.alert.issued_at_s, address)
        )
    updated = entries[0].issued_at_s if entries else hub.clock()
    body = cap.atom(entries, hub.issuer, f"{base}/alerts.atom", updated)
    return Response(body, media_type=ATOM)


ENDPOINTS = (get_alerts, get_cap, get_feed)
