"""What a scenario's keys contradict together: faults that no key has alone."""

import math
from dataclasses import dataclass

from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.settings import FARTHEST_M, Emitter, Flights, Scenario


@dataclass(frozen=True)
class Contradiction:
    """A fault, and the keys that it follows from."""

    keys: tuple[str, ...]
    fault: str


def contradictions(scenario: Scenario) -> list[Contradiction]:
    """Find every fault that no key has alone."""
    known = {**EMITTERS, **scenario.emitters}
    found = _network(scenario) + _broken(scenario)
    for i, flight in enumerate(scenario.flights):
        at = f"flights.{i}"
        found += [
            Contradiction(tuple(f"{at}.{key}" for key in keys), f"{at}.{fault}")
            for keys, fault in _flight(flight, known)
        ]
    for name, emitter in scenario.emitters.items():
        key = f"emitters.{name}.heard_as"
        if abs(sum(emitter.heard_as) - 1.0) > 1e-6:
            found.append(Contradiction((key,), f"{key}={list(emitter.heard_as)}: must sum to 1"))
    seen = [place.id for place in scenario.sites]
    for twice in sorted({one for one in seen if seen.count(one) > 1}):
        found.append(Contradiction(("sites",), f"sites: id {twice!r} appears more than once"))
    return found


def _network(scenario: Scenario) -> list[Contradiction]:
    plan = scenario.network
    found = []
    if plan.layout == "file" and not plan.file:
        found.append(
            Contradiction(
                ("network.layout", "network.file"), "network.file: is missing, and network.layout='file' needs it"
            )
        )
    if plan.layout != "file" and plan.file:
        fault = f"network.file={plan.file!r}: is not read, for network.layout={plan.layout!r}"
        found.append(Contradiction(("network.layout", "network.file"), fault))
    if plan.layout == "random" and plan.count is None:
        found.append(
            Contradiction(
                ("network.layout", "network.count"),
                "network.count: is missing, and network.layout='random' needs it",
            )
        )
    if plan.array_share + plan.observer_share > 1.0:
        keys = ("network.array_share", "network.observer_share")
        total = plan.array_share + plan.observer_share
        found.append(
            Contradiction(keys, f"network.array_share + network.observer_share={total:g}: must not exceed 1")
        )
    air = scenario.atmosphere.temperature_c + scenario.air_error.temperature_c
    if not -60.0 <= air <= 60.0:
        keys = ("atmosphere.temperature_c", "air_error.temperature_c")
        found.append(
            Contradiction(keys, f"atmosphere.temperature_c + air_error.temperature_c={air:g}: allowed -60 to 60")
        )
    return found


def _broken(scenario: Scenario) -> list[Contradiction]:
    broken = scenario.faults
    total = broken.dead_share + broken.stuck_share + broken.clock_share
    total += broken.late_share + broken.duplicate_share + broken.lying_share
    if total <= 1.0 + 1e-9:
        return []
    return [Contradiction(("faults",), f"faults: the shares sum to {total:g}; they must not exceed 1")]


def _flight(flight: Flights, known: dict[str, Emitter]) -> list[tuple[tuple[str, ...], str]]:
    """Pairs of keys and fault, both without the flight's own name."""
    found: list[tuple[tuple[str, ...], str]] = []
    if flight.emitter not in known:
        found.append((("emitter",), f"emitter={flight.emitter!r}: allowed: {', '.join(known)}"))
    elif not known[flight.emitter].flies:
        found.append((("emitter",), f"emitter={flight.emitter!r}: does not fly; see [clutter]"))
    given = [name for name in ("waypoints", "waypoints_lonlat", "file") if getattr(flight, name) is not None]
    given += ["random"] if flight.random else []
    if len(given) != 1:
        needed = "exactly one of waypoints, waypoints_lonlat, random, file is needed"
        keys = ("waypoints", "waypoints_lonlat", "file", "random")
        found.append((keys, f"route: {needed}; given: {', '.join(given) or 'none'}"))
    for name in ("waypoints", "waypoints_lonlat"):
        points = getattr(flight, name)
        if points is not None:
            found += [((name,), f"{name}{fault}") for fault in _waypoints(points, name == "waypoints_lonlat")]
    if flight.tones_hz is not None and not flight.tones_hz:
        found.append((("tones_hz",), "tones_hz: is empty"))
    return found


def _waypoints(points: tuple[tuple[float, ...], ...], lonlat: bool) -> list[str]:
    faults = []
    if len(points) < 2:
        faults.append(f": {len(points)} given, at least 2 needed")
    names = ("lon", "lat") if lonlat else ("east_m", "north_m")
    limits = (180.0, 85.0) if lonlat else (FARTHEST_M, FARTHEST_M)
    for k, point in enumerate(points):
        if not 2 <= len(point) <= 4 or not all(math.isfinite(x) for x in point):
            faults.append(f".{k}={list(point)}: must be [{names[0]}, {names[1]}], height_m and speed_mps optional")
            continue
        for name, value, limit in zip(names, point, limits, strict=False):
            if abs(value) > limit:
                faults.append(f".{k}: {name}={value} is outside -{limit:g} to {limit:g}")
        if len(point) > 2 and not 0.0 <= point[2] <= 15_000.0:
            faults.append(f".{k}: height_m={point[2]} is outside 0 to 15000")
        if len(point) > 3 and not 0.5 <= point[3] <= 230.0:
            faults.append(f".{k}: speed_mps={point[3]} is outside 0.5 to 230")
    return faults
