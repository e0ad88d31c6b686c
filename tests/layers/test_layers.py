"""Data flows one way: which room may import which, no cycles, and no I/O in the pure rooms."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "forehear"
BASE = {"records", "errors", "constants", "geodesy"}
# Each room may import the rooms named, and itself. `base` is records, errors, constants, geodesy. A sub-room is
# named with its room; what a room holds besides its sub-rooms stands under the name of the module, or of the room.
MAY_IMPORT: dict[str, set[str]] = {
    "base": set(),
    "air": {"base"},
    "listen": {"base", "air"},
    "track": {"base", "air"},
    "forecast": {"base", "air", "track"},
    "warn": {"base", "forecast"},
    "score": {"base", "air"},
    "synthesise": {"base", "air"},
    "simulate.scenario": {"base"},
    "simulate.world": {"base", "simulate.scenario"},
    "simulate.heard": {"base", "air", "simulate.scenario"},
    "simulate": {"base", "air", "simulate.scenario", "simulate.world", "simulate.heard"},
    # The other world shares scenarios, ground, paths and the columns of reports with the first, and no law.
    "simulate.second": {"base", "air", "simulate.scenario", "simulate.world", "simulate.heard"},
    "plan": {"base", "air", "track", "forecast", "warn", "score", "simulate.scenario", "simulate"},
    "io": {"base"},
    "assess.tables": {"base"},
    "assess.names": {"base"},
    "assess.sanctions": {"assess.tables", "assess.names"},
    "assess.launches": {"base", "assess.tables"},
    "assess.claims": {"base", "assess.tables", "assess.names", "assess.launches"},
    "assess.forecast": {"base", "assess.tables", "assess.launches", "assess.claims"},
    "assess.nights": {"base", "assess.forecast", "plan", "score", "simulate.scenario", "simulate"},
    "assess.report": {
        "base", "plan", "simulate.scenario", "assess.tables", "assess.sanctions", "assess.launches",
        "assess.claims", "assess.forecast",
    },
    "node": {"base", "air", "listen", "io"},
    "service.config": {"base", "io", "warn"},
    "service.secret": set(),
    "service.store": {"base", "io", "service.secret"},
    "service.tracking": {
        "base", "air", "track", "forecast", "warn", "io", "service.config", "service.store",
    },
    "service.intake": {"base", "io", "service.config", "service.store"},
    "service.show": {"base", "warn", "io", "service.config", "service.store", "service.tracking"},
    "service.hub": {
        "base", "io", "service.config", "service.secret", "service.store", "service.tracking", "service.intake",
        "service.show",
    },
    "service.endpoints": {"base", "io", "service.config", "service.intake", "service.show", "service.hub"},
    "service.run": {
        "base", "io", "service.config", "service.store", "service.tracking", "service.intake", "service.show",
        "service.hub", "service.endpoints",
    },
    "stage": {"base", "io", "service.config", "service.hub", "service.run", "simulate.scenario", "simulate"},
}  # fmt: skip
# The command line may import everything: each verb only when it is called.
MAY_IMPORT["cli"] = set(MAY_IMPORT)
PURE = {"base", "air", "listen", "track", "forecast", "warn"}
WORLD = {"os", "sys", "io", "pathlib", "socket", "ssl", "time", "datetime", "logging", "random", "subprocess"}
WORLD |= {"threading", "asyncio", "multiprocessing", "tempfile", "shutil", "http", "urllib", "sqlite3", "secrets"}
FILES = sorted(SRC.rglob("*.py"))


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a dotted name below `forehear`: the sub-room where the table has one."""
    if parts[0] in BASE or len(parts) == 0:
        return "base"
    return next((name for name in (".".join(parts[:2]), parts[0]) if name in MAY_IMPORT), ".".join(parts[:2]))


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            module = node.module or ""
            names += [f"{module}.{alias.name}" for alias in node.names]
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_room_imports_only_what_stands_above_it(path: Path) -> None:
    relative = path.relative_to(SRC).with_suffix("").parts
    if relative[-1] == "__init__":
        assert not [name for name in imports(path) if name.startswith("forehear")], f"{path}: a door is not a room"
        return
    room = room_of(relative)
    assert room in MAY_IMPORT, f"{path}: no room {room!r} in the table"
    for name in imports(path):
        parts = tuple(name.split("."))
        if parts[0] == "forehear" and len(parts) > 1 and parts[1] != "__version__":
            other = room_of(parts[1:])
            assert other == room or other in MAY_IMPORT[room], f"{path}: {room} must not import {other}"
        if room in PURE:
            assert parts[0] not in WORLD, f"{path}: a pure room must not import {parts[0]}"
    if room in PURE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        assert not called & {"open", "print", "input"}, f"{path}: a pure room must not do I/O"
        assert "np.random" not in path.read_text(encoding="utf-8"), f"{path}: no global randomness"


def test_the_table_has_no_cycle() -> None:
    order: list[str] = []
    rest = dict(MAY_IMPORT)
    while rest:
        free = [room for room, needs in rest.items() if needs <= set(order)]
        assert free, f"cycle among {sorted(rest)}"
        for room in free:
            order.append(room)
            del rest[room]
