"""The doors over HTTP: ingest, questions, live events, the map. Every answer is made from what the hub keeps.

Litestar, because it speaks msgspec: the records are the schema, and its OpenAPI document is made of them.
"""

import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    ValidationException,
)
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter
from litestar.response import Stream
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from forehear import __version__
from forehear.io import cap
from forehear.io.cap_words import words_in
from forehear.service.faces import face_of, operator_only, origin_of, security_headers, with_headers
from forehear.service.gate import MAX_REPORT_BYTES
from forehear.service.hub import Hub
from forehear.service.intake import Receipt
from forehear.service.live import MOST_WATCHERS
from forehear.service.metrics import exposition
from forehear.service.showing import alert_shown

GEOJSON, CAP, ATOM = "application/geo+json", "application/cap+xml", "application/atom+xml"
MAP = Path(__file__).with_name("map")
# Frames in one answer about the past: two hours at one in thirty seconds.
MOST_FRAMES = 240
# Lines offered at once out of a stream.
LINES_AT_ONCE = 500
Requested = Request[Any, Any, Any]
Second = Annotated[float, Parameter(ge=0.0, le=1e11)]


class Fault(msgspec.Struct):
    """What every refusal looks like."""

    status_code: int
    detail: str


class Enrolment(msgspec.Struct, forbid_unknown_fields=True):
    """A sensor's public key: base64 of the 32 bytes of an Ed25519 key."""

    public_key: Annotated[str, msgspec.Meta(min_length=44, max_length=44)]


class Health(msgspec.Struct):
    """Whether the service lives, and whether its tracker has caught up."""

    status: str
    ready: bool
    time_s: float
    behind_s: float
    store_full: bool
    version: str = __version__


def _fault(status: int, detail: str) -> Response[Fault]:
    return Response(Fault(status, detail), status_code=status, media_type=MediaType.JSON)


def _hub(request: Requested) -> Hub:
    return request.app.state.hub  # type: ignore[no-any-return]


def _refusal(*codes: int) -> dict[int, ResponseSpec]:
    return {code: ResponseSpec(Fault, generate_examples=False) for code in codes}


STATUS_OF = {
    "disk full": 507, "too many": 429, "too many refused": 429, "bad signature": 403, "unsigned": 403,
    "no key": 403, "revoked": 403, "unknown sensor": 403, "replayed": 409, "too long": 422,
    "not a report line": 422, "bad report": 422,
}  # fmt: skip


async def _lines(request: Requested, most: int) -> AsyncIterator[list[bytes]]:
    """Give a body's lines as they come, unpacked where it is gzipped. Raises ClientException over a limit."""
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip"):
        raise ClientException(f"Content-Encoding {packed!r}; allowed: gzip", status_code=415)
    unpack = zlib.decompressobj(31) if packed == "gzip" else None
    rest, seen, lines = b"", 0, []
    async for chunk in request.stream():
        try:
            # A bomb unpacks to no more than the limit and a line.
            data = unpack.decompress(chunk, most - seen + 1) if unpack is not None else chunk
        except zlib.error as error:
            raise ClientException(f"the body is not gzip: {error}") from None
        seen += len(data)
        if seen > most and (unpack is not None or "content-length" in request.headers):
            raise ClientException(f"the body is over {most} bytes", status_code=413)
        *whole, rest = (rest + data).split(b"\n")
        lines += whole
        if len(rest) > MAX_REPORT_BYTES:
            raise ClientException(f"a line is over {MAX_REPORT_BYTES} bytes", status_code=413)
        while len(lines) >= LINES_AT_ONCE:
            yield lines[:LINES_AT_ONCE]
            lines = lines[LINES_AT_ONCE:]
        if lines and "content-length" not in request.headers:
            # A stream that stays open: what has come is taken now, not when it ends.
            yield lines
            lines = []
    if unpack is not None and not unpack.eof:
        raise ClientException("the body is not whole gzip")
    yield [*lines, rest]


@post(
    "/v1/reports", status_code=200, summary="Hand in reports: one, or one a line; gzip allowed; or a stream",
    responses=_refusal(400, 403, 409, 413, 415, 422, 429, 507), tags=["ingest"],
)  # fmt: skip
async def put_reports(request: Requested) -> Response[Receipt]:
    """Take signed reports (docs/operations.md has their form). Answered when they are on the disk.

    200 if at least one was accepted or nothing was sent; else the status of the commonest reason.
    """
    hub = _hub(request)
    accepted, block, refused = 0, 0, dict[str, int]()
    most = int(hub.settings.config.ingest.max_body_mb * 1e6)
    async for lines in _lines(request, most):
        receipt = await hub.intake.offer(lines, origin_of(request))
        accepted += receipt.accepted
        block = max(block, receipt.block)
        for reason, count in receipt.refused.items():
            refused[reason] = refused.get(reason, 0) + count
    status = 200
    if accepted == 0 and refused:
        status = STATUS_OF[max(refused, key=lambda r: refused[r])]
    return Response(Receipt(accepted, refused, block), status_code=status, media_type=MediaType.JSON)


@get("/health", summary="Whether it lives", tags=["health"])
async def get_health(request: Requested) -> Health:
    """200 as long as the service can answer and nothing of it has died."""
    hub = _hub(request)
    if (error := hub.failed()) is not None:
        raise HTTPException(f"a part of the service has died: {error}", status_code=500)
    return Health("ok", hub.ready.is_set(), hub.clock(), round(hub.behind_s, 3), hub.intake.full)


@get("/metrics", summary="Prometheus", media_type=MediaType.TEXT, guards=[operator_only], tags=["health"],
     responses=_refusal(401))  # fmt: skip
async def get_metrics(request: Requested) -> str:
    """Metrics in Prometheus' text format."""
    return exposition(_hub(request))


def _collection(features: list[dict[str, Any]]) -> Response[Any]:
    body = msgspec.json.encode({"type": "FeatureCollection", "features": features})
    return Response(body, media_type=GEOJSON)


def _point(identity: str, lon: float, lat: float, properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


@get("/tracks.geojson", summary="Live tracks", media_type=GEOJSON, tags=["map"], responses=_refusal(401))
async def get_tracks(request: Requested) -> Response[Any]:
    """Tracks now. The public sees corroborated ones, coarsely, and only where the configuration says so."""
    hub = _hub(request)
    face = face_of(request, hub.token)
    tracks = list(hub.show.tracks)
    if face == "public":
        shows = hub.settings.config.public.tracks
        tracks = [t for t in tracks if shows and t.status == "confirmed" and t.corroborated]
        tracks = [
            msgspec.structs.replace(
                t, lon=round(t.lon, 3), lat=round(t.lat, 3), heard_by=(), heard_from=None, ellipse=None
            )
            for t in tracks
        ]
    return _collection([_point(t.id, t.lon, t.lat, t) for t in tracks])


@get(
    "/sites.geojson",
    summary="Places that are warned, with their state",
    media_type=GEOJSON,
    tags=["map"],
    responses=_refusal(401),
)
async def get_sites(request: Requested) -> Response[Any]:
    """Every site with its state and, where something may come, when."""
    hub = _hub(request)
    face_of(request, hub.token)
    states = {s.site: s for s in hub.show.site_states}
    features = []
    for site in hub.sites.values():
        told: dict[str, Any] = {"name": site.name, "kind": site.kind, "radius_m": site.radius_m, "state": "clear"}
        if site.id in states:
            told |= msgspec.to_builtins(states[site.id])
        feature = _point(site.id, site.lon, site.lat, told)
        pairs = (pair.split(",") for pair in cap.polygon_of(site).split())
        told["polygon"] = [[float(lon), float(lat)] for lat, lon in pairs]
        features.append(feature)
    return _collection(features)


@get("/sensors.geojson", summary="Sensors and how they are doing", media_type=GEOJSON, tags=["map"],
     guards=[operator_only], responses=_refusal(401))  # fmt: skip
async def get_sensors(request: Requested) -> Response[Any]:
    """Every sensor, in the order that live events count them in. For the operator only: where they stand is told
    to nobody who might go there."""
    hub = _hub(request)
    now_s = hub.clock()
    features = []
    for index, (sensor, ear) in enumerate(zip(hub.settings.network.sensors, hub.ears.ears, strict=True)):
        known = hub.gate.sensors[sensor.id]
        told = {
            "index": index, "kind": sensor.kind, "name": sensor.name, "state": hub.ears.code(ear, now_s),
            "last_s": ear.last_s if ear.reports else None, "reports": ear.reports, "noise_db": ear.noise_db,
            "clock_off_s": round(ear.travel_s, 2), "enrolled": known.key is not None, "revoked": known.revoked,
        }  # fmt: skip
        features.append(_point(sensor.id, sensor.lon, sensor.lat, told))
    return _collection(features)


SensorId = Annotated[str, Parameter(min_length=1, max_length=256)]


@post("/sensors/{sensor:str}/key", status_code=200, summary="Enrol a sensor", tags=["operator"],
      guards=[operator_only], responses=_refusal(400, 401, 404, 422))  # fmt: skip
async def put_key(request: Requested, sensor: SensorId, data: Enrolment) -> Response[Any]:
    """Give a sensor of the network its (new) public key. Its counter starts anew."""
    try:
        await _hub(request).enrol(sensor, data.public_key)
    except KeyError:
        return _fault(404, f"sensor {sensor!r} is not in the network")
    except ValueError as error:
        return _fault(422, str(error))
    return Response({"sensor": sensor, "enrolled": True})


@delete("/sensors/{sensor:str}/key", status_code=200, summary="Revoke a sensor", tags=["operator"],
        guards=[operator_only], responses=_refusal(401, 404))  # fmt: skip
async def drop_key(request: Requested, sensor: SensorId) -> Response[Any]:
    """Take nothing more from a sensor until it is enrolled again."""
    try:
        await _hub(request).revoke(sensor)
    except KeyError:
        return _fault(404, f"sensor {sensor!r} is not in the network")
    return Response({"sensor": sensor, "revoked": True})


@get("/alerts", summary="Alerts, the newest first", tags=["alerts"], responses=_refusal(400, 401))
async def get_alerts(
    request: Requested, limit: Annotated[int, Parameter(ge=1, le=1000)] = 100
) -> list[dict[str, Any]]:
    """Every change of a site's state."""
    hub = _hub(request)
    face = face_of(request, hub.token)
    return [alert_shown(a, face) for a in hub.reader.alerts(limit)]


@post("/alerts/{number:int}/acknowledge", status_code=200, summary="Note that an alert was seen",
      tags=["operator"], guards=[operator_only], responses=_refusal(400, 401, 404))  # fmt: skip
async def acknowledge(request: Requested, number: Annotated[int, Parameter(ge=0, le=2**53)]) -> Response[Any]:
    """The first acknowledgement counts; later ones change nothing."""
    if not await _hub(request).acknowledge(number):
        return _fault(404, f"there is no alert {number}")
    return Response({"number": number, "acknowledged": True})


@get(
    "/cap/{identifier:str}",
    summary="One CAP 1.2 message",
    media_type=CAP,
    tags=["alerts"],
    responses=_refusal(401, 404),
)
async def get_cap(request: Requested, identifier: Annotated[str, Parameter(max_length=2000)]) -> Response[Any]:
    """The message as it was issued."""
    body = _hub(request).reader.cap(identifier.removesuffix(".xml"))
    if body is None:
        return _fault(404, "there is no such message")
    return Response(body, media_type=CAP)


@get("/alerts.atom", summary="The feed of CAP messages", media_type=ATOM, tags=["alerts"])
async def get_feed(request: Requested) -> Response[Any]:
    """An Atom feed whose entries link to the CAP messages."""
    hub = _hub(request)
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


@get("/history/range", summary="From when to when the past can be shown", tags=["map"], guards=[operator_only],
     responses=_refusal(401))  # fmt: skip
async def get_range(request: Requested) -> dict[str, int | None]:
    """The first and last second that the time slider reaches."""
    found = _hub(request).reader.frame_range()
    return {"first_s": None, "last_s": None} if found is None else {"first_s": found[0], "last_s": found[1]}


@get("/history/frame", summary="What the map showed at a moment", tags=["map"], guards=[operator_only],
     responses=_refusal(400, 401, 404))  # fmt: skip
async def get_frame(request: Requested, time_s: Second) -> Response[Any]:
    """The last frame kept not after the moment."""
    body = _hub(request).reader.frame_at(time_s)
    if body is None:
        return _fault(404, f"nothing is kept of time_s={time_s}")
    return Response(body, media_type=MediaType.JSON)


@get("/history/frames", summary="What the map showed over a while", tags=["map"], guards=[operator_only],
     responses=_refusal(400, 401))  # fmt: skip
async def get_frames(request: Requested, from_s: Second, to_s: Second) -> Response[Any]:
    """Frames in order, thinned where there are many."""
    bodies = _hub(request).reader.frames(from_s, to_s, MOST_FRAMES)
    return Response(b"[" + b",".join(bodies) + b"]", media_type=MediaType.JSON)


@get("/live", summary="Live events (server-sent)", tags=["map"], responses=_refusal(401, 503))
async def get_live(request: Requested) -> Response[Any] | Stream:
    """The whole picture first, then every change, until the connection is closed."""
    hub = _hub(request)
    face = face_of(request, hub.token)
    if hub.show.live.watchers() >= MOST_WATCHERS:
        return _fault(503, f"{MOST_WATCHERS} are watching already")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(hub.show.live.watch(face), media_type="text/event-stream", headers=headers)


@get("/", include_in_schema=False, sync_to_thread=False)
def get_map() -> Response[Any]:
    """The map."""
    page = (MAP / "index.html").read_bytes()
    return Response(page, media_type=MediaType.HTML, headers={"Cache-Control": "no-cache"})


def _told(request: Requested, error: Exception) -> Response[Fault]:
    """Give every refusal the same form; say nothing of our insides."""
    status = getattr(error, "status_code", 500)
    detail = str(getattr(error, "detail", "")) if status < 500 else "an error of ours; see the service's log"
    extra = getattr(error, "extra", None)
    if isinstance(error, ValidationException) and extra:
        detail += ": " + "; ".join(str(e.get("message", e)) for e in extra if isinstance(e, dict))
    response = _fault(status, detail)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    for name, value in (getattr(error, "headers", None) or {}).items():
        response.headers[name] = value
    return response


def application(hub: Hub) -> ASGIApp:
    """Make the ASGI application of a hub that is running."""
    files = create_static_files_router(
        path="/map", directories=[MAP], include_in_schema=False, cache_control=CacheControlHeader(max_age=3600)
    )
    handlers: list[Any] = [
        put_reports, get_health, get_metrics, get_tracks, get_sites, get_sensors, put_key, drop_key, get_alerts,
        acknowledge, get_cap, get_feed, get_range, get_frame, get_frames, get_live, get_map, files,
    ]  # fmt: skip
    app = Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        exception_handlers={
            HTTPException: _told, NotAuthorizedException: _told, NotFoundException: _told,
            ValidationException: _told, Exception: _told,
        },
        openapi_config=OpenAPIConfig(title="forehear", version=__version__, path="/schema"),
        request_max_body_size=None,
        debug=False,
    )  # fmt: skip
    app.state.hub = hub
    tiles = hub.settings.config.map.tiles
    return with_headers(app, security_headers(tiles))
