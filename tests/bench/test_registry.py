"""The registry: every part has its two functions, and the bench is layered."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest
from bench.registry import ON_THE_PAGE, PARTS
from bench.tables import Result

BENCH = Path(__file__).parents[2] / "bench"
FILES = {".".join(p.relative_to(BENCH.parent).with_suffix("").parts): p for p in sorted(BENCH.rglob("*.py"))}
# Files that stand above the parts; all others stand in a part's room, or below all rooms.
ABOVE = {"bench.__main__", "bench.page", "bench.registry"}


def needs(path: Path) -> set[str]:
    """Modules of the bench that a file imports, wherever in it."""
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "bench":
            out |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            out |= {alias.name for alias in node.names}
    return out & set(FILES)


@pytest.mark.parametrize("name", PARTS)
def test_every_part_measures_and_tells(name: str) -> None:
    if name == "peers":
        pytest.importorskip("stonesoup")
    module = importlib.import_module(PARTS[name].module)
    measure, tables = inspect.signature(module.measure), inspect.signature(module.tables)
    wanted = [p.name for p in measure.parameters.values() if p.default is inspect.Parameter.empty]
    assert (wanted, list(tables.parameters)) == (["quick"], ["result"])
    assert measure.return_annotation == tables.parameters["result"].annotation == Result


def test_every_part_has_its_place_on_the_page() -> None:
    assert sorted(ON_THE_PAGE) == sorted(PARTS)


def test_no_cycle_and_no_arrow_upwards() -> None:
    rest = {name: needs(path) - {name} for name, path in FILES.items()}
    for name, wanted in rest.items():
        assert name in ABOVE or not wanted & ABOVE, f"{name} must not know {wanted & ABOVE}"
        rooms = {n.split(".")[1] for n in wanted if n.count(".") == 2} - {name.split(".")[1]}
        assert name in ABOVE or not rooms, f"{name} must not reach into {rooms}"
    while rest:
        free = {name for name, wanted in rest.items() if not wanted & set(rest)}
        assert free, f"cycle among {sorted(rest)}"
        rest = {name: wanted for name, wanted in rest.items() if name not in free}
