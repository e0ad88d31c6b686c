"""Contrasts: combs have them, skirts and all; voices, sirens and noise have not."""

import numpy as np
import pytest

from forehear.listen import spectrum
from forehear.listen.contrast import NAMES, contrasts

HZ = np.arange(spectrum.BINS) * spectrum.BIN_HZ


def lit(*lines_hz: float, wide_hz: float = 2.0, nat: float = 3.0) -> np.ndarray:  # type: ignore[type-arg]
    """Evidence of lines so wide, in what noise leaves."""
    out = np.full(spectrum.BINS, -0.3, np.float32)
    for hz in lines_hz:
        out[np.abs(HZ - hz) <= wide_hz] = nat
    return out


def named(evidence: np.ndarray, tone_hz: float) -> dict[str, float]:  # type: ignore[type-arg]
    return dict(zip(NAMES, contrasts(evidence, tone_hz), strict=True))


def test_a_comb_is_on_its_lines_and_nothing_is_between() -> None:
    told = named(lit(*(100.0 * np.arange(1, 20))), 100.0)
    assert told["near_lines"] > 0.9
    assert told["between_lines"] == pytest.approx(np.log(5.0))
    assert told["contrast_to_5"] > 1.0
    assert told["contrast_to_20"] > 1.0
    assert told["half_contrast"] == pytest.approx(0.0, abs=0.01)


def test_skirts_count_as_near_and_not_as_strays() -> None:
    told = named(lit(*(100.0 * np.arange(1, 13)), wide_hz=18.0), 100.0)
    sharp = named(lit(*(100.0 * np.arange(1, 13))), 100.0)
    assert told["on_skirts"] > sharp["on_skirts"] + 2.0
    assert told["near_lines"] > 0.95
    assert told["low_skirts"] < told["on_skirts"]


def test_what_lies_anywhere_lies_between_too() -> None:
    lines = np.random.default_rng(4).uniform(100.0, 1900.0, 40)
    told = named(lit(*lines), 100.0)
    assert told["between_lines"] > 4.0
    assert told["near_lines"] < 0.6
    assert abs(told["contrast_to_12"]) < 1.0


def test_lines_of_half_the_tone_show_halfway() -> None:
    assert named(lit(*(50.0 * np.arange(1, 39))), 100.0)["half_contrast"] > 1.0


@pytest.mark.parametrize("tone_hz", [38.0, 97.3, 260.0, 519.0])
def test_there_is_a_number_for_every_tone_and_loudness(tone_hz: float) -> None:
    for evidence in (lit(), lit(500.0), np.full(spectrum.BINS, 4.0, np.float32)):
        told = contrasts(evidence, tone_hz)
        assert len(told) == len(NAMES)
        assert np.isfinite(told).all()
