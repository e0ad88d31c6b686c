"""From sums to a score: waits, errors, kinds, and the bound beside them."""

import pytest
from tests.score.scenes import T0, point, still, target

from forehear.score.records import BoundSeries
from forehear.score.score import score


def test_wait_from_first_audible_to_confirmed() -> None:
    truth = [target("a", k, audible=0.9 if k >= 5 else 0.1) for k in range(60)]
    truth += [target("b", k, north_m=30_000) for k in range(60)]
    truth.sort(key=lambda t: t.time_s)
    s = still(truth, [point("T", k) for k in range(17, 60)])
    a, b = s.by_target
    assert (a.first_audible_s, a.confirm_wait_s) == (T0 + 5, 12.0)
    assert b.confirm_wait_s is None
    assert s.never_confirmed == 1
    assert (s.confirm_wait_median_s, s.confirm_wait_p90_s) == (None, None)
    # A track that was there before the target became audible does not wait at all.
    early = still(truth, [point("T", k) for k in range(60)])
    assert early.by_target[0].confirm_wait_s == 0.0


def test_speed_course_and_kind() -> None:
    truth = [target("a", k, east_mps=50.0) for k in range(10)]
    tracks = [point("T", k, east_mps=53.0, kind="jet" if k < 3 else "piston") for k in range(10)]
    s = still(truth, tracks)
    assert s.speed_error_median_mps == pytest.approx(3.0)
    assert s.course_error_median_deg == pytest.approx(0.0, abs=1e-5)
    assert s.kind_confusion["piston"] == {"piston": 7, "jet": 3, "other": 0}
    assert s.kind_right_share == 0.7


def test_bounds_stand_beside_the_errors() -> None:
    truth = [target(n, k, north_m=m) for k in range(50) for n, m in (("a", 0.0), ("b", 30_000.0))]
    tracks = [point("T", k, north_m=120.0) for k in range(20, 50)]
    bounds = {
        # a: known well enough from the 8th second on, 100 m from then.
        "a": BoundSeries(T0, [5000.0] * 8 + [100.0] * 42),
        "b": BoundSeries(T0, [5000.0] * 50),
    }
    s = score(truth, tracks, hold_s=0.0, bounds=bounds)
    assert s.bound_median_m == pytest.approx(100.0)
    assert s.error_over_bound == pytest.approx(1.2, rel=1e-4)
    # b's bound never falls under 700 m: nobody waits for its track.
    assert (s.bound_wait_median_s, s.bound_wait_p90_s) == (12.0, 12.0)
    assert [t.bound_wait_s for t in s.by_target] == [12.0, None]
    plain = score(truth, tracks, hold_s=0.0)
    assert (plain.error_over_bound, plain.bound_median_m, plain.bound_wait_median_s) == (None, None, None)
    assert plain.gospa_m == s.gospa_m


def test_nothing_at_all_is_a_score_of_nothing() -> None:
    s = still([], [])
    assert (s.seconds, s.targets, s.confirmed_tracks, s.by_target) == (0, 0, 0, [])
    assert (s.gospa_m, s.missed_share, s.false_share, s.error_median_m, s.consistency) == (None,) * 5


def test_each_target_has_a_row_of_its_own() -> None:
    truth = [target(n, k, north_m=m) for k in range(10) for n, m in (("a", 0.0), ("b", 30_000.0))]
    s = still(truth, [point("T", k, north_m=50.0) for k in range(4, 10)])
    a, b = s.by_target
    assert (a.target, a.audible_s, a.tracked_s, a.confirm_wait_s) == ("a", 10, 6, 4.0)
    assert a.error_median_m == pytest.approx(50.0, abs=0.01)
    assert (b.target, b.tracked_s, b.confirm_wait_s, b.error_median_m) == ("b", 0, None, None)
    # Half of the waits end, so their median does not.
    assert s.confirm_wait_median_s is None
    assert s.never_confirmed == 1
