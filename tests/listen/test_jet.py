"""Sources without tones: what rises out of the floor in all bands and stays is a jet perhaps, and never surely."""

from itertools import pairwise

import numpy as np
import pytest
from tests.listen.synthetic import RATE_HZ, hear, level, noise, sources, times

from forehear.listen import jet
from forehear.listen.floor import BANDS
from forehear.listen.jet import BroadBand
from forehear.records import Report, Source

FLOOR_S = 60.0


def jets(reports: list[Report], from_s: float = FLOOR_S) -> list[float]:
    return [s.kinds.jet for s in broad(reports) if s.kinds is not None and from_s is not None]


def broad(reports: list[Report]) -> list[Source]:
    return [s for s in sources(reports) if s.tone_hz is None]


def after_a_minute(of: np.ndarray, gain_db: np.ndarray) -> list[Report]:
    """A minute of a quiet place, then a sound at levels over it."""
    quiet = 0.003 * noise(FLOOR_S + len(of) / RATE_HZ, 7, 1.0)
    quiet[-len(of) :] += np.asarray(0.003 * 10.0 ** (gain_db / 20.0) * of, np.float32)
    return hear(quiet)


def test_a_jet_that_comes_near_is_told_with_growing_probability_and_never_surely() -> None:
    gain_db = np.interp(times(25.0), [0.0, 12.0, 25.0], [-10.0, 20.0, 20.0])
    reports = after_a_minute(noise(25.0, 8, 1.0), gain_db)
    told = jets(reports)
    assert len(told) > 10
    assert max(told) == pytest.approx(jet.MOST)
    half = told.index(max(told))
    assert all(a <= b + 0.1 for a, b in pairwise(told[: half + 1]))
    assert told[0] < 0.2
    assert not [r for r in reports if r.heard_at_s < FLOOR_S and r.sources]
    for source in broad(reports):
        assert source.kinds is not None
        assert source.kinds.piston < 0.1
        assert source.kinds.piston + source.kinds.jet + source.kinds.other == pytest.approx(1.0)
    # Its level is its own: noise of 20 dB over the place's.
    assert broad(reports)[-1].level_db == pytest.approx(94.0 + 3.0 + 20.0 * np.log10(0.03), abs=2.0)


def test_gusts_are_no_jet() -> None:
    gain_db = 25.0 * np.maximum(np.sin(2.0 * np.pi * times(30.0) / 3.5), -1.0)
    assert max(jets(after_a_minute(noise(30.0, 9, 2.0), gain_db)), default=0.0) < 0.2


def test_rain_is_no_jet() -> None:
    """Rain rises most above 4 kHz."""
    rain = np.diff(noise(30.0, 10), prepend=np.float32(0.0)).astype(np.float32)
    # The place's pink noise is weak up there: rain over it is much stronger there than below.
    assert max(jets(after_a_minute(rain, np.full(len(rain), 14.0))), default=0.0) < 0.2


def test_a_car_that_passes_in_seconds_is_no_jet() -> None:
    gain_db = 25.0 - 3.0 * np.abs(times(12.0) - 6.0) ** 2
    assert max(jets(after_a_minute(noise(12.0, 11, 1.0), gain_db)), default=0.0) < 0.3


def test_before_the_floor_is_known_nothing_is_told() -> None:
    told = BroadBand()
    loud, quiet = np.full((4, BANDS), 1e-2), np.full(BANDS, 1e-6)
    assert told.hear(loud, quiet, 1.0) is None
    found = [told.hear(loud, quiet, 100.0) for _ in range(20)]
    assert all(f is not None for f in found)
    chances = [f.kinds.jet for f in found if f is not None]
    assert chances == sorted(chances)
    assert chances[-1] <= jet.MOST
    told.reset()
    again = told.hear(loud, quiet, 100.0)
    assert again is not None
    assert again.kinds.jet == chances[0]


@pytest.mark.parametrize("bands", [slice(0, 6), slice(6, 10)])
def test_what_rises_in_few_bands_only_is_nothing(bands: slice) -> None:
    hops = np.full((4, BANDS), 1e-6)
    hops[:, bands] *= level(40.0) ** 2
    assert BroadBand().hear(hops, np.full(BANDS, 1e-6), 100.0) is None


def test_silence_over_silence_is_nothing() -> None:
    assert BroadBand().hear(np.zeros((4, BANDS)), np.zeros(BANDS), 100.0) is None
