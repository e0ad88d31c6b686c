"""The axis of months: places and back, years marked, logarithms in plain numbers."""

from collections.abc import Iterator

import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from tests.assess.report.stories import story

from forehear.assess.report.axes import at, draw_fan, mark_years, month_at, observed, plain_log, short_name

pytestmark = pytest.mark.slow


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_months_have_places() -> None:
    assert at("2022-09") == 0
    assert at("2023-09") == 12
    for month in ("2022-09", "2023-01", "2025-12", "2026-06"):
        assert month_at(at(month)) == month
    assert short_name(at("2023-09")) == "Sep 23"


def test_each_january_is_marked_with_its_year(axes: Axes) -> None:
    mark_years(axes, at("2023-01"), at("2025-06"))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2023", "2024", "2025"]
    assert [month_at(int(tick)) for tick in axes.get_xticks()] == ["2023-01", "2024-01", "2025-01"]


def test_a_logarithm_has_plain_numbers(axes: Axes) -> None:
    plain_log(axes, (30, 3000))
    assert axes.get_yscale() == "log"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["30", "3,000"]
    assert len(axes.yaxis.get_minorticklocs()) == 0


def test_a_fan_has_its_median_within_its_bands(axes: Axes) -> None:
    months = story().ahead.months
    draw_fan(axes, months, "launched")
    (line,) = axes.lines
    assert list(line.get_xdata()) == [at(m.month) for m in months]
    wide, narrow = (band.get_paths()[0].vertices[:, 1] for band in axes.collections)
    assert wide.min() < narrow.min() <= min(line.get_ydata())
    assert max(line.get_ydata()) <= narrow.max() < wide.max()


def test_only_complete_months_are_observed() -> None:
    launches = story().launches
    places, counts = observed(launches)
    assert sum(counts) == sum(m.launched or 0 for m in launches.months if m.complete)
    assert places == sorted(set(places))
