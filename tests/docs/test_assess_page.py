"""docs/assess.md says what the commands say: its answers are run again."""

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
def test_the_page_shows_what_the_commands_answer(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(HERE.parents[1])
    spec = importlib.util.spec_from_file_location("redo_assess_page", HERE / "redo_assess_page.py")
    assert spec is not None
    assert spec.loader is not None
    redo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(redo)
    text = redo.PAGE.read_text(encoding="utf-8")
    assert len(redo.BLOCK.findall(text)) >= 8
    assert redo.redone(text, every=False) == text
    for picture in ("echo-tree", "launches-and-claims", "forecast", "hindcasts", "warning-time"):
        assert (redo.PAGE.parent / "assess" / f"{picture}.png").exists()
