"""Tables from strangers: what cannot be used is refused whole, and every fault has its row and column."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from forehear.assess.tables import MAX_FAULTS_SHOWN, TableFaults, parse_count, parse_day, parse_table, read_table
from forehear.errors import ConfigurationError, InputError


def test_rows_are_stripped_padded_and_counted_without_blank_lines() -> None:
    rows = parse_table("a , b\n 1 ,2\n\n,\n3\n", "t", ("a", "b"))
    assert rows == [{"a": "1", "b": "2"}, {"a": "3", "b": ""}]


def test_all_faults_of_a_header_and_its_rows_are_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_table("a,a\n1,2\n1,2,3\n", "t", ("a", "day"))
    assert list(caught.value.faults) == [
        "column 'day' is missing; the table has: a, a",
        "column 'a' appears more than once",
        "row 2: 3 cells under 2 columns",
    ]


def test_what_is_no_csv_is_refused() -> None:
    with pytest.raises(InputError, match="is not a CSV table"):
        parse_table('a\n"1"2\n', "t", ("a",))


def test_a_byte_order_mark_and_a_gzip_are_read_and_a_broken_gzip_refused(tmp_path: Path) -> None:
    plain, packed, cut = (tmp_path / name for name in ("p.csv", "g.csv.gz", "c.csv.gz"))
    plain.write_text("a\n1\n", encoding="utf-8-sig")
    packed.write_bytes(gzip.compress(b"a\n1\n"))
    cut.write_bytes(gzip.compress(b"a\n1\n")[:-9])
    assert read_table(plain, ("a",)) == read_table(packed, ("a",)) == [{"a": "1"}]
    with pytest.raises(InputError, match="cannot be read"):
        read_table(cut, ("a",))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-02-28", date(2025, 2, 28)),
        ("2025-02-29", None),
        ("2024-02-29", date(2024, 2, 29)),
        ("2025-2-28", None),
        (" 2025-02-28", None),
        ("2025-02-28T00:00", None),
        ("", None),
    ],
)
def test_a_day_is_read_strictly(text: str, day: date | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("17", 17), ("17.0", 17), ("100", 100), ("101", None), ("-1", None), ("1.5", None), ("", None),
     ("nan", None), ("inf", None), ("many", None)],
)  # fmt: skip
def test_a_count_is_a_whole_number_within_its_bounds(text: str, count: int | None) -> None:
    assert parse_count(text, 100.0) == count


def test_a_row_is_set_aside_for_its_first_reason_and_summed_up_in_a_line() -> None:
    faults = TableFaults("t")
    assert faults.summary() == ""
    faults.set_aside(4, "b", "y", "second row")
    faults.set_aside(2, "a", "x", "first")
    faults.set_aside(2, "a", "x", "another")
    assert faults.summary() == "t: 2 rows set aside; first: row 2: a='x': first"


def test_a_thousand_faults_are_shown_as_fifty_and_a_number() -> None:
    faults = TableFaults("t")
    faults.raise_if_fatal()
    for row in range(1000):
        faults.refuse(row, "a", "x", "no")
    with pytest.raises(ConfigurationError) as caught:
        faults.raise_if_fatal()
    assert len(caught.value.faults) == MAX_FAULTS_SHOWN + 1
    assert caught.value.faults[-1] == f"... and {1000 - MAX_FAULTS_SHOWN} more"
