"""A module over 300 lines, a function over 60 or with more than 8 parameters is a question: answers are here."""

import pytest
from tests.layers.exceptions import (
    CROWDED_FOLDERS,
    LONG_FUNCTIONS,
    LONG_MODULES,
    MANY_PARAMETERS,
    MOST_PARAMETERS_EXCUSED,
)
from tests.layers.reading import beside_files, functions, module_of, package_files, parameters
from tests.layers.rooms import ROOT

MOST_LINES, MOST_IN_FUNCTION, MOST_PARAMETERS, MOST_IN_FOLDER = 300, 60, 8, 20
FILES = package_files() + beside_files()


def _found() -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    modules, long, many = {}, {}, {}
    for path in FILES:
        module = module_of(path)
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MOST_LINES:
            modules[module] = lines
        for name, function in functions(path):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > MOST_IN_FUNCTION:
                long[f"{module}:{name}"] = length
            if parameters(function) > MOST_PARAMETERS:
                many[f"{module}:{name}"] = parameters(function)
    return modules, long, many


MODULES, LONG, MANY = _found()


@pytest.mark.parametrize(
    ("found", "excused", "what"),
    [
        (MODULES, LONG_MODULES, f"modules over {MOST_LINES} lines"),
        (LONG, LONG_FUNCTIONS, f"functions over {MOST_IN_FUNCTION} lines"),
        (MANY, MANY_PARAMETERS, f"functions with more than {MOST_PARAMETERS} parameters"),
    ],
    ids=["modules", "functions", "parameters"],
)
def test_what_is_large_has_a_reason(found: dict[str, int], excused: dict[str, str], what: str) -> None:
    assert not set(found) - set(excused), f"{what}: { {k: found[k] for k in sorted(set(found) - set(excused))} }"
    assert not set(excused) - set(found), f"excused, but no longer large: {sorted(set(excused) - set(found))}"
    assert all(len(reason) > 20 for reason in excused.values()), "an exception needs a reason"


def test_exceptions_stay_few() -> None:
    assert len([name for name in MANY_PARAMETERS if ".track." not in name]) <= MOST_PARAMETERS_EXCUSED


def test_folders_are_not_flat() -> None:
    folders: dict[str, int] = {}
    for path in FILES:
        if path.name != "__init__.py":
            folder = path.parent.relative_to(ROOT).as_posix()
            folders[folder] = folders.get(folder, 0) + 1
    crowded = {folder: count for folder, count in folders.items() if count > MOST_IN_FOLDER}
    unexcused = {folder: count for folder, count in crowded.items() if folder not in CROWDED_FOLDERS}
    assert not unexcused, f"more than {MOST_IN_FOLDER} modules in one folder: {unexcused}"
    assert not set(CROWDED_FOLDERS) - set(crowded), "excused, but no longer crowded"
