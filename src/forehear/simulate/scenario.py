"""Scenarios from TOML: shipped ones by name, others by path, with overrides; every fault at once."""

import tomllib
import types
from importlib import resources
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec

from forehear.errors import ConfigurationError
from forehear.simulate.emitters import EMITTERS
from forehear.simulate.settings import Emitter, Flights, Scenario


def shipped() -> dict[str, str]:
    """Give the names of the scenarios that ship, and what each is about."""
    out = {}
    for entry in sorted(
        resources.files("forehear.simulate").joinpath("scenarios").iterdir(), key=lambda e: e.name
    ):
        if entry.name.endswith(".toml"):
            out[entry.name.removesuffix(".toml")] = str(tomllib.loads(entry.read_text("utf-8")).get("about", ""))
    return out


def load(name_or_path: str | Path, overrides: dict[str, Any] | None = None) -> Scenario:
    """Load a scenario by its shipped name or from a TOML file.

    `overrides` maps dotted keys to values ("network.spacing_m": 8000.0; "flights.0.count": 3). Paths of files
    in a scenario are taken relative to it. Raises ConfigurationError naming every fault.
    """
    text_name = str(name_or_path)
    folder = Path(".")
    if text_name.endswith(".toml"):
        where = text_name
        folder = Path(text_name).parent
        try:
            raw = Path(text_name).read_bytes()
        except OSError as error:
            raise ConfigurationError(where, [f"cannot be read: {error.strerror or error}"]) from None
    else:
        where = f"scenario {text_name!r}"
        names = shipped()
        if text_name not in names:
            raise ConfigurationError(where, [f"is not shipped; allowed: {', '.join(names)}, or a path to a .toml"])
        raw = resources.files("forehear.simulate").joinpath("scenarios", f"{text_name}.toml").read_bytes()
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(where, [f"is not TOML: {error}"]) from None
    faults: list[str] = []
    data.setdefault("name", Path(text_name).stem)
    for key, value in (overrides or {}).items():
        _override(data, key, value, faults)
    return parse(data, where, folder, faults)


def parse(data: dict[str, Any], where: str, folder: Path, faults: list[str] | None = None) -> Scenario:
    """Make a Scenario of TOML's tables. Raises ConfigurationError naming every fault."""
    faults = [] if faults is None else faults
    data = dict(data)
    tables = data.get("emitters", {})
    if isinstance(tables, dict):
        data["emitters"] = {name: _emitter(name, table, faults) for name, table in tables.items()}
    scenario = _convert("", data, Scenario, faults)
    if isinstance(scenario, Scenario):
        faults += _contradictions(scenario)
    if faults or not isinstance(scenario, Scenario):
        raise ConfigurationError(where, faults)
    flights = tuple(
        msgspec.structs.replace(f, file=str(folder / f.file)) if f.file else f for f in scenario.flights
    )
    network = scenario.network
    if network.file:
        network = msgspec.structs.replace(network, file=str(folder / network.file))
    return msgspec.structs.replace(scenario, flights=flights, network=network)


def emitter_of(scenario: Scenario, name: str) -> Emitter:
    """Give the scenario's own emitter of this name, or the shipped one."""
    return scenario.emitters.get(name) or EMITTERS[name]


def _emitter(name: str, table: Any, faults: list[str]) -> Any:
    """Fill an emitter's table from the shipped kind of its name, or from the one it is `like`."""
    if not isinstance(table, dict):
        return table
    table = dict(table)
    like = table.pop("like", name)
    if like not in EMITTERS:
        faults.append(f"emitters.{name}.like={like!r}: allowed: {', '.join(EMITTERS)}")
        like = "piston"
    base = msgspec.structs.asdict(EMITTERS[like])
    if table.get("tone_hz") == 0:
        table["tone_hz"] = None
    return base | table


def _override(data: dict[str, Any], key: str, value: Any, faults: list[str]) -> None:
    parts = key.split(".")
    node: Any = data
    for i, part in enumerate(parts):
        last = i == len(parts) - 1
        if isinstance(node, list):
            if not part.isdigit() or int(part) >= len(node):
                faults.append(f"{key}: {'.'.join(parts[:i])} has {len(node)} entries; {part!r} is none of them")
                return
            index: Any = int(part)
        elif isinstance(node, dict):
            index = part
            if not last:
                node.setdefault(part, {})
        else:
            faults.append(f"{key}: {'.'.join(parts[:i])} is not a table")
            return
        if last:
            node[index] = value
        else:
            node = node[index]


def _struct_in(kind: Any) -> tuple[type[msgspec.Struct] | None, str]:
    """The struct inside a type, and how it is held: alone, in a tuple or in a dict."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None, ""
    if origin is tuple and isinstance(get_args(kind)[0], type) and issubclass(get_args(kind)[0], msgspec.Struct):
        return get_args(kind)[0], "list"
    if origin is dict and issubclass(get_args(kind)[1], msgspec.Struct):
        return get_args(kind)[1], "table"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, "one"
    return None, ""


def _convert(at: str, data: Any, struct: type[msgspec.Struct], faults: list[str]) -> Any:
    """Convert field by field, so that every fault is found and not only the first."""
    if not isinstance(data, dict):
        faults.append(f"{at}={data!r}: must be a table")
        return None
    known = {f.name: f for f in msgspec.structs.fields(struct)}
    before = len(faults)
    values: dict[str, Any] = {}
    for key, value in data.items():
        path = f"{at}.{key}" if at else key
        if key not in known:
            faults.append(f"{path}: no such key; allowed: {', '.join(known)}")
            continue
        inner, held = _struct_in(known[key].type)
        if inner is None:
            try:
                values[key] = msgspec.convert(value, known[key].type)
            except msgspec.ValidationError as error:
                faults.append(f"{path}={value!r}: {error}")
        elif held == "one":
            values[key] = _convert(path, value, inner, faults)
        elif held == "list" and isinstance(value, list):
            values[key] = tuple(_convert(f"{path}.{i}", v, inner, faults) for i, v in enumerate(value))
        elif held == "table" and isinstance(value, dict):
            values[key] = {k: _convert(f"{path}.{k}", v, inner, faults) for k, v in value.items()}
        else:
            faults.append(f"{path}={value!r}: must be a {held} of tables")
    for name, field in known.items():
        if field.required and name not in data:
            faults.append(f"{at}.{name}: is missing" if at else f"{name}: is missing")
    return struct(**values) if len(faults) == before else None


def _contradictions(scenario: Scenario) -> list[str]:
    """Faults that no key has alone."""
    faults = []
    plan = scenario.network
    if plan.layout == "file" and not plan.file:
        faults.append("network.file: is missing, and network.layout='file' needs it")
    if plan.layout == "random" and plan.count is None:
        faults.append("network.count: is missing, and network.layout='random' needs it")
    if plan.array_share + plan.observer_share > 1.0:
        total = plan.array_share + plan.observer_share
        faults.append(f"network.array_share + network.observer_share={total}: must not exceed 1")
    broken = scenario.faults
    total = broken.dead_share + broken.stuck_share + broken.clock_share
    total += broken.late_share + broken.duplicate_share + broken.lying_share
    if total > 1.0:
        faults.append(f"faults: the shares sum to {total:.3f}; they must not exceed 1")
    known = {**EMITTERS, **scenario.emitters}
    for i, flight in enumerate(scenario.flights):
        faults += [f"flights.{i}.{fault}" for fault in _flight_faults(flight, known)]
    for name, emitter in scenario.emitters.items():
        if abs(sum(emitter.heard_as) - 1.0) > 1e-6:
            faults.append(f"emitters.{name}.heard_as={emitter.heard_as}: must sum to 1")
    seen = [place.id for place in scenario.sites]
    faults += [
        f"sites: id {one!r} appears more than once" for one in sorted({s for s in seen if seen.count(s) > 1})
    ]
    return faults


def _flight_faults(flight: Flights, known: dict[str, Emitter]) -> list[str]:
    faults = []
    if flight.emitter not in known:
        faults.append(f"emitter={flight.emitter!r}: allowed: {', '.join(known)}")
    given = [name for name in ("waypoints", "file") if getattr(flight, name) is not None]
    given += ["random"] if flight.random else []
    if len(given) != 1:
        faults.append(
            f"route: exactly one of waypoints, random, file is needed; given: {', '.join(given) or 'none'}"
        )
    if flight.waypoints is not None:
        if len(flight.waypoints) < 2:
            faults.append(f"waypoints: {len(flight.waypoints)} given, at least 2 needed")
        for k, point in enumerate(flight.waypoints):
            if not 2 <= len(point) <= 4:
                faults.append(f"waypoints.{k}={list(point)}: must be [east_m, north_m, height_m, speed_mps]")
            elif len(point) == 4 and not 0.5 <= point[3] <= 230.0:
                faults.append(f"waypoints.{k}: speed_mps={point[3]} is outside 0.5 to 230")
    if flight.tones_hz is not None and not flight.tones_hz:
        faults.append("tones_hz: is empty")
    return faults
