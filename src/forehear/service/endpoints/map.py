"""The endpoints that the map reads: tracks, sites, sensors, live events, the past."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, get
from litestar.params import Parameter
from litestar.response import Stream

from forehear.io import cap
from forehear.service.endpoints.answers import Requested, fault, hub_of, refusals
from forehear.service.endpoints.faces import face_of, operator_only
from forehear.service.hub import Hub
from forehear.service.show.live import MOST_WATCHERS
from forehear.service.show.showing import for_public

GEOJSON = "application/geo+json"
MAP = Path(__file__).parents[1] / "map"
# Frames in one answer about the past: two hours at one in thirty seconds.
MOST_FRAMES = 240
SensorId = Annotated[str, Parameter(min_length=1, max_length=256)]
Second = Annotated[float, Parameter(ge=0.0, le=1e11)]


def _collection(features: list[dict[str, Any]]) -> Response[Any]:
    body = msgspec.json.encode({"type": "FeatureCollection", "features": features})
    return Response(body, media_type=GEOJSON)


def _point(identity: str, lon: float, lat: float, properties: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


@get("/tracks.geojson", summary="Live tracks", media_type=GEOJSON, tags=["map"], responses=refusals(401))
async def get_tracks(request: Requested) -> Response[Any]:
    """Tracks now. The public sees corroborated ones, coarsely, and only where the configuration says so."""
    hub = hub_of(request)
    tracks = hub.show.tracks
    if face_of(request, hub.token) == "public":
        tracks = for_public(tracks) if hub.settings.config.public.tracks else ()
    return _collection([_point(t.id, t.lon, t.lat, t) for t in tracks])


@get(
    "/sites.geojson",
    summary="Places that are warned, with their state",
    media_type=GEOJSON,
    tags=["map"],
    responses=refusals(401),
)
async def get_sites(request: Requested) -> Response[Any]:
    """Every site with its state and, where something may come, when."""
    hub = hub_of(request)
    face_of(request, hub.token)
    states = {s.site: s for s in hub.show.site_states}
    features = []
    for site in hub.sites.values():
        shown: dict[str, Any] = {"name": site.name, "kind": site.kind, "radius_m": site.radius_m, "state": "clear"}
        if site.id in states:
            state = msgspec.to_builtins(states[site.id])
            # The kind of what threatens it is another thing than its own.
            shown |= {"threat" if key == "kind" else key: value for key, value in state.items()}
        feature = _point(site.id, site.lon, site.lat, shown)
        shown["polygons"] = [[[round(lon, 6), round(lat, 6)] for lon, lat in ring] for ring in cap.areas_of(site)]
        shown["polygon"] = shown["polygons"][0]
        features.append(feature)
    return _collection(features)


@get("/sensors.geojson", summary="Sensors and how they are doing", media_type=GEOJSON, tags=["map"],
     guards=[operator_only], responses=refusals(401))  # fmt: skip
async def get_sensors(request: Requested) -> Response[Any]:
    """Every sensor, in the order that live events count them in. For the operator only: where they stand is shown
    to nobody who might go there."""
    hub = hub_of(request)
    sensors = hub.settings.network.sensors
    return _collection([_point(s.id, s.lon, s.lat, _sensor_shown(hub, k)) for k, s in enumerate(sensors)])


@get("/sensors/{sensor:str}", summary="One sensor and how it is doing", tags=["map"], guards=[operator_only],
     responses=refusals(401, 404))  # fmt: skip
async def get_sensor(request: Requested, sensor: SensorId) -> Response[Any]:
    """What `/sensors.geojson` says of it, now."""
    hub = hub_of(request)
    index = hub.sensor_states.index.get(sensor)
    if index is None:
        return fault(404, f"sensor {sensor!r} is not in the network")
    return Response({"sensor": sensor} | _sensor_shown(hub, index), media_type=MediaType.JSON)


def _sensor_shown(hub: Hub, index: int) -> dict[str, Any]:
    """Make what the operator sees of a sensor. `level_db` and `heard_s` are of the last source that it heard."""
    sensor, states = hub.settings.network.sensors[index], hub.sensor_states
    known, state = hub.gate.sensors[sensor.id], states.states[index]
    heard = state.heard_s > -1e17
    return {
        "index": index, "kind": sensor.kind, "name": sensor.name, "state": states.code(state, hub.clock()),
        "last_s": state.last_s if state.reports else None, "reports": state.reports,
        "heard_s": state.heard_s if heard else None, "level_db": state.level_db if heard else None,
        "noise_db": state.noise_db, "clock_off_s": round(state.travel_s, 2),
        "enrolled": known.key is not None, "revoked": known.revoked,
    }  # fmt: skip


@get("/aircraft.geojson", summary="Known aircraft now", media_type=GEOJSON, tags=["map"], guards=[operator_only],
     responses=refusals(401))  # fmt: skip
async def get_aircraft(request: Requested) -> Response[Any]:
    """Every aircraft that is known to be there, at its last report; none without a feed."""
    hub = hub_of(request)
    known = [] if hub.aircraft is None else hub.aircraft.known(hub.clock())
    return _collection([_point(one.id, one.lon, one.lat, one) for one in known])


@get("/history/range", summary="From when to when the past can be shown", tags=["map"], guards=[operator_only],
     responses=refusals(401))  # fmt: skip
async def get_range(request: Requested) -> dict[str, int | None]:
    """The first and last second that the time slider reaches."""
    found = hub_of(request).reader.frame_range()
    return {"first_s": None, "last_s": None} if found is None else {"first_s": found[0], "last_s": found[1]}


@get("/history/frame", summary="What the map showed at a moment", tags=["map"], guards=[operator_only],
     responses=refusals(400, 401, 404))  # fmt: skip
async def get_frame(request: Requested, time_s: Second) -> Response[Any]:
    """The last frame kept not after the moment."""
    body = hub_of(request).reader.frame_at(time_s)
    if body is None:
        return fault(404, f"nothing is kept of time_s={time_s}")
    return Response(body, media_type=MediaType.JSON)


@get("/history/frames", summary="What the map showed over a while", tags=["map"], guards=[operator_only],
     responses=refusals(400, 401))  # fmt: skip
async def get_frames(request: Requested, from_s: Second, to_s: Second) -> Response[Any]:
    """Frames in order, thinned where there are many."""
    bodies = hub_of(request).reader.frames(from_s, to_s, MOST_FRAMES)
    return Response(b"[" + b",".join(bodies) + b"]", media_type=MediaType.JSON)


@get("/live", summary="Live events (server-sent)", tags=["map"], responses=refusals(401, 503))
async def get_live(request: Requested) -> Response[Any] | Stream:
    """The whole picture first, then every change, until the connection is closed."""
    hub = hub_of(request)
    face = face_of(request, hub.token)
    if hub.show.live.watchers(face) >= MOST_WATCHERS[face]:
        return fault(503, f"{MOST_WATCHERS[face]} are watching already")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(hub.show.live.watch(face), media_type="text/event-stream", headers=headers)


@get("/", include_in_schema=False, sync_to_thread=False)
def get_map() -> Response[Any]:
    """The map."""
    page = (MAP / "index.html").read_bytes()
    return Response(page, media_type=MediaType.HTML, headers={"Cache-Control": "no-cache"})


ENDPOINTS = (
    get_tracks,
    get_sites,
    get_sensors,
    get_aircraft,
    get_sensor,
    get_range,
    get_frame,
    get_frames,
    get_live,
    get_map,
)
