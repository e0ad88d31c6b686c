"""State to bytes and back: the tracker's and the alarm's, so that a restart goes on where a crash left off.

Only plain data of forehear's own classes is written: numbers, strings, arrays, named tuples, dataclasses and
records. Reading makes nothing else, whatever the bytes say. Working memory that is not in use (rows of the bank
without a track, streams without points, checkpoints and history beyond the last) is left out: a night's tables of
300 MB become 40 MB.

A snapshot is a tree of msgpack that names each array by its place, and then all arrays end to end: they are copied
once when it is written and once when it is read. `snapshot_files` has where it is kept.
"""

import dataclasses
import importlib
import struct
from collections import Counter
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from forehear.records import Network
from forehear.track.tracker import Tracker

VERSION = 7
# How the bytes begin: the length of the tree that follows.
HEAD = struct.Struct("<Q")
# Arrays begin at multiples of this [bytes]: copying what is aligned is faster.
ALIGNED = 64
# The column of a table of working memory that tells which rows are in use, and the columns whose rows fill up from
# their beginning, with the column that tells how far.
IN_USE = ("alive", "filled")
FILLED_BY = {
    "history": "rows", "rows": "filled", "ck_t": "checkpoints", "ck_x": "checkpoints", "ck_p": "checkpoints",
    "ck_mu": "checkpoints",
}  # fmt: skip
# What msgpack writes as it is; and what holds others one after the other, with its letter.
PLAIN = frozenset((type(None), bool, int, float, str, bytes))
LISTED: dict[type, str] = {list: "l", tuple: "u", set: "e", frozenset: "z"}
MADE: dict[str, Any] = {letter: kind for kind, letter in LISTED.items()}
ROOMS = ("forehear.track.", "forehear.warn.", "forehear.forecast.", "forehear.records")

Bytes = bytes | bytearray | memoryview
NO_HEAP = memoryview(b"")


class SnapshotError(ValueError):
    """The snapshot is not one, or not of this program: start without it."""


class Heap:
    """Arrays end to end, in memory that the next snapshot uses again: to touch new memory takes eight times as
    long as to copy."""

    def __init__(self, size: int = 1 << 16) -> None:
        self._memory = np.empty(size, np.uint8)
        self._filled = 0

    def clear(self) -> None:
        """Begin anew; what `bytes` gave is overwritten."""
        self._filled = 0

    def bytes(self) -> memoryview:
        """Give what was put in, not copied."""
        return self._memory[: self._filled].data

    def put(self, value: np.ndarray, rows: NDArray[np.int64] | None = None) -> dict[str, Any]:
        """Copy an array, or of its first axis these rows, and give what finds it again."""
        shape = value.shape if rows is None else (len(rows), *value.shape[1:])
        at = -(-self._filled // ALIGNED) * ALIGNED
        end = at + value.dtype.itemsize * int(np.prod(shape, dtype=np.int64))
        if end > len(self._memory):
            bigger = np.empty(2 * end, np.uint8)
            bigger[: self._filled] = self._memory[: self._filled]
            self._memory = bigger
        self._memory[self._filled : at] = 0
        place = self._memory[at:end].view(value.dtype).reshape(shape)
        if rows is None:
            place[...] = value
        else:
            # Not "raise", which would copy twice; the rows are there.
            np.take(value, rows, axis=0, out=place, mode="clip")
        self._filled = end
        return {"!": "a", "d": value.dtype.str, "s": list(shape), "at": at}


@cache
def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


@cache
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


def _table(fields: dict[str, Any], used: np.ndarray, heap: Heap) -> dict[str, Any]:
    """Keep the rows in use, and of those that fill up the part that is."""
    capacity = len(next(fields[key] for key in IN_USE if key in fields))
    columns = {}
    for key, value in fields.items():
        if not isinstance(value, np.ndarray) or value.ndim == 0 or value.shape[0] != capacity or key == "head":
            columns[key] = {"w": freeze(value, heap)}
            continue
        length = FILLED_BY.get(key)
        if length in fields and value.ndim > 1:
            filled = np.minimum(fields[length][used], value.shape[1])
            flat = heap.put(_flat(value), _places(used, filled, value.shape[1]))
            columns[key] = {"r": flat, "n": heap.put(filled), "s": list(value.shape)}
        else:
            columns[key] = {"r": heap.put(value, used), "s": list(value.shape)}
    return {"rows": heap.put(used), "columns": columns}


def _flat(value: np.ndarray) -> np.ndarray:
    """Make one axis of the first two."""
    return value.reshape(-1, *value.shape[2:])


def _places(rows: np.ndarray, filled: np.ndarray, width: int) -> NDArray[np.int64]:
    """Where in `_flat` the first so many of each of these rows are."""
    total = int(filled.sum())
    within = np.arange(total) - np.repeat(np.cumsum(filled) - filled, filled)
    return np.asarray(np.repeat(rows * width, filled) + within, np.int64)


def _column(
    name: str, column: dict[str, Any], rows: np.ndarray, blank: np.ndarray, heap: memoryview
) -> np.ndarray:
    """Lay a column out again; an unused row is as a fresh one: all alike, whatever the capacity."""
    shape, kept = column["s"], _array(column["r"], heap)
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
    _flat(full)[_places(rows, _array(column["n"], heap), shape[1])] = kept
    return full


def _array(value: dict[str, Any], heap: memoryview) -> np.ndarray:
    """Give an array of a heap, not copied: not to be written to, nor to be kept."""
    count = int(np.prod(value["s"], dtype=np.int64))
    return np.frombuffer(heap, np.dtype(value["d"]), count, value["at"]).reshape(value["s"])


def freeze(value: Any, heap: Heap) -> Any:
    """Turn state into what msgpack can write; its arrays go to the heap."""
    # Asked first and by type alone: of the 60,000 values of a night nearly all are plain.
    kind: Any = type(value)
    if kind in PLAIN:
        return value
    if kind is np.ndarray:
        return heap.put(value)
    if isinstance(value, np.generic):
        return value.item()
    if kind in (dict, Counter):
        return {
            "!": "m" if kind is dict else "n",
            "i": [[freeze(k, heap), freeze(v, heap)] for k, v in value.items()],
        }
    if kind in LISTED:
        items = sorted(value) if kind in (set, frozenset) else value
        return {"!": LISTED[kind], "i": [v if type(v) in PLAIN else freeze(v, heap) for v in items]}
    names = _names(kind)
    if hasattr(value, "_fields"):
        columns = {name: getattr(value, name) for name in names}
        used = _used(columns)
        if used is not None:
            return {"!": "t", "c": _name(kind), **_table(columns, used, heap)}
    fields = {}
    for name in names:
        part = getattr(value, name)
        fields[name] = part if type(part) in PLAIN else freeze(part, heap)
    return {"!": "c", "c": _name(kind), "f": fields}


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Which fields a class of plain data has. Raises TypeError where it is none."""
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return tuple(kind._fields)
    if dataclasses.is_dataclass(kind):
        return tuple(f.name for f in dataclasses.fields(kind))
    if issubclass(kind, msgspec.Struct):
        return kind.__struct_fields__
    raise TypeError(f"a {kind.__name__} cannot be in a snapshot")


def thaw(value: Any, like: Any = None, heap: memoryview = NO_HEAP) -> Any:
    """Turn it back. `like` is a fresh one of the same, whose unused rows fill a table's."""
    if not isinstance(value, dict):
        return value
    kind = value.get("!")
    if kind == "a":
        return _array(value, heap).copy()
    if kind in ("m", "n"):
        items = {thaw(k, None, heap): thaw(v, None, heap) for k, v in value["i"]}
        return Counter(items) if kind == "n" else items
    if kind in ("l", "u", "e", "z"):
        make = MADE[kind]
        return make([thaw(v, None, heap) if type(v) is dict else v for v in value["i"]])
    if kind == "c":
        return _class(value["c"])(
            **{k: thaw(v, None, heap) if type(v) is dict else v for k, v in value["f"].items()}
        )
    if kind == "t":
        rows = thaw(value["rows"], None, heap)
        columns = {
            key: thaw(column["w"], None, heap)
            if "w" in column
            else _column(f"{value['c']}.{key}", column, rows, getattr(like, key), heap)
            for key, column in value["columns"].items()
        }
        return _class(value["c"])(**columns)
    raise SnapshotError(f"{kind!r} is not a kind of value")


def parts(tracker: Tracker, rest: dict[str, Any], heap: Heap) -> list[Bytes]:
    """Write a tracker's state and some more (plain state) in two parts; the heap, which is the second, is cleared
    before."""
    heap.clear()
    sensors = [s.id for s in tracker.network.sensors]
    tree = {
        "version": VERSION,
        "sensors": sensors,
        "tracker": freeze(tracker.state(), heap),
        "rest": freeze(rest, heap),
    }
    body = msgspec.msgpack.encode(tree)
    begin = HEAD.pack(len(body)) + body
    return [begin + bytes(-len(begin) % ALIGNED), heap.bytes()]


def write(tracker: Tracker, rest: dict[str, Any]) -> bytes:
    """Write a tracker's state and some more (plain state) in one."""
    return b"".join(parts(tracker, rest, Heap()))


def read(body: Bytes, network: Network) -> tuple[Tracker, dict[str, Any]]:
    """Make the tracker of a written state; returns it and the rest. Raises SnapshotError."""
    try:
        (size,) = HEAD.unpack_from(body)
        whole = memoryview(body)
        end = HEAD.size + size
        heap = whole[end + -end % ALIGNED :]
        data = msgspec.msgpack.decode(whole[HEAD.size : end])
        if data["version"] != VERSION:
            raise SnapshotError(f"version {data['version']}; this program reads {VERSION}")
        if data["sensors"] != [s.id for s in network.sensors]:
            raise SnapshotError("the network has other sensors than the snapshot")
        blank = Tracker(network).state()
        state = {k: thaw(v, blank.get(k), heap) for k, v in data["tracker"]["i"]}
        rest = thaw(data["rest"], None, heap)
        return Tracker.restored(network, state), dict(rest)
    except SnapshotError:
        raise
    except Exception as error:
        raise SnapshotError(f"cannot be read: {type(error).__name__}: {error}") from error
