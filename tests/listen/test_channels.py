"""Channels of one place to one ear: whatever is wrong with a lead, what is there is heard, as loud as it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.listen.synthetic import comb, hear, level, mixed, noise, sources

from forehear.listen.channels import Mixer
from forehear.listen.health import Tally
from forehear.listen.listener import Listener
from forehear.records import Health

RATE_HZ = 16_000
decibel = 1.0
SOUND = mixed(comb(lambda t: 98.0 - 1.5 * t, 8.0), noise(8.0), 3.0)


def mixed_of(channels: np.ndarray, block: int = 8_000, rate_hz: float = RATE_HZ) -> tuple[np.ndarray, Mixer]:
    mixer = Mixer(rate_hz)
    x = channels.astype(np.float32)
    return np.concatenate([mixer.mix(x[k : k + block])[:, 0] for k in range(0, len(x), block)]), mixer


@pytest.mark.parametrize("gain", [-1.0, -0.7, -1.4])
@pytest.mark.parametrize("offset", [0.0, 0.4])
def test_a_channel_against_the_other_is_turned(gain: float, offset: float) -> None:
    heard, mixer = mixed_of(np.stack([SOUND, gain * SOUND + offset], 1))
    alone = np.corrcoef(heard[8_000:], SOUND[8_000:])[0, 1]
    assert abs(alone) > 0.9999
    assert np.std(heard) == pytest.approx((1.0 + abs(gain)) / 2.0 * np.std(SOUND), rel=0.02)
    assert mixer.opposed == 1


def test_channels_that_agree_are_their_mean() -> None:
    heard, mixer = mixed_of(np.stack([SOUND, 0.5 * SOUND], 1))
    assert heard == pytest.approx(0.75 * SOUND, abs=1e-6)
    assert mixer.opposed == 0


def test_a_dead_channel_costs_no_level() -> None:
    for dead in (0.0 * SOUND, 0.0 * SOUND + 0.3, 1e-4 * SOUND):
        heard, _ = mixed_of(np.stack([dead, SOUND], 1))
        assert np.std(heard) == pytest.approx(np.std(SOUND), rel=1e-3)


def test_a_channel_against_seven_others_is_turned() -> None:
    own = np.stack([noise(8.0, 40 + k) for k in range(8)], 1)
    channels = SOUND[:, None] / np.std(SOUND) + 0.1 * own
    channels[:, 3] *= -1.0
    heard, mixer = mixed_of(channels)
    assert abs(np.corrcoef(heard, SOUND)[0, 1]) > 0.98
    assert mixer.opposed == 1


def test_microphones_of_their_own_noise_are_not_called_opposed() -> None:
    channels = np.stack([noise(20.0, 50), noise(20.0, 51)], 1)
    heard, mixer = mixed_of(channels)
    assert mixer.opposed == 0
    assert np.std(heard) == pytest.approx(np.std(channels) / np.sqrt(2.0), rel=0.05)


def test_a_faint_sound_against_itself_in_noise_is_found_in_seconds() -> None:
    """6 dB under each microphone's own noise: one channel turned must not take the sound away."""
    faint = level(-6.0) * SOUND / np.std(SOUND)
    channels = np.stack([faint + noise(8.0, 60), -faint + noise(8.0, 61)], 1)
    heard, _ = mixed_of(channels)
    assert np.corrcoef(heard[3 * RATE_HZ :], faint[3 * RATE_HZ :])[0, 1] ** 2 > 0.25


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 8), st.sampled_from([8_000.0, 44_100.0, 384_000.0]), st.lists(st.integers(0, 5_000), max_size=6)
)
def test_whatever_comes_is_mixed_sample_by_sample(channels: int, rate_hz: float, sizes: list[int]) -> None:
    chance = np.random.default_rng(channels)
    mixer = Mixer(rate_hz)
    for k, size in enumerate(sizes):
        x = chance.normal(0.0, 10.0 ** chance.uniform(-30, 4), (size, channels)).astype(np.float32)
        x[chance.random((size, channels)) < 0.1 * (k % 3)] = np.nan
        out = mixer.mix(x)
        assert out.shape == (size, 1)
        lost = ~np.isfinite(x).any(axis=1)
        assert np.array_equal(np.isnan(out[:, 0]), lost) or (k % 3)
        assert 0 <= mixer.opposed < channels


def test_the_listener_hears_channels_wired_against_each_other_and_says_so() -> None:
    one = hear(SOUND, calibration_db=94.0)
    both = hear(np.stack([SOUND, -SOUND], 1), calibration_db=94.0)
    assert len(sources(both)) == len(sources(one)) >= 7
    for a, b in zip(sources(one), sources(both), strict=True):
        assert b.level_db == pytest.approx(a.level_db, abs=0.1 * decibel)
        assert b.tone_hz == pytest.approx(a.tone_hz, abs=1e-3)
    assert all(r.health == Health(opposed_channels=1) for r in both)


def test_a_rate_of_its_own_waits_for_the_heartbeats_time_and_what_is_amiss_does_not() -> None:
    listener = Listener("K-07", calibration_db=94.0)
    long = mixed(comb(100.0, 24.0), noise(24.0), 10.0)
    reports = []
    for k in range(48):
        seen = Tally(8_000, 800 if k == 30 else 0, 5, resampled_from_hz=48_000.0)
        reports += listener.hear(long[8_000 * k : 8_000 * (k + 1)], 0.5 * k, seen)
    told = {round(r.heard_at_s): r.health for r in reports if r.health is not None}
    assert len(reports) >= 22
    assert [h for h in told.values() if h.clipped_pct] == [told[15]]
    assert len(told) == 3
    assert all(h.resampled_from_hz == 48_000.0 for h in told.values())
    assert (listener.heard_s, listener.gap_s) == (24.0, 0.0)
