"""Links lead somewhere, every file that a page or a module names is there, and every page can be reached."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "index.md"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# A file of the repository as pages name it: with its folder. Placeholders have capitals.
NAMED = re.compile(r"`(?:\./)?((?:src|docs|tests|bench|scripts|design|training|requirements)/[a-z0-9_./-]+)`")
# A file as docstrings and comments name it, with a folder or without.
IN_CODE = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.(?:py|md|flac|svg))\b")
# Files that commands read and write, of no fixed place.
ANYBODYS = {"OUT.flac", "night.flac"}


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository, those not added yet too; a folder's own in a tree without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if found.returncode == 0:
        paths = [ROOT / line for line in found.stdout.splitlines()]
        return sorted(path for path in set(paths) if path.exists())
    return sorted(
        {path for pattern in patterns for path in ROOT.rglob(Path(pattern).name) if ".venv" not in path.parts}
    )


PAGES = tracked("*.md")
CODE = tracked("src/*.py", "bench/*.py", "training/*.py", "design/*.py", "scripts/*.py")


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The names that a page's headings have as targets, as forges make them."""
    out: set[str] = set()
    for title in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        out.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return out


def links(page: Path) -> list[tuple[Path, str]]:
    """A page's links within the repository: the file, and the heading."""
    out = []
    for target in LINK.findall(prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, heading = target.partition("#")
            out.append(((page.parent / path).resolve() if path else page, heading))
    return out


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for path, heading in links(page):
        assert path.exists(), f"{page.name}: no {path.relative_to(ROOT)}"
        if heading:
            assert heading in anchors(path), f"{page.name}: {path.name} has no heading #{heading}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_that_a_page_names_are_there(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        return
    for name in NAMED.findall(prose(page)):
        assert (ROOT / name).exists(), f"{page.name}: no {name}"


def words_of(path: Path) -> str:
    """A module's docstrings and comments."""
    text = path.read_text(encoding="utf-8")
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, nodes)]
    return "\n".join([*docs, *re.findall(r"#.*$", text, re.MULTILINE)])


def test_files_that_a_module_names_are_there() -> None:
    everywhere = tracked("*")
    names = {path.name for path in everywhere}
    places = {str(path.relative_to(ROOT)) for path in everywhere}
    missing = []
    for path in CODE:
        for name in IN_CODE.findall(words_of(path)):
            if "/" in name:
                there = any(place == name or place.endswith(f"/{name}") for place in places)
            else:
                there = name in names or name in ANYBODYS
            if not there:
                missing.append(f"{path.relative_to(ROOT)}: {name}")
    assert missing == []


def test_every_page_can_be_reached_from_the_index() -> None:
    seen, waiting = set(), [INDEX]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        waiting += [path for path, _ in links(page)]
    lost = [
        str(page.relative_to(ROOT)) for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in seen
    ]
    assert lost == []
    assert INDEX in {path for path, _ in links(ROOT / "README.md")}


def test_the_index_serves_each_with_three_to_five_links() -> None:
    parts = re.split(r"^## I am ", INDEX.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    who = ["duty officer", "volunteer", "operator", "planner", "researcher", "engineer"]
    assert len(parts) == len(who)
    for role, part in zip(who, parts, strict=True):
        assert role in part.splitlines()[0]
        lines = [line for line in part.splitlines() if line.startswith("- ")]
        assert 3 <= len(lines) <= 5
        assert all(LINK.search(line) and line.endswith(".") for line in lines)


def test_no_page_installs_by_a_name_that_is_not_on_the_index() -> None:
    told = re.compile(r"pip install (?:-\S+ )*['\"]?forehear")
    assert [page.name for page in PAGES if told.search(page.read_text(encoding="utf-8"))] == []
