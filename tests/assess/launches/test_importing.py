"""Files of bulletins to a folder's tables: the package's own are made by it; nothing is lost or silently zero."""

import gzip
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from tests.assess.launches.bulletin_rows import public, row, written

from forehear.assess.launches.importing import Imported, import_bulletins, packaged_bulletins, write_tables
from forehear.assess.launches.launches import read_launches
from forehear.errors import ConfigurationError, InputError

DATA = files("forehear.assess").joinpath("data")
TODAY = date(2026, 11, 25)


def brought(folder: Path, *paths: Path, **words: bool | date) -> Imported:
    imported = import_bulletins(paths, folder, TODAY, **words)  # type: ignore[arg-type]
    write_tables(imported, folder)
    return imported


def test_the_packages_own_tables_are_made_by_it(tmp_path: Path) -> None:
    (tmp_path / "shahed_reports.csv.gz").write_bytes(DATA.joinpath("shahed_reports.csv.gz").read_bytes())
    imported = brought(tmp_path, tmp_path / "shahed_reports.csv.gz")
    assert imported.set_aside == ()
    assert imported.unknown_days == ()
    for name in ("shahed_daily.csv", "shahed_monthly.csv", "shahed_reports.csv.gz"):
        assert (tmp_path / name).read_bytes() == DATA.joinpath(name).read_bytes()
    assert imported.as_of == read_launches().as_of


def test_the_months_of_2026_are_as_counted_elsewhere() -> None:
    months = {m.month: m.launched for m in read_launches().months}
    assert [months[f"2026-0{k}"] for k in range(1, 6)] == [4488, 5079, 6493, 6583, 8152]


def test_new_rows_are_added_to_a_folder_whichever_heading_they_have(tmp_path: Path) -> None:
    first = written(tmp_path / "one.csv", row("2026-05-30"), row("2026-05-31"))
    brought(tmp_path / "d", first)
    second = written(tmp_path / "two.csv", public(row("2026-05-31")), public(row("2026-06-01", "25")))
    imported = brought(tmp_path / "d", second)
    assert (imported.merged.added, imported.merged.known) == (1, 1)
    assert (tmp_path / "d/shahed_daily.csv").read_text().splitlines()[-1] == "2026-06-01,1,25,4,,,21,,,"
    # The same again changes nothing.
    before = (tmp_path / "d/shahed_reports.csv").read_bytes()
    assert brought(tmp_path / "d", second).merged.added == 0
    assert (tmp_path / "d/shahed_reports.csv").read_bytes() == before


def test_the_packages_bulletins_can_come_first(tmp_path: Path) -> None:
    last = packaged_bulletins(TODAY)[0][-1].day
    imported = brought(tmp_path, written(tmp_path / "n.csv", row("2026-08-01")), with_packaged=True)
    assert imported.merged.added == 1
    assert imported.as_of == date(2026, 8, 1)
    assert len(imported.unknown_days) == (date(2026, 8, 1) - last).days - 1
    assert read_launches(tmp_path).days[-2].launched is None


def test_a_doubted_day_stays_unknown_when_the_folder_is_read_again(tmp_path: Path) -> None:
    bad = written(tmp_path / "b.csv", row("2026-05-01"), row("2026-05-02", "-7"), row("2026-05-03"))
    imported = brought(tmp_path / "d", bad)
    assert imported.unknown_days == (date(2026, 5, 2),)
    assert "row 2: launched='-7'" in imported.set_aside[0]
    later = brought(tmp_path / "d", written(tmp_path / "c.csv", row("2026-05-04")))
    assert later.unknown_days == (date(2026, 5, 2),)
    assert read_launches(tmp_path / "d").days[2].launched is None


def test_a_slip_in_a_date_does_not_draw_the_table_out(tmp_path: Path) -> None:
    slip = row("2027-05-03", time_start="2026-05-03 00:00")
    imported = brought(tmp_path / "d", written(tmp_path / "b.csv", row("2026-05-01"), slip))
    assert imported.as_of == date(2026, 5, 1)
    assert "row 2" in imported.set_aside[0]


def test_days_without_a_bulletin_that_count_as_zeros_are_named(tmp_path: Path) -> None:
    rows = [row(f"2026-05-{k:02d}") for k in range(1, 31) if k != 20]
    imported = brought(tmp_path / "d", written(tmp_path / "b.csv", *rows))
    assert "1 day has no bulletin, taken for no raid: 2026-05-20" in imported.warnings[-1]


def test_until_a_day_says_that_nothing_came_after(tmp_path: Path) -> None:
    one = written(tmp_path / "b.csv", row("2026-05-29"))
    imported = brought(tmp_path / "d", one, until=date(2026, 5, 31))
    assert imported.as_of == date(2026, 5, 31)
    assert read_launches(tmp_path / "d").days[-1].launched == 0
    with pytest.raises(ConfigurationError, match="--until 2026-05-28: a bulletin is of 2026-05-29"):
        import_bulletins([one], None, TODAY, date(2026, 5, 28))


def test_tables_without_their_bulletins_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "shahed_daily.csv").write_text("report_date,rows,launched,destroyed\n")
    with pytest.raises(InputError, match="would be overwritten"):
        brought(tmp_path, written(tmp_path / "b.csv", row("2026-05-29")))


def test_packed_bulletins_stay_packed_and_the_same_bytes(tmp_path: Path) -> None:
    source = written(tmp_path / "b.csv", row("2026-05-29"))
    (tmp_path / "shahed_reports.csv.gz").write_bytes(gzip.compress(source.read_bytes()))
    brought(tmp_path, source)
    first = (tmp_path / "shahed_reports.csv.gz").read_bytes()
    brought(tmp_path, source)
    assert (tmp_path / "shahed_reports.csv.gz").read_bytes() == first
    assert not (tmp_path / "shahed_reports.csv").exists()


def test_nothing_usable_is_refused_by_row(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no bulletin can be used"):
        brought(tmp_path, written(tmp_path / "b.csv", row("2026-05-29", "-1")))
