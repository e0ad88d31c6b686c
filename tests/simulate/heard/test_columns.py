"""Columns of reports: taken, joined and rounded, they say what the records say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.simulate.heard.columns import (
    ABSENT,
    ReportColumns,
    SourceColumns,
    hundredths,
    join_reports,
    join_sources,
    records,
    written,
)

START_S = 1_790_000_000.0


def sources(*levels: float) -> SourceColumns:
    n = len(levels)
    absent = (np.full(n, np.nan) for _ in range(6))
    return SourceColumns(
        np.arange(n), np.arange(n), np.array(levels), *absent, np.tile([0.8, 0.04, 0.16], (n, 1))
    )  # fmt: skip


def reports(*counts: int, first_level: float = 50.0) -> ReportColumns:
    """Reports with so many sources each; the levels count on."""
    n = len(counts)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return ReportColumns(
        np.arange(n), np.arange(float(n)), np.arange(float(n)) + 0.5, np.full(n, 30.0), np.full(n, np.nan),
        np.full(n, np.nan), first, sources(*(first_level + np.arange(first[-1]))),
    )  # fmt: skip


def levels(batch: ReportColumns) -> list[list[float]]:
    ids = [f"S{k}" for k in range(9)]
    return [[s.level_db for s in r.sources] for r in records(batch, ids, START_S)]


def test_what_is_taken_keeps_its_own_sources() -> None:
    batch = reports(2, 0, 3, 1)
    assert levels(batch) == [[50.0, 51.0], [], [52.0, 53.0, 54.0], [55.0]]
    assert levels(batch.take(np.array([3, 0, 1]))) == [[55.0], [50.0, 51.0], []]
    assert len(batch.take(np.empty(0, np.int64))) == 0


def test_what_is_joined_is_one_after_another() -> None:
    one, other = reports(1, 2), reports(0, 1, first_level=70.0)
    assert levels(join_reports([one, other])) == levels(one) + levels(other)
    assert join_sources([one.sources, other.sources]).level_db.tolist() == [50.0, 51.0, 52.0, 70.0]


def test_a_record_is_rounded_and_lacks_what_is_absent() -> None:
    rows = sources(61.26)
    rows.tone_hz[0], rows.tone_sigma_hz[0] = 96.1234, 0.0001
    rows.azimuth_deg[0], rows.azimuth_sigma_deg[0] = 359.98, 4.04
    batch = ReportColumns(
        np.array([1]), np.array([2.00049]), np.array([2.75]), np.array([31.05]), np.array([31.123456]),
        np.array([50.0]), np.array([0, 1]), rows,
    )  # fmt: skip
    (report,) = records(batch, ["A", "B"], START_S)
    (source,) = report.sources
    assert report.sensor == "B"
    assert report.heard_at_s == START_S + 2.0
    assert (report.lon, report.lat) == (31.12346, 50.0)
    assert (source.level_db, source.tone_hz) == (61.3, 96.12)
    # A sigma is never rounded to certainty, nor an azimuth to the whole circle.
    assert source.tone_sigma_hz == 0.01
    assert source.azimuth_deg == 0.0
    assert source.elevation_deg is None


def test_noise_stays_within_what_a_report_may_say_and_absence_is_marked() -> None:
    batch = reports(0, 0)
    batch.noise_db[:] = [-80.0, 400.0]
    table = written(batch, START_S).reports
    assert table[:, 3].tolist() == [-500, 2000]
    assert np.all(table[:, 4:] == ABSENT)


def test_a_clock_before_the_calendar_shows_its_first_second() -> None:
    batch = reports(0)
    batch.heard_at_s[:] = -2.0 * START_S
    assert written(batch, START_S).reports[0, 1] == 0


@given(st.lists(st.tuples(*[st.floats(0.001, 1.0)] * 3), max_size=5))
def test_kinds_sum_to_a_hundred_and_are_off_by_a_hundredth_at_most_twice(rows: list[tuple[float, ...]]) -> None:
    kinds = np.array(rows).reshape(-1, 3)
    kinds /= kinds.sum(axis=1, keepdims=True)
    whole = hundredths(kinds)
    assert np.all(whole.sum(axis=1) == 100)
    assert np.all(np.abs(whole - 100.0 * kinds) <= 1.5 + 1e-9)


@pytest.mark.parametrize("which", [[True, False, True], [2, 0]])
def test_sources_are_taken_by_mask_or_by_number(which: list[bool] | list[int]) -> None:
    rows = sources(1.0, 2.0, 3.0)
    assert rows.take(np.array(which)).level_db.tolist() == ([1.0, 3.0] if which[0] is True else [3.0, 1.0])
