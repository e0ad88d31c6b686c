"""Half-rate sound and whitening: what passes, what stops, and that noise of any colour is 1 where no line is."""

from itertools import pairwise

import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, Samples, decibel, noise, times

from forehear.listen import spectrum


def halved(samples: Samples) -> tuple[Samples, np.ndarray]:
    """Half-rate sound of whole hops, and each hop's power above."""
    halver = spectrum.Halver()
    hops = [halver.take(hop) for hop in samples.reshape(-1, spectrum.HOP_IN)]
    return np.concatenate([h.low for h in hops]), np.array([h.high_power for h in hops])


def in_db(power: float) -> float:
    return 10.0 * float(np.log10(power + 1e-20))


def test_pieces_are_one_piece() -> None:
    sound = noise(2.0)
    whole = np.convolve(np.concatenate([np.zeros(spectrum.TAPS - 1), sound]), spectrum.LOW, "valid")[::2]
    assert np.allclose(halved(sound)[0], whole, atol=1e-5)


@pytest.mark.parametrize("frequency_hz", [30.0, 200.0, 1000.0, 2000.0, 2500.0])
def test_what_is_listened_to_passes_and_does_not_count_as_high(frequency_hz: float) -> None:
    low, high = halved(np.sin(2.0 * np.pi * frequency_hz * times(2.0)).astype(np.float32))
    assert in_db(2.0 * np.mean(low[4000:] ** 2)) == pytest.approx(0.0, abs=0.5 * decibel)
    assert in_db(2.0 * high[2:].mean()) < -30.0


@pytest.mark.parametrize("frequency_hz", [5800.0, 6500.0, 7900.0])
def test_what_would_fold_into_it_does_not(frequency_hz: float) -> None:
    low, high = halved(np.sin(2.0 * np.pi * frequency_hz * times(2.0)).astype(np.float32))
    assert in_db(2.0 * np.mean(low[4000:] ** 2)) < -30.0
    assert in_db(2.0 * high[2:].mean()) == pytest.approx(0.0, abs=0.5 * decibel)


def test_it_comes_by_the_delay_later() -> None:
    click = np.zeros(2 * spectrum.HOP_IN, np.float32)
    click[5000] = 1.0
    low = halved(click)[0]
    assert int(np.abs(low).argmax()) / spectrum.RATE_HZ == pytest.approx(5000 / RATE_HZ + spectrum.DELAY_S)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_noise_of_any_colour_is_one(power: float) -> None:
    low, _ = halved(noise(60.0, 4, power))
    frames = low.reshape(-1, spectrum.FRAME)
    ratios = [np.exp(spectrum.floor_and_ratio(spectrum.power_spectrum(frame))[1]) for frame in frames]
    by_bin = np.mean(ratios, axis=0)
    edges = [round(hz / spectrum.BIN_HZ) for hz in (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0)]
    bands = [by_bin[a:b] for a, b in pairwise(edges)]
    # The median of a steep slope is not its middle: a decibel and a half in the lowest octave.
    for band in bands:
        assert band.mean() == pytest.approx(1.0, rel=0.35 if power == 2.0 else 0.15)


def test_a_line_stands_out_as_high_as_it_is() -> None:
    time_s = np.arange(spectrum.FRAME) / spectrum.RATE_HZ
    hum = 0.3 * np.sin(2.0 * np.pi * 512 * spectrum.BIN_HZ * time_s)
    chance = np.random.default_rng(3)
    frame = np.asarray(hum + 0.01 * chance.standard_normal(spectrum.FRAME), np.float32)
    power = spectrum.power_spectrum(frame)
    assert int(power.argmax()) == 512
    assert power[512] == pytest.approx(0.3**2 * spectrum.LINE_POWER, rel=0.02)
    # One frame's median of noise scatters by a decibel.
    expected = 0.3**2 * spectrum.LINE_POWER / (0.01**2 * spectrum.WINDOW_POWER)
    assert in_db(float(np.exp(spectrum.floor_and_ratio(power)[1][512]))) == pytest.approx(in_db(expected), abs=3.0)


@pytest.mark.parametrize("value", [0.0, 0.3, -1.0])
def test_a_dead_microphones_constant_is_silence_not_lines(value: float) -> None:
    power = spectrum.power_spectrum(np.full(spectrum.FRAME, value, np.float32))
    floor, ratio = spectrum.floor_and_ratio(power)
    assert np.isfinite(floor).all()
    assert ratio.max() < 3.0
