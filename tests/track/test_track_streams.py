"""Streams: which source continues which, what is forgotten, what stands still, and where births may start."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.track.flights import blank_row

from forehear.track.layout import LEVEL_DB, LEVEL_VAR, LN_TONE, LN_TONE_VAR, SENSOR
from forehear.track.memory import streams
from forehear.track.memory.pool import Streams, grown, make
from forehear.track.memory.steady import STATIC_AFTER_S, stands_still

Array = NDArray[np.float64]

EVEN = np.full(3, 1.0 / 3.0)


def heard(sensor: int, heard_s: float, tone_hz: float | None = 110.0, level_db: float = 50.0) -> Array:
    row = blank_row(np.zeros(3), heard_s)
    row[SENSOR], row[LEVEL_DB], row[LEVEL_VAR] = sensor, level_db, 25.0
    if tone_hz is not None:
        row[LN_TONE], row[LN_TONE_VAR] = math.log(tone_hz), 1e-5
    return row


def added(pool: Streams, *rows: Array) -> list[int]:
    return [streams.add(pool, row, EVEN) for row in rows]


def chains(pool: Streams) -> list[list[int]]:
    """Each sensor's streams, along its list."""
    out = []
    for head in pool.head:
        chain, k = [], int(head)
        while k >= 0:
            assert k not in chain
            chain.append(k)
            k = int(pool.follow[k])
        out.append(chain)
    return out


def test_one_engine_is_one_stream_and_another_tone_another() -> None:
    pool = make(8, 3)
    assert len(set(added(pool, *(heard(0, float(t)) for t in range(5))))) == 1
    other, toneless, elsewhere = added(pool, heard(0, 5.0, 150.0), heard(0, 5.0, None), heard(1, 5.0))
    assert len({0, other, toneless, elsewhere}) == 4
    assert added(pool, heard(0, 6.0, 151.0), heard(0, 6.0, None), heard(1, 6.0)) == [other, toneless, elsewhere]


def test_a_slip_by_an_octave_stays_in_its_stream_and_is_put_back() -> None:
    pool = make(8, 1)
    numbers = added(pool, *(heard(0, float(t)) for t in range(4)), heard(0, 4.0, 220.0), heard(0, 5.0, 55.0))
    assert len(set(numbers)) == 1
    assert pool.rows[numbers[0], 4:6, LN_TONE] == pytest.approx(np.full(2, math.log(110.0)), abs=1e-12)


@pytest.mark.parametrize(
    ("gap_s", "same"), [(streams.YOUNG_GAP_S - 0.1, True), (streams.YOUNG_GAP_S + 0.1, False), (0.0, False)]
)
def test_a_long_gap_begins_anew_and_one_frame_holds_two_engines(gap_s: float, same: bool) -> None:
    first, second = added(make(8, 1), heard(0, 10.0), heard(0, 10.0 + gap_s))
    assert (first == second) is same


def test_what_is_not_heard_any_more_is_forgotten() -> None:
    pool = make(8, 2)
    added(pool, heard(0, 0.0), heard(0, 30.0, 150.0), heard(1, 30.0))
    assert streams.forget(pool, streams.FORGET_S + 1.0) == 2
    assert sum(map(len, chains(pool))) == 2
    assert streams.forget(pool, 2.0 * streams.FORGET_S + 1.0) == 0
    assert chains(pool) == [[], []]


def test_a_full_pool_says_so_and_a_grown_one_goes_on() -> None:
    pool = make(2, 3)
    assert added(pool, heard(0, 0.0), heard(1, 0.0), heard(2, 0.0))[2] == -1
    bigger = grown(pool)
    assert chains(bigger) == [[0], [1], []]
    assert added(bigger, heard(2, 0.0), heard(0, 1.0)) == [2, 0]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0.0, 200.0), st.sampled_from([60.0, 90.0, 140.0])), max_size=60
    )
)
@settings(deadline=None)
def test_lists_stay_whole(events: list[tuple[int, float, float]]) -> None:
    pool = make(64, 4)
    for sensor, at, tone in sorted(events, key=lambda e: e[1]):
        assert streams.add(pool, heard(sensor, at, tone), EVEN) >= 0
        streams.forget(pool, at)
        used = [int(k) for k in np.flatnonzero(pool.filled > 0)]
        listed = chains(pool)
        assert sorted(k for chain in listed for k in chain) == used
        assert all(pool.sensor[k] == s for s, chain in enumerate(listed) for k in chain)


@pytest.mark.parametrize(
    ("louder_db", "higher_share", "stands"), [(0.0, 0.0, True), (8.0, 0.0, False), (0.0, 0.03, False)]
)
def test_what_sounds_the_same_for_long_stands_still(louder_db: float, higher_share: float, stands: bool) -> None:
    pool = make(4, 1)
    seconds = np.arange(0.0, STATIC_AFTER_S + 30.0)
    part = seconds / seconds[-1]
    for t, p in zip(seconds, part, strict=True):
        scatter_db = 1.5 * (-1.0) ** int(t)
        number = added(
            pool, heard(0, float(t), 110.0 * (1.0 + higher_share * p), 50.0 + louder_db * p + scatter_db)
        )
        assert number == [0]
        if t < STATIC_AFTER_S:
            assert not stands_still(pool, 0)
    assert stands_still(pool, 0) is stands
    # What stands still starts no birth.
    assert streams.seeds(pool, float(seconds[-1]), 5.0, 3, np.empty(4, np.int64)) == (0 if stands else 1)


@pytest.mark.parametrize(("scatter_db", "stuck"), [(0.0, True), (0.2, True), (1.5, False)])
def test_levels_that_do_not_scatter_are_of_a_stuck_sensor(scatter_db: float, stuck: bool) -> None:
    pool = make(4, 1)
    for t in range(12):
        added(pool, heard(0, float(t), 110.0, 50.0 + scatter_db * (-1.0) ** t))
    assert stands_still(pool, 0) is stuck


def test_births_start_from_the_loudest_fresh_stream_of_enough_points() -> None:
    pool, out = make(8, 5), np.empty(8, np.int64)
    for sensor, level, points, last in (
        (0, 50.0, 4, 10.0),
        (1, 60.0, 4, 10.0),
        (2, 70.0, 2, 10.0),
        (3, 65.0, 4, 2.0),
    ):
        for k in range(points):
            added(pool, heard(sensor, last - points + 1 + k, 110.0, level))
    n = streams.seeds(pool, 10.0, 5.0, 3, out)
    assert [int(pool.sensor[k]) for k in out[:n]] == [1, 0]
    pool.next_try_s[pool.head[1]] = 11.0
    assert streams.seeds(pool, 10.0, 5.0, 3, out) == 1
