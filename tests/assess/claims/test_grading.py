"""Grades: echoes confirm nothing, and kinds are never mixed."""

from tests.assess.claims.rows import row

from forehear.assess.claims.grading import comparable, grade_all
from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.assess.claims.tracing import trace

CLAIMS, _, ROWS = read_claims()


def test_ten_echoes_confirm_nothing_and_one_other_origin_does() -> None:
    said = {"kind": "plan", "unit": "drones", "period": "2031", "quantity": "700"}
    echoes = [row(attributed_to="A. Brown, via WSJ", outlet=f"Sheet {i}", **said) for i in range(10)]
    claims, _ = claims_from_rows(echoes, "t")
    assert {g.credibility for g in grade_all(claims, trace(claims))} == {3}
    other = row(attributed_to="CSIS", outlet="CSIS", date_of_claim="2031-07-01", **said)
    claims, _ = claims_from_rows([*echoes, other], "t")
    assert {g.credibility for g in grade_all(claims, trace(claims))} == {2}


def test_kinds_are_never_mixed() -> None:
    plan, actual = claims_from_rows([row(kind="plan", period="2031"), row(kind="actual", period="2031")], "t")[0]
    assert not comparable(plan, actual)
