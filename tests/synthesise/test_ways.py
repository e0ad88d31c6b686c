"""One way of sound: what distance, absorption, Doppler and the ground leave of it."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import Engine, HarmonicSeries
from forehear.synthesise.ways import Ground

RATE_HZ = 16000.0
PURE = HarmonicSeries(500.0, 120.0, to_hz=500.0, spread_share=0.0, throttle_share=0.0, wander_db=0.0, width_hz=0.0)
HISS = Engine((), 120.0, ((50.0, 0.0), (7000.0, 0.0)))


def rms(x: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def level_db(x: NDArray[np.float32]) -> float:
    return 20.0 * math.log10(rms(x) / 20e-6)


def test_a_still_source_is_as_loud_as_distance_and_absorption_leave_it() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 2000.0, 0.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 1.0, np.random.default_rng(1))
    lost = 20.0 * math.log10(2000.0) + 2000.0 * float(absorption_db_per_m(500.0, 15.0, 70.0, 1013.25))
    assert level_db(got) == pytest.approx(120.0 - lost, abs=0.01)


@pytest.mark.parametrize("speed", [51.0, 170.0, -170.0])
def test_head_on_the_tone_is_doppler_shifted(speed: float) -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 3000.0, 0.0), (0.0, -speed, 0.0)), Engine((PURE,), None))
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 2.0, np.random.default_rng(1))[:, 0]
    signs = np.flatnonzero((got[:-1] < 0.0) & (got[1:] >= 0.0))
    crossing = signs - got[signs] / (got[signs + 1] - got[signs])
    heard = (len(crossing) - 1) / (crossing[-1] - crossing[0]) * RATE_HZ
    assert heard == pytest.approx(500.0 / (1.0 - speed / speed_of_sound_mps(15.0)), abs=0.01)


@pytest.mark.parametrize("speed", [0.0, 170.0, -170.0])
def test_noise_keeps_its_level_and_moves_with_the_doppler(speed: float) -> None:
    narrow = Engine((), 120.0, ((900.0, -60.0), (990.0, 0.0), (1010.0, 0.0), (1100.0, -60.0)))
    flight = sound.Flight(sound_travel.straight((0.0, 3000.0, 0.0), (0.0, -speed, 0.0)), narrow)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 8.0, np.random.default_rng(1))[:, 0]
    spectrum = np.abs(np.fft.rfft(got)) ** 2
    frequency = np.fft.rfftfreq(len(got), 1.0 / RATE_HZ)
    centre = float(np.sum(frequency * spectrum) / np.sum(spectrum))
    c = speed_of_sound_mps(15.0)
    wanted = 1000.0 / (1.0 - speed / c)
    assert centre == pytest.approx(wanted, rel=0.01)
    t = np.arange(len(got)) / RATE_HZ
    path = (3000.0 - speed * t) / (1.0 - speed / c)
    lost_db = 20.0 * np.log10(path) + path * float(absorption_db_per_m(wanted, 15.0, 70.0, 1013.25))
    wanted_db = 120.0 + 10.0 * math.log10(float(np.mean(10.0 ** (-lost_db / 10.0))))
    # Eight seconds of noise 50 Hz wide: some 800 degrees of freedom, 0.15 dB.
    assert level_db(got) == pytest.approx(wanted_db, abs=0.6)


def test_two_microphones_hear_the_same_noise_at_their_own_times() -> None:
    flight = sound.Flight(sound_travel.straight((300.0, 0.0, 0.0), (0.0, 0.0, 0.0)), HISS)
    got = sound.sound_at([(0.0, 0.0, 0.0), (3.0, 0.0, 0.0)], [flight], 1.0, np.random.default_rng(1))
    # The farther one delayed on purpose, by a shift of phase, must be the nearer one.
    lag = 3.0 / speed_of_sound_mps(15.0)
    frequency = np.fft.rfftfreq(len(got), 1.0 / RATE_HZ)
    near, far = np.fft.rfft(got[:, 1]), np.fft.rfft(got[:, 0])
    inside = (frequency > 100.0) & (frequency < 6000.0)
    near = near * np.exp(-2j * np.pi * frequency * lag)
    coherence = np.sum(far[inside] * near[inside].conj()) / math.sqrt(
        float(np.sum(np.abs(far[inside]) ** 2) * np.sum(np.abs(near[inside]) ** 2))
    )
    assert coherence.real > 0.98
    assert abs(np.angle(coherence)) < 0.01


def test_over_hard_ground_a_tone_and_its_image_interfere() -> None:
    c = speed_of_sound_mps(15.0)
    flight = sound.Flight(sound_travel.straight((100.0, 0.0, 40.0), (0.0, 0.0, 0.0)), Engine((PURE,), None))
    hard = sound.Environment(ground=Ground(0.0, 1e9))
    for height in (0.0, 0.3, 0.5, 1.0):
        got = sound.sound_at([(0.0, 0.0, height)], [flight], 0.5, np.random.default_rng(1), environment=hard)
        near, far = math.hypot(100.0, 40.0 - height), math.hypot(100.0, 40.0 + height)
        k = 2.0 * math.pi * 500.0 / c
        alpha = float(absorption_db_per_m(500.0, 15.0, 70.0, 1013.25))
        wanted = abs(np.exp(1j * k * near) / near + np.exp(1j * k * far) / far) * 10.0 ** (-alpha * near / 20.0)
        assert rms(got) == pytest.approx(20e-6 * 1e6 * wanted, rel=0.01)
