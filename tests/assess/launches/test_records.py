"""Regimes, months in their order, and the reporting error."""

from forehear.assess.launches.launches import (
    month_after,
    undercount,
)


def test_the_reporting_error_shrinks_over_the_years() -> None:
    assert undercount(2022) == (0.27, 0.27)
    assert [undercount(y)[1] for y in (2022, 2023, 2024, 2025, 2026)] == [0.27, 0.17, 0.06, 0.02, 0.02]


def test_months_follow_one_another() -> None:
    assert month_after("2025-12") == "2026-01"
    assert month_after("2025-01", 12) == "2026-01"
    assert month_after("2025-01", -1) == "2024-12"
