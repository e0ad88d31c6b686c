"""What a planner brings as files: land use or noise, candidates with their places, winds. Every fault at once."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from forehear.areas import Ring
from forehear.errors import ConfigurationError
from forehear.io.geojson import load_features, parts_of_feature, raise_faults, ring_of
from forehear.records import Sensor

PLACES = ("must", "may", "never")
KINDS = ("microphone", "array", "observer")


class Candidate(NamedTuple):
    """A place where a sensor could stand: what it costs, and whether it must or must never be taken."""

    sensor: Sensor
    cost: float
    place: str


class Wind(NamedTuple):
    """One entry of a wind rose."""

    wind_mps: float
    wind_from_deg: float
    kelvin_per_km: float
    share: float


def read_land(path: str | Path, classes: Mapping[str, float]) -> list[tuple[Ring, float]]:
    """Read areas with `noise_db`, or with a `class` of land use that has a level: (ring, level [dB]) each."""
    _, features = load_features(path)
    faults: list[str] = []
    out: list[tuple[Ring, float]] = []
    for index, feature in enumerate(features):
        _, properties, geometry = parts_of_feature(feature)
        said, kind = properties.get("noise_db"), properties.get("class")
        level = classes.get(str(kind)) if said is None else said
        if not isinstance(level, int | float) or isinstance(level, bool) or not math.isfinite(level):
            what = f"noise_db={said!r}" if said is not None else f"class={kind!r}"
            faults.append(f"area #{index}: {what}: must be a level in dB, or a class of {', '.join(classes)}")
            continue
        if not 0.0 <= level <= 110.0:
            faults.append(f"area #{index}: noise_db={level:g}: allowed: 0 to 110")
            continue
        try:
            shape, place = geometry.get("type"), geometry.get("coordinates")
            if shape not in ("Polygon", "MultiPolygon"):
                raise ValueError
            parts = [place] if shape == "Polygon" else msgspec.convert(place, list[Any])
            out += [(ring_of(part), float(level)) for part in parts]
        except (msgspec.ValidationError, IndexError, ValueError):
            faults.append(f"area #{index}: geometry must be a Polygon or a MultiPolygon of [lon, lat]")
    raise_faults(str(path), faults)
    return out


def read_area(path: str | Path) -> list[Ring]:
    """Read the areas of a file, whatever their properties."""
    _, features = load_features(path)
    out: list[Ring] = []
    for index, feature in enumerate(features):
        _, _, geometry = parts_of_feature(feature)
        try:
            shape, place = geometry.get("type"), geometry.get("coordinates")
            if shape not in ("Polygon", "MultiPolygon"):
                raise ValueError
            parts = [place] if shape == "Polygon" else msgspec.convert(place, list[Any])
            out += [ring_of(part) for part in parts]
        except (msgspec.ValidationError, IndexError, ValueError):
            raise ConfigurationError(str(path), [f"area #{index}: geometry must be a Polygon"]) from None
    if not out:
        raise ConfigurationError(str(path), ["features is empty: an area is needed"])
    return out


def read_candidates(path: str | Path, cost_field: str | None) -> list[Candidate]:
    """Read candidates: Points with an `id`; `kind`, `place` (must, may, never), the cost where it is asked for."""
    _, features = load_features(path)
    faults: list[str] = []
    out: list[Candidate] = []
    seen: set[str] = set()
    for index, feature in enumerate(features):
        identity, properties, geometry = parts_of_feature(feature)
        name = identity or f"#{index}"
        if identity is None or identity in seen:
            faults.append(f"candidate {name}: id must be a string of its own")
            continue
        seen.add(identity)
        place = geometry.get("coordinates")
        if geometry.get("type") != "Point" or not isinstance(place, list) or len(place) not in (2, 3):
            faults.append(f"candidate {name}: geometry must be a Point [lon, lat] or [lon, lat, height_m]")
            continue
        kind, status = properties.get("kind", "microphone"), properties.get("place", "may")
        cost = 1.0 if cost_field is None else properties.get(cost_field)
        if kind not in KINDS:
            faults.append(f"candidate {name}: kind={kind!r}; allowed: {', '.join(KINDS)}")
        if status not in PLACES:
            faults.append(f"candidate {name}: place={status!r}; allowed: {', '.join(PLACES)}")
        if not isinstance(cost, int | float) or isinstance(cost, bool) or not 0.0 <= cost < 1e12:
            faults.append(f"candidate {name}: {cost_field}={cost!r}; allowed: a number from 0 on")
            continue
        fields = {"id": identity, "kind": kind, "lon": place[0], "lat": place[1], "height_m": (*place, 0.0)[2]}
        try:
            out.append(Candidate(msgspec.convert(fields, Sensor), float(cost), status))
        except msgspec.ValidationError as error:
            if kind in KINDS:
                faults.append(f"candidate {name}: {error}")
    raise_faults(str(path), faults)
    if not out:
        raise ConfigurationError(str(path), ["no candidate is left: features is empty"])
    return out


def read_winds(path: str | Path) -> list[Wind]:
    """Read a wind rose: a JSON list of {"wind_mps", "wind_from_deg", "kelvin_per_km", "share"}."""
    try:
        rows = msgspec.json.decode(Path(path).read_bytes())
    except OSError as error:
        raise ConfigurationError(str(path), [f"cannot be read: {error.strerror or error}"]) from None
    except msgspec.DecodeError as error:
        raise ConfigurationError(str(path), [f"is not JSON: {error}"]) from None
    if not isinstance(rows, list) or not rows:
        raise ConfigurationError(str(path), ["must be a list of winds, at least one"])
    ranges = {"wind_mps": (0.0, 40.0, 0.0), "wind_from_deg": (-360.0, 360.0, 0.0),
              "kelvin_per_km": (-100.0, 100.0, 0.0), "share": (1e-6, 1e6, 1.0)}  # fmt: skip
    faults, out = [], []
    for index, row in enumerate(rows):
        values = []
        for key, (low, high, usual) in ranges.items():
            value = row.get(key, usual) if isinstance(row, dict) else None
            if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
                faults.append(f"wind #{index}: {key}={value!r}; allowed: {low:g} to {high:g}")
            else:
                values.append(float(value))
        if len(values) == len(ranges):
            out.append(Wind(*values))
    raise_faults(str(path), faults)
    return out
