"""The table is whole, and the documentation shows the table that runs."""

from pathlib import Path

from forehear.warn.table import MEANING, TABLE, markdown, mermaid

DOCS = Path(__file__).parents[2] / "docs" / "warnings.md"


def test_every_state_can_be_reached_and_left() -> None:
    states = {row.state for row in TABLE}
    assert states == {"clear", "watch", "warning", "cancelled"} == {row.next for row in TABLE}
    assert {row.condition for row in TABLE} == set(MEANING)


def test_rising_is_faster_than_falling() -> None:
    up = [r for r in TABLE if r.condition in ("likely", "possible")]
    down = [r for r in TABLE if r.condition in ("eased", "quiet")]
    assert max(r.hold_s for r in up) < min(r.hold_s for r in down)


def test_the_documents_picture_is_the_tables() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert mermaid() in text, "write forehear.warn.table.mermaid() into docs/warnings.md"
    assert markdown() in text, "write forehear.warn.table.markdown() into docs/warnings.md"
