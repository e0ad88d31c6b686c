"""Reports cut into seconds of reception: nothing valid is lost, and no broken stamp moves the clock."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.io.ndjson import Rejections
from forehear.io.seconds import BACKWARD_S, JUMP_S, Seconds
from forehear.records import Report

T0 = 1_790_000_000.0
DECADE_S = 10 * 365.25 * 86_400.0


def report(received: float | None, sensor: str = "S1", heard: float | None = None) -> Report:
    return Report(
        sensor, T0 + (heard if heard is not None else received or 0.0), None if received is None else T0 + received
    )


def cut(reports: list[Report], *sizes: int) -> tuple[list[tuple[float, list[Report]]], Rejections]:
    """Feed in pieces of these sizes, the rest at once, to the end; times come back from T0."""
    rejections = Rejections()
    seconds = Seconds(rejections)
    out: list[tuple[float, list[Report]]] = []
    rest = list(reports)
    for size in sizes:
        out += seconds.feed(rest[:size])
        rest = rest[size:]
    out += seconds.feed(rest)
    out += seconds.finish()
    return [(time_s - T0, batch) for time_s, batch in out], rejections


def test_each_second_is_given_when_it_is_over_and_empty_ones_too() -> None:
    out, _ = cut([report(0.2), report(0.9), report(3.0)])
    assert [(t, [r.received_at_s - T0 for r in batch if r.received_at_s]) for t, batch in out] == [
        (1.0, [pytest.approx(0.2), pytest.approx(0.9)]),
        (2.0, []),
        (3.0, []),
        (4.0, [3.0]),
    ]


def test_a_second_comes_out_as_soon_as_the_next_begins() -> None:
    seconds = Seconds(Rejections())
    assert list(seconds.feed([report(0.2), report(0.9)])) == []
    assert [t - T0 for t, _ in seconds.feed([report(1.0)])] == [1.0]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(0.0, 300.0), max_size=60).map(sorted),
    st.lists(st.integers(0, 10), max_size=6),
)
def test_nothing_valid_is_lost_and_pieces_do_not_matter(times: list[float], sizes: list[int]) -> None:
    reports = [report(t, f"S{k}") for k, t in enumerate(times)]
    whole, rejections = cut(reports)
    assert [r for _, batch in whole for r in batch] == reports
    assert rejections.rejected == 0
    assert cut(reports, *sizes)[0] == whole
    assert all(b - a == 1.0 for (a, _), (b, _) in pairwise(whole))
    assert all(
        time_s - 1.0 <= r.received_at_s - T0 < time_s for time_s, batch in whole for r in batch if r.received_at_s
    )


@pytest.mark.parametrize("off_s", [3.0 * DECADE_S, -3.0 * DECADE_S, JUMP_S + 100.0, -JUMP_S - 100.0])
@pytest.mark.parametrize("at", [0, 1, 5, 20])
def test_a_stamp_decades_off_is_rejected_alone(off_s: float, at: int) -> None:
    reports = [report(float(k)) for k in range(20)]
    reports.insert(at, report(float(at) + off_s, "broken"))
    out, rejections = cut(reports)
    assert [r.sensor for _, batch in out for r in batch] == ["S1"] * 20
    assert len(out) == 20
    assert dict(rejections.by_sensor) == {"broken": 1}
    assert "received_at_s" in next(iter(rejections.by_reason))


def test_a_long_pause_is_believed_when_the_next_report_agrees() -> None:
    reports = [report(0.0), report(1.0), report(7200.0), report(7201.5)]
    out, rejections = cut(reports)
    assert rejections.rejected == 0
    assert [r for _, batch in out for r in batch] == reports
    # No second is given for each of the pause: two hours of nothing are not walked through.
    assert len(out) < 10


def test_a_recording_that_starts_again_earlier_is_not_taken_for_time_running_backward() -> None:
    reports = [report(10_000.0), report(10_001.0), report(0.0), report(1.0), report(2.0), report(10_002.0)]
    out, rejections = cut(reports)
    times = [t for t, _ in out]
    assert times == sorted(times)
    assert rejections.rejected == 3
    assert [r.received_at_s - T0 for _, batch in out for r in batch if r.received_at_s] == [
        10_000.0,
        10_001.0,
        10_002.0,
    ]


def test_minutes_of_disorder_are_kept_and_told() -> None:
    reports = [report(float(k)) for k in range(100)] + [report(10.0, "late")] + [report(100.0)]
    out, rejections = cut(reports)
    assert sum(len(batch) for _, batch in out) == 102
    assert rejections.rejected == 0
    assert rejections.warnings == {"received_at_s out of order": 1}
    assert BACKWARD_S < 89.0


def test_without_a_stamp_the_hearing_time_stands_in() -> None:
    out, rejections = cut([report(None, heard=float(k)) for k in range(5)])
    assert [t for t, _ in out] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert rejections.rejected == 0


def test_a_single_report_is_not_lost() -> None:
    out, rejections = cut([report(5.0)])
    assert len(out) == 1
    assert rejections.rejected == 0


def test_nothing_gives_nothing() -> None:
    assert cut([])[0] == []


def test_a_flood_of_forged_stamps_holds_no_memory() -> None:
    rejections = Rejections()
    seconds = Seconds(rejections)
    forged = [report(float(k) * 10.0 * JUMP_S, f"F{k}") for k in range(2, 5000)]
    assert list(seconds.feed(forged)) == []
    assert rejections.rejected > 4900
    assert len(seconds._held) < 20
