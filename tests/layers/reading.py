"""What the layer tests read of the code: files, their modules, imports and definitions. Nothing is run."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.layers.rooms import ROOT, SRC

Function = ast.FunctionDef | ast.AsyncFunctionDef


def package_files() -> list[Path]:
    """Every module of the package, packages' doors included."""
    return sorted(SRC.rglob("*.py"))


def beside_files() -> list[Path]:
    """Every module of benchmarks, training and design."""
    return sorted(p for tree in ("bench", "training", "design") for p in (ROOT / tree).rglob("*.py"))


def module_of(path: Path) -> str:
    """Give the dotted name of a file: `forehear.air.level`, `bench.tables`."""
    base = ROOT / "src" if path.is_relative_to(ROOT / "src") else ROOT
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a file, once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[str]:
    """Name what a file imports, anywhere in it; `from a import b` is `a.b`. Relative imports are refused."""
    names = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Every function and method with its name in the file, as `Class.method`."""

    def walk(body: list[ast.stmt], before: str) -> Iterator[tuple[str, Function]]:
        for node in body:
            if isinstance(node, Function):
                yield before + node.name, node
            if isinstance(node, Function | ast.ClassDef):
                yield from walk(node.body, f"{before}{node.name}.")

    yield from walk(tree_of(path).body, "")


def parameters(function: Function) -> int:
    """Count a function's parameters, without `self` and `cls`."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))
