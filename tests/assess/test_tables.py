"""Tables from strangers: refused whole with every fault named, or row by row, and never read as something else."""

import gzip
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.assess.tables import MAX_FAULTS_SHOWN, TableFaults, parse_count, parse_day, parse_table, read_table
from forehear.errors import ConfigurationError, InputError

TEXT = "day,count\n2025-01-01,5\n2025-01-02,\n"


def read(folder: Path, data: bytes) -> list[dict[str, str]]:
    (folder / "t.csv").write_bytes(data)
    return read_table(folder / "t.csv", ("day", "count"))


def test_cells_are_stripped_and_short_rows_are_padded_with_nothing() -> None:
    rows = parse_table(" day , count\n 2025-01-01 , 5 \n2025-01-02\n", "t", ("day", "count"))
    assert rows == [{"day": "2025-01-01", "count": "5"}, {"day": "2025-01-02", "count": ""}]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        (TEXT + "\n,\n  , \n").encode(),
        b'"day","count"\n"2025-01-01","5"\n"2025-01-02",""\n',
    ],
)
def test_what_spreadsheets_write_is_one_table(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == parse_table(TEXT, "t", ())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfed\x00a\x00y\x00", "is not UTF-8 text: byte 0"),
        (gzip.compress(TEXT.encode(), mtime=0)[:-9], "cannot be read"),
        (gzip.compress(TEXT.encode(), mtime=0)[:12] + b"\x00" * 20, "cannot be read"),
        (b"\x1f\x8bnot a gzip", "cannot be read"),
        (b'day,count\n"2025-01-01,5\n', "is not a CSV table"),
        (b'day,count\n"2025-01-01"x,5\n', "is not a CSV table"),
        (b"day,count\n" + b"1" * 200_000 + b",5\n", "is not a CSV table"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_its_name(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, data)
    assert str(tmp_path / "t.csv") in str(caught.value)


def test_a_folder_and_nothing_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path, ())
    with pytest.raises(InputError, match="there is no such file"):
        read_table(tmp_path / "none.csv", ())


def test_every_missing_and_every_double_column_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_table("a,b,b,c,c\n", "t", ("day", "count", "a"))
    text = str(caught.value)
    for words in ("column 'day' is missing", "column 'count' is missing", "'b' appears more", "'c' appears more"):
        assert words in text
    assert "column 'a'" not in text


def test_an_empty_file_lacks_its_columns() -> None:
    with pytest.raises(ConfigurationError, match="column 'day' is missing"):
        parse_table("", "t", ("day",))
    assert parse_table("day\n", "t", ("day",)) == []


def test_a_thousand_faults_are_shown_by_fifty_and_a_number() -> None:
    faults = TableFaults("t")
    for number in range(1, 1001):
        faults.refuse(number, "day", "x", "must be a day")
    with pytest.raises(ConfigurationError) as caught:
        faults.raise_if_fatal()
    assert f"and {1000 - MAX_FAULTS_SHOWN} more" in str(caught.value)
    assert str(caught.value).count("must be a day") == MAX_FAULTS_SHOWN


def test_a_row_is_set_aside_for_its_first_reason_and_the_summary_counts_them() -> None:
    faults = TableFaults("t.csv")
    assert faults.summary() == ""
    faults.set_aside(7, "count", "x", "must be a number")
    faults.set_aside(7, "day", "y", "must be a day")
    assert faults.summary() == "t.csv: 1 row set aside; first: row 7: count='x': must be a number"
    faults.set_aside(2, "day", "y", "must be a day")
    assert faults.summary() == "t.csv: 2 rows set aside; first: row 2: day='y': must be a day"
    faults.raise_if_fatal()


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    ["", "2025-2-3", "2025-02-30", "25-02-03", "2025-02-03T00:00", " 2025-02-03", "٢٠٢٥-٠٢-٠٣", "0000-01-01"],
)
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    found = parse_day(text)
    # Digits of another script are digits: they may be read, but as the day that they write.
    assert found in (None, date(2025, 2, 3))
    assert found is None or not text.isascii()


@given(st.integers(-(10**6), 10**6))
def test_a_count_is_a_whole_number_from_zero_to_the_largest(value: int) -> None:
    assert parse_count(str(value), 1000) == (value if 0 <= value <= 1000 else None)


@pytest.mark.parametrize("text", ["", "12.5", "1e400", "nan", "inf", "-0.1", "12 drones", "1,000", "0x10"])
def test_what_is_no_count_is_none_and_never_zero(text: str) -> None:
    assert parse_count(text, 10_000) is None


@given(st.text())
def test_any_text_is_a_count_or_none(text: str) -> None:
    value = parse_count(text, 1000)
    assert value is None or 0 <= value <= 1000


@given(st.lists(st.lists(st.text(alphabet='ab",\n \t', max_size=5), max_size=4), max_size=5))
def test_any_cells_that_a_writer_wrote_come_back(cells: list[list[str]]) -> None:
    import csv
    import io

    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["a", "b", "c", "d"])
    writer.writerows(cells)
    rows = parse_table(stream.getvalue(), "t", ("a",))
    kept = [[cell.strip() for cell in row] for row in cells if any(cell.strip() for cell in row)]
    assert [list(row.values()) for row in rows] == [row + [""] * (4 - len(row)) for row in kept]


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
