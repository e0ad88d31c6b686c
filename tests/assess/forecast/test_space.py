"""The level with its drift: scales are inverse, the steady stays and the growing grows."""

import numpy as np
import pytest

from forehear.assess.forecast.space import from_scale, simulate_space, to_scale


def test_scales_are_inverse() -> None:
    values = np.log(np.array([3.0, 9.0, 40.0, 180.0]))
    for power in (0.0, 0.5, 1.0):
        scaled, level = to_scale(values, power)
        np.testing.assert_allclose(from_scale(scaled, power, level), values, rtol=1e-12)


def test_a_steady_series_is_forecast_to_stay_and_a_growing_one_to_grow() -> None:
    rng = np.random.default_rng(3)
    raids = np.full(36, 30.0)
    steady = simulate_space(5.0 + 0.05 * rng.standard_normal(36), raids, 3, 0.0, 2000, np.random.default_rng(1))
    growing = simulate_space(1.0 + 0.1 * np.arange(36.0), raids, 3, 0.0, 2000, np.random.default_rng(1))
    assert np.median(steady[:, 2]) == pytest.approx(5.0, abs=0.15)
    assert np.median(growing[:, 2]) == pytest.approx(1.0 + 0.1 * 38, abs=0.15)
    # Known noise, known spread: a month ahead the steady one scatters by 5 % and what is not known of it.
    assert 0.05 < np.std(steady[:, 0]) < 0.25
