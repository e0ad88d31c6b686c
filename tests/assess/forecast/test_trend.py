"""The peers: a line drawn on, and never to nothing."""

import numpy as np
import pytest

from forehear.assess.forecast.series import series_of
from forehear.assess.forecast.trend import simulate_peer, trend_point
from forehear.assess.launches.launches import read_launches

LAUNCHES = read_launches()
SERIES = series_of(LAUNCHES)


def test_the_trend_draws_its_line_on_and_never_to_nothing() -> None:
    assert trend_point(np.array([10.0, 20.0, 30.0]), 2) == pytest.approx(50.0)
    assert trend_point(np.array([30.0, 20.0, 10.0]), 5) == pytest.approx(3.0)
    assert trend_point(np.array([7.0]), 3) == pytest.approx(7.0)
    assert simulate_peer(SERIES.log_rate, 2, "persistence", 100, np.random.default_rng(0)).shape == (100, 2)
