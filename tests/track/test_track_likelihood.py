"""What a sensor should hear of a state: against marched wavefronts, differences, and scipy's truncated normal."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm, truncnorm
from tests.reference import wavefront
from tests.track.flights import blank_row

from forehear.track.associate.detection import hearing_probability
from forehear.track.estimate.measurement import (
    CONVECTION_DB,
    FASTEST_MACH,
    NEAREST_M,
    detected_level,
    emission_delay,
    predict_heard,
    predict_measurement,
    wrapped,
)
from forehear.track.layout import MEASURED, STATES

Array = NDArray[np.float64]

SOUND_MPS = 340.0
MICROSECOND = 1e-6
MICRODECIBEL = 1e-6
MILLIDEGREE = math.radians(1e-3)
# The marcher reads pitch off two crests two milliseconds apart: their rounding is what is left.
PITCH = 1e-7


def geometries(n: int, seed: int) -> list[tuple[Array, float, Array, Array]]:
    """State, seconds to the hearing, sensor, air: within 12 km, to 200 m/s, wind to 25 m/s, never too near."""
    rng = np.random.default_rng(seed)
    out: list[tuple[Array, float, Array, Array]] = []
    while len(out) < n:
        x = np.empty(STATES)
        x[:2], x[2] = rng.uniform(-12_000.0, 12_000.0, 2), rng.uniform(100.0, 3000.0)
        x[3:5], x[5] = rng.uniform(-200.0, 200.0, 2), rng.uniform(-20.0, 20.0)
        x[6], x[7] = rng.uniform(100.0, 135.0), math.log(rng.uniform(40.0, 300.0))
        air = np.array([rng.uniform(315.0, 350.0), *rng.uniform(-17.0, 17.0, 2), rng.uniform(1e-4, 3e-3)])
        dt = rng.uniform(-5.0, 25.0)
        sensor = np.array([*rng.uniform(-300.0, 300.0, 2), rng.uniform(0.0, 40.0)])
        u = x[3:6] - np.array([air[1], air[2], 0.0])
        r = x[:3] + x[3:6] * dt - sensor
        if np.linalg.norm(u) < 0.8 * air[0] and np.linalg.norm(r) > 3000.0:
            out.append((x, dt, sensor, air))
    return out


def predicted(x: Array, dt: float, row: Array, air: Array) -> tuple[Array, Array, float]:
    h, jacobian = np.full(MEASURED, np.nan), np.full((MEASURED, STATES), np.nan)
    delay = predict_measurement(x, dt, row, air, h, jacobian)
    return h, jacobian, delay


@pytest.mark.parametrize("case", range(40))
def test_prediction_is_what_a_marched_wavefront_says(case: int) -> None:
    x, dt, sensor, air = geometries(40, 1)[case]

    def motion(t: float) -> wavefront.Vector:
        return (x[0] + x[3] * t, x[1] + x[4] * t, x[2] + x[5] * t)

    heard = wavefront.arrival(motion, dt, tuple(sensor), (air[1], air[2], 0.0), air[0])  # type: ignore[arg-type]
    h, _, delay = predicted(x, dt, blank_row(sensor, dt), air)
    assert delay == pytest.approx(heard.delay_s, abs=MICROSECOND)
    assert math.exp(h[1] - x[7]) == pytest.approx(heard.pitch, rel=PITCH)
    level = x[6] - wavefront.loss_db(heard.radius_m, air[3]) + CONVECTION_DB * math.log(heard.pitch)
    assert h[0] == pytest.approx(level, abs=MICRODECIBEL)
    azimuth, elevation = (math.radians(a) for a in wavefront.azimuth_elevation_deg(heard.direction))
    assert wrapped(h[2] - azimuth) == pytest.approx(0.0, abs=MILLIDEGREE)
    assert h[3] == pytest.approx(elevation, abs=MILLIDEGREE)


def test_prediction_without_the_wind_is_told_apart() -> None:
    x, dt, sensor, air = geometries(40, 1)[0]
    calm = air.copy()
    calm[1:3] = 0.0
    here, there = (predicted(x, dt, blank_row(sensor, dt), a) for a in (air, calm))
    assert abs(here[2] - there[2]) > 1000 * MICROSECOND
    assert abs(here[0][1] - there[0][1]) > 1000 * PITCH


@pytest.mark.parametrize("case", range(40))
def test_derivatives_are_the_slopes(case: int) -> None:
    x, dt, sensor, air = geometries(40, 2)[case]
    row = blank_row(sensor, dt)
    jacobian = predicted(x, dt, row, air)[1]
    for k, step in enumerate((1.0, 1.0, 1.0, 0.01, 0.01, 0.01, 0.1, 0.001)):
        ahead, behind = x.copy(), x.copy()
        ahead[k] += step
        behind[k] -= step
        slope = predicted(ahead, dt, row, air)[0] - predicted(behind, dt, row, air)[0]
        slope[2] = wrapped(slope[2])
        slope /= 2.0 * step
        # A metre on kilometres: truncation goes with the square, rounding is 1e-11 and less; and seldom zero.
        largest = np.abs(jacobian).max(axis=1)
        assert jacobian[:, k] == pytest.approx(slope, rel=1e-4, abs=1e-7), k
        assert largest.min() > 0.0


@pytest.mark.parametrize("case", range(40))
def test_the_short_prediction_is_the_long_one(case: int) -> None:
    x, dt, sensor, air = geometries(40, 3)[case]
    row = blank_row(sensor, dt, inverse_scale=1.0003)
    h, _, delay = predicted(x, dt, row, air)
    short = np.empty(3)
    predict_heard(x, dt, row, air, short)
    assert short == pytest.approx(h[:3], rel=1e-12, abs=1e-12)
    assert emission_delay(x, dt, row, air) == pytest.approx(delay, abs=1e-12)
    # What is compiled is what is written.
    plain, slopes = np.empty(MEASURED), np.empty((MEASURED, STATES))
    predict_measurement.py_func(x, dt, row, air, plain, slopes)
    assert plain == pytest.approx(h, rel=1e-12)


@pytest.mark.parametrize("case", range(10))
def test_a_map_s_scale_only_stretches_the_plane(case: int) -> None:
    x, dt, sensor, air = geometries(10, 4)[case]
    scale = 1.0007
    drawn, drawn_sensor = x.copy(), sensor.copy()
    drawn[[0, 1, 3, 4]] *= scale
    drawn_sensor[:2] *= scale
    on_ground = predicted(x, dt, blank_row(sensor, dt), air)
    on_map = predicted(drawn, dt, blank_row(drawn_sensor, dt, inverse_scale=1.0 / scale), air)
    assert on_map[0] == pytest.approx(on_ground[0], rel=1e-12)
    assert on_map[2] == pytest.approx(on_ground[2], rel=1e-12)


@given(st.floats(-400.0, 400.0), st.floats(-400.0, 400.0), st.floats(-50.0, 50.0))
@settings(deadline=None)
def test_every_state_has_a_finite_prediction(east: float, north: float, speed: float) -> None:
    # On top of a sensor, and faster than sound.
    x = np.array([east, north, 30.0, speed * 20.0, -speed * 15.0, speed, 120.0, 4.7])
    h, jacobian, delay = predicted(
        x, 1.0, blank_row(np.array([0.0, 0.0, 30.0]), 1.0), np.array([330.0, 8.0, 5.0, 0.001])
    )
    assert np.isfinite(h).all()
    assert np.isfinite(jacobian).all()
    assert delay >= -MICROSECOND
    assert h[0] <= 120.0 - 20.0 * math.log10(NEAREST_M) + CONVECTION_DB * -math.log(1.0 - FASTEST_MACH)


@given(st.floats(-5.5, 5.9), st.floats(0.5, 10.0), st.floats(-10.0, 60.0))
@settings(deadline=None)
def test_a_level_that_was_heard_has_the_moments_of_a_truncated_normal(
    above: float, sigma: float, threshold: float
) -> None:
    expected = threshold + above * sigma
    rise, share = detected_level(expected, threshold, sigma)
    cut = truncnorm(-above, np.inf, loc=expected, scale=sigma)
    assert expected + rise == pytest.approx(cut.mean(), abs=1e-5 * sigma)
    # Held above 0.05, so that a level far below the threshold still pulls.
    assert share == pytest.approx(max(cut.var() / sigma**2, 0.05), abs=1e-5)


@pytest.mark.parametrize("above", [-6.001, -8.0, -20.0, 6.001, 20.0])
def test_a_level_far_from_the_threshold(above: float) -> None:
    rise, share = detected_level(above, 0.0, 1.0)
    # Beyond six sigmas a series stands in for the exact Mills' ratio: a hundredth of a sigma is far below any use.
    exact = math.exp(norm.logpdf(above) - norm.logcdf(above))
    assert rise == pytest.approx(exact, abs=0.01)
    assert share == (1.0 if above > 0.0 else 0.05)


@given(st.floats(-20.0, 20.0), st.floats(0.5, 10.0))
@settings(deadline=None)
def test_a_level_is_heard_as_often_as_it_exceeds_the_threshold(over: float, sigma: float) -> None:
    heard = hearing_probability(50.0 + over, 50.0, sigma, 0.9)
    assert heard == pytest.approx(0.9 * norm.cdf(over / sigma), rel=1e-9)


@given(st.floats(-1000.0, 1000.0))
@settings(deadline=None)
def test_a_wrapped_angle_is_the_same_angle_within_half_a_turn(angle: float) -> None:
    once = wrapped(angle)
    assert -math.pi - 1e-12 <= once <= math.pi + 1e-12
    assert math.cos(once) == pytest.approx(math.cos(angle), abs=1e-10)
    assert math.sin(once) == pytest.approx(math.sin(angle), abs=1e-10)
