"""Every module has a test file of its name in the mirrored folder, or a reviewed entry that says what tests it.

`src/forehear/air/level.py` is tested in `tests/air/test_level.py`. Where a module is tested under another name,
`exceptions.TESTED_ELSEWHERE` names the files, for itself or for its room, and these must come to it: import it, or
what imports it, or, where they only meet it as a program of its own, name it.
"""

from functools import cache
from pathlib import Path

import pytest
from tests.layers.exceptions import LEAST_MIRRORED_SHARE, TESTED_ELSEWHERE
from tests.layers.reading import imports, module_of, package_files
from tests.layers.rooms import ROOT, SRC

TESTS = ROOT / "tests"
MODULES = {module_of(path): path for path in package_files() if path.name not in ("__init__.py", "__main__.py")}


def _own_test(path: Path) -> Path:
    """Give where a module's own test file belongs."""
    return TESTS / path.parent.relative_to(SRC) / f"test_{path.name}"


WITHOUT = {module for module, path in MODULES.items() if not _own_test(path).is_file()}


@cache
def _file_of(name: str) -> Path | None:
    """Give the file that an imported name comes from, in the package or in the tests; None elsewhere."""
    parts = name.split(".")
    for count in (len(parts), len(parts) - 1):
        base = (SRC.parent if parts[0] == "forehear" else ROOT).joinpath(*parts[:count])
        if base.with_suffix(".py").is_file():
            return base.with_suffix(".py")
    return None


@cache
def _comes_to(path: Path) -> frozenset[Path]:
    """Give every file of the package and of the tests that a file imports, and what those import, and so on."""
    found: set[Path] = set()
    new = [path]
    while new:
        for name in imports(new.pop()):
            file = _file_of(name) if name.split(".")[0] in ("forehear", "tests") else None
            if file is not None and file not in found:
                found.add(file)
                new.append(file)
    return frozenset(found)


def _entry_of(module: str) -> str | None:
    """Give the entry that holds for a module: its own, or its room's."""
    return next((name for name in (module, module.rpartition(".")[0]) if name in TESTED_ELSEWHERE), None)


def _comes(file: Path, module: str) -> bool:
    """Say whether a test file comes to a module, or names it where it runs it in a process of its own."""
    named = module.removeprefix("forehear.") in file.read_text(encoding="utf-8")
    return named or MODULES[module] in _comes_to(file)


def test_every_module_has_a_test_file_of_its_name_or_an_entry() -> None:
    missing = [
        f'"{module}": ("tests/...",),  # or write {_own_test(MODULES[module]).relative_to(ROOT)}'
        for module in sorted(WITHOUT)
        if _entry_of(module) is None
    ]
    assert not missing, "modules that nothing tests by name:\n" + "\n".join(missing)


def test_entries_are_needed() -> None:
    unneeded = sorted(set(TESTED_ELSEWHERE) - {_entry_of(module) for module in WITHOUT})
    assert not unneeded, f"in TESTED_ELSEWHERE, but gone, or with test files of their own name by now: {unneeded}"


@pytest.mark.parametrize("entry", TESTED_ELSEWHERE)
def test_the_tests_of_an_entry_are_there_and_come_to_its_modules(entry: str) -> None:
    files = [ROOT / name for name in TESTED_ELSEWHERE[entry]]
    for file in files:
        assert file.is_file(), f"{entry}: there is no {file}"
        assert file.name.startswith("test_"), f"{entry}: {file} is no test file"
    modules = [module for module in sorted(WITHOUT) if _entry_of(module) == entry]
    for module in modules:
        assert any(_comes(file, module) for file in files), f"none of {files} comes to {module} or names it"
    for file in files:
        assert any(_comes(file, module) for module in modules), f"{file} neither comes to {entry} nor names it"


def test_most_modules_have_their_own() -> None:
    share = 1.0 - len(WITHOUT) / len(MODULES)
    assert share >= LEAST_MIRRORED_SHARE, f"{share:.0%} of modules have a test file of their name"


def test_a_stranger_is_not_come_to() -> None:
    """The control: the walk over imports does not lead everywhere."""
    reached = _comes_to(TESTS / "air" / "test_level.py")
    assert SRC / "air" / "level.py" in reached
    assert SRC / "track" / "tracker.py" not in reached
