"""Data flows one way: which room may import which, no cycles, and no I/O in the pure rooms."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src" / "forehear"
# Each room may import the rooms named, and itself. `base` is records, errors, constants, geodesy.
BASE = {"records", "errors", "constants", "geodesy"}
MAY_IMPORT: dict[str, set[str]] = {
    "base": set(),
    "air": {"base"},
    "listen": {"base", "air"},
    "track": {"base", "air"},
    "forecast": {"base", "air", "track"},
    "warn": {"base", "forecast"},
    "simulate": {"base", "air"},
    "plan": {"base", "air", "track", "forecast", "simulate"},
    "assess": {"base", "air", "track", "forecast", "simulate", "plan", "io"},
    "io": {"base"},
    "service": {"base", "air", "listen", "track", "forecast", "warn", "simulate", "io"},
    "cli": {"base", "air", "listen", "track", "forecast", "warn", "simulate", "plan", "assess", "io", "service"},
}
PURE = {"base", "air", "listen", "track", "forecast", "warn"}
WORLD = {"os", "sys", "io", "pathlib", "socket", "ssl", "time", "datetime", "logging", "random", "subprocess"}
WORLD |= {"threading", "asyncio", "multiprocessing", "tempfile", "shutil", "http", "urllib", "sqlite3", "secrets"}
FILES = sorted(SRC.rglob("*.py"))


def room_of(parts: tuple[str, ...]) -> str:
    return "base" if parts[0] in BASE or len(parts) == 0 else parts[0]


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            module = node.module or ""
            names += [f"{module}.{alias.name}" for alias in node.names] if module == "forehear" else [module]
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_room_imports_only_what_stands_above_it(path: Path) -> None:
    relative = path.relative_to(SRC).with_suffix("").parts
    if relative == ("__init__",):
        return
    room = room_of(relative)
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
