"""From blocks to the Listener: nothing is lost, moved or repeated, whatever the blocks, rates, gaps and clocks."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.listen.stubs import Stub

from forehear.constants import LISTENING_RATE_HZ
from forehear.node.edge import Edge
from forehear.records import Health, Report

START_S = 1_790_000_000.0
CHANCE = np.random.default_rng(5)
NOISE = CHANCE.normal(0.0, 0.01, (LISTENING_RATE_HZ * 5, 1)).astype(np.float32)


def played(
    edge: Edge, samples: np.ndarray, rate_hz: int, cuts: list[int], start_s: float = START_S
) -> list[Report]:
    out = []
    for a, b in pairwise([0, *sorted(cuts), len(samples)]):
        out += edge.take(samples[a:b], rate_hz, start_s + a / rate_hz)
    return out


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(NOISE)), max_size=8))
def test_at_the_listening_rate_what_is_heard_is_what_came(cuts: list[int]) -> None:
    stub = Stub()
    edge = Edge(stub)
    reports = played(edge, NOISE, LISTENING_RATE_HZ, cuts) + edge.end()
    assert np.array_equal(stub.heard, NOISE[:, 0])
    assert [at_s for at_s, _ in stub.pieces] == pytest.approx(START_S + 0.5 * np.arange(10), abs=1e-6)
    assert [r.heard_at_s for r in reports] == [START_S + k + 0.5 for k in range(5)]
    # A frame is known when its last sample is through: half a second after its middle.
    assert [r.received_at_s for r in reports] == [START_S + k + 1.0 for k in range(5)]
    assert all(r.health is None for r in reports)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
def test_at_another_rate_it_is_as_long_and_at_the_same_times(rate_hz: int) -> None:
    stub = Stub()
    edge = Edge(stub)
    samples = CHANCE.normal(0.0, 0.01, (rate_hz * 5, 2)).astype(np.float32)
    reports = played(edge, samples, rate_hz, [k * rate_hz // 3 for k in range(15)]) + edge.end()
    assert len(stub.heard) == LISTENING_RATE_HZ * 5
    assert [at_s for at_s, _ in stub.pieces] == pytest.approx(START_S + 0.5 * np.arange(10), abs=1e-6)
    assert [r.received_at_s for r in reports] == [START_S + k + 1.0 for k in range(5)]
    assert all(r.health == Health(resampled_from_hz=rate_hz) for r in reports)


def test_channels_are_mixed_to_one_but_an_arrays_are_kept() -> None:
    samples = np.repeat(NOISE, 2, axis=1) * np.array([1.0, 3.0], np.float32)
    one, both = Stub(), Stub()
    Edge(one).take(samples, LISTENING_RATE_HZ, START_S)
    Edge(both, array=True).take(samples, LISTENING_RATE_HZ, START_S)
    assert one.heard == pytest.approx(2.0 * NOISE[:, 0], rel=1e-5)
    assert np.array_equal(both.heard, samples)


def test_a_gap_is_told_and_what_was_in_flight_is_handed_on() -> None:
    stub = Stub()
    edge = Edge(stub)
    reports = edge.take(NOISE[: 16_000 + 3_000], LISTENING_RATE_HZ, START_S)
    reports += edge.take(NOISE[: 2 * 16_000], LISTENING_RATE_HZ, START_S + 10.0) + edge.end()
    times = [at_s - START_S for at_s, _ in stub.pieces]
    assert times == pytest.approx([0.0, 0.5, 1.0, 10.0, 10.5, 11.0, 11.5])
    assert len(stub.heard) == 3 * 16_000 + 3_000
    assert [r.health for r in reports] == [None, Health(gap_s=8.812), None]
    assert stub.gap_s == pytest.approx(10.0 - 19.0 / 16.0)
    assert stub.heard_s == pytest.approx(3.0 + 3.0 / 16.0)


def test_a_clock_set_back_begins_anew_and_stamps_never_go_back() -> None:
    edge = Edge(Stub())
    reports = edge.take(NOISE, LISTENING_RATE_HZ, START_S + 100.0) + edge.take(NOISE, LISTENING_RATE_HZ, START_S)
    stamps = [r.received_at_s for r in reports]
    assert len(stamps) == 10
    assert stamps == sorted(stamps)
    assert [r.heard_at_s for r in reports][5] == START_S + 0.5


def test_a_changed_rate_goes_on_without_a_gap() -> None:
    stub = Stub()
    edge = Edge(stub)
    at_s, reports = START_S, []
    for rate_hz in (48_000, 16_000, 44_100):
        reports += edge.take(CHANCE.normal(0.0, 0.01, (rate_hz, 1)).astype(np.float32), rate_hz, at_s)
        at_s += 1.0
    reports += edge.end()
    assert len(stub.heard) == 3 * LISTENING_RATE_HZ
    assert [r.heard_at_s - START_S for r in reports] == pytest.approx([0.5, 1.5, 2.5])
    assert sum(r.health.rate_changes for r in reports if r.health) == 2
    assert stub.gap_s == 0.0


def test_a_driver_that_jitters_is_no_gap_and_a_slow_clock_is_followed() -> None:
    stub = Stub()
    edge = Edge(stub)
    chance = np.random.default_rng(2)
    block = NOISE[:1600]
    # A sound card that is 100 ppm slow by the wall clock, and reads that come up to 20 ms late: for ten minutes.
    for k in range(6000):
        edge.take(block, LISTENING_RATE_HZ, START_S + k * 0.1 * 1.0001 + chance.uniform(0.0, 0.02))
    assert stub.gap_s == 0.0
    at_s, _ = stub.pieces[-1]
    assert at_s == pytest.approx(START_S + (len(stub.pieces) - 1) * 0.5 * 1.0001, abs=0.02)


def test_no_numbers_reach_the_listener_as_they_are_and_are_told() -> None:
    stub = Stub()
    edge = Edge(stub)
    bad = NOISE.copy()
    bad[20_000:24_000] = np.nan
    reports = edge.take(bad, LISTENING_RATE_HZ, START_S)
    assert int(np.isnan(stub.heard).sum()) == 4000
    assert sum(r.health.gap_s for r in reports if r.health) == 0.25
    assert stub.heard_s == 4.75


def test_what_was_seen_before_resampling_is_handed_on_once() -> None:
    """A square wave at the scale's end is clipped as it came; resampled it would overshoot and ring."""
    loud = np.sign(np.sin(np.arange(5 * 48_000) * 0.01))[:, None].astype(np.float32)
    edge = Edge(Stub())
    reports = played(edge, loud, 48_000, [k * 7000 for k in range(1, 34)]) + edge.end()
    for report in reports:
        assert report.health is not None
        assert report.health.clipped_pct == 100.0
        assert report.health.overloaded_pct == 100.0
    assert Edge(Stub(calibrated=False)).take(NOISE, LISTENING_RATE_HZ, START_S)[0].health == Health(
        uncalibrated=True
    )


def test_samples_that_the_driver_dropped_are_told() -> None:
    edge = Edge(Stub())
    reports = edge.take(NOISE, LISTENING_RATE_HZ, START_S)
    reports += edge.take(NOISE, LISTENING_RATE_HZ, START_S + 5.02, dropped=True)
    assert [r.health for r in reports] == [None] * 5 + [Health(gap_s=0.02)] + [None] * 4
    unmeasured = Edge(Stub())
    assert unmeasured.take(NOISE, LISTENING_RATE_HZ, START_S, dropped=True)[0].health == Health(gap_s=0.001)


def test_a_live_ear_is_stamped_by_its_clock() -> None:
    reports = Edge(Stub(), clock=lambda: START_S + 77.0).take(NOISE, LISTENING_RATE_HZ, START_S)
    assert {r.received_at_s for r in reports} == {START_S + 77.0}


def test_nothing_is_nothing() -> None:
    edge = Edge(Stub())
    assert edge.take(NOISE[:0], LISTENING_RATE_HZ, START_S) == []
    assert edge.end() == []


blocks = st.tuples(
    st.integers(0, 30_000),
    st.sampled_from([8_000.0, 16_000.0, 44_100.0, 48_000.0]),
    st.floats(-20.0, 20.0) | st.just(0.0),
    st.sampled_from(["noise", "silence", "full", "nan", "partly nan"]),
    st.booleans(),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(blocks, max_size=12), st.booleans())
def test_whatever_comes_nothing_breaks_and_the_books_balance(script: list, array: bool) -> None:
    stub = Stub()
    edge = Edge(stub, array)
    at_s, came_s, reports = START_S, 0.0, []
    for count, rate_hz, jump_s, what, dropped in script:
        samples = np.zeros((count, 2), np.float32)
        if what != "silence":
            samples[:] = CHANCE.uniform(-1.0, 1.0, (count, 2)) * (1.0 if what == "full" else 0.01)
        if what.endswith("nan"):
            samples[count // 2 if what == "partly nan" else 0 :] = np.nan
        at_s = max(at_s + jump_s, 0.0)
        reports += edge.take(samples, rate_hz, at_s, dropped)
        came_s += np.isfinite(samples).all(axis=1).sum() / rate_hz
        at_s += count / rate_hz
    reports += edge.end()
    # At the listening rate the edges of a hole are a sample off.
    assert stub.heard_s == pytest.approx(came_s, abs=1e-3 * (len(script) + 1))
    given_s = sum(len(p) for _, p in stub.pieces) / LISTENING_RATE_HZ
    assert given_s == pytest.approx(sum(s[0] / s[1] for s in script), abs=1e-3 * (len(script) + 1))
    stamps = [r.received_at_s for r in reports]
    assert stamps == sorted(stamps)
    for report in reports:
        assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
