"""Turbulent air shakes sound as theory says, near microphones alike and far ones not."""

import math

import numpy as np
import pytest

from forehear.air.medium import speed_of_sound_mps
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import Engine, HarmonicSeries
from forehear.synthesise.turbulence import Turbulence, shakes

RATE_HZ = 16000.0
PURE = HarmonicSeries(500.0, 120.0, to_hz=500.0, spread_share=0.0, throttle_share=0.0, wander_db=0.0, width_hz=0.0)


def test_turbulent_air_shakes_the_time_of_travel_as_theory_says() -> None:
    turbulence = Turbulence(strength=4e-6, scale_m=5.0, drift_mps=10.0, fading_db=2.0)
    shake = shakes(turbulence, np.zeros((1, 3)), 340.0, np.random.default_rng(1))[0]
    t = np.arange(0.0, 3000.0, 0.02)
    late, rate, factor = shake(t, np.full(len(t), 1000.0))
    assert np.std(late) == pytest.approx(
        math.sqrt(0.5 * math.sqrt(math.pi) * 4e-6 * 5.0 * 1000.0) / 340.0, rel=0.05
    )
    assert np.std(20.0 * np.log10(factor)) == pytest.approx(2.0, rel=0.05)
    fine = 5.0 + 1e-4 * np.arange(1000)
    course, slope, _ = shake(fine, np.full(1000, 1000.0))
    assert np.gradient(course, fine)[1:-1] == pytest.approx(slope[1:-1], abs=1e-4 * float(np.std(rate)))
    # Half a correlation time on it is much the same, three on it another.
    half, three = (np.corrcoef(late[:-k], late[k:])[0, 1] for k in (12, 75))
    assert half > 0.7
    assert abs(three) < 0.15
    # Any stretch of it is the same as within the whole.
    assert np.array_equal(shake(t[777:800], np.full(23, 1000.0))[0], late[777:800])


def test_near_microphones_share_their_turbulence_and_far_ones_do_not() -> None:
    places = np.array([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (500.0, 0.0, 0.0)])
    t = np.arange(0.0, 500.0, 0.1)
    late = [
        shake(t, np.full(len(t), 1000.0))[0]
        for shake in shakes(Turbulence(), places, 340.0, np.random.default_rng(1))
    ]
    assert np.corrcoef(late)[0, 1] == pytest.approx(math.exp(-1.0 / 49.0), abs=0.02)
    assert abs(np.corrcoef(late)[0, 2]) < 0.15


def test_a_tone_through_turbulence_trembles_around_itself() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 2000.0, 0.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    rng = np.random.default_rng(1)
    shaken = sound.Environment(turbulence=Turbulence(2e-7, 7.0, 10.0))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 80.0, rng, environment=shaken)[:, 0]
    t = np.arange(len(got)) / RATE_HZ
    turned = (got * np.exp(-2j * np.pi * 500.0 * t)).reshape(-1, 1600).mean(axis=1)
    phase = np.unwrap(np.angle(turned))
    wanted = (
        2.0
        * math.pi
        * 500.0
        * math.sqrt(0.5 * math.sqrt(math.pi) * 2e-7 * 7.0 * 2000.0)
        / speed_of_sound_mps(15.0)
    )
    # Some sixty independent stretches: their scatter is known to 10 %.
    assert np.std(phase) == pytest.approx(wanted, rel=0.3)
    assert np.std(20.0 * np.log10(np.abs(turned))) == pytest.approx(3.0 * math.sqrt(2.0), rel=0.3)
