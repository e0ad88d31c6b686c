"""Launches read whole: the sums as published, months from days, and what the monthly table fills."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from forehear.assess.claims.checks import passed_on
from forehear.assess.launches.launches import (
    monthly_from_rows,
    read_launches,
    regime_on,
)
from forehear.assess.tables import parse_table
from forehear.errors import ConfigurationError, InputError

DATA = files("forehear.assess").joinpath("data")
LAUNCHES = read_launches()
END = date(2025, 12, 31)


def test_the_years_sum_as_published() -> None:
    years = {y: sum(d.launched or 0 for d in LAUNCHES.days if d.day.year == y) for y in (2022, 2023, 2024, 2025)}
    assert years == {2022: 409, 2023: 3123, 2024: 10970, 2025: 54702}
    assert passed_on(LAUNCHES.days, 6000) == date(2024, 7, 21)
    assert passed_on(LAUNCHES.days, 10**9) is None


def test_months_agree_with_their_table_and_know_their_regime() -> None:
    text = DATA.joinpath("shahed_monthly.csv").read_text(encoding="utf-8")
    table, _ = monthly_from_rows(parse_table(text, "m", ("month",)), "m")
    assert {m.month: m.launched for m in LAUNCHES.months} == {k: v[0] for k, v in table.items()}
    assert all(
        m.regime == table[m.month][1] == regime_on(date.fromisoformat(m.month + "-01")) for m in LAUNCHES.months
    )
    assert all(m.complete for m in LAUNCHES.months)


def test_what_a_regime_does_not_publish_is_unknown_not_zero() -> None:
    first = next(m for m in LAUNCHES.months if m.month == "2023-05")
    assert first.lost_location is None
    assert next(d for d in LAUNCHES.days if d.day == date(2023, 5, 28)).hit_locations is None


def test_as_of_sees_nothing_later() -> None:
    known = read_launches(None, date(2025, 7, 20))
    assert known.days[-1].day == date(2025, 7, 20)
    assert not known.months[-1].complete
    assert known.months[-2].complete


def copy_to(folder: Path) -> None:
    for name in ("shahed_daily.csv", "shahed_monthly.csv", "production_claims.csv"):
        (folder / name).write_bytes(DATA.joinpath(name).read_bytes())


def test_a_missing_column_row_or_file_is_named(tmp_path: Path) -> None:
    copy_to(tmp_path)
    assert read_launches(tmp_path).days == LAUNCHES.days
    (tmp_path / "shahed_daily.csv").write_text("report_date,rows,destroyed\n2025-01-01,1,5\n")
    with pytest.raises(ConfigurationError, match="column 'launched' is missing"):
        read_launches(tmp_path)
    (tmp_path / "shahed_daily.csv").write_text("report_date,rows,launched,destroyed\n")
    with pytest.raises(ConfigurationError, match="no rows"):
        read_launches(tmp_path)
    (tmp_path / "shahed_daily.csv").unlink()
    with pytest.raises(InputError, match="no such file"):
        read_launches(tmp_path)


def test_an_unknown_day_leaves_its_month_to_the_monthly_table(tmp_path: Path) -> None:
    copy_to(tmp_path)
    text = (tmp_path / "shahed_daily.csv").read_text().replace("2025-12-31,1,127,", "2025-12-31,1,-127,")
    (tmp_path / "shahed_daily.csv").write_text(text)
    known = read_launches(tmp_path, END)
    assert known.months[-1].launched == 5131
    assert any("2025-12: a day is unknown" in w for f in known.faults for w in f.warnings)
    assert "launched='-127'" in next(iter(known.faults[0].aside.values()))


def test_a_day_that_is_not_there_is_unknown_and_its_month_is_over_all_the_same(tmp_path: Path) -> None:
    copy_to(tmp_path)
    lines = (tmp_path / "shahed_daily.csv").read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("2025-12-10", "2025-06-03"))]
    (tmp_path / "shahed_daily.csv").write_text("\n".join(kept) + "\n")
    known = read_launches(tmp_path, END)
    assert known.months[-1].complete
    assert {m.month: m.launched for m in known.months} == {
        m.month: m.launched for m in LAUNCHES.months if m.month <= "2025-12"
    }
    monthly = (tmp_path / "shahed_monthly.csv").read_text().splitlines()
    (tmp_path / "shahed_monthly.csv").write_text(
        "\n".join(line for line in monthly if line[:7] != "2025-12") + "\n"
    )
    estimated = read_launches(tmp_path, END)
    assert estimated.months[-1].launched == round((5131 - 80) * 31 / 30)
    assert any("estimated" in w for f in estimated.faults for w in f.warnings)


def test_a_month_that_only_the_monthly_table_has_is_taken_from_it(tmp_path: Path) -> None:
    copy_to(tmp_path)
    lines = (tmp_path / "shahed_daily.csv").read_text().splitlines()
    (tmp_path / "shahed_daily.csv").write_text(
        "\n".join(line for line in lines if line[:7] < "2025-12" or line[0] == "r")
    )
    known = read_launches(tmp_path, date(2025, 12, 31))
    assert (known.months[-1].month, known.months[-1].launched) == ("2025-12", 5131)
    assert any("no day is known" in w for f in known.faults for w in f.warnings)
