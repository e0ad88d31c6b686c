"""What is amiss with samples is counted once, whatever the blocks; and nothing is told where all is well."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.listen.health import Tally, gap, health_of, tally_of, together
from forehear.records import Health

RATE_HZ = 16_000
CHANCE = np.random.default_rng(3)
QUIET = CHANCE.normal(0.0, 0.01, RATE_HZ).astype(np.float32)
TIME_S = np.arange(RATE_HZ) / RATE_HZ


def test_a_quiet_second_is_well() -> None:
    assert health_of(tally_of(QUIET, RATE_HZ)) is None
    assert health_of(tally_of(QUIET, RATE_HZ), uncalibrated=True) == Health(uncalibrated=True)


def test_nothing_heard_is_nothing_amiss() -> None:
    assert health_of(tally_of(np.empty(0, np.float32), RATE_HZ)) is None
    assert health_of(Tally()) is None


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_clipping_is_the_share_of_samples_at_full_scale(bits: int) -> None:
    scale = 2.0 ** (bits - 1)
    loud = np.clip(np.round(2.0 * np.sin(2 * np.pi * 100.0 * TIME_S) * scale), -scale, scale - 1) / scale
    health = health_of(tally_of(loud.astype(np.float32), RATE_HZ))
    assert health is not None
    # A sine of twice full scale is beyond it for 2/3 of its time.
    assert health.clipped_pct == pytest.approx(200.0 / 3.0, abs=1.0)


def test_a_recording_normalised_to_its_peak_is_not_clipped() -> None:
    x = QUIET / np.abs(QUIET).max()
    assert health_of(tally_of(x, RATE_HZ)) is None


@pytest.mark.parametrize("level", [0.0, 0.25, -1e-3])
def test_samples_that_all_are_the_same_are_silence(level: float) -> None:
    half = np.concatenate([QUIET[: RATE_HZ // 2], np.full(RATE_HZ // 2, level, np.float32)])
    assert health_of(tally_of(half, RATE_HZ)) == Health(silent_pct=50.0)


def test_a_few_samples_are_not_judged() -> None:
    for count in (1, 2, 799):
        assert health_of(tally_of(np.zeros(count, np.float32), RATE_HZ)) is None
    assert health_of(tally_of(np.zeros(800, np.float32), RATE_HZ)) == Health(silent_pct=100.0)


def test_one_dead_channel_of_four_is_told() -> None:
    x = CHANCE.normal(0.0, 0.01, (RATE_HZ, 4)).astype(np.float32)
    x[:, 2] = 0.0
    assert health_of(tally_of(x, RATE_HZ)) == Health(silent_pct=25.0)


def test_full_scale_noise_is_overload() -> None:
    x = CHANCE.uniform(-1.0, 1.0, RATE_HZ).astype(np.float32)
    health = health_of(tally_of(x, RATE_HZ))
    assert health is not None
    assert health.overloaded_pct == 100.0


@pytest.mark.parametrize("offset", [-0.6, 0.6, 0.85])
def test_an_offset_is_no_overload(offset: float) -> None:
    assert health_of(tally_of(QUIET + np.float32(offset), RATE_HZ)) is None
    loud = np.clip(CHANCE.uniform(-1.0, 1.0, RATE_HZ) + 0.2 * offset, -1.0, 1.0).astype(np.float32)
    health = health_of(tally_of(loud, RATE_HZ))
    assert health is not None
    assert health.overloaded_pct == 100.0


def test_samples_that_are_no_numbers_are_a_gap() -> None:
    x = QUIET.copy()
    x[100:1700] = np.nan
    x[5000] = np.inf
    health = health_of(tally_of(x, RATE_HZ))
    assert health == Health(gap_s=0.1)
    everything = tally_of(np.full((800, 2), np.nan, np.float32), RATE_HZ)
    assert everything.gap_s == pytest.approx(0.05)
    assert (everything.samples, everything.silent, everything.overloaded) == (0, 0, 0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), max_size=5))
def test_the_sum_of_tenths_is_the_tally_of_the_whole(cuts: list[int]) -> None:
    x = np.concatenate([QUIET[:4800], np.zeros(3200, np.float32), np.ones(8000, np.float32)])
    total = Tally()
    edges = [0, *sorted(c * 1600 for c in cuts), RATE_HZ]
    for a, b in pairwise(edges):
        total = together(total, tally_of(x[a:b], RATE_HZ))
    assert total == tally_of(x, RATE_HZ)
    assert health_of(total) == Health(clipped_pct=50.0, silent_pct=70.0, overloaded_pct=50.0)


def test_gaps_and_rates_add_up() -> None:
    total = together(together(gap(1.5), Tally(rate_changes=1, resampled_from_hz=48_000.0)), gap(-3.0))
    assert health_of(total) == Health(gap_s=1.5, rate_changes=1, resampled_from_hz=48_000.0)


def test_what_is_well_is_not_written() -> None:
    one = health_of(tally_of(np.full(16_000, np.nan, np.float32), RATE_HZ))
    assert msgspec.json.encode(one) == b'{"gap_s":1.0}'
    both = health_of(gap(1.0), uncalibrated=True)
    assert msgspec.json.encode(both) == b'{"gap_s":1.0,"uncalibrated":true}'
