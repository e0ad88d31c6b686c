"""Grades: each letter and each figure by its rule, and none that an echo could raise."""

import pytest
from tests.assess.claims.made import claim, claims, row

from forehear.assess.claims.grading import comparable, drifted, grade_all, rate_of, variant_of
from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.assess.claims.tracing import trace

SAID = {"kind": "plan", "unit": "drones", "period": "2031", "quantity": "700"}
CLAIMS = read_claims()[0]


def grades(*rows: dict[str, str], seen: dict[int, bool] | None = None) -> list[str]:
    """Grade rows as one ledger."""
    made = claims(*rows)
    return [grade.short for grade in grade_all(made, trace(made), seen)]


def letter(**cells: str) -> str:
    """Give the reliability of one row alone."""
    return grades(row(**cells))[0][0]


@pytest.mark.parametrize(
    ("cells", "reliability"),
    [
        ({}, "F"),
        ({"attributed_to": "  "}, "F"),
        ({"attributed_to": "somebody"}, "F"),
        ({"attributed_to": "US Treasury"}, "A"),
        ({"attributed_to": "CSIS", "verified_here": "full text"}, "B"),
        ({"attributed_to": "CSIS"}, "C"),
        # Through a medium an institute is at second hand, whatever was read of the medium.
        ({"attributed_to": "CSIS via WSJ", "verified_here": "full text"}, "D"),
        ({"attributed_to": "leaked papers"}, "C"),
        ({"attributed_to": "V. Skibitskyi (HUR)"}, "C"),
        ({"attributed_to": "HUR"}, "D"),
        ({"attributed_to": "officials via WSJ", "outlet": "Lake Star"}, "D"),
    ],
)
def test_the_letter_is_of_the_source_as_it_reached_us(cells: dict[str, str], reliability: str) -> None:
    assert letter(**cells) == reliability


def test_a_party_to_the_war_stands_no_higher_than_c_on_its_own_numbers() -> None:
    for words in ("full text", "full text, twice"):
        assert letter(attributed_to="K. Budanov (HUR)", verified_here=words) == "C"


def test_words_that_drifted_cost_the_letter() -> None:
    echo = {
        "attributed_to": "officials via WSJ",
        "kind": "plan",
        "claim": "at least 700 craft",
        "quantity": ">=700",
    }
    rows = [row(**echo, outlet=f"Sheet {i}") for i in range(3)]
    rows.append(row(**(echo | {"quantity": "<=700", "claim": "up to 700 craft"}), outlet="Sheet 9"))
    made = claims(*rows)
    traced = trace(made)
    assert len(traced.members) == 1
    assert drifted(made, traced) == [False, False, False, True]
    assert [g.reliability for g in grade_all(made, traced)] == ["D", "D", "D", "E"]


def test_of_two_tellings_nobody_can_say_which_drifted() -> None:
    rows = [row(attributed_to="WSJ", kind="plan", quantity=q, outlet=f"Sheet {q}") for q in (">=700", "<=700")]
    made = claims(*rows)
    assert drifted(made, trace(made)) == [False, False]


@pytest.mark.parametrize(
    ("unit", "rate"),
    [("drones/year", "year"), ("drones per month", "month"), ("drones/day", "day"), ("drones/night", "night"),
     ("drones a week", "week"), ("USD/unit", "unit"), ("annual output", "year"), ("drones total", "total"),
     ("", "total")],
)  # fmt: skip
def test_a_rate_is_what_the_number_is_counted_over(unit: str, rate: str) -> None:
    assert rate_of(claim(unit=unit)) == rate


@pytest.mark.parametrize(
    ("unit", "variant", "name"),
    [("decoys", "", "decoy"), ("drones", "Gerbera", "decoy"), ("drones", "Geran-3 jet", "jet"),
     ("drones", "Shahed-238", "jet"), ("drones of all types", "", "all"), ("drones", "Garpiya-A1", "garpiya"),
     ("drones", "Geran-2", "propeller"), ("drones", "", "propeller")],
)  # fmt: skip
def test_what_flies_is_named_apart(unit: str, variant: str, name: str) -> None:
    assert variant_of(claim(unit=unit, variant=variant)) == name


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({}, True),
        ({"kind": "actual"}, False),
        ({"unit": "USD"}, False),
        ({"unit": "drones/month"}, False),
        ({"variant": "Gerbera"}, False),
        ({"period": "2032"}, False),
        ({"period": ""}, False),
        # Another number of the same thing is what a comparison is for.
        ({"quantity": "900"}, True),
    ],
)
def test_only_one_thing_is_compared_with_itself(other: dict[str, str], same: bool) -> None:
    one, two = claims(row(**SAID), row(**(SAID | other)))
    assert comparable(one, two) == comparable(two, one) == same


def test_what_a_type_can_do_does_not_expire_with_its_year() -> None:
    one, two = claims(
        row(kind="performance", unit="km/h", period="2022"), row(kind="performance", unit="km/h", period="2025")
    )
    assert comparable(one, two)


def test_the_figure_counts_other_origins_and_what_they_say() -> None:
    alone = row(attributed_to="CSIS", **SAID)
    agrees = row(attributed_to="US Treasury", **SAID)
    differs = row(attributed_to="US Treasury", **(SAID | {"quantity": "90"}))
    third = row(attributed_to="RUSI", **SAID)
    assert grades(alone)[0][1] == "3"
    assert grades(alone, agrees)[0][1] == "2"
    assert grades(alone, agrees, third)[0][1] == "1"
    assert grades(alone, differs)[0][1] == "4"
    # One for and one against is no confirmation.
    assert grades(alone, third, differs)[0][1] == "4"


def test_no_number_cannot_be_judged() -> None:
    assert grades(row(attributed_to="CSIS", quantity="", claim="many craft", kind="plan"))[0][1] == "6"


def test_what_was_counted_outweighs_what_anybody_said() -> None:
    rows = [row(attributed_to="CSIS", **SAID), row(attributed_to="US Treasury", **SAID)]
    assert [g[1] for g in grades(*rows, seen={1: False})] == ["5", "2"]
    assert [g[1] for g in grades(*rows, seen={1: True, 2: False})] == ["1", "5"]


def test_a_grade_says_both_rules_that_gave_it() -> None:
    made = claims(row(attributed_to="US Treasury", **SAID))
    because = grade_all(made, trace(made))[0].because
    assert because == "A: a public record of who acted; 3: no other origin speaks of the same thing and time"


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
