"""Networks and sites as GeoJSON (RFC 7946): configuration, so every fault is listed at once."""

import codecs
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from forehear.areas import Ring, middle_of, wrapped
from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Latitude, Longitude, Network, Sensor, Site

# Showing the first fifty faults of a broken file is help; showing 14,000 is not.
MAX_FAULTS_SHOWN = 50
# Keys that are read of a collection and of a feature's properties; and how alike a key is to one that is meant.
COLLECTION_KEYS = ("type", "features", "atmosphere")
PROPERTY_KEYS = ("kind", "public_key", "name", "radius_m")
LIKE = 0.72
# An area that goes on counting beyond 180 degrees is narrower than this [deg]: else one corner is wrong.
WIDEST_DEG = 60.0
# Enough of a wrong value to find it by.
QUOTED_CHARACTERS = 60


def load_features(path: str | Path) -> tuple[dict[str, Any], list[Any]]:
    """Read a FeatureCollection: its members and its features. Raises ConfigurationError."""
    where = str(path)
    try:
        data = msgspec.json.decode(unmarked(Path(path).read_bytes()))
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


def unmarked(data: bytes) -> bytes:
    """Give text as UTF-8 without the byte order mark that editors and spreadsheets put before it.

    Raises UnicodeDecodeError where the text is not what its mark says.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16").encode("utf-8")
    return data.removeprefix(codecs.BOM_UTF8)


def raise_faults(where: str, faults: list[str]) -> None:
    """Raise ConfigurationError of the first faults, if there are any."""
    if faults:
        listed = faults[:MAX_FAULTS_SHOWN]
        if len(faults) > len(listed):
            listed.append(f"... and {len(faults) - len(listed)} more")
        raise ConfigurationError(where, listed)


def parts_of_feature(feature: Any) -> tuple[str | None, dict[str, Any], dict[str, Any]]:
    """The id (none unless it is a non-empty string or a number), properties and geometry of a feature."""
    if not isinstance(feature, dict):
        return None, {}, {}
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    identity = feature.get("id")
    return _name_of(properties.get("id") if identity is None else identity), properties, geometry


def _name_of(identity: Any) -> str | None:
    """Give an id as a string: RFC 7946 (3.2) allows numbers, and 7 is "7" also where a tool wrote 7.0."""
    if isinstance(identity, float) and identity.is_integer():
        identity = int(identity)
    if isinstance(identity, int | float) and not isinstance(identity, bool):
        return str(identity)
    return identity if isinstance(identity, str) and identity else None


def read_network(path: str | Path) -> Network:
    """Read network.geojson.

    Raises ConfigurationError naming every fault: sensor, field, value and what is allowed. A network
    without any sensor is one.
    """
    data, features = load_features(path)
    faults: list[str] = []
    sensors: list[Sensor] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        identity, properties, geometry = parts_of_feature(feature)
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
    raise_faults(str(path), faults)
    return Network(tuple(sensors), atmosphere)


def unread_keys(path: str | Path) -> list[str]:
    """Tell of keys that nothing reads: all within `atmosphere`, elsewhere those that look like one that is read.

    Other tools keep keys of their own in features: those are none of our business. Raises ConfigurationError.
    """
    data, features = load_features(path)
    out = [f"{key}: is not read{hint}" for key in data if (hint := _meant(key, COLLECTION_KEYS))]
    air = data.get("atmosphere")
    known = [f.name for f in msgspec.structs.fields(Atmosphere)]
    for key in air if isinstance(air, dict) else ():
        if key not in known:
            out.append(f"atmosphere.{_short(key)}: is not read{_meant(key, known)}; read: {', '.join(known)}")
    seen: dict[str, list[str]] = {}
    for feature in features:
        identity, properties, _ = parts_of_feature(feature)
        for key in properties:
            # A feature with a name beside its name:en means what it says.
            if _meant(key, [one for one in PROPERTY_KEYS if one not in properties]) and key not in PROPERTY_KEYS:
                seen.setdefault(key, []).append(identity or "?")
    for key, names in seen.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        out.append(f"{_short(names[0])}{others}: {_short(key)} is not read{_meant(key, PROPERTY_KEYS)}")
    return out


def _meant(key: str, known: Sequence[str]) -> str:
    """Name the key that was meant; empty where it is one, or nothing like one."""
    plain = key.lower().replace("-", "_")
    found = [] if key in known else get_close_matches(plain, known, 1, LIKE)
    return f": is {found[0]} meant?" if found else ""


def _misnamed(noun: str, index: int, identity: str | None) -> str:
    if identity is None:
        return f"{noun} #{index}: id must be a non-empty string or a number"
    return f"{noun} {_short(identity)}: id appears more than once"


def _short(value: Any) -> str:
    """A value in words, however large it is."""
    text = repr(value) if not isinstance(value, str) else repr(value[:QUOTED_CHARACTERS])
    return text if len(text) <= QUOTED_CHARACTERS + 2 else text[:QUOTED_CHARACTERS] + "..."


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
    _, features = load_features(path)
    faults: list[str] = []
    sites: list[Site] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        identity, properties, geometry = parts_of_feature(feature)
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
            elif geometry.get("type") in ("Polygon", "MultiPolygon"):
                parts = [place] if geometry["type"] == "Polygon" else msgspec.convert(place, list[Any])
                rings = tuple(ring_of(part) for part in parts)
                if not rings or any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
                    faults.append(f"site {_short(identity)}: polygon must be closed and have at least 4 points")
                    continue
                lon, lat = middle_of(rings)
                fields |= {"polygon": rings[0], "further": rings[1:]}
            else:
                faults.append(
                    f"site {_short(identity)}: geometry must be a Point or a Polygon (or a MultiPolygon)"
                )
                continue
            sites.append(msgspec.convert(fields | {"lon": lon, "lat": lat}, Site))
        except msgspec.ValidationError as error:
            faults.append(_describe(f"site {_short(identity)}", fields, error))
        except (IndexError, ValueError):
            faults.append(f"site {_short(identity)}: coordinates={_short(place)} are not [lon, lat] numbers")
    raise_faults(str(path), faults)
    return tuple(sites)


def ring_of(part: Any) -> Ring:
    """Give the outer ring of a polygon. Raises ValidationError, IndexError."""
    outer = msgspec.convert(part, list[list[list[float]]])[0]
    lons = [p[0] for p in outer]
    # Tools that draw across 180 degrees go on counting: 180.2 is -179.8.
    beyond = bool(lons) and max(map(abs, lons)) < 360.0 and max(lons) - min(lons) < WIDEST_DEG
    ring = tuple((wrapped(p[0]) if beyond else p[0], p[1]) for p in outer)
    msgspec.convert(ring, tuple[tuple[Longitude, Latitude], ...])
    return ring


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
            parts = [[[list(p) for p in ring]] for ring in s.rings]
            shape, place = ("Polygon", parts[0]) if len(parts) == 1 else ("MultiPolygon", parts)
            features.append(_feature(s.id, place, properties, shape))
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
