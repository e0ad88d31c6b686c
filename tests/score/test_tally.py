"""Who counts in which second, and what a name's change and a gap are."""

from tests.score.scenes import point, still, target


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
