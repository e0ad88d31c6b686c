"""Scenarios from TOML: shipped ones by name, others by path, with overrides; every fault at once."""

import math
import tomllib
import types
from importlib import resources
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec

from forehear.errors import ConfigurationError
from forehear.simulate.scenario.checks import contradictions
from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.settings import Emitter, Scenario

_FOLDER = resources.files("forehear.simulate.scenario").joinpath("scenarios")


def shipped() -> dict[str, str]:
    """Give the names of the scenarios that ship, and what each is about."""
    out = {}
    for entry in sorted(_FOLDER.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            out[entry.name.removesuffix(".toml")] = str(tomllib.loads(entry.read_text("utf-8")).get("about", ""))
    return out


def shipped_text(name: str) -> str:
    """Give a shipped scenario's TOML. Raises ConfigurationError if there is none of this name."""
    names = shipped()
    if name not in names:
        raise ConfigurationError(
            f"scenario {name!r}", [f"is not shipped; allowed: {', '.join(names)}, or a path to a .toml"]
        )
    return _FOLDER.joinpath(f"{name}.toml").read_text("utf-8")


def load(name_or_path: str | Path, overrides: dict[str, Any] | None = None) -> Scenario:
    """Load a scenario by its shipped name or from a TOML file.

    `overrides` maps dotted keys to values ("network.spacing_m": 8000.0; "flights.0.count": 3). Paths of files
    in a scenario are taken relative to it. Raises ConfigurationError naming every fault.
    """
    text_name = str(name_or_path)
    if text_name.endswith(".toml"):
        where, folder = text_name, Path(text_name).parent
        try:
            text = Path(text_name).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(where, [f"cannot be read: {error}"]) from None
    else:
        where, folder, text = f"scenario {text_name!r}", Path("."), shipped_text(text_name)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
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
    refused: set[str] = set()
    scenario = _convert("", data, Scenario, faults, refused)
    if isinstance(scenario, Scenario):
        # What follows from a key that was refused is no fault of its own.
        faults += [c.fault for c in contradictions(scenario) if not refused.intersection(c.keys)]
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


def _finite(value: Any) -> bool:
    """Whether no number within is infinite or not a number: TOML can write both."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(_finite(one) for one in value)
    return True


def _convert(at: str, data: Any, struct: type[msgspec.Struct], faults: list[str], refused: set[str]) -> Any:
    """Convert field by field, so that every fault is found and not only the first.

    `refused` gathers the keys whose values could not be taken; their defaults stand in for the rest of the checks.
    """
    if not isinstance(data, dict):
        faults.append(f"{at}={data!r}: must be a table")
        return None
    known = {f.name: f for f in msgspec.structs.fields(struct)}
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
                fault = "" if _finite(value) else "must be finite"
            except msgspec.ValidationError as error:
                fault = str(error)
            if fault:
                faults.append(f"{path}={value!r}: {fault}")
                refused.add(path)
                values.pop(key, None)
        elif held == "one":
            entry = _convert(path, value, inner, faults, refused)
            values |= {} if entry is None else {key: entry}
        elif held == "list" and isinstance(value, list):
            entries = [_convert(f"{path}.{i}", v, inner, faults, refused) for i, v in enumerate(value)]
            values[key] = tuple(entry for entry in entries if entry is not None)
        elif held == "table" and isinstance(value, dict):
            filled = {k: _convert(f"{path}.{k}", v, inner, faults, refused) for k, v in value.items()}
            values[key] = {k: entry for k, entry in filled.items() if entry is not None}
        else:
            faults.append(f"{path}={value!r}: must be a {held} of tables")
    for name, field in known.items():
        if field.required and name not in data:
            faults.append(f"{at}.{name}: is missing" if at else f"{name}: is missing")
    complete = all(name in values for name, field in known.items() if field.required)
    return struct(**values) if complete else None
