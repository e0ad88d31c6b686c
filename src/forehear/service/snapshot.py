"""State to bytes and back: the tracker's and the alarm's, so that a restart goes on where a crash left off.

Only plain data of forehear's own classes is written: numbers, strings, arrays, named tuples, dataclasses and
records. Reading makes nothing else, whatever the bytes say. Working memory that is not in use (rows of the bank
without a track, streams without points, checkpoints and history beyond the last) is left out: a night's tables of
300 MB become 40 MB, 16 MB compressed.
"""

import dataclasses
import importlib
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from forehear.track.tracker import Tracker

VERSION = 4
# What a tracker makes of its network anew: not state.
LAID_OUT = {"network", "plane", "_ids", "_index", "_air"}
# The column of a table of working memory that tells which rows are in use, and the columns whose rows fill up from
# their beginning, with the column that tells how far.
IN_USE = ("alive", "filled")
FILLED_BY = {
    "history": "rows", "rows": "filled", "ck_t": "checkpoints", "ck_x": "checkpoints", "ck_p": "checkpoints",
    "ck_mu": "checkpoints",
}  # fmt: skip
ROOMS = ("forehear.track.", "forehear.warn.", "forehear.forecast.", "forehear.records")


class SnapshotError(ValueError):
    """The snapshot is not one, or not of this program: start without it."""


def _name(thing: Any) -> str:
    return f"{type(thing).__module__}:{type(thing).__qualname__}"


def _class(name: str) -> Any:
    module, _, qualname = name.partition(":")
    if not module.startswith(ROOMS) or "." in qualname:
        raise SnapshotError(f"{name!r} is not a class that a snapshot may hold")
    try:
        return getattr(importlib.import_module(module), qualname)
    except (ImportError, AttributeError):
        raise SnapshotError(f"{name!r} is not a class of this program") from None


def _used(fields: dict[str, Any]) -> np.ndarray | None:
    """Which rows of a table of working memory are in use; None: it is not such a table."""
    for key in IN_USE:
        column = fields.get(key)
        if isinstance(column, np.ndarray) and column.ndim == 1 and len(column) > 0:
            return np.flatnonzero(column)
    return None


def _table(fields: dict[str, Any], used: np.ndarray) -> dict[str, Any]:
    """Keep the rows in use, and of those that fill up the part that is."""
    capacity = len(next(fields[key] for key in IN_USE if key in fields))
    columns = {}
    for key, value in fields.items():
        if not isinstance(value, np.ndarray) or value.ndim == 0 or value.shape[0] != capacity or key == "head":
            columns[key] = {"w": freeze(value)}
            continue
        length = FILLED_BY.get(key)
        if length in fields and value.ndim > 1:
            filled = np.minimum(fields[length][used], value.shape[1])
            flat = value[np.repeat(used, filled), _within(filled)]
            columns[key] = {"r": freeze(flat), "n": freeze(filled), "s": list(value.shape)}
        else:
            columns[key] = {"r": freeze(value[used]), "s": list(value.shape)}
    return {"rows": freeze(used), "columns": columns}


def _within(filled: np.ndarray) -> np.ndarray:
    """0, 1, ... up to the first number, then 0, 1, ... up to the second, and so on."""
    total = int(filled.sum())
    return np.asarray(np.arange(total) - np.repeat(np.cumsum(filled) - filled, filled))


def _column(name: str, column: dict[str, Any], rows: np.ndarray, blank: np.ndarray) -> np.ndarray:
    """Lay a column out again; an unused row is as a fresh one: all alike, whatever the capacity."""
    shape, kept = column["s"], thaw(column["r"])
    if list(blank.shape[1:]) != shape[1:]:
        raise SnapshotError(f"{name}: rows of {shape[1:]}; this program has {blank.shape[1:]}")
    if blank[:1].any():
        full = np.empty(shape, kept.dtype)
        full[:] = blank[:1]
    else:
        # Pages of zeros that nobody has touched cost nothing: neither time now nor memory until they are used.
        full = np.zeros(shape, kept.dtype)
    if "n" not in column:
        full[rows] = kept
        return full
    filled = thaw(column["n"])
    full[np.repeat(rows, filled), _within(filled)] = kept
    return full


def freeze(value: Any) -> Any:
    """Turn state into what msgpack can write."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return float(value) if isinstance(value, np.floating) else value
    if isinstance(value, np.ndarray):
        return {"!": "a", "d": value.dtype.str, "s": list(value.shape), "b": np.ascontiguousarray(value).data}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = {f: getattr(value, f) for f in value._fields}
        used = _used(fields)
        if used is not None:
            return {"!": "t", "c": _name(value), **_table(fields, used)}
        return {"!": "c", "c": _name(value), "f": {k: freeze(v) for k, v in fields.items()}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return {"!": "c", "c": _name(value), "f": {k: freeze(v) for k, v in fields.items()}}
    if isinstance(value, msgspec.Struct):
        return {"!": "c", "c": _name(value), "f": {k: freeze(getattr(value, k)) for k in value.__struct_fields__}}
    if isinstance(value, dict):
        kind = "n" if isinstance(value, Counter) else "m"
        return {"!": kind, "i": [[freeze(k), freeze(v)] for k, v in value.items()]}
    if isinstance(value, list | tuple | set | frozenset):
        kind = {list: "l", tuple: "u", set: "e", frozenset: "z"}[type(value)]
        return {"!": kind, "i": [freeze(v) for v in (sorted(value) if kind in "ez" else value)]}
    raise TypeError(f"a {type(value).__name__} cannot be in a snapshot")


def thaw(value: Any, like: Any = None) -> Any:
    """Turn it back. `like` is a fresh one of the same, whose unused rows fill a table's."""
    if not isinstance(value, dict):
        return value
    kind = value.get("!")
    if kind == "a":
        return np.frombuffer(value["b"], np.dtype(value["d"])).reshape(value["s"]).copy()
    if kind in ("m", "n"):
        items = {thaw(k): thaw(v) for k, v in value["i"]}
        return Counter(items) if kind == "n" else items
    if kind in ("l", "u", "e", "z"):
        make = {"l": list, "u": tuple, "e": set, "z": frozenset}[kind]
        return make(thaw(v) for v in value["i"])
    if kind == "c":
        return _class(value["c"])(**{k: thaw(v) for k, v in value["f"].items()})
    if kind == "t":
        rows = thaw(value["rows"])
        columns = {
            key: thaw(column["w"])
            if "w" in column
            else _column(f"{value['c']}.{key}", column, rows, getattr(like, key))
            for key, column in value["columns"].items()
        }
        return _class(value["c"])(**columns)
    raise SnapshotError(f"{kind!r} is not a kind of value")


def write(tracker: Tracker, rest: dict[str, Any]) -> bytes:
    """Write a tracker's state and some more (plain state); uncompressed."""
    state = {k: v for k, v in vars(tracker).items() if k not in LAID_OUT}
    sensors = [s.id for s in tracker.network.sensors]
    return msgspec.msgpack.encode(
        {"version": VERSION, "sensors": sensors, "tracker": freeze(state), "rest": freeze(rest)}
    )


def read(body: bytes, tracker: Tracker) -> dict[str, Any]:
    """Bring a fresh tracker to a written state; returns the rest. Raises SnapshotError, and then use neither."""
    try:
        data = msgspec.msgpack.decode(body)
        if data["version"] != VERSION:
            raise SnapshotError(f"version {data['version']}; this program reads {VERSION}")
        if data["sensors"] != [s.id for s in tracker.network.sensors]:
            raise SnapshotError("the network has other sensors than the snapshot")
        fresh = vars(tracker)
        frozen = dict(data["tracker"]["i"])
        if set(frozen) != set(fresh) - LAID_OUT:
            raise SnapshotError("the tracker keeps other things than the snapshot")
        state = {k: thaw(v, fresh[k]) for k, v in frozen.items()}
        rest = thaw(data["rest"])
    except SnapshotError:
        raise
    except Exception as error:
        raise SnapshotError(f"cannot be read: {type(error).__name__}: {error}") from error
    fresh.update(state)
    return dict(rest)


def save(path: Path, body: bytes) -> None:
    """Compress and put in place at once: a crash leaves the old one or the new one, never half of one."""
    part = path.with_suffix(".part")
    part.write_bytes(zlib.compress(body, 1))
    part.replace(path)


def load(path: Path) -> bytes | None:
    """Give a saved snapshot, None where there is none. Raises SnapshotError."""
    try:
        return zlib.decompress(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, zlib.error) as error:
        raise SnapshotError(f"{path}: {error}") from error
