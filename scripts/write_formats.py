"""Write the schemas, and the tables and examples of docs/formats.md: python -m scripts.write_formats

Which keys there are, which may be left out and what they may hold is read off src/forehear/records.py, the unit
off the key's name; what a key means, and what its absence means, off docs/schemas/keys.toml. So neither the page
nor a schema can say something else than the reader does.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from forehear import records

ROOT = Path(__file__).resolve().parents[1]
PAGE, SCHEMAS, EXAMPLES = ROOT / "docs" / "formats.md", ROOT / "docs" / "schemas", ROOT / "docs" / "examples"
Schema = dict[str, Any]

# The file's name -> the record of its lines.
LINES: dict[str, type[Struct]] = {
    "report": records.Report,
    "track": records.Track,
    "alert": records.Alert,
    "truth": records.Truth,
    "aircraft": records.KnownAircraft,
    "sensor": records.SensorCredit,
}
# The file's name -> its example.
FILES = {"network": "network.geojson", "sites": "sites.geojson"} | {
    "report": "reports.ndjson", "track": "tracks.ndjson", "alert": "alerts.ndjson", "truth": "truth.ndjson",
    "aircraft": "aircraft.ndjson",
    "sensor": "sensors.ndjson",
}  # fmt: skip
# The end of a key -> its unit, the longest first.
UNITS = {
    "_db": "dB re 20 µPa", "_hz": "Hz", "_deg": "deg", "_mps": "m/s", "_m": "m", "_pct": "%", "_hpa": "hPa",
    "_c": "°C", "_s": "s", "lon": "deg", "lat": "deg",
}  # fmt: skip
# Moments: seconds since 1970-01-01 UTC.
MOMENTS = {
    "time_s",
    "heard_at_s",
    "received_at_s",
    "issued_at_s",
    "arrival_s",
    "arrival_earliest_s",
    "arrival_latest_s",
}


def words() -> dict[str, dict[str, dict[str, str]]]:
    """Read what keys mean: record -> key -> `means`, `absent`, `range`."""
    return tomllib.loads((SCHEMAS / "keys.toml").read_text(encoding="utf-8"))


def unit_of(key: str) -> str:
    """Read the unit off a key's name; an empty string where it has none."""
    if key in MOMENTS:
        return "s since 1970 UTC"
    return next((unit for end, unit in UNITS.items() if key.endswith(end)), "")


def described(name: str, schema: Schema) -> Schema:
    """Put each key's words and unit into the schema of one record."""
    explained = words().get(name, {})
    missing = [f"[{name}.{key}]" for key in schema["properties"] if key not in explained]
    if missing:
        raise ValueError(f"docs/schemas/keys.toml: has no {', '.join(missing)}: say what it means")
    for key, part in schema["properties"].items():
        text = explained[key]["means"]
        if key not in schema.get("required", ()):
            text += f". Absent: {explained[key]['absent']}"
        part["description"] = text
        if unit_of(key):
            part["x-unit"] = unit_of(key)
    schema.pop("description", None)
    return schema


def parts_of(*kinds: type[Struct]) -> dict[str, Schema]:
    """Give the schemas of records and of all that they hold, by name."""
    _, parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    # A network is a GeoJSON collection: its record has no keys of its own in the file.
    return {name: described(name, part) for name, part in parts.items() if name != "Network"}


def framed(name: str, body: Schema, parts: dict[str, Schema]) -> Schema:
    """Give a whole schema its frame."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"forehear {name}"}
    return head | body | ({"$defs": parts} if parts else {})


def line_schema(name: str) -> Schema:
    """The schema of one line of an .ndjson file."""
    kind = LINES[name]
    parts = parts_of(kind)
    return framed(name, parts.pop(kind.__name__), parts)


def _collection(feature: Schema, members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": feature}}
        | members,
        "required": ["type", "features"],
    }


def _feature(part: Schema, geometry: Schema, properties: tuple[str, ...]) -> Schema:
    inside = {key: part["properties"][key] for key in properties}
    needed = [key for key in part["required"] if key in properties]
    return {
        "type": "object",
        "properties": {
            "type": {"const": "Feature"},
            # RFC 7946, 3.2: a string or a number; 7 is "7".
            "id": {"anyOf": [part["properties"]["id"], {"type": "number"}]},
            "geometry": geometry,
            "properties": {"type": "object", "properties": inside} | ({"required": needed} if needed else {}),
        },
        "required": ["type", "id", "geometry", "properties"],
    }


def _geometry(shape: str, coordinates: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"type": {"const": shape}, "coordinates": coordinates},
        "required": ["type", "coordinates"],
    }


def network_schema() -> Schema:
    """The schema of network.geojson: sensors are Points, kind and names are properties."""
    parts = parts_of(records.Network)
    sensor = parts.pop("Sensor")
    place = [sensor["properties"][key] for key in ("lon", "lat", "height_m")]
    point = _geometry("Point", {"type": "array", "prefixItems": place, "items": False, "minItems": 3})
    body = _collection(_feature(sensor, point, ("kind", "public_key", "name")), {})
    body["properties"]["features"]["minItems"] = 1
    body["properties"]["atmosphere"] = {
        "$ref": "#/$defs/Atmosphere",
        "description": "The air over the region. Absent: the standard atmosphere, no wind",
    }
    return framed("network", body, parts)


def sites_schema() -> Schema:
    """The schema of sites.geojson: a Point with a radius, a Polygon, or a MultiPolygon."""
    site = parts_of(records.Site)["Site"]
    # The reader fills these in from the id.
    site["required"] = [key for key in site["required"] if key not in ("name", "kind")]
    for key in ("name", "kind"):
        site["properties"][key]["description"] += f". Absent: {words()['Site'][key]['absent']}"
    place = [site["properties"][key] for key in ("lon", "lat")]
    pair = {"type": "array", "prefixItems": place, "minItems": 2}
    ring = {"type": "array", "items": pair, "minItems": 4}
    rings = {"type": "array", "items": ring, "minItems": 1, "description": words()["Site"]["polygon"]["means"]}
    several = {"type": "array", "items": rings, "minItems": 1}
    shapes = (("Point", pair), ("Polygon", rings), ("MultiPolygon", several))
    geometry = {"oneOf": [_geometry(shape, coordinates) for shape, coordinates in shapes]}
    return framed("sites", _collection(_feature(site, geometry, ("name", "kind", "radius_m")), {}), {})


def schemas() -> dict[str, Schema]:
    """Every schema, by the name of its file."""
    return {"network": network_schema(), "sites": sites_schema()} | {name: line_schema(name) for name in LINES}


def range_of(part: Schema) -> str:
    """Say in words what a key may hold."""
    if "anyOf" in part:
        return next(range_of(one) for one in part["anyOf"] if one.get("type") != "null") + _or_null(part)
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    kind = part.get("type")
    if kind == "array":
        if "prefixItems" in part:
            return f"{len(part['prefixItems'])} numbers"
        most = f", at most {part['maxItems']:,}" if "maxItems" in part else ""
        return f"list of {range_of(part['items'])}{most}".replace("list of string", "list of strings")
    if kind == "string":
        return f"{part['minLength']} to {part['maxLength']} characters" if "maxLength" in part else "string"
    low, high = part.get("minimum"), part.get("maximum")
    if "exclusiveMinimum" in part:
        return f"above {part['exclusiveMinimum']:,.12g}" + (f", to {high:,.12g}" if high is not None else "")
    if low is not None and high is not None:
        return f"{low:,.12g} to {high:,.12g}"
    if low is not None:
        return f"{low:,.12g} or more"
    return {"boolean": "true, false", "integer": "whole number"}.get(str(kind), "number")


def _or_null(part: Schema) -> str:
    # A default of null is absence; without one, null is a value that is written.
    return "" if "default" in part else ", or null"


def table(name: str) -> str:
    """The table of a record's keys, and of those agreed that it does not have yet."""
    kind = getattr(records, name, None)
    explained = words()[name]
    rows, later = ["| key | unit | range | means | absent |", "|---|---|---|---|---|"], []
    properties: Schema = {}
    if kind is not None:
        part = parts_of(kind)[name]
        properties = part["properties"]
        for key, value in properties.items():
            needed = key in part["required"] and "absent" not in explained[key]
            absent = "*needed*" if needed else explained[key]["absent"]
            rows.append(f"| `{key}` | {unit_of(key)} | {range_of(value)} | {explained[key]['means']} | {absent} |")
    for key, text in explained.items():
        if key not in properties:
            later.append(
                f"| `{key}` | {unit_of(key)} | {text['range']} | {text['means']} | {text.get('absent', '')} |"
            )
    if kind is None:
        return "\n".join([*rows, *later])
    if later:
        rows += ["", "Agreed in version 1.1, not written by this version:", "", *rows[:2], *later]
    return "\n".join(rows)


def example(name: str) -> str:
    """An example file, as a block."""
    text = (EXAMPLES / name).read_text(encoding="utf-8").rstrip()
    return f"```json\n{text}\n```\n\n[examples/{name}](examples/{name})"


def renewed(page: str) -> str:
    """Give the page with what stands between its markers written anew."""
    out, rest = "", page
    while "<!-- written: " in rest:
        before, _, rest = rest.partition("<!-- written: ")
        what, _, rest = rest.partition(" -->")
        _, found, rest = rest.partition("<!-- /written -->")
        if not found:
            raise ValueError(f"docs/formats.md: 'written: {what}' has no end: allowed: <!-- /written -->")
        verb, _, name = what.partition(" ")
        body = {"keys": table, "example": example}[verb](name)
        out += f"{before}<!-- written: {what} -->\n\n{body}\n\n<!-- /written -->"
    return out + rest


def text_of(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write them all."""
    for name, schema in schemas().items():
        (SCHEMAS / f"{name}.schema.json").write_text(text_of(schema), encoding="utf-8")
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
