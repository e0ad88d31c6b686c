"""Data flows one way: which room may import which, no cycles, and no I/O in the pure rooms."""

import ast
from pathlib import Path

import pytest
from tests.layers.reading import beside_files, imports, module_of, package_files, tree_of
from tests.layers.rooms import BESIDE, MAY_IMPORT, PURE, ROOT, SRC, beside_of, room_of

# What reaches the world: a pure room imports none of it.
WORLD = {"os", "sys", "io", "pathlib", "socket", "ssl", "time", "datetime", "logging", "random", "subprocess"}
WORLD |= {"threading", "asyncio", "multiprocessing", "tempfile", "shutil", "http", "urllib", "sqlite3", "secrets"}


@pytest.mark.parametrize("path", package_files(), ids=lambda p: str(p.relative_to(SRC)))
def test_a_room_imports_only_what_stands_above_it(path: Path) -> None:
    if path.name == "__init__.py":
        assert not [name for name in imports(path) if name.startswith("forehear")], f"{path}: a door is not a room"
        return
    room = room_of(path.relative_to(SRC).with_suffix("").parts)
    assert room in MAY_IMPORT, f"{path}: no room {room!r} in the table"
    for name in imports(path):
        parts = tuple(name.split("."))
        assert parts[0] != "numba" or room == "compiled", f"{path}: njit is of forehear.compiled, not of numba"
        if parts[0] == "forehear" and len(parts) > 1 and parts[1] != "__version__":
            other = room_of(parts[1:])
            assert other == room or other in MAY_IMPORT[room], f"{path}: {room} must not import {other}"
        assert parts[0] not in ("bench", "training", "design", "tests"), f"{path}: the package stands alone"
        if room in PURE:
            assert parts[0] not in WORLD, f"{path}: a pure room must not import {parts[0]}"
    if room in PURE:
        calls = [n.func for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call)]
        called = {name.id for name in calls if isinstance(name, ast.Name)}
        assert not called & {"open", "print", "input"}, f"{path}: a pure room must not do I/O"
        assert "np.random" not in path.read_text(encoding="utf-8"), f"{path}: no global randomness"


@pytest.mark.parametrize("path", beside_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_benchmarks_training_and_design_keep_their_order(path: Path) -> None:
    room = beside_of(path.relative_to(ROOT).with_suffix("").parts)
    assert room in BESIDE, f"{path}: no room {room!r} in the table"
    for name in imports(path):
        parts = tuple(name.split("."))
        if parts[0] in ("bench", "training", "design", "tests"):
            other = beside_of(parts)
            assert other == room or other in BESIDE[room], f"{path}: {room} must not import {other}"


@pytest.mark.parametrize("table", [MAY_IMPORT, BESIDE], ids=["package", "beside"])
def test_the_table_has_no_cycle(table: dict[str, set[str]]) -> None:
    order: list[str] = []
    rest = {room: needs - {room} for room, needs in table.items()}
    while rest:
        free = [room for room, needs in rest.items() if needs & set(table) <= set(order)]
        assert free, f"cycle among {sorted(rest)}"
        for room in free:
            order.append(room)
            del rest[room]


def test_modules_have_no_cycle() -> None:
    files = {module_of(path): path for path in package_files() if path.name != "__init__.py"}
    needs: dict[str, set[str]] = {}
    for module, path in files.items():
        named = {name if name in files else name.rpartition(".")[0] for name in imports(path)}
        needs[module] = (named & set(files)) - {module}
    done: set[str] = set()
    while len(done) < len(files):
        free = {module for module in files if module not in done and needs[module] <= done}
        assert free, f"cycle among {sorted(set(files) - done)}"
        done |= free


@pytest.mark.parametrize("room", [r for r in MAY_IMPORT if r != "base"])
def test_a_room_of_the_table_is_there(room: str) -> None:
    place = SRC.joinpath(*room.split("."))
    assert place.is_dir() or place.with_suffix(".py").is_file(), f"{room} is in the table, but not in the package"
