"""The score on cases whose answer is known by hand."""

import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.errors import InputError
from forehear.records import TargetKind, TrackStatus, Truth
from forehear.score.instants import in_step
from forehear.score.records import BoundSeries, Score, TrackPoint
from forehear.score.score import score

T0 = 1_790_000_000.0
LAT = 47.0
# One metre on the ellipsoid at 47 degrees north, in degrees (from WGS 84's two radii of curvature there).
SINE2 = math.sin(math.radians(LAT)) ** 2
M_NORTH = math.degrees(1.0 / (6_378_137.0 * (1 - 0.00669437999) / (1 - 0.00669437999 * SINE2) ** 1.5))
M_EAST = math.degrees(1.0 / (6_378_137.0 / math.sqrt(1 - 0.00669437999 * SINE2) * math.cos(math.radians(LAT))))
MILLIMETRE = 1e-3


def target(
    name: str,
    s: float,
    north_m: float = 0.0,
    audible: float = 1.0,
    east_mps: float = 0.0,
    kind: TargetKind = "piston",
) -> Truth:
    return Truth(
        name,
        T0 + s,
        31.0 + east_mps * s * M_EAST,
        LAT + north_m * M_NORTH,
        300.0,
        east_mps,
        0.0,
        0.0,
        kind,
        audible,
    )


def point(
    name: str,
    s: float,
    north_m: float = 0.0,
    east_mps: float = 0.0,
    sigma_m: float = 100.0,
    status: TrackStatus = "confirmed",
    kind: TargetKind = "piston",
) -> TrackPoint:
    course = 90.0 if east_mps else 0.0
    return TrackPoint(
        T0 + s,
        name,
        status,
        31.0 + east_mps * s * M_EAST,
        LAT + north_m * M_NORTH,
        east_mps,
        course,
        sigma_m,
        kind,
    )


def still(truth: Iterable[Truth], tracks: Iterable[TrackPoint], hold_s: float = 0.0) -> Score:
    return score(truth, tracks, cutoff_m=2000.0, hold_s=hold_s)


def test_gospa_and_its_parts_by_hand() -> None:
    # One target 300 m off its track, one missed, one false track: 300^2 + c^2/2 + c^2/2.
    truth = [target("a", 0), target("b", 0, north_m=20_000)]
    tracks = [point("T1", 0, north_m=300), point("T2", 0, north_m=-20_000)]
    s = still(truth, tracks)
    assert s.gospa_localisation_m == pytest.approx(300.0, abs=10 * MILLIMETRE)
    assert s.gospa_missed_m == s.gospa_false_m == pytest.approx(2000.0 / math.sqrt(2.0))
    assert s.gospa_m == pytest.approx(math.sqrt(300.0**2 + 2000.0**2), abs=10 * MILLIMETRE)
    assert (s.missed_share, s.false_share, s.ghost_tracks) == (0.5, 0.5, 1)
    assert s.error_median_m == pytest.approx(300.0, abs=10 * MILLIMETRE)
    assert s.consistency == pytest.approx(3.0, rel=1e-4)


def test_gospa_is_a_root_mean_over_seconds() -> None:
    s = still([target("a", k) for k in range(4)], [point("T", k, north_m=100.0 * k) for k in range(4)])
    assert s.seconds == 4
    assert s.gospa_m == pytest.approx(100.0 * math.sqrt((0 + 1 + 4 + 9) / 4.0), rel=1e-4)


def test_an_inaudible_target_is_no_miss_and_a_track_on_it_not_false() -> None:
    alone = still([target("a", k, audible=0.4) for k in range(5)], [])
    assert (alone.target_seconds, alone.missed_share, alone.gospa_m) == (0, None, 0.0)
    on_it = still([target("a", k, audible=0.4) for k in range(5)], [point("T", k) for k in range(5)])
    assert (on_it.track_seconds, on_it.false_share, on_it.ghost_tracks, on_it.gospa_m) == (0, None, 0, 0.0)
    # A second track on the same target is false all the same.
    both = still([target("a", 0, audible=0.4)], [point("T", 0), point("U", 0, north_m=50)])
    assert (both.track_seconds, both.false_share, both.ghost_tracks) == (1, 1.0, 0)


def test_a_target_must_be_tracked_for_the_hold_after_it_was_last_audible() -> None:
    truth = [target("a", k, audible=1.0 if k < 3 else 0.0) for k in range(20)]
    assert still(truth, [], hold_s=0.0).target_seconds == 3
    assert still(truth, [], hold_s=10.0).target_seconds == 13


def test_a_tentative_or_ended_track_is_not_there() -> None:
    s = still([target("a", 0)], [point("T", 0, status="tentative"), point("U", 0, status="ended")])
    assert (s.missed_share, s.confirmed_tracks, s.track_seconds) == (1.0, 0, 0)


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


def test_a_change_of_name_and_a_gap_are_counted_once() -> None:
    truth = [target("a", k) for k in range(40)]
    tracks = [point("T" if k < 10 else "U", k) for k in range(40) if not 20 <= k < 25]
    s = still(truth, tracks)
    assert (s.switches, s.gaps) == (1, 1)
    assert s.by_target[0].tracked_s == 35


def test_two_that_cross_keep_their_names_unless_they_swap_for_good() -> None:
    """Tracks 100 m off, targets crossing: the nearest track is the other's for a moment; that is no switch."""
    seconds = range(-30, 31)
    north = {"a": lambda k: 20.0 * k, "b": lambda k: -20.0 * k}
    truth = [target(n, k, north_m=f(k)) for k in seconds for n, f in north.items()]
    off = {"a": -60.0, "b": 60.0}
    kept = [point(f"T{n}", k, north_m=f(k) + off[n]) for k in seconds for n, f in north.items()]
    assert still(truth, kept).switches == 0
    swapped = [point(f"T{n}", k, north_m=f(k) if k < 0 else -f(k)) for k in seconds for n, f in north.items()]
    assert still(truth, swapped).switches == 2


def test_a_ghost_is_never_near_anything_audible_or_not() -> None:
    truth = [target("a", k, audible=0.0) for k in range(10)]
    tracks = [point(n, k, north_m=m) for k in range(10) for n, m in (("near", 1900.0), ("far", 2100.0))]
    s = still(truth, tracks)
    assert (s.ghost_tracks, s.confirmed_tracks) == (1, 2)


def test_without_any_truth_every_track_is_false() -> None:
    s = still([], [point("T", k) for k in range(7)])
    assert (s.seconds, s.ghost_tracks, s.false_share, s.missed_share) == (7, 1, 1.0, None)
    nothing = still([], [])
    assert (nothing.gospa_m, nothing.seconds, nothing.by_target) == (None, 0, [])


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


def test_speed_course_and_kind() -> None:
    truth = [target("a", k, east_mps=50.0) for k in range(10)]
    tracks = [point("T", k, east_mps=53.0, kind="jet" if k < 3 else "piston") for k in range(10)]
    s = still(truth, tracks)
    assert s.speed_error_median_mps == pytest.approx(3.0)
    assert s.course_error_median_deg == pytest.approx(0.0, abs=1e-5)
    assert s.kind_confusion["piston"] == {"piston": 7, "jet": 3, "other": 0}
    assert s.kind_right_share == 0.7


def test_lines_out_of_order_are_told_and_a_little_disorder_is_not_minded() -> None:
    truth = [target("a", k) for k in (0, 2, 1, 3)]
    assert still(truth, []).target_seconds == 4
    with pytest.raises(InputError, match=r"tracks: time_s=1790000000\.0 stands after lines 9 s later"):
        still([target("a", k) for k in range(10)], [point("T", 9), point("T", 0)])


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(-89.0, 89.0), st.floats(-180.0, 180.0), st.integers(0, 2**32))
def test_the_world_may_be_moved_and_time_shifted(shift_s: float, lat: float, lon: float, seed: int) -> None:
    """The score of a scene does not depend on where and when it happens."""
    rng = np.random.default_rng(seed)
    off = rng.normal(0.0, 300.0, 8)

    def scene(lat0: float, lon0: float, t0: float) -> Score:
        truth, tracks = [], []
        for k in range(8):
            truth.append(Truth("a", t0 + k, lon0, lat0, 0.0, 0.0, 0.0, 0.0, "piston"))
            step = math.degrees(off[k] / 6_378_137.0)
            tracks.append(TrackPoint(t0 + k, "T", "confirmed", lon0, lat0 + step, 0.0, 0.0, 100.0, "piston"))
        return score(truth, tracks)

    here, there = scene(47.0, 31.0, T0), scene(lat, lon, T0 + 1000.0 + shift_s)
    assert here.error_median_m is not None
    # A degree of latitude is 1.0 % longer at the pole than at the equator: that much the scene itself changes.
    assert there.error_median_m == pytest.approx(here.error_median_m, rel=0.011)
    assert (there.switches, there.seconds) == (here.switches, here.seconds)


def test_in_step_hands_out_every_second_once() -> None:
    seconds = list(in_step([target("a", k) for k in (0, 1, 5)], [point("T", k) for k in (1, 2, 7)]))
    assert [(s[0] - T0, s[1], len(s[2]), len(s[3])) for s in seconds] == [
        (0.0, True, 1, 0),
        (1.0, True, 1, 1),
        (2.0, True, 0, 1),
        (5.0, True, 1, 0),
        (7.0, False, 0, 1),
    ]


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
