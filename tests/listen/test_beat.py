"""A slow beat is found in lines and in noise, at any loudness; engines as fast as drones' have none."""

import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, Samples, comb, noise, times

from forehear.listen import beat, spectrum


def clearness(samples: Samples) -> list[float]:
    """What is told at the end of each second."""
    halver, one = spectrum.Halver(), beat.Beat()
    out = []
    hops = len(samples) // spectrum.HOP_IN
    for i in range(hops):
        one.hear(halver.take(samples[i * spectrum.HOP_IN : (i + 1) * spectrum.HOP_IN]).low)
        if i % 4 == 3:
            out.append(one.clearness())
    return out


def slapping(rate_hz: float, depth: float, seconds: float = 6.0) -> Samples:
    """Noise that something swells `rate_hz` times a second."""
    swell = 1.0 + depth * np.exp(4.0 * (np.cos(2.0 * np.pi * rate_hz * times(seconds)) - 1.0))
    return np.asarray(noise(seconds, 3, 0.5) * swell, np.float32)


@pytest.mark.parametrize("rate_hz", [9.0, 13.3, 19.7, 27.0, 35.0])
def test_noise_that_blades_swell_beats(rate_hz: float) -> None:
    assert min(clearness(slapping(rate_hz, 2.0))[1:]) > 2.8


def test_a_slow_propellers_lines_beat() -> None:
    assert min(clearness(np.asarray(0.1 * comb(21.0, 6.0, to_hz=900.0) + 0.01 * noise(6.0), np.float32))[1:]) > 2.8


@pytest.mark.parametrize("tone_hz", [48.0, 75.0, 93.0, 128.0, 160.0, 195.0])
def test_a_drones_comb_does_not_beat(tone_hz: float) -> None:
    # Beats of the lines with each other lie at the tone, which must not fold down into the slow ones.
    sound = 0.1 * comb(tone_hz, 6.0, lines=lambda k: k**-0.5) + 0.05 * noise(6.0)
    assert max(clearness(np.asarray(sound, np.float32))) < 2.6


def test_noise_does_not_beat_and_silence_neither() -> None:
    assert 0.8 < np.mean(clearness(noise(60.0))) < 2.0
    assert max(clearness(np.zeros(4 * RATE_HZ, np.float32))) == 0.0


def test_loudness_is_nothing_to_it() -> None:
    loud = slapping(17.0, 1.0)
    for factor in (1e-3, 30.0):
        assert clearness(factor * loud) == pytest.approx(clearness(loud), rel=0.02)


def test_nothing_is_told_before_a_second_is_heard() -> None:
    one = beat.Beat()
    for _ in range(3):
        one.hear(np.ones(spectrum.HOP, np.float32))
        assert one.clearness() == 0.0
