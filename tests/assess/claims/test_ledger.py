"""A ledger from a stranger: kinds from words, hostile cells, days that cut it off."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.claims.made import claim, claims, row

from forehear.assess.claims.ledger import (
    COLUMNS,
    KINDS,
    as_of,
    claims_from_rows,
    kind_of,
    quantity_of,
    read_claims,
)
from forehear.errors import ConfigurationError, InputError

HERE = Path(__file__).parent
CLAIMS = read_claims()[0]


@pytest.mark.parametrize(
    ("text", "unit", "kind"),
    [
        ("a general predicts 2,000 in one night by winter", "", "forecast"),
        ("Geran-3 speed 550-600", "km/h", "performance"),
        ("per unit price of the first lot", "", "price"),
        ("one costs 50,000", "USD", "cost"),
        ("half of them are decoys", "%", "share"),
        ("contract for 6,000 signed", "", "contract"),
        ("plans to make 6,000", "", "plan"),
        ("able to make 310 a month", "", "capacity"),
        ("540 launched since September", "", "observed"),
        ("300 airframes assembled", "", "actual"),
    ],
)
def test_an_empty_kind_is_taken_from_the_words_and_says_so(text: str, unit: str, kind: str) -> None:
    assert kind_of("", text, unit) == (kind, "from its words")


def test_a_kind_that_is_given_stands_against_the_words() -> None:
    assert kind_of(" Plan ", "540 launched", "") == ("plan", "given")
    assert kind_of("plan + actual", "", "") == ("plan+actual", "given")
    assert kind_of("plan+plan", "", "") == ("plan", "given")
    assert kind_of("", "no word at all", "") == ("actual", "by default: no word tells")


@pytest.mark.parametrize("column", ["rumour", "plan+rumour", "+", "plan+"])
def test_a_kind_that_is_none_is_refused_with_all_that_are_allowed(column: str) -> None:
    with pytest.raises(ValueError, match=r"allowed: plan, capacity") as caught:
        kind_of(column, "", "")
    assert all(kind in str(caught.value) for kind in KINDS)


@pytest.mark.parametrize(
    "text", ["denies that drones are made", "the claim is baseless", "Moscow rejected it", "that is not true"]
)
def test_a_denial_is_known_by_its_words(text: str) -> None:
    assert claim(claim=text).denies


@pytest.mark.parametrize("text", ["works to make 700 craft", "the Denver works make 700"])
def test_a_statement_is_no_denial(text: str) -> None:
    assert not claim(claim=text).denies


def test_every_fault_of_a_row_is_one_row_set_aside_for_its_first_reason() -> None:
    read, faults = claims_from_rows([row(date_of_claim="", claim="", quantity="x", kind="rumour")], "t")
    assert read == ()
    assert list(faults.aside) == [1]
    assert faults.aside[1] == "row 1: date_of_claim='': a claim needs its date, YYYY-MM-DD"


@given(
    st.lists(
        st.fixed_dictionaries(
            dict.fromkeys(("date_of_claim", "claim", "quantity", "kind", "unit", "period"), st.text(max_size=12))
        ),
        max_size=6,
    )
)
def test_a_row_of_anything_is_read_or_set_aside_and_the_others_keep_their_numbers(
    cells: list[dict[str, str]],
) -> None:
    rows = [row(), *(row(**some) for some in cells), row()]
    read, faults = claims_from_rows(rows, "t")
    kept = {c.row for c in read}
    assert kept | set(faults.aside) == set(range(1, len(rows) + 1))
    assert not kept & set(faults.aside)
    assert {1, len(rows)} <= kept
    for c in read:
        quantity = quantity_of(c)
        assert quantity.low is None or quantity.high is None or quantity.low <= quantity.high


def test_a_ledger_survives_quotes_commas_newlines_and_spreadsheet_formulas(tmp_path: Path) -> None:
    nasty = 'says "700", or\nmore; =HYPERLINK("x"), <script>alert(1)</script>'
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerow({name: row(claim=nasty)[name] for name in COLUMNS})
    (tmp_path / "c.csv").write_text(text.getvalue(), encoding="utf-8")
    read, faults, count = read_claims(tmp_path / "c.csv")
    assert (count, faults.aside) == (1, {})
    # As it was said: what shows it has to make it harmless.
    assert read[0].text == nasty


def test_a_row_with_more_cells_than_columns_makes_the_table_unusable(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(",".join(COLUMNS) + "\n" + ",".join(["x"] * 12) + "\n")
    with pytest.raises(ConfigurationError, match="row 1: 12 cells under 9 columns"):
        read_claims(tmp_path / "c.csv")


def test_the_day_cuts_off_what_was_published_later() -> None:
    made = claims(row(date_of_claim="2031-05-09"), row(), row(date_of_claim="2031-05-11"))
    assert [c.row for c in as_of(made, date(2031, 5, 10))] == [1, 2]
    assert as_of(made, None) == made
    assert as_of(made, date(2014, 1, 1)) == ()


@pytest.mark.parametrize("column", ["many", "10-5", "-3", "6000 or so", "1e400", "nan"])
def test_a_quantity_that_is_none_is_refused_with_what_is_allowed(column: str) -> None:
    claims, faults = claims_from_rows([row(quantity=column)], "t")
    assert not claims
    assert "row 1: quantity=" in faults.aside[1]


def test_the_label_column_changes_nothing(tmp_path: Path) -> None:
    text = (HERE.parents[2] / "src/forehear/assess/data/production_claims.csv").read_text(encoding="utf-8")
    assert "origin_id" not in text.splitlines()[0]
    lines = list(csv.reader(text.splitlines()))
    with (tmp_path / "c.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([lines[0] + ["origin_id"], *([*cells, "all one"] for cells in lines[1:])])
    claims, _, _ = read_claims(tmp_path / "c.csv")
    assert claims == CLAIMS


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"date_of_claim": ""}, "date_of_claim"),
        ({"date_of_claim": "12 May"}, "date_of_claim"),
        ({"date_of_claim": "2031-02-30"}, "date_of_claim"),
        ({"date_of_claim": "1031-02-03"}, "date_of_claim"),
        ({"claim": ""}, "claim"),
        ({"kind": "rumour"}, "kind"),
        ({"quantity": "9e99"}, "quantity"),
    ],
)
def test_a_bad_row_is_set_aside_and_named_and_the_rest_goes_on(cells: dict[str, str], column: str) -> None:
    claims, faults = claims_from_rows([row(), row(**cells), row()], "t")
    assert [c.row for c in claims] == [1, 3]
    assert faults.aside[2].startswith(f"row 2: {column}=")
    assert "1 row set aside" in faults.summary()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("claim,quantity\nx,1\n")
    with pytest.raises(ConfigurationError, match="column 'date_of_claim' is missing"):
        read_claims(tmp_path / "c.csv")
    with pytest.raises(InputError, match="no such file"):
        read_claims(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00bad")
    with pytest.raises(InputError, match="UTF-8"):
        read_claims(tmp_path / "b.csv")
