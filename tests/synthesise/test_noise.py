"""Noise without end: at its levels, the same in any pieces, mixed at the ratio asked for."""

import math

import numpy as np
import pytest

from forehear.errors import InputError
from forehear.synthesise import noise as sound_noise
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES
from forehear.synthesise.noise import Noise

RATE_HZ = 16000.0


def test_surroundings_stand_at_their_levels() -> None:
    band = (40.0, 2000.0)
    still = sound.Flight(sound_travel.straight((0.0, 1e5, 0.0), (0.0, 0.0, 0.0)), ENGINES["steady"], start_s=1e6)
    rng = np.random.default_rng(5)
    given = [
        (Noise(ambient_db=40.0), band, 0.4),
        (Noise(ambient_db=None, wind_db=60.0, gust_db=0.0), (5.0, 2000.0), 0.8),
        (Noise(None, None, recorded=rng.standard_normal(8000).astype(np.float32), recorded_db=50.0), band, 0.2),
    ]
    for noise, inside, tolerance_db in given:
        got = sound.sound_at([(0.0, 0.0, 0.0)], [still], 20.0, rng, environment=sound.Environment(noise=noise))[
            :, 0
        ]
        power = sound_noise.band_power(got, RATE_HZ, inside)
        wanted = noise.recorded_db or noise.wind_db or noise.ambient_db
        assert 10.0 * math.log10(power) - 20.0 * math.log10(20e-6) == pytest.approx(wanted, abs=tolerance_db)


def test_gusts_keep_the_mean_power() -> None:
    strength = sound_noise.gusts(7, 4.0, 0, 1_000_000, 100.0)
    assert np.mean(strength**2) == pytest.approx(1.0, abs=0.1)
    assert np.std(20.0 * np.log10(strength)) == pytest.approx(4.0, rel=0.15)


def test_white_noise_is_the_same_in_any_pieces() -> None:
    whole = sound_noise.white(9, -10_000, 30_000)
    assert np.array_equal(
        np.concatenate([sound_noise.white(9, -10_000, 12_345), sound_noise.white(9, 2345, 17_655)]), whole
    )
    assert abs(np.mean(whole)) < 0.03
    assert np.std(whole) == pytest.approx(1.0, abs=0.02)
    assert not np.array_equal(sound_noise.white(10, -10_000, 30_000), whole)


def test_more_flights_do_not_change_the_noise() -> None:
    far = sound.Flight(sound_travel.straight((0.0, 1e5, 0.0), (0.0, 0.0, 0.0)), ENGINES["jet"], start_s=1e6)
    one, two = (
        sound.sound_at(
            [(0.0, 0.0, 0.0)], flights, 0.5, np.random.default_rng(1), environment=sound.Environment(noise=Noise())
        )
        for flights in ([far], [far, far])
    )
    assert np.array_equal(one, two)


def test_a_mixture_has_the_ratio_asked_for_within_the_band() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(32000) / RATE_HZ
    signal = np.sin(2.0 * np.pi * 200.0 * t)
    # A hum outside the band must not count.
    noise = rng.standard_normal(10_000) + 30.0 * np.sin(2.0 * np.pi * 10.0 * t[:10_000])
    mixed = sound_noise.mix_at_snr(signal, noise, -5.0)
    rest = mixed - signal
    ratio = sound_noise.band_power(signal, RATE_HZ, (40.0, 2000.0)) / sound_noise.band_power(
        rest, RATE_HZ, (40.0, 2000.0)
    )
    assert 10.0 * math.log10(ratio) == pytest.approx(-5.0, abs=0.01)
    with pytest.raises(InputError, match="noise: no power in 40-2000 Hz"):
        sound_noise.mix_at_snr(signal, np.zeros(100), 0.0)
