"""The table of claims: a bad row is set aside and named, and nothing but its columns is read."""

import csv
from pathlib import Path

import pytest
from tests.assess.claims.rows import row

from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.errors import ConfigurationError, InputError

HERE = Path(__file__).parent
CLAIMS, _, ROWS = read_claims()


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
