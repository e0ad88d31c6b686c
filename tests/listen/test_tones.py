"""Families by track before detect: faint ones, moving ones, several, the right octave, and hardly any in noise."""

import numpy as np
import pytest
from tests.listen.synthetic import comb, hear, level, mixed, noise, seconds_of, sources

from forehear.listen.families import MOST_FAMILIES
from forehear.listen.tones import FUNDAMENTAL_HZ, Search, bin_evidence


def near(found: list[float], true: float, share: float = 0.002) -> bool:
    return any(abs(f / true - 1.0) < share for f in found)


@pytest.mark.parametrize("slope", [0.0, -1.5, 3.0])
def test_a_faint_family_is_found_wherever_doppler_moves_it(slope: float) -> None:
    sound = mixed(comb(lambda t: 105.0 + slope * (t - 5.0), 10.0), noise(10.0), -8.0)
    hits = [
        near([f.fine.tone_hz for f in found[:1]], 105.0 + slope * (k - 4.5))
        for k, found in enumerate(seconds_of(sound))
    ]
    assert all(hits[2:])


def test_two_drones_whose_doppler_curves_cross_are_both_told() -> None:
    def one(t: np.ndarray) -> np.ndarray:
        return 100.0 - 20.0 / (1.0 + np.exp(-(t - 6.0) / 1.5))

    def other(t: np.ndarray) -> np.ndarray:
        return 92.0 - 12.0 / (1.0 + np.exp(-(t - 9.0) / 2.0))

    found = [
        [f.fine.tone_hz for f in second]
        for second in seconds_of(mixed(comb(one, 14.0, 1) + comb(other, 14.0, 2), noise(14.0), 6.0))
    ]
    middles = np.arange(14) + 0.5
    first = [near(f, float(true)) for f, true in zip(found, one(middles), strict=True)]
    second = [near(f, float(true)) for f, true in zip(found, other(middles), strict=True)]
    # In the second in which they cross only one of them can be told.
    assert sum(first) >= 12
    assert sum(second) >= 12
    assert all(first[:4] + first[-4:] + second[:4] + second[-4:])


@pytest.mark.parametrize("tone_hz", [62.0, 95.0])
def test_the_octave_is_right_though_the_odd_lines_are_faint(tone_hz: float) -> None:
    sound = mixed(comb(tone_hz, 12.0, lines=lambda k: 1.0 if k % 2 == 0 else level(-15.0)), noise(12.0), 0.0)
    told = [[s.tone_hz for s in r.sources] for r in hear(sound)]
    # Within some seconds, and then for good.
    assert all(t and t[0] == pytest.approx(tone_hz, rel=0.002) for t in told[6:])


@pytest.mark.parametrize("ratio_db", [6.0, 20.0, 30.0])
def test_a_loud_even_comb_is_not_halved(ratio_db: float) -> None:
    told = [r.sources[0].tone_hz for r in hear(mixed(comb(95.0, 8.0), noise(8.0), ratio_db, 0.01)) if r.sources]
    assert len(told) == 8
    assert told == pytest.approx([95.0] * 8, abs=0.05)


@pytest.mark.parametrize("before", [0.0, 0.3])
def test_after_silence_the_octave_is_right_at_once(before: float) -> None:
    sound = mixed(comb(95.0, 5.0), noise(5.0), 3.0)
    silent = np.full(4 * 16_000, before, np.float32)
    heard = [r for r in hear(np.concatenate([silent, sound])) if r.heard_at_s > 4.0]
    told = [r.sources[0].tone_hz for r in heard if r.sources]
    assert told == pytest.approx([95.0] * 5, abs=0.05)


def test_a_click_that_lights_up_all_lines_is_forgotten_within_seconds() -> None:
    sound = mixed(comb(95.0, 10.0), noise(10.0), 3.0)
    sound[40_000] = 1e3
    told = [r.sources[0].tone_hz for r in hear(sound) if r.sources]
    assert told[-4:] == pytest.approx([95.0] * 4, abs=0.05)


def test_a_family_is_told_once() -> None:
    found = seconds_of(mixed(comb(80.0, 8.0), noise(8.0), 10.0))
    assert all(len(second) == 1 for second in found[1:])


def test_a_familys_double_that_owns_no_line_is_no_family() -> None:
    # Loud, and its double's path outlasts what the nearness of lines takes away from it.
    sound = mixed(comb(lambda t: 104.0 + 0.3 * np.sin(t), 20.0, lines=lambda k: 1.0 / k), noise(20.0), 25.0)
    for second in seconds_of(sound):
        assert len(second) <= MOST_FAMILIES
        for family in second:
            assert family.fine.ratio.any()
            assert family.fine.tone_sigma_hz < 0.01 * family.fine.tone_hz


@pytest.mark.slow
@pytest.mark.parametrize("power", [0.0, 1.0])
def test_noise_alone_gives_hardly_any_family(power: float) -> None:
    """Measured: none in 10 minutes of white noise, none in 10 of pink; at most 6 an hour are expected."""
    assert len(sources(hear(0.05 * noise(600.0, 5, power)))) <= 3


def test_evidence_of_a_bin_grows_with_its_power_up_to_a_limit() -> None:
    told = bin_evidence(np.linspace(-8.0, 14.0, 200).astype(np.float32))
    assert np.all(np.diff(told) >= 0.0)
    assert told[0] < 0.0 < told[-1] < 10.0


def test_a_hum_that_never_moves_wears_off_and_what_moves_does_not() -> None:
    search = Search()
    line = np.zeros_like(seconds_evidence(search))
    line[[102, 205, 307, 410, 512, 614]] = 5.0
    tops = []
    for _ in range(1600):
        search.step(line)
        tops.append(float(search.evidence.max()))
    assert tops[-1] < 0.3 * max(tops)


def seconds_evidence(search: Search) -> np.ndarray:
    """A whitened spectrum's shape, all 1 (the logarithm is 0)."""
    search.step(np.zeros(search.recent(1).shape[1], np.float32))
    return np.zeros(search.recent(1).shape[1], np.float32)


def test_after_a_reset_nothing_is_left() -> None:
    search = Search()
    chance = np.random.default_rng(1)
    for _ in range(12):
        search.step(np.log(chance.exponential(size=len(seconds_evidence(search))) + 1e-6).astype(np.float32))
    search.reset()
    assert not search.evidence.any()
    assert search.tops(1.0, 5) == []


def test_the_grid_is_as_fine_as_the_sharpening_needs() -> None:
    assert np.max(np.diff(np.log(FUNDAMENTAL_HZ))) < 0.004
