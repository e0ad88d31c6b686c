"""Is "eight in ten" eight in ten? On wars that were never fought, of a law that is not the forecast's own."""

import numpy as np
import pytest

from forehear.assess.forecast.months import members, pool
from forehear.assess.forecast.series import Series

MONTHS = 30


def invented(seed: int, after: int) -> tuple[Series, float]:
    """A war of its own: months of growth and of standing still by turns, counted with Poisson's noise.

    Gives the series as it stood and what came `after` months later (log of launches per day).
    """
    rng = np.random.default_rng(seed)
    phase = np.repeat(rng.normal(0.02, 0.08, 12), rng.integers(2, 9, 12))[: MONTHS + after]
    level = np.log(rng.uniform(5.0, 60.0)) + np.cumsum(phase + rng.normal(0.0, 0.15, len(phase)))
    counts = rng.poisson(30.0 * np.exp(level[: MONTHS + after]))
    log_rate = np.log(np.maximum(counts, 0.5) / 30.0)
    from datetime import date

    from forehear.assess.launches.launches import days_in, month_after

    months = tuple(month_after("2022-10", k) for k in range(MONTHS))
    last = date(int(months[-1][:4]), int(months[-1][5:]), days_in(months[-1]))
    seen = log_rate[:MONTHS]
    series = Series(months, seen, np.full(MONTHS, 30.0), 30.0 * np.exp(seen), (0, 0), last)
    return series, float(log_rate[MONTHS + after - 1])


@pytest.mark.parametrize("after", [1, 3])
def test_the_band_of_eight_in_ten_holds_about_eight_in_ten(after: int) -> None:
    held, below = [], []
    for seed in range(60):
        series, came = invented(seed, after)
        drawn = pool(members(series, (), after), MONTHS)[:, after - 1]
        low, high = np.quantile(drawn, (0.1, 0.9))
        held.append(low <= came <= high)
        below.append(came < np.median(drawn))
    # Sixty wars: a true 0.8 shows as 0.68 to 0.92 in 99 of 100, a true half of medians as 0.33 to 0.67.
    assert 0.68 <= np.mean(held) <= 0.95
    assert 0.33 <= np.mean(below) <= 0.67


def test_a_war_that_jumps_breaks_the_band_as_it_must() -> None:
    # The control: the same bands, asked of what came with a factor of five on it.
    held = []
    for seed in range(20):
        series, came = invented(seed, 1)
        low, high = np.quantile(pool(members(series, (), 1), MONTHS)[:, 0], (0.1, 0.9))
        held.append(low <= came + np.log(5.0) <= high)
    assert np.mean(held) <= 0.1
