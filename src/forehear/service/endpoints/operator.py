"""The operator's own endpoints, and how the service is doing."""

from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, delete, get, post
from litestar.exceptions import HTTPException
from litestar.params import Body, Parameter

from forehear import __version__
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals
from forehear.service.endpoints.faces import operator_only
from forehear.service.endpoints.metrics import exposition
from forehear.service.show.deafness import deaf


class Enrolment(msgspec.Struct, forbid_unknown_fields=True):
    """A sensor's public key: base64 of the 32 bytes of an Ed25519 key."""

    public_key: Annotated[str, msgspec.Meta(min_length=44, max_length=44)]


class ServiceHealth(msgspec.Struct):
    """Whether the service lives, and whether its tracker has caught up."""

    status: str
    ready: bool
    time_s: float
    behind_s: float
    store_full: bool
    # Why it is degraded, and how many sites would not hear a target in time.
    reasons: tuple[str, ...] = ()
    sites_not_covered: int = 0
    version: str = __version__


@get("/health", summary="Whether it lives", tags=["health"])
async def get_health(request: Requested) -> ServiceHealth:
    """200 as long as the service can answer and nothing of it has died; `degraded` where it hears too little."""
    hub = hub_of(request)
    if (error := hub.failed()) is not None:
        raise HTTPException(f"a part of the service has died: {error}", status_code=500)
    reasons = deaf(hub.show.site_states)
    return ServiceHealth(
        "degraded" if reasons else "ok", hub.ready.is_set(), hub.clock(), round(hub.behind_s, 3), hub.intake.full,
        reasons, sum(not site.covered for site in hub.show.site_states),
    )  # fmt: skip


@get("/metrics", summary="Prometheus", media_type=MediaType.TEXT, guards=[operator_only], tags=["health"],
     responses=refusals(401))  # fmt: skip
async def get_metrics(request: Requested) -> str:
    """Metrics in Prometheus' text format."""
    return exposition(hub_of(request))


SensorId = Annotated[str, Parameter(min_length=1, max_length=256)]


@post("/sensors/{sensor:str}/key", status_code=200, summary="Enrol a sensor", tags=["operator"],
      guards=[operator_only], responses=refusals(400, 401, 404, 422))  # fmt: skip
async def put_key(request: Requested, sensor: SensorId, data: Annotated[Enrolment, Body()]) -> Response[Any]:
    """Give a sensor of the network its (new) public key. Its counter starts anew."""
    try:
        await hub_of(request).enrol(sensor, data.public_key)
    except KeyError:
        return fault(404, f"sensor {sensor!r} is not in the network")
    except ValueError as error:
        return fault(422, str(error))
    return Response({"sensor": sensor, "enrolled": True})


@delete("/sensors/{sensor:str}/key", status_code=200, summary="Revoke a sensor", tags=["operator"],
        guards=[operator_only], responses=refusals(401, 404))  # fmt: skip
async def drop_key(request: Requested, sensor: SensorId) -> Response[Any]:
    """Take nothing more from a sensor until it is enrolled again."""
    try:
        await hub_of(request).revoke(sensor)
    except KeyError:
        return fault(404, f"sensor {sensor!r} is not in the network")
    return Response({"sensor": sensor, "revoked": True})


@post("/alerts/{number:int}/acknowledge", status_code=200, summary="Note that an alert was seen",
      tags=["operator"], guards=[operator_only], responses=refusals(400, 401, 404))  # fmt: skip
async def acknowledge(request: Requested, number: Annotated[int, Parameter(ge=0, le=2**53)]) -> Response[Any]:
    """The first acknowledgement counts; later ones change nothing."""
    if not await hub_of(request).acknowledge(number):
        return fault(404, f"there is no alert {number}")
    return Response({"number": number, "acknowledged": True})


ENDPOINTS = (get_health, get_metrics, put_key, drop_key, acknowledge)
