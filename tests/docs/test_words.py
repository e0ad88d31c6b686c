"""The glossary is true: what it says of where a word lives is there, and no word has two meanings."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "words.md").read_text(encoding="utf-8")
SOURCE = ROOT / "src" / "forehear"
# A path, and the name after it where one follows: `records.py` `Sensor`.
WHERE = re.compile(r"`([a-z_/]+(?:\.py|/))`(?: `(\w+)`)?")


def rows() -> list[list[str]]:
    """The cells of every row of every table, without heads and rules."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("| word")
    ]


def test_every_place_that_the_glossary_names_is_there() -> None:
    named = [place for row in rows() for place in WHERE.findall(row[-1])]
    assert len(named) > 50
    for path, name in named:
        assert (SOURCE / path).exists(), f"docs/words.md: src/forehear/{path} is not there"
        if name:
            text = (SOURCE / path).read_text(encoding="utf-8")
            assert re.search(rf"^(class|def|type)? ?{name}\b", text, re.MULTILINE), f"{path} has no {name}"


def test_a_word_is_explained_once() -> None:
    words = [word for row in rows() for word in re.findall(r"\*\*(.+?)\*\*", row[0])]
    assert len(words) > 60
    assert sorted(words) == sorted(set(words))


def test_the_front_page_leads_here() -> None:
    assert "](docs/words.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
