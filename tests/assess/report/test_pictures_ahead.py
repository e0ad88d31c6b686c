"""Pictures of what is to be expected: medians where the forecast has them, misses red, warnings in minutes."""

from collections.abc import Iterator

import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from tests.assess.report.stories import story

from forehear.assess.report.look import COUNTED, MISS
from forehear.assess.report.pictures_ahead import fan, hindcasts, raid_sizes, warning_times
from forehear.assess.report.words import inside


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def words(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_the_fan_writes_the_last_months_median_and_band() -> None:
    end = story().ahead.months[-1].launched
    assert words(fan(story()).axes[0]) == [f"{np.quantile(end, level):,.0f}" for level in (0.1, 0.5, 0.9)]


def test_the_fan_shows_two_years_of_bars() -> None:
    bars = fan(story()).axes[0].patches
    last = [m.launched for m in story().launches.months if m.complete][-24:]
    assert [bar.get_height() for bar in bars] == last


def test_a_month_outside_its_band_is_red() -> None:
    (hindcast,) = story().hindcasts
    axes = hindcasts(story()).axes[0]
    dots = [tuple(dot.get_facecolor()[0]) for dot in axes.collections if isinstance(dot, PathCollection)]
    held = [inside(m.launched, came) for m, (_, came, _) in zip(hindcast.made.months, hindcast.came, strict=True)]
    assert held == [True] + [False] * 11
    assert dots == [colors.to_rgba(COUNTED if one else MISS) for one in held]


def test_raid_sizes_have_the_past_and_the_months_ahead() -> None:
    raids, largest = raid_sizes(story()).axes
    past, ahead = largest.lines[:2]
    months = [m for m in story().launches.months if m.complete]
    assert list(past.get_ydata()) == [m.max_day for m in months]
    assert min(ahead.get_xdata()) == max(past.get_xdata()) + 1
    assert np.all(np.asarray(ahead.get_ydata()) >= np.asarray(raids.lines[1].get_ydata()))


def test_warnings_stand_in_minutes_and_unheard_heights_are_left_out() -> None:
    leads, heights = warning_times(story()).axes
    assert "confirmed  20.0" in words(leads)
    assert "confirmed  6.0" in words(leads)
    assert "first heard  25.0" in words(leads)
    assert "60 km deep" in leads.get_title(loc="left") + leads.get_title()
    for line in heights.lines:
        assert list(line.get_xdata()) == [300.0, 3000.0]
        assert list(line.get_ydata()) == [15.0, 15.0]
    assert "not heard" in words(heights)
