"""Levels against closed forms and against the energy on a sphere."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reference import wavefront

from forehear.air import level

MICRODECIBEL = 1e-6


@given(st.floats(1.0, 50_000.0), st.floats(0.0, 0.01))
def test_the_loss_is_that_of_energy_on_a_sphere(radius_m: float, absorption: float) -> None:
    received = float(level.received_level_db(120.0, radius_m, absorption))
    assert 120.0 - received == pytest.approx(wavefront.loss_db(radius_m, absorption), abs=MICRODECIBEL)


def test_nearer_than_a_metre_counts_as_a_metre() -> None:
    assert float(level.received_level_db(120.0, 0.0, 0.01)) == pytest.approx(119.99)


@given(st.lists(st.floats(-50.0, 150.0), min_size=1, max_size=20))
def test_a_sum_of_levels_is_the_level_of_the_summed_powers(levels: list[float]) -> None:
    powers = math.fsum(10.0 ** (one / 10.0) for one in levels)
    assert level.power_sum_db(levels) == pytest.approx(10.0 * math.log10(powers), abs=MICRODECIBEL)


def test_sums_of_levels_that_everybody_knows() -> None:
    assert level.power_sum_db([60.0, 60.0]) == pytest.approx(63.0103, abs=1e-4)
    assert level.power_sum_db([]) == -math.inf
    # A far louder one drowns the other without overflow.
    assert level.power_sum_db([4000.0, 0.0]) == 4000.0
    assert np.isfinite(level.power_sum_db([-4000.0, -4000.0]))


@given(st.floats(2.0, 20_000.0), st.floats(0.0, 0.01))
def test_the_gradient_is_the_slope(path_m: float, absorption: float) -> None:
    step = 1e-4 * path_m
    ahead, behind = (float(level.received_level_db(0.0, path_m + way, absorption)) for way in (step, -step))
    slope = float(level.level_gradient_db_per_m(path_m, absorption))
    assert slope == pytest.approx((ahead - behind) / (2.0 * step), rel=1e-6)


def test_a_source_that_approaches_is_louder_by_its_make_up() -> None:
    # Half of the speed of sound straight at the sensor doubles the pitch: 3.01 dB of power.
    assert float(level.convective_gain_db(2.0, 1.0)) == pytest.approx(3.0103, abs=1e-4)
    assert level.convective_gain_db([0.5, 1.0, 2.0], 0.5) == pytest.approx([-1.50515, 0.0, 1.50515], abs=1e-5)
