"""The series that models see: a rate a day, unknown months bridged, nothing of an unfinished month."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from forehear.assess.forecast.series import HALF_A_DRONE, series_of
from forehear.assess.launches.records import REGIMES, Day, Launches, Month, days_in
from forehear.errors import InputError

AS_OF = date(2031, 6, 10)


def month(name: str, launched: int | None) -> Month:
    return Month(name, launched, days_in(name), True, REGIMES[-1])


def made(*launched: int | None) -> Launches:
    """Months from January 2031 on, and June begun with 10 launches on each of ten days."""
    months = [month(f"2031-{k + 1:02d}", count) for k, count in enumerate(launched)]
    days = tuple(Day(date(2031, 6, 1) + timedelta(k), 10) for k in range(10))
    return Launches(days, tuple(months), AS_OF)


def test_rates_are_a_day_whatever_the_length_of_the_month() -> None:
    series = series_of(made(310, 280, 310, 300, 310))
    np.testing.assert_allclose(np.exp(series.log_rate), 10.0)
    np.testing.assert_allclose(series.launched, [310, 280, 310, 300, 310])


def test_an_unknown_month_is_bridged_on_the_log_scale() -> None:
    series = series_of(made(310, None, 31_000, 30_000, 31_000))
    # Between 10 and 1000 a day lies 100.
    assert math.exp(series.log_rate[1]) == pytest.approx(100.0)
    assert series.launched[1] == pytest.approx(2800.0)
    assert series.raid_days[1] == 1.0


def test_a_month_without_launches_has_a_logarithm() -> None:
    series = series_of(made(310, 0, 310))
    assert series.log_rate[1] == pytest.approx(math.log(HALF_A_DRONE / 28.0))


def test_what_has_begun_is_kept_apart() -> None:
    series = series_of(made(310, 280, 310, 300, 310))
    assert series.months[-1] == "2031-05"
    assert series.partial == (100, 10)


def test_a_cut_knows_its_own_end_and_nothing_begun() -> None:
    cut = series_of(made(310, 280, 310, 300, 310)).cut(2)
    assert cut.months == ("2031-01", "2031-02")
    assert cut.as_of == date(2031, 2, 28)
    assert cut.partial == (0, 0)
    assert len(cut.log_rate) == len(cut.raid_days) == len(cut.launched) == 2


def test_too_few_months_are_refused_with_the_number_needed() -> None:
    with pytest.raises(InputError, match="2 complete months are known on 2031-06-10; a forecast needs 3"):
        series_of(made(310, None, 280))
