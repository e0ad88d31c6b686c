"""Tables from bulletins: sums, empty where unknown; read again they are the same days and months."""

from datetime import date

from tests.assess.launches.bulletin_rows import row

from forehear.assess.launches.bulletins import bulletins_from_rows
from forehear.assess.launches.tables import DAILY_COLUMNS, MONTHLY_COLUMNS, daily_from_rows, monthly_from_rows
from forehear.assess.launches.writing import bulletins_text, daily_text, days_of, monthly_text
from forehear.assess.tables import parse_table

TODAY = date(2026, 11, 25)


def daily(
    *rows: dict[str, str], unknown: frozenset[date] = frozenset(), last: date = date(2024, 6, 30)
) -> list[str]:
    bulletins, _ = bulletins_from_rows(rows, "b.csv", TODAY)
    return daily_text(days_of(bulletins, unknown, last)).splitlines()


def test_two_windows_of_a_day_are_one_and_a_part_nobody_told_is_empty() -> None:
    lines = daily(
        row("2024-06-01", "7", destroyed="5", lost_location="1"),
        row("2024-06-01", "20", destroyed="11", target="Sumy oblast"),
    )
    assert lines[1] == "2024-05-31,0,0,0,,,,,,"
    assert lines[2] == "2024-06-01,2,27,16,1,,10,,,"
    assert lines[3] == "2024-06-02,0,0,0,,,,,,"
    assert len(lines) == 32


def test_a_doubted_bulletin_makes_its_day_unknown_and_so_does_a_gap() -> None:
    lines = daily(
        row("2024-06-01", "7"), row("2024-06-02", "-1"), row("2024-06-02", "5", target="Sumy oblast"),
        unknown=frozenset({date(2024, 6, 3)}),
    )  # fmt: skip
    assert lines[3] == "2024-06-02,2,,,,,,,,"
    assert lines[4] == "2024-06-03,0,,,,,,,,"


def test_a_month_that_lacks_a_day_has_no_number_and_one_not_over_is_not_there() -> None:
    rows = [row("2024-06-01", "7"), row("2024-07-01", "-1"), row("2024-07-02", "9"), row("2024-08-05", "3")]
    bulletins, _ = bulletins_from_rows(rows, "b.csv", TODAY)
    summed = days_of(bulletins, frozenset(), date(2024, 8, 20))
    table = parse_table(monthly_text(summed), "m", MONTHLY_COLUMNS)
    assert [(r["month"], r["launched"], r["max_day"], r["cumulative_launched"]) for r in table] == [
        ("2024-05", "0", "0", "0"), ("2024-06", "7", "7", "7"), ("2024-07", "", "9", ""),
    ]  # fmt: skip
    assert [r["reporting_regime"] for r in table] == [
        "destroyed_only",
        "destroyed_only",
        "destroyed+lost_separate",
    ]
    assert table[1]["lost_location"] == ""


def test_shares_are_of_what_they_are_shares_of() -> None:
    rows = [
        row("2025-09-01", "100", destroyed="70", lost_location="5", still_attacking="5", hit_locations="10",
            shahed_among_launched="60"),
        row("2025-09-02", "100", destroyed="90"),
    ]  # fmt: skip
    bulletins, _ = bulletins_from_rows(rows, "b.csv", TODAY)
    table = parse_table(monthly_text(days_of(bulletins, frozenset(), date(2025, 9, 30))), "m", MONTHLY_COLUMNS)
    month = table[-1]
    assert month["neutralised_share"] == "0.825"
    assert month["unaccounted"] == "30"
    assert month["unaccounted_share"] == "0.15"
    assert month["hit_locations_per_launched"] == "0.05"
    assert month["shahed_share_where_reported"] == "0.6"
    assert month["days_with_report"] == "2"


def test_what_is_written_can_be_read_and_bulletins_are_the_same_again() -> None:
    rows = [row("2024-06-01", "7"), row("2024-06-02", "-1"), row("2024-06-03", "5", source='a, "b"')]
    bulletins, _ = bulletins_from_rows(rows, "b.csv", TODAY)
    summed = days_of(bulletins, frozenset(), date(2024, 6, 30))
    days, faults = daily_from_rows(parse_table(daily_text(summed), "d", DAILY_COLUMNS), "d")
    assert [d.launched for d in days[1:4]] == [7, None, 5]
    assert not faults.aside
    months, _ = monthly_from_rows(parse_table(monthly_text(summed), "m", MONTHLY_COLUMNS), "m")
    assert months["2024-06"] == (None, "destroyed_only", 2)
    again, _ = bulletins_from_rows(parse_table(bulletins_text(bulletins), "b.csv", ()), "b.csv", TODAY)
    assert again == bulletins
