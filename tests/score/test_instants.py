"""Truth and tracks side by side, a second at a time."""

from typing import NamedTuple

import pytest
from tests.score.scenes import T0, point, still, target

from forehear.errors import InputError
from forehear.score.instants import by_second, in_step, nearest


def test_seconds_outside_the_truth_are_not_scored() -> None:
    s = still([target("a", k) for k in range(10, 20)], [point("T", k) for k in range(40)])
    assert (s.seconds, s.unscored_seconds, s.missed_share, s.false_share) == (10, 30, 0.0, 0.0)


@pytest.mark.parametrize("phase_s", [-0.45, -0.2, 0.0, 0.3, 0.5])
def test_a_track_is_moved_to_the_truths_time(phase_s: float) -> None:
    """At 170 m/s half a second is 85 m: none of it may show as an error."""
    truth = [target("a", k, east_mps=170.0) for k in range(20)]
    tracks = [point("T", k + phase_s, east_mps=170.0) for k in range(-1, 21)]
    s = still(truth, tracks)
    assert s.missed_share == 0.0
    assert s.error_p95_m is not None
    # The sphere's metres per degree over 0.5 s of way: half a percent of 85 m.
    assert s.error_p95_m < 0.005 * 85.0


def test_jitter_around_half_a_second_loses_no_track() -> None:
    truth = [target("a", k) for k in range(20)]
    tracks = [point("T", k + 0.5 + (0.02 if k % 2 else -0.02)) for k in range(-1, 21)]
    s = still(truth, tracks)
    assert (s.missed_share, s.false_share) == (0.0, 0.0)


def test_lines_out_of_order_are_told_and_a_little_disorder_is_not_minded() -> None:
    truth = [target("a", k) for k in (0, 2, 1, 3)]
    assert still(truth, []).target_seconds == 4
    with pytest.raises(InputError, match=r"tracks: time_s=1790000000\.0 stands after lines 9 s later"):
        still([target("a", k) for k in range(10)], [point("T", 9), point("T", 0)])


def test_in_step_hands_out_every_second_once() -> None:
    seconds = list(in_step([target("a", k) for k in (0, 1, 5)], [point("T", k) for k in (1, 2, 7)]))
    assert [(s[0] - T0, s[1], len(s[2]), len(s[3])) for s in seconds] == [
        (0.0, True, 1, 0),
        (1.0, True, 1, 1),
        (2.0, True, 0, 1),
        (5.0, True, 1, 0),
        (7.0, False, 0, 1),
    ]


class Moment(NamedTuple):
    """Anything with a time."""

    time_s: float


def test_records_go_to_their_nearest_second_and_seconds_without_any_are_left_out() -> None:
    moments = [Moment(t) for t in (10.4, 10.6, 11.4, 14.2, 13.9)]
    found = list(by_second(moments, 0.0, "moments"))
    assert [(second, [m.time_s for m in some]) for second, some in found] == [
        (10, [10.4]), (11, [10.6, 11.4]), (14, [14.2, 13.9]),
    ]  # fmt: skip
    assert [second for second, _ in by_second(moments, 0.5, "moments")] == [10, 11, 13, 14]


def test_of_two_records_of_a_name_the_nearest_is_kept_and_of_two_as_near_the_first() -> None:
    moments = [Moment(t) for t in (9.6, 10.1, 10.5, 9.5)]
    assert nearest(moments, ["a", "a", "b", "b"], 10.0) == {"a": Moment(10.1), "b": Moment(10.5)}
