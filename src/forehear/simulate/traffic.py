"""Who sounds when: the flights and the ground clutter of a scenario, each with its own path, made on demand."""

import csv
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.errors import ConfigurationError
from forehear.records import TargetKind
from forehear.simulate import paths
from forehear.simulate.ground import Ground, ground_height_m, place
from forehear.simulate.scenario import emitter_of
from forehear.simulate.settings import Emitter, Flights, Scenario

Array = NDArray[np.float64]
# Throttle, mixture and gusts wander over minutes: three sinusoids of these periods [s].
_WANDER_PERIODS_S = (35.0, 110.0, 400.0)
# A motorcycle's gear spans this much speed [m/s]; over it the tone rises by 60 %, and falls back in the next.
_GEAR_MPS = 6.0


@dataclass(frozen=True)
class Actor:
    """One thing that will sound: from `start_s` on, for `longest_s` at most. `target` is None on the ground."""

    target: str | None
    kind: TargetKind
    emitter: Emitter
    start_s: float
    longest_s: float
    make: Callable[[], paths.Path]


def flights_of(scenario: Scenario, ground: Ground, rng: np.random.Generator) -> list[Actor]:
    """Draw every flight: its route, speed, height, tone and level. Reads recordings that are named."""
    actors: list[Actor] = []
    for flights in scenario.flights:
        emitter = emitter_of(scenario, flights.emitter)
        recorded = _recorded(flights.file, scenario.start_s) if flights.file else None
        for k in range(flights.count if recorded is None else len(recorded)):
            one = np.random.Generator(np.random.PCG64(rng.integers(2**63)))
            target = f"{flights.emitter}-{len(actors) + 1}"
            start = flights.start_s + k * flights.interval_s + float(one.uniform(0.0, 1.0)) * flights.spread_s
            tone = _tone(flights, emitter, k, one)
            loud = flights.source_level_db or emitter.source_level_db
            loud += emitter.level_spread_db * float(one.standard_normal())
            if recorded is not None:
                first, xyz = recorded[k]
                first += start
                make = _recorded_path(first, xyz, emitter, tone, loud, int(one.integers(2**63)))
                actors.append(Actor(target, emitter.kind, emitter, first, float(len(xyz)), make))
                continue
            points = _waypoints(flights, emitter, k, scenario, ground, one)
            length = float(np.sum(np.hypot(np.diff(points[:, 0]), np.diff(points[:, 1]))))
            # Turns and changes of speed cost time: half as long again is ample; the path ends by itself.
            longest = min(1.5 * length / max(float(points[:, 3].min()), 0.5) + 120.0, scenario.duration_s - start)
            make = _flown_path(
                scenario, points, flights, emitter, start, longest, tone, loud, int(one.integers(2**63))
            )
            if longest >= 2.0:
                actors.append(Actor(target, emitter.kind, emitter, start, longest, make))
    return actors


def _tone(flights: Flights, emitter: Emitter, k: int, rng: np.random.Generator) -> float:
    if flights.tones_hz is not None:
        return flights.tones_hz[k % len(flights.tones_hz)]
    if emitter.tone_hz is None:
        return 0.0
    return max(emitter.tone_hz + emitter.tone_spread_hz * float(rng.standard_normal()), 5.0)


def _waypoints(
    flights: Flights, emitter: Emitter, k: int, scenario: Scenario, ground: Ground, rng: np.random.Generator
) -> Array:
    """Rows of east, north, height above mean sea level [m], speed [m/s]."""
    speed = flights.speed_mps or emitter.speed_mps
    speed = max(speed + flights.speed_spread_mps * float(rng.standard_normal()), 5.0)
    height = emitter.height_m if flights.height_m is None else flights.height_m
    height = max(height + flights.height_spread_m * float(rng.standard_normal()), 20.0)
    if flights.waypoints is not None:
        rows = [(*w, *(height, speed)[len(w) - 2 :]) for w in flights.waypoints]
        points = np.array(rows, np.float64)
        points[:, 0] += flights.offset_m[0] * k
        points[:, 1] += flights.offset_m[1] * k
    else:
        points = random_route(flights, scenario, rng)
        points = np.column_stack([points, np.full(len(points), height), np.full(len(points), speed)])
    points[:, 2] += ground.height_m
    return points


def random_route(flights: Flights, scenario: Scenario, rng: np.random.Generator) -> Array:
    """Draw a way across the region, or to somewhere in it: (n, 2) east, north [m]."""
    half_e, half_n = scenario.region.east_m / 2.0, scenario.region.north_m / 2.0
    sides = ("east", "north", "south", "west")
    enter = flights.enter_from if flights.enter_from != "any" else sides[int(rng.integers(4))]
    begin = _edge(enter, half_e, half_n, rng)
    if flights.leave_to == "inside":
        end = rng.uniform(-0.4, 0.4, 2) * (2.0 * half_e, 2.0 * half_n)
    else:
        opposite = {"east": "west", "west": "east", "north": "south", "south": "north"}
        leave = flights.leave_to
        if leave == "across":
            leave = opposite[enter]  # type: ignore[assignment]
        elif leave == "any":
            leave = [s for s in sides if s != enter][int(rng.integers(3))]
        end = _edge(leave, half_e, half_n, rng)
    points = [begin]
    for bend in range(flights.bends):
        here, left = points[-1], flights.bends - bend + 1
        ahead = (end - here) / left
        turn = math.radians(float(rng.uniform(-1.0, 1.0)) * flights.bend_deg)
        cos, sin = math.cos(turn), math.sin(turn)
        points.append(here + np.array([cos * ahead[0] - sin * ahead[1], sin * ahead[0] + cos * ahead[1]]))
    return np.array([*points, end])


def _edge(side: str, half_e: float, half_n: float, rng: np.random.Generator) -> Array:
    """A point on an edge of the region, away from its corners."""
    along = float(rng.uniform(-0.85, 0.85))
    east, west = np.array([half_e, along * half_n]), np.array([-half_e, along * half_n])
    north, south = np.array([along * half_e, half_n]), np.array([along * half_e, -half_n])
    return {"east": east, "west": west, "north": north, "south": south}[side]


def wander(time_s: Array, rng: np.random.Generator) -> Array:
    """Give a slow, smooth wander of unit variance."""
    phases = rng.uniform(0.0, 2.0 * math.pi, len(_WANDER_PERIODS_S))
    stretch = rng.uniform(0.7, 1.4, len(_WANDER_PERIODS_S))
    waves = [
        np.sin(2.0 * math.pi * time_s / (p * f) + a)
        for p, f, a in zip(_WANDER_PERIODS_S, stretch, phases, strict=True)
    ]
    return np.asarray(sum(waves) * math.sqrt(2.0 / len(waves)), np.float64)


def _sounding(start: float, xyz: Array, emitter: Emitter, tone: float, loud: float, seed: int) -> paths.Path:
    """Give a path its voice."""
    rng = np.random.Generator(np.random.PCG64(seed))
    t = np.arange(len(xyz), dtype=np.float64)
    tones = tone * (1.0 + emitter.tone_wander_share * wander(t, rng))
    if emitter.tone_follows_speed and len(xyz) > 1:
        speed = np.linalg.norm(paths.slopes(xyz), axis=1)
        tones = tones * (0.7 + 0.6 * np.mod(speed / _GEAR_MPS, 1.0))
    return paths.Path(start, xyz, tones, loud + emitter.level_wander_db * wander(t, rng))


def _flown_path(
    scenario: Scenario, points: Array, flights: Flights, emitter: Emitter,
    start: float, longest: float, tone: float, loud: float, seed: int,
) -> Callable[[], paths.Path]:  # fmt: skip
    def make() -> paths.Path:
        lon, lat = place(scenario.region, points[:, 0], points[:, 1])
        limits = (flights.turn_dps, flights.acceleration_mps2, flights.climb_mps)
        knots = paths.follow(lon, lat, points[:, 2].copy(), points[:, 3].copy(), *limits, longest)
        return _sounding(start, geodesy.ecef(*knots), emitter, tone, loud, seed)

    return make


def _recorded_path(
    start: float, xyz: Array, emitter: Emitter, tone: float, loud: float, seed: int
) -> Callable[[], paths.Path]:
    return lambda: _sounding(start, xyz, emitter, tone, loud, seed)


def clutter_of(scenario: Scenario, ground: Ground, rng: np.random.Generator) -> list[Actor]:
    """Draw motorcycles on their rides and generators at their places."""
    actors: list[Actor] = []
    half = np.array([scenario.region.east_m, scenario.region.north_m]) / 2.0
    generator = emitter_of(scenario, "generator")
    for _ in range(scenario.clutter.generators):
        actors.append(
            _generator(
                scenario, ground, generator, half, np.random.Generator(np.random.PCG64(rng.integers(2**63)))
            )
        )
    motorcycle = emitter_of(scenario, "motorcycle")
    for _ in range(scenario.clutter.motorcycles):
        one = np.random.Generator(np.random.PCG64(rng.integers(2**63)))
        start = float(-one.uniform(0.0, 600.0))
        while start < scenario.duration_s:
            longest = float(one.uniform(300.0, 1_500.0))
            at = one.uniform(-1.0, 1.0, 2) * half
            make = _ride(scenario, ground, motorcycle, at, start, longest, int(one.integers(2**63)))
            actors.append(Actor(None, motorcycle.kind, motorcycle, start, longest, make))
            # The next ride begins where the net of roads is the same and the rider another.
            start += longest
    return actors


def _generator(
    scenario: Scenario, ground: Ground, emitter: Emitter, half: Array, rng: np.random.Generator
) -> Actor:
    lon, lat = place(scenario.region, *(rng.uniform(-1.0, 1.0, 2) * half))
    xyz = geodesy.ecef(lon, lat, ground_height_m(ground, lon, lat) + emitter.height_m)
    start = float(rng.uniform(-0.5, 0.5)) * scenario.duration_s
    longest = float(rng.uniform(0.3, 1.5)) * scenario.duration_s
    tone = max((emitter.tone_hz or 0.0) + emitter.tone_spread_hz * float(rng.standard_normal()), 0.0)
    loud = emitter.source_level_db + emitter.level_spread_db * float(rng.standard_normal())
    seed = int(rng.integers(2**63))

    def make() -> paths.Path:
        return _sounding(start, np.repeat(xyz[None, :], int(longest) + 2, axis=0), emitter, tone, loud, seed)

    return Actor(None, emitter.kind, emitter, start, longest, make)


def _ride(
    scenario: Scenario, ground: Ground, emitter: Emitter, at: Array, start: float, longest: float, seed: int
) -> Callable[[], paths.Path]:
    """A ride along a road: straight stretches, gentle bends, junctions; 8 to 30 m/s."""

    def make() -> paths.Path:
        rng = np.random.Generator(np.random.PCG64(seed))
        course, here = float(rng.uniform(0.0, 2.0 * math.pi)), at.copy()
        points, gone = [(here[0], here[1], float(rng.uniform(8.0, 30.0)))], 0.0
        while gone < longest * 32.0:
            stretch = float(rng.uniform(300.0, 2_500.0))
            here = here + stretch * np.array([math.sin(course), math.cos(course)])
            speed = float(np.clip(emitter.speed_mps + 5.0 * rng.standard_normal(), 8.0, 30.0))
            points.append((here[0], here[1], speed))
            gone += stretch
            junction = rng.random() < 0.25
            course += math.radians(float(rng.choice([-90.0, 90.0]) if junction else 20.0 * rng.standard_normal()))
        way = np.array(points)
        lon, lat = place(scenario.region, way[:, 0], way[:, 1])
        x, y, _ = paths.follow(lon, lat, np.zeros(len(lon)), way[:, 2].copy(), 30.0, 2.0, 5.0, longest)
        xyz = geodesy.ecef(x, y, ground_height_m(ground, x, y) + emitter.height_m)
        tone = max((emitter.tone_hz or 0.0) + emitter.tone_spread_hz * float(rng.standard_normal()), 20.0)
        loud = emitter.source_level_db + emitter.level_spread_db * float(rng.standard_normal())
        return _sounding(start, xyz, emitter, tone, loud, int(rng.integers(2**63)))

    return make


def _recorded(name: str, start_s: float) -> list[tuple[float, Array]]:
    """Read trajectories; times beyond 1e8 are of the calendar, others count from the scenario's start."""
    where = File(name)
    try:
        raw = where.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(name, [f"cannot be read: {error}"]) from None
    faults: list[str] = []
    read = _read_csv if where.suffix.lower() == ".csv" else _read_geojson
    out = []
    for label, rows in read(raw, faults).items():
        table = np.array(rows, np.float64).reshape(-1, 4)
        table = table[np.argsort(table[:, 0], kind="stable")]
        table = table[np.concatenate([[True], np.diff(table[:, 0]) > 0.0])] if len(table) else table
        fault = _recording_fault(table)
        if fault:
            faults.append(f"trajectory {label!r}: {fault}")
            continue
        time = table[:, 0] - (start_s if table[0, 0] > 1e8 else 0.0)
        out.append(paths.resample(time, table[:, 1], table[:, 2], table[:, 3]))
    if not out and not faults:
        faults.append("holds no trajectory")
    if faults:
        raise ConfigurationError(name, faults)
    return out


def _recording_fault(table: Array) -> str:
    if len(table) < 2 or table[-1, 0] - table[0, 0] < 3.0:
        return f"{len(table)} fixes of different times; a trajectory needs two at least 3 s apart"
    if not np.all(np.isfinite(table)):
        return "holds a number that is not finite"
    if np.abs(table[:, 1]).max() > 180.0 or np.abs(table[:, 2]).max() > 89.0:
        return "lon must lie within -180 to 180 and lat within -89 to 89"
    if table[:, 3].min() < -430.0 or table[:, 3].max() > 15_000.0:
        return f"height_m {table[:, 3].min()} to {table[:, 3].max()} is outside -430 to 15000"
    xyz = geodesy.ecef(table[:, 1], table[:, 2], table[:, 3])
    fastest = float(np.max(np.linalg.norm(np.diff(xyz, axis=0), axis=1) / np.diff(table[:, 0])))
    if fastest > 260.0:
        return f"moves at {fastest:.0f} m/s between two fixes; at most 260 (below the speed of sound) is allowed"
    return ""


def _read_csv(raw: str, faults: list[str]) -> dict[str, list[tuple[float, ...]]]:
    """Columns time_s, lon, lat, height_m, and `target` where there are several."""
    rows = csv.DictReader(raw.splitlines())
    needed = ("time_s", "lon", "lat", "height_m")
    missing = [c for c in needed if c not in (rows.fieldnames or ())]
    if missing:
        faults.append(f"columns missing: {', '.join(missing)}; needed: {', '.join(needed)}, optional: target")
        return {}
    out: dict[str, list[tuple[float, ...]]] = {}
    for row in rows:
        try:
            out.setdefault(row.get("target") or "1", []).append(tuple(float(row[c]) for c in needed))
        except (TypeError, ValueError):
            faults.append(f"line {rows.line_num}: {', '.join(f'{c}={row[c]!r}' for c in needed)}: must be numbers")
            if len(faults) > 50:
                break
    return out


def _read_geojson(raw: str, faults: list[str]) -> dict[str, list[tuple[float, ...]]]:
    """LineString features [lon, lat, height_m] with `properties.times_s`, one time a point."""
    try:
        data: Any = json.loads(raw)
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        faults.append(f"is not GeoJSON: {error}")
        return {}
    out: dict[str, list[tuple[float, ...]]] = {}
    for i, feature in enumerate(features):
        try:
            places, times = feature["geometry"]["coordinates"], feature["properties"]["times_s"]
            if feature["geometry"]["type"] != "LineString" or len(places) != len(times):
                raise ValueError(f"{len(places)} points, {len(times)} times")
            out[str(feature.get("id", i))] = [
                (float(t), float(p[0]), float(p[1]), float(p[2])) for t, p in zip(times, places, strict=True)
            ]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            faults.append(
                f"feature {i}: must be a LineString of [lon, lat, height_m] with properties.times_s: {error!r}"
            )
    return out
