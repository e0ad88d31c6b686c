"""A function that takes or gives arrays says what they are, how it refuses, and where its law is from.

An *array function* has an array in its annotations; functions inside functions are their own business. It names
a *source* where its docstring has a DOI, a standard, a preprint, a paper with its journal, a page of docs/ with
a section of it, or an experiment of design/. What is our own derivation points at the page that derives it.
Every page, section and experiment that is named must exist, and every DOI must stand on docs/physics.md, so that
all of them can be checked in one place.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.layers.reading import Function, functions, package_files
from tests.layers.rooms import ROOT, SRC

ROOMS = ("air", "listen", "score", "synthesise", "track")
# Public array functions that name a source, at least, over all of these rooms together and in each.
LEAST_SHARE = 0.6
# Rooms and files that are behind, with the share that they have reached: it may not fall. What has caught up goes.
BEHIND: dict[str, float] = {
    "track/": 0.02,
    "listen/beat.py": 0.0,
    "listen/families.py": 0.0,
    "listen/fine.py": 0.0,
    "listen/spectrum.py": 0.0,
    "listen/tones.py": 0.0,
}
ARRAYS = re.compile(r"\b(NDArray|ArrayLike|Array|ComplexArray|Complex|Floats|Ints|Vector|Value)\b")
DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;\"]*[^\s,;.:)\"]")
PAGE = re.compile(r"\b(docs/[\w/-]+\.md|design/\w+\.py)(?:, \"([^\"]+)\")?")
# A standard; a preprint; a paper or a book by its year, its name, and volume and page, or equation.
OTHER = re.compile(
    r"\bISO \d+|\barXiv \d{4}\.\d{4,5}|\b[12]\d{3}, [A-Z][\w .:,-]+\b(?:\d+\(\d+\), \d+|eq\. [\d.]+)"
)


def named(function: Function) -> str:
    """Give a docstring on one line."""
    return " ".join((ast.get_docstring(function) or "").split())


def has_arrays(function: Function) -> bool:
    """Say whether an annotation names an array."""
    a = function.args
    annotations = [x.annotation for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)] + [function.returns]
    return any(x is not None and ARRAYS.search(ast.unparse(x)) for x in annotations)


@cache
def array_functions() -> dict[str, Function]:
    """Give the rooms' array functions, with the place of each."""
    out = {}
    for path in package_files():
        if path.relative_to(SRC).parts[0] in ROOMS:
            top = {name for name, _ in functions(path)}
            for name, function in functions(path):
                inside = any(name.startswith(f"{other}.") for other in top)
                if has_arrays(function) and not inside and not name.rpartition(".")[2].startswith("__"):
                    out[f"{path.relative_to(SRC).as_posix()}:{name}"] = function
    return out


def below(prefix: str) -> dict[str, Function]:
    """Give the public array functions of a room or a file."""
    return {name: f for name, f in array_functions().items() if name.startswith(prefix) and public(name)}


def kept() -> dict[str, Function]:
    """Give the array functions, private ones too, of what is not behind."""
    return {name: f for name, f in array_functions().items() if not name.startswith(tuple(BEHIND))}


def public(name: str) -> bool:
    """Say whether a function's name, its class's with it, has no underscore before it."""
    return not any(part.startswith("_") for part in name.partition(":")[2].split("."))


def has_source(function: Function) -> bool:
    """Say whether a docstring names a source."""
    said = named(function)
    return bool(DOI.search(said) or PAGE.search(said) or OTHER.search(said))


def share(found: dict[str, Function]) -> float:
    """Give the share of functions that name a source."""
    return sum(map(has_source, found.values())) / len(found)


@pytest.mark.parametrize("room", [room for room in ROOMS if f"{room}/" not in BEHIND])
def test_array_functions_say_where_they_are_from(room: str) -> None:
    found = {name: function for name, function in kept().items() if name.startswith(f"{room}/") and public(name)}
    without = [name for name, function in found.items() if not has_source(function)]
    assert share(found) >= LEAST_SHARE, f"{room}: {share(found):.2f} name a source; without: {without}"


@pytest.mark.parametrize("prefix", BEHIND)
def test_what_is_behind_does_not_fall_back(prefix: str) -> None:
    reached = share(below(prefix))
    assert reached >= BEHIND[prefix] - 0.005, f"{prefix}: {reached:.2f} name a source, it was {BEHIND[prefix]:.2f}"
    assert reached < LEAST_SHARE, f"{prefix} has caught up: take it out of BEHIND"


def test_private_array_functions_say_it_too() -> None:
    # The laws are often in these.
    assert share(kept()) >= LEAST_SHARE


def test_public_array_functions_state_shapes_or_units() -> None:
    # `(n, 3)`, `(...)`, `(len(NAMES),)`; `[m/s]`, `[dB re 20 uPa]`.
    stated = re.compile(r"\((?:\.\.\.|(?:[\w ]|\(\w+\))+,)[\w ,.*/+()-]*\)|\[[\w^/ ,.*+()-]+\]")
    bare = [name for name, function in kept().items() if public(name) and not stated.search(named(function))]
    assert not bare, f"neither shape nor unit: {bare}"


def test_what_an_array_function_raises_is_said() -> None:
    silent = []
    for name, function in kept().items():
        raised = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise)]
        errors = {e.func.id for e in raised if isinstance(e, ast.Call) and isinstance(e.func, ast.Name)}
        silent += [f"{name}: {error}" for error in errors if error not in named(function)]
    assert not silent, f"raised, and not said: {silent}"


def test_what_is_named_as_a_source_exists() -> None:
    missing = []
    for name, function in array_functions().items():
        for page, section in PAGE.findall(named(function)):
            if not (ROOT / page).is_file():
                missing.append(f"{name}: {page}")
            elif section and not _has_section(ROOT / page, section):
                missing.append(f"{name}: {page} has no section {section!r}")
    assert not missing, missing


def test_every_doi_stands_on_the_page_of_physics() -> None:
    page = (ROOT / "docs" / "physics.md").read_text(encoding="utf-8")
    missing = set()
    for path in package_files():
        place = path.relative_to(SRC).as_posix()
        if place.split("/")[0] in ROOMS and not place.startswith(tuple(BEHIND)):
            missing |= {
                f"{place}: {doi}" for doi in DOI.findall(path.read_text(encoding="utf-8")) if doi not in page
            }
    assert not missing, f"name it in docs/physics.md, Sources: {sorted(missing)}"


def _has_section(page: Path, section: str) -> bool:
    """Say whether a page has a heading, or a paragraph whose first words are bold, of this name."""
    words = " ".join(section.split())
    text = page.read_text(encoding="utf-8")
    heads = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    bold = [
        " ".join(found.split()).rstrip(".") for found in re.findall(r"^(?:- )?\*\*(.+?)\*\*", text, re.M | re.S)
    ]
    return words in heads + bold
