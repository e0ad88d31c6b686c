"""The ledger as it is read: every row in its place, every doubt in sight, nothing of it runs as code."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from tests.assess.claims.made import launches, row

from forehear.assess.claims import view as ledger_view
from forehear.assess.claims.grading import grade_all
from forehear.assess.claims.ledger import COLUMNS, claims_from_rows, read_claims
from forehear.assess.claims.tracing import MOST_ROWS, said, trace
from forehear.assess.claims.view import Ledger, as_records, as_text, contradictions, ledger_of
from forehear.assess.launches.launches import read_launches

ECHO = {"attributed_to": "officials via WSJ", "kind": "plan", "unit": "drones total"}
CLAIMS = read_claims()[0]


def ledger(folder: Path, *rows: dict[str, str], **kwargs: object) -> Ledger:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, "note"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "claims.csv").write_text(text.getvalue(), encoding="utf-8")
    return ledger_of(folder / "claims.csv", **kwargs)  # type: ignore[arg-type]


def test_a_row_set_aside_keeps_its_place_and_says_why(tmp_path: Path) -> None:
    book = ledger(tmp_path, row(**ECHO), row(kind="rumour"), row(**ECHO, outlet="Lake Star"))
    records = as_records(book)
    assert [r["row"] for r in records] == [1, 2, 3]
    assert records[1]["origin"] is None
    assert str(records[1]["because"]).startswith("set aside: row 2: kind='rumour'")
    assert records[0]["origin"] == records[2]["origin"] == "Wall Street Journal 2031-05-10"


def test_who_picks_among_the_claims_is_not_shown_what_was_set_aside(tmp_path: Path) -> None:
    book = ledger(tmp_path, row(**ECHO), row(kind="rumour"), row(**ECHO, outlet="Lake Star"))
    assert [r["row"] for r in as_records(book, [False, True])] == [3]


def test_each_record_says_its_origin_its_grade_and_what_was_counted(tmp_path: Path) -> None:
    tally = row(
        kind="observed", unit="drones launched", quantity="310", period="Oct 2022", attributed_to="Air Force",
        date_of_claim="2022-11-02",
    )  # fmt: skip
    book = ledger(tmp_path, tally, launches=launches(*[10] * 60))
    record = as_records(book)[0]
    assert record["grade"] == "D1"
    assert record["low"] == record["high"] == 310
    assert str(record["because"]).endswith("Beside it: launched from 2022-10-01 to 2022-10-31: 310")
    assert "borne out: launched from 2022-10-01" in as_text(book, [True])


def test_origins_come_by_their_first_day_and_their_rows_by_day_and_row(tmp_path: Path) -> None:
    late = {"attributed_to": "CSIS", "kind": "plan", "quantity": "90", "claim": "90 craft"}
    book = ledger(
        tmp_path,
        row(**late, date_of_claim="2031-09-01"),
        row(**ECHO, date_of_claim="2031-05-11", outlet="Lake Star"),
        row(**ECHO, outlet="Blue Page"),
    )
    assert [(name, [book.claims[i].row for i in members]) for name, members in book.origins()] == [
        ("Wall Street Journal 2031-05-10", [3, 2]),
        ("CSIS 2031-09-01", [1]),
    ]


def test_an_origin_whose_rows_name_two_sources_is_a_doubt_that_is_shown(tmp_path: Path) -> None:
    book = ledger(
        tmp_path,
        row(**(ECHO | {"attributed_to": "HUR via WSJ"}), outlet="Lake Star"),
        row(**(ECHO | {"attributed_to": "Air Force via WSJ"}), outlet="Blue Page"),
    )
    ((_, members),) = book.origins()
    assert book.sources_named(members) == ["Air Force", "HUR"]
    assert "sources named: Air Force, HUR" in as_text(book, [True, True])


def test_contradictions_name_pairs_of_different_origins_only(tmp_path: Path) -> None:
    plan = {"kind": "plan", "unit": "drones", "period": "2031"}
    rows = [
        row(attributed_to="CSIS", quantity="700", **plan),
        row(attributed_to="RUSI", quantity="90", claim="90 craft", **plan),
        row(attributed_to="US Treasury", quantity="60-800", claim="60 to 800 craft", **plan),
        # A telling of the first, with another number: drifted, not contradicting itself.
        row(attributed_to="CSIS", quantity="710", outlet="Lake Star", **plan),
    ]
    book = ledger(tmp_path, *rows)
    assert book.traced.origin[0] == book.traced.origin[3]
    pairs = {(book.claims[i].row, book.claims[j].row) for i, j in contradictions(book)}
    assert pairs == {(1, 2), (2, 4)}
    text = as_text(book, [True] * 4)
    assert "row 1: 700 drones, 2031  /  row 2: 90 drones, 2031  (plan)" in text
    # Who hides one side of a contradiction is not shown the half of it.
    assert "Contradictions" not in as_text(book, [True, False, True, True])


def test_a_claim_is_said_as_it_was_said(tmp_path: Path) -> None:
    book = ledger(
        tmp_path,
        row(quantity=">=6000", unit="drones total", period="coming years"),
        row(quantity="", claim="denies everything", period="2031"),
    )
    assert [said(c) for c in book.claims] == [
        "at least 6,000 drones total, coming years",
        "denies everything, 2031",
    ]
    assert "(a denial)" in as_text(book, [True, True])


def test_an_empty_ledger_is_no_fault(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    assert (book.claims, book.rows, as_records(book), as_text(book, [])) == ((), 0, [], "")


def test_the_only_claim_stands_alone_and_the_farthest_say_what_keeps_them_apart(tmp_path: Path) -> None:
    assert ledger(tmp_path, row()).traced.because == ("the only claim",)
    apart = ledger(tmp_path, row(attributed_to="officials via WSJ"), row(attributed_to="officials via CNN"))
    assert "stands alone; nearest is row 2, kept apart: first published by" in apart.traced.because[0]


def test_two_origins_of_one_name_and_day_have_a_number_each(tmp_path: Path) -> None:
    speed = {"claim": "flies at 95", "quantity": "95", "unit": "km/h", "kind": "performance"}
    book = ledger(
        tmp_path,
        row(attributed_to="K. Budanov (HUR)"),
        row(attributed_to="V. Skibitskyi (HUR)", **speed),
    )
    assert sorted(book.traced.members) == ["HUR 2031-05-10", "HUR 2031-05-10 (2)"]
    assert sorted(book.traced.members.values()) == [(0,), (1,)]
    assert len({r["origin"] for r in as_records(book)}) == 2


def test_a_ledger_that_is_a_mistake_is_refused_before_it_takes_minutes() -> None:
    from tests.assess.claims.made import claim

    with pytest.raises(ValueError, match=rf"at most {MOST_ROWS}"):
        trace([claim()] * (MOST_ROWS + 1))


def test_the_ledger_of_a_day_takes_neither_claims_nor_counts_of_later() -> None:
    day = date(2023, 12, 31)
    book = ledger_of(day=day, launches=read_launches(None, day))
    assert max(c.made_on for c in book.claims) <= day.isoformat()
    assert all("2024" not in c.what and "2025" not in c.what for c in book.checks.values())
    assert {r["row"] for r in as_records(book)} == {c.row for c in book.claims}


def test_drift_is_seen_and_costs_reliability() -> None:
    ledger = ledger_view.ledger_of()
    drifted = [c.row for c, d in zip(ledger.claims, ledger.drift, strict=True) if d]
    assert drifted == [4, 5]
    assert ledger.grades[3].reliability == ledger.grades[4].reliability == "E"
    assert "drifted" in ledger.traced.because[4]


def test_the_count_grades_a_forecast_that_missed_and_a_tally_that_held() -> None:
    ledger = ledger_view.ledger_of(launches=read_launches())
    by_row = {c.row: g.short for c, g in zip(ledger.claims, ledger.grades, strict=True)}
    assert by_row[32] == "C5"
    assert by_row[24] == "D1"
    assert by_row[9] == "C1"
    before = ledger_view.ledger_of(launches=read_launches(None, date(2025, 8, 1)))
    assert {c.row: g.credibility for c, g in zip(before.claims, before.grades, strict=True)}[32] != 5


def test_contradictions_and_denials_stay_visible() -> None:
    said = {"kind": "plan", "unit": "drones", "period": "2031"}
    yes = row(attributed_to="CSIS", quantity="700", **said)
    no = row(attributed_to="D. Peskov, Kremlin", quantity="", claim="denies that any drones are planned", **said)
    claims, _ = claims_from_rows([yes, no], "t")
    assert [c.denies for c in claims] == [False, True]
    grades = grade_all(claims, trace(claims))
    assert grades[0].credibility == 4
    ledger = ledger_view.ledger_of(launches=read_launches())
    pairs = {(ledger.claims[i].row, ledger.claims[j].row) for i, j in ledger_view.contradictions(ledger)}
    assert (27, 36) in pairs


def test_nothing_of_the_future_is_known_in_february_2023() -> None:
    ledger = ledger_view.ledger_of(day=date(2023, 2, 28))
    assert len(ledger.claims) == 11
    assert max(c.made_on for c in ledger.claims) <= "2023-02-28"
    assert "Wall Street Journal 2023-02-05" in ledger.traced.members
