"""Networks and sites as GeoJSON (RFC 7946): configuration, so every fault is listed at once."""

import math
from pathlib import Path
from typing import Any

import msgspec

from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Latitude, Longitude, Network, Sensor, Site

# Showing the first fifty faults of a broken file is help; showing 14,000 is not.
MAX_FAULTS_SHOWN = 50
# Enough of a wrong value to find it by.
TOLD_CHARACTERS = 60


def _load(path: str | Path) -> tuple[dict[str, Any], list[Any]]:
    where = str(path)
    try:
        data = msgspec.json.decode(Path(path).read_bytes())
    except OSError as error:
        raise ConfigurationError(where, [f"cannot be read: {error.strerror or error}"]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(where, [f"is not JSON: {error}"]) from None
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise ConfigurationError(where, ["type must be 'FeatureCollection'"])
    features = data.get("features")
    if not isinstance(features, list):
        raise ConfigurationError(where, ["features must be a list"])
    return data, features


def _raise(where: str, faults: list[str]) -> None:
    if faults:
        listed = faults[:MAX_FAULTS_SHOWN]
        if len(faults) > len(listed):
            listed.append(f"... and {len(faults) - len(listed)} more")
        raise ConfigurationError(where, listed)


def _parts(feature: Any) -> tuple[str | None, dict[str, Any], dict[str, Any]]:
    """The id (none unless it is a non-empty string), properties and geometry of a feature."""
    if not isinstance(feature, dict):
        return None, {}, {}
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    identity = feature.get("id", properties.get("id"))
    return (identity if isinstance(identity, str) and identity else None), properties, geometry


def read_network(path: str | Path) -> Network:
    """Read network.geojson.

    Raises ConfigurationError naming every fault: sensor, field, value and what is allowed. A network
    without any sensor is one.
    """
    data, features = _load(path)
    faults: list[str] = []
    sensors: list[Sensor] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        identity, properties, geometry = _parts(feature)
        if identity is None or identity in seen:
            faults.append(_misnamed("sensor", index, identity))
            continue
        seen.add(identity)
        place = geometry.get("coordinates")
        if geometry.get("type") != "Point" or not isinstance(place, list) or len(place) not in (2, 3):
            faults.append(f"sensor {_short(identity)}: geometry must be a Point [lon, lat, height_m]")
            continue
        if len(place) == 2:
            faults.append(f"sensor {_short(identity)}: height_m is missing: Point must be [lon, lat, height_m]")
            continue
        fields = {"id": identity, "kind": properties.get("kind"), "lon": place[0], "lat": place[1]}
        fields |= {"height_m": place[2]}
        fields |= {key: properties[key] for key in ("public_key", "name") if properties.get(key) is not None}
        try:
            sensors.append(msgspec.convert(fields, Sensor))
        except msgspec.ValidationError as error:
            faults.append(_describe(f"sensor {_short(identity)}", fields, error))
    atmosphere = Atmosphere()
    if data.get("atmosphere") is not None:
        try:
            atmosphere = msgspec.convert(data["atmosphere"], Atmosphere)
        except msgspec.ValidationError as error:
            faults.append(_describe("atmosphere", data["atmosphere"], error))
    if not features:
        faults.append("features is empty: a network needs at least one sensor")
    _raise(str(path), faults)
    return Network(tuple(sensors), atmosphere)


def _misnamed(noun: str, index: int, identity: str | None) -> str:
    if identity is None:
        return f"{noun} #{index}: id must be a non-empty string"
    return f"{noun} {_short(identity)}: id appears more than once"


def _short(value: Any) -> str:
    """A value in words, however large it is."""
    text = repr(value) if not isinstance(value, str) else repr(value[:TOLD_CHARACTERS])
    return text if len(text) <= TOLD_CHARACTERS + 2 else text[:TOLD_CHARACTERS] + "..."


def _describe(thing: str, fields: Any, error: msgspec.ValidationError) -> str:
    """Name the thing, the value and what is allowed."""
    text = str(error)
    if " - at `$." in text and isinstance(fields, dict):
        allowed, _, name = text.partition(" - at `$.")
        name = name.rstrip("`")
        return f"{thing}: {name}={_short(fields.get(name))}: {allowed}"
    return f"{thing}: {text}"


def read_sites(path: str | Path) -> tuple[Site, ...]:
    """Read sites.geojson. Raises ConfigurationError naming every fault."""
    _, features = _load(path)
    faults: list[str] = []
    sites: list[Site] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        identity, properties, geometry = _parts(feature)
        if identity is None or identity in seen:
            faults.append(_misnamed("site", index, identity))
            continue
        seen.add(identity)
        fields: dict[str, Any] = {"id": identity, "name": properties.get("name", identity)}
        fields["kind"] = properties.get("kind", "other")
        if properties.get("radius_m") is not None:
            fields["radius_m"] = properties["radius_m"]
        place = geometry.get("coordinates")
        try:
            if geometry.get("type") == "Point":
                lon, lat = msgspec.convert(place, list[float])[:2]
            elif geometry.get("type") == "Polygon":
                rings = msgspec.convert(place, list[list[list[float]]])
                ring = tuple((p[0], p[1]) for p in rings[0])
                msgspec.convert(ring, tuple[tuple[Longitude, Latitude], ...])
                if len(ring) < 4 or ring[0] != ring[-1]:
                    faults.append(f"site {_short(identity)}: polygon must be closed and have at least 4 points")
                    continue
                lon = math.fsum(p[0] for p in ring[:-1]) / (len(ring) - 1)
                lat = math.fsum(p[1] for p in ring[:-1]) / (len(ring) - 1)
                fields["polygon"] = ring
            else:
                faults.append(f"site {_short(identity)}: geometry must be a Point or a Polygon")
                continue
            sites.append(msgspec.convert(fields | {"lon": lon, "lat": lat}, Site))
        except msgspec.ValidationError as error:
            faults.append(_describe(f"site {_short(identity)}", fields, error))
        except (IndexError, ValueError):
            faults.append(f"site {_short(identity)}: coordinates={_short(place)} are not [lon, lat] numbers")
    _raise(str(path), faults)
    return tuple(sites)


def network_geojson(network: Network) -> bytes:
    """Write a network as GeoJSON bytes, one feature a line."""
    features = []
    for s in network.sensors:
        properties: dict[str, Any] = {"kind": s.kind}
        properties |= {k: v for k, v in (("public_key", s.public_key), ("name", s.name)) if v is not None}
        features.append(_feature(s.id, [s.lon, s.lat, s.height_m], properties))
    return _collection(features, {"atmosphere": network.atmosphere})


def sites_geojson(sites: tuple[Site, ...]) -> bytes:
    """Write sites as GeoJSON bytes, one feature a line."""
    features = []
    for s in sites:
        properties: dict[str, Any] = {"name": s.name, "kind": s.kind}
        if s.polygon is None:
            properties["radius_m"] = s.radius_m
            features.append(_feature(s.id, [s.lon, s.lat], properties))
        else:
            features.append(_feature(s.id, [[list(p) for p in s.polygon]], properties, "Polygon"))
    return _collection(features, {})


def _feature(identity: str, place: Any, properties: dict[str, Any], shape: str = "Point") -> bytes:
    geometry = {"type": shape, "coordinates": place}
    feature = {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}
    return msgspec.json.encode(feature)


def _collection(features: list[bytes], members: dict[str, Any]) -> bytes:
    head = b'{"type":"FeatureCollection",'
    for key, value in members.items():
        head += msgspec.json.encode(key) + b":" + msgspec.json.encode(value) + b","
    return head + b'"features":[\n' + b",\n".join(features) + b"\n]}\n"
