"""The reference itself, on cases that can be done by hand."""

import math

import pytest
from tests.reference import wavefront

SOUND = 340.0
STILL = (0.0, 0.0, 0.0)
NANOSECOND = 1e-9


def test_sound_of_a_thing_that_stands_still_takes_distance_over_speed() -> None:
    heard = wavefront.arrival(lambda _: (3400.0, 0.0, 0.0), 100.0, STILL, STILL, SOUND)
    assert heard.delay_s == pytest.approx(10.0, abs=NANOSECOND)
    assert heard.pitch == pytest.approx(1.0, abs=1e-9)
    assert heard.direction == pytest.approx((1.0, 0.0, 0.0))


def test_head_on_it_is_heard_from_where_it_was_and_higher() -> None:
    # From 3,400 m, 10 s ago, at 34 m/s: it is at 3,060 m now.
    heard = wavefront.arrival(lambda t: (3400.0 - 34.0 * t, 0.0, 0.0), 10.0, STILL, STILL, SOUND)
    assert heard.emitted_at_s == pytest.approx(0.0, abs=NANOSECOND)
    assert heard.pitch == pytest.approx(1.0 / (1.0 - 0.1), rel=1e-9)


def test_wind_carries_the_sound() -> None:
    # A tail wind of 10 m/s makes the sound 350 m/s fast, and still it comes from the 340 m/s front's middle.
    heard = wavefront.arrival(lambda _: (3500.0, 0.0, 0.0), 50.0, STILL, (-10.0, 0.0, 0.0), SOUND)
    assert heard.delay_s == pytest.approx(10.0, abs=NANOSECOND)
    assert heard.radius_m == pytest.approx(3400.0, abs=1e-6)


def test_a_cross_wind_turns_the_direction() -> None:
    heard = wavefront.arrival(lambda _: (0.0, 3000.0, 0.0), 50.0, STILL, (34.0, 0.0, 0.0), SOUND)
    azimuth, _ = wavefront.azimuth_elevation_deg(heard.direction)
    assert azimuth == pytest.approx(math.degrees(math.asin(0.1)), abs=1e-6)


def test_the_loss_of_ten_times_the_distance_is_twenty_decibels() -> None:
    assert wavefront.loss_db(1000.0, 0.0) - wavefront.loss_db(100.0, 0.0) == pytest.approx(20.0)
    assert wavefront.loss_db(1000.5, 0.002) - wavefront.loss_db(1000.5, 0.0) == pytest.approx(2.001)
