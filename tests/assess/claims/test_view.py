"""The ledger as it is read: grades beside the count, drift, contradictions, and the knowledge of a day."""

from datetime import date

from tests.assess.claims.rows import row

from forehear.assess.claims import view as ledger_view
from forehear.assess.claims.grading import grade_all
from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.assess.claims.tracing import trace
from forehear.assess.launches.launches import read_launches

CLAIMS, _, ROWS = read_claims()


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
