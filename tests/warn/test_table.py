"""The table is whole, and the documentation shows the table that runs."""

from pathlib import Path

from forehear.warn.table import MEANING, TABLE, markdown, mermaid

DOCS = Path(__file__).parents[2] / "docs" / "warnings.md"


def test_every_state_can_be_reached_and_left() -> None:
    states = {row.state for row in TABLE}
    assert states == {"clear", "watch", "warning", "cancelled", "not_covered"} == {row.next for row in TABLE}
    assert {row.condition for row in TABLE} == set(MEANING)


def test_a_word_is_given_sooner_than_it_is_taken_back() -> None:
    up = [r for r in TABLE if r.condition in ("likely", "possible")]
    off = [r for r in TABLE if r.next in ("cancelled", "not_covered") and r.state in ("watch", "warning")]
    assert max(r.hold_s for r in up) < min(r.hold_s for r in off)
    # Nothing leads from red to the all-clear at one step.
    assert {r.next for r in TABLE if r.state == "warning"} == {"watch"}


def test_no_way_leads_from_blindness_to_an_all_clear() -> None:
    assert all(r.condition != "dark" or r.next == "not_covered" for r in TABLE)
    assert all(r.condition == "sighted" for r in TABLE if r.state == "not_covered" and r.next == "cancelled")


def test_the_documents_picture_is_the_tables() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert mermaid() in text, "write forehear.warn.table.mermaid() into docs/warnings.md"
    assert markdown() in text, "write forehear.warn.table.markdown() into docs/warnings.md"
