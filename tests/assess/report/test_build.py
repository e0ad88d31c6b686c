"""The page: complete, self-contained, the same bytes for the same data, every link with an end."""

import re
from datetime import date
from pathlib import Path

import pytest

from forehear.assess.report import build, gather
from forehear.assess.report.figures import FIGURES

SEEDS = (
    # A few runs of words of the two newspapers: the page must not quote them.
    "moving ahead with plans to build a new factory",
    "hammer out details",
    "toured the empty site",
    "effectively neutralise the threat",
    "could become drone targets",
)


def written(folder: Path, day: date | None = None) -> str:
    build.write(folder, None, day, None)
    return (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_is_complete_and_needs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    story = gather.gather(None, None, None)
    monkeypatch.setattr(build, "gather", lambda *_: story)
    text = written(tmp_path / "a")
    for name in FIGURES:
        assert (tmp_path / "a" / f"{name}.png").stat().st_size > 5000
        assert f'id="{name}"' in text
    assert not re.search(r'(?:src|href)="(?!#|https?://)', text)
    assert not re.search(r'<(?:script|link|img)\b|src="http', text)
    ends = set(re.findall(r'\bid="([^"]+)"', text))
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert len(links) > 40
    assert links <= ends
    assert not any(words in text for words in SEEDS)
    assert "21 July 2024" in text
    # The same story gives the same page and the same pictures.
    assert written(tmp_path / "b") == text
    assert (tmp_path / "a/forecast.png").read_bytes() == (tmp_path / "b/forecast.png").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2023, 2, 28), date(2024, 7, 1)])
def test_the_page_of_an_earlier_day_knows_nothing_later(tmp_path: Path, day: date) -> None:
    text = written(tmp_path, day)
    assert "2025-11-27" not in text
    assert "21 July 2024" not in text
    links = set(re.findall(r'href="#([^"]+)"', text))
    assert links <= set(re.findall(r'\bid="([^"]+)"', text))
