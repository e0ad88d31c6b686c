"""What stands at the door is true: the version, the decisions' form, one page for contributors."""

import re
import tomllib
from pathlib import Path

import forehear

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_top_of_the_changelog_is_the_version() -> None:
    top = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert top is not None
    assert top[1] == forehear.__version__
    assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == forehear.__version__
    assert f"\nversion: {forehear.__version__}\n" in read("CITATION.cff")


def test_decisions_are_numbered_and_say_what_would_change_them() -> None:
    pages = sorted(path.name for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [name[:5] for name in pages] == [f"{k:04d}-" for k in range(1, len(pages) + 1)]
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for name in pages:
        text = (DECISIONS / name).read_text(encoding="utf-8")
        parts = re.findall(r"^\*\*(Question|Options|Measured|Would change it)\.\*\* \S", text, re.MULTILINE)
        assert parts == ["Question", "Options", "Measured", "Would change it"], name
        assert text.startswith(f"# {name[:4]} "), name
        assert f"]({name})" in index, name


def test_the_page_for_contributors_is_one_page() -> None:
    assert len(read("CONTRIBUTING.md").splitlines()) <= 66
