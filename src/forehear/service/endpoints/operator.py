"""The operator's own endpoints, and how the service is doing."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, delete, get, post
from litestar.exceptions import NotAuthorizedException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, Parameter

from forehear import __version__
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals, watch_of
from forehear.service.endpoints.faces import face_of, operator_only
from forehear.service.endpoints.metrics import exposition
from forehear.service.show.deafness import deaf


class Enrolment(msgspec.Struct, forbid_unknown_fields=True):
    """A sensor's public key: base64 of the 32 bytes of an Ed25519 key."""

    public_key: Annotated[str, msgspec.Meta(min_length=44, max_length=44)]


class ServiceHealth(msgspec.Struct):
    """Whether the service does what it is for: `status` is ok, starting, degraded or failed.

    `troubles` names what is wrong; the operator is told it in `words` too.
    """

    status: str
    ready: bool
    time_s: float
    behind_s: float
    store_full: bool
    troubles: list[str]
    words: dict[str, str] = {}
    # Why it hears too little, and how many sites would not hear a target in time.
    reasons: tuple[str, ...] = ()
    sites_not_covered: int = 0
    # Operators: what came over the broker; `too_large` are messages refused for their size.
    mqtt: dict[str, int | bool] = {}
    version: str = __version__


@get("/health", summary="Whether it does what it is for", tags=["health"],
     responses={503: ResponseSpec(ServiceHealth, generate_examples=False)})  # fmt: skip
async def get_health(request: Requested) -> Response[ServiceHealth]:
    """200 as long as people can be warned, whatever else is wrong; 503 where nothing is tracked any more."""
    hub, watch = hub_of(request), watch_of(request)
    try:
        operator = face_of(request, hub.token) == "operator"
    except NotAuthorizedException:
        operator = False
    reasons = deaf(hub.show.site_states)
    status = "degraded" if reasons and watch.status in ("ok", "starting") else watch.status
    health = ServiceHealth(
        status, hub.ready.is_set(), hub.clock(), round(hub.behind_s, 3), hub.intake.full,
        sorted(watch.troubles), watch.troubles if operator else {},
        reasons, sum(not site.covered for site in hub.show.site_states),
        hub.mqtt.counts() if operator and hub.mqtt is not None else {},
    )  # fmt: skip
    return Response(health, status_code=503 if health.status == "failed" else 200)


@get("/metrics", summary="Prometheus", media_type=MediaType.TEXT, guards=[operator_only], tags=["health"],
     responses=refusals(401))  # fmt: skip
async def get_metrics(request: Requested) -> str:
    """Metrics in Prometheus' text format."""
    return exposition(hub_of(request), watch_of(request), request.app.state.outlets)


# A key that was given or revoked, and could not be written.
UNKEPT = "and held to, but not on the disk yet: it is tried again every second; until then a restart forgets it"
SensorId = Annotated[str, Parameter(min_length=1, max_length=256)]


@post("/sensors/{sensor:str}/key", status_code=200, summary="Enrol a sensor", tags=["operator"],
      guards=[operator_only], responses=refusals(400, 401, 404, 422, 507))  # fmt: skip
async def put_key(request: Requested, sensor: SensorId, data: Annotated[Enrolment, Body()]) -> Response[Any]:
    """Give a sensor of the network its (new) public key. Its counter starts anew."""
    try:
        kept = await hub_of(request).enrol(sensor, data.public_key)
    except KeyError:
        return fault(404, f"sensor {sensor!r} is not in the network")
    except ValueError as error:
        return fault(422, str(error))
    return Response({"sensor": sensor, "enrolled": True}) if kept else fault(507, f"enrolled, {UNKEPT}")


@delete("/sensors/{sensor:str}/key", status_code=200, summary="Revoke a sensor", tags=["operator"],
        guards=[operator_only], responses=refusals(401, 404, 507))  # fmt: skip
async def drop_key(request: Requested, sensor: SensorId) -> Response[Any]:
    """Take nothing more from a sensor until it is enrolled again."""
    try:
        kept = await hub_of(request).revoke(sensor)
    except KeyError:
        return fault(404, f"sensor {sensor!r} is not in the network")
    return Response({"sensor": sensor, "revoked": True}) if kept else fault(507, f"revoked, {UNKEPT}")


Number = Annotated[int, Parameter(ge=0, le=2**53)]
# As they call themselves; nobody checks it. Kept in the log, shown to operators only.
Name = Annotated[str | None, Parameter(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


@post("/alerts/{number:int}/acknowledge", status_code=200, summary="Note that an alert was seen",
      tags=["operator"], guards=[operator_only], responses=refusals(400, 401, 404))  # fmt: skip
async def acknowledge(request: Requested, number: Number, by: Name = None) -> Response[Any]:
    """The first acknowledgement counts, with the name that it comes with; later ones change nothing."""
    if not await hub_of(request).acknowledge(number, by):
        return fault(404, f"there is no alert {number}")
    return Response({"number": number, "acknowledged": True})


@delete("/alerts/{number:int}/acknowledge", status_code=200, summary="Take back that an alert was seen",
        tags=["operator"], guards=[operator_only], responses=refusals(400, 401, 404))  # fmt: skip
async def take_back(request: Requested, number: Number, by: Name = None) -> Response[Any]:
    """It stands as not seen again; the log keeps both."""
    if not await hub_of(request).acknowledge(number, by, back=True):
        return fault(404, f"there is no alert {number}")
    return Response({"number": number, "acknowledged": False})


@get("/acknowledgements", summary="Who saw which alert, the newest first", tags=["operator"],
     guards=[operator_only], responses=refusals(400, 401))  # fmt: skip
async def get_acknowledgements(
    request: Requested, limit: Annotated[int, Parameter(ge=1, le=1000)] = 100
) -> Response[Any]:
    """Every acknowledgement, and every one taken back."""
    return Response(hub_of(request).acknowledgements(limit), media_type=MediaType.JSON)


ENDPOINTS = (get_health, get_metrics, put_key, drop_key, acknowledge, take_back, get_acknowledgements)
