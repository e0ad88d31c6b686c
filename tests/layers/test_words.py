"""One word, one meaning: words that docs/words.md refuses are no part of a name in the package or beside it.

Prose may say "told apart"; a name may not, because names are what one searches for.
"""

import ast
import re
from pathlib import Path

import pytest
from tests.layers.reading import beside_files, package_files, tree_of
from tests.layers.rooms import ROOT

REFUSED = {"told", "untold", "ear", "ears", "birth", "births", "born", "door", "doors", "post", "posts"}
HTTP = "HTTP's method, as the field and the framework name it"
# File or folder: the refused words that it may have, and why. What is gone goes here too: a test says so.
EXCUSED: dict[str, tuple[set[str], str]] = {
    "src/forehear/service/endpoints/": ({"post"}, HTTP),
    "src/forehear/io/posting.py": ({"post"}, HTTP),
    "src/forehear/node/uplink.py": ({"post"}, HTTP),
    "src/forehear/stage/player.py": ({"post"}, HTTP),
    "bench/service/": ({"post"}, HTTP),
    "src/forehear/track/": ({"birth", "births"}, "the glossary's synonym of initiation"),
}


def names(path: Path) -> set[str]:
    """Give every name that a file makes or uses, and its own."""
    found = {path.stem}
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found |= {name, other or name}
    return found


def words_of(name: str) -> set[str]:
    """Give the words of a name: `heard_at_s` has three, `WarningTime` two."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def refused(path: Path) -> set[str]:
    """Give the refused words in a file's names."""
    return {word for name in names(path) for word in words_of(name)} & REFUSED


def excused(path: Path) -> set[str]:
    """Give the refused words that a file may have."""
    place = path.relative_to(ROOT).as_posix()
    tables = {prefix: words for prefix, (words, _) in EXCUSED.items()}
    return {word for prefix, words in tables.items() if place.startswith(prefix) for word in words}


@pytest.mark.parametrize("path", package_files() + beside_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_names_have_no_refused_word(path: Path) -> None:
    found = refused(path) - excused(path)
    which = sorted(name for name in names(path) if words_of(name) & found)
    assert not found, f"{path}: {which}; docs/words.md says what to write in their place"


@pytest.mark.parametrize("prefix", EXCUSED)
def test_what_is_excused_is_still_there(prefix: str) -> None:
    files = [p for p in package_files() + beside_files() if p.relative_to(ROOT).as_posix().startswith(prefix)]
    found = {word for path in files for word in refused(path)}
    assert EXCUSED[prefix][0] <= found, f"{prefix} no longer has {sorted(EXCUSED[prefix][0] - found)}"


def test_every_refused_word_is_on_the_page() -> None:
    page = (ROOT / "docs" / "words.md").read_text(encoding="utf-8").partition("## Words that we do not use")[2]
    missing = [word for word in sorted(REFUSED - {"untold"}) if word.removesuffix("s") not in page]
    assert not missing, missing


@pytest.mark.parametrize(
    ("name", "words"),
    [("heard_at_s", {"heard", "at", "s"}), ("WarningTime", {"warning", "time"}), ("_TOLD_PCT", {"told", "pct"}),
     ("HTTPPost", {"http", "post"}), ("border", {"border"})],
)  # fmt: skip
def test_a_name_is_taken_apart_at_its_joints(name: str, words: set[str]) -> None:
    assert words_of(name) == words
