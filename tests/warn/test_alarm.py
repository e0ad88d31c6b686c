"""Warnings rise in time, rest on several sensors, hold through turns and losses, and never flap."""

import random
from itertools import pairwise

import pytest
from tests.warn.world import World, track

from forehear.records import Track
from forehear.warn.limits import Policy, policy_faults


def flight(start_s: float, east: float, speed: float = 50.0, **more: object):  # type: ignore[no-untyped-def]
    """A straight flight westward over the town."""

    def tracks(now_s: float) -> list[Track]:
        return [track(now_s, east - speed * (now_s - start_s), 500.0, 270.0, speed=speed, **more)]  # type: ignore[arg-type]

    return tracks


def test_a_flight_over_the_town_is_watched_warned_of_and_cancelled_once() -> None:
    world = World()
    coming = flight(1000.0, 45_000.0)
    alerts = world.run(880, coming)
    states = [a.state for a in alerts]
    first_warning = next(a for a in alerts if a.state == "warning")
    assert first_warning.arrival_s is not None
    # It reaches the rim at 1000 + 42 km / 50 m/s = 1840 s: warned at least ten minutes before.
    assert first_warning.issued_at_s < 1240.0
    assert first_warning.arrival_earliest_s is not None
    assert first_warning.arrival_latest_s is not None
    assert first_warning.arrival_earliest_s <= 1840.0 <= first_warning.arrival_latest_s
    assert "cancelled" not in states
    assert states == sorted(states, key=["watch", "warning"].index), "never back while it comes"
    assert len({a.alert for a in alerts}) == 1
    after = world.run(900, coming)
    assert [a.state for a in after if a.state != "warning"] in (["watch", "cancelled"], ["cancelled"])
    world.run(400, lambda now: [])
    assert world.state() == "clear"
    assert "km to the east, closing at 50 m/s" in first_warning.because


def test_the_last_warning_names_the_moment_to_within_thirty_seconds() -> None:
    world = World()
    alerts = world.run(800, flight(1000.0, 45_000.0))
    last = [a for a in alerts if a.state == "warning"][-1]
    assert last.arrival_s == pytest.approx(1840.0, abs=45.0)


def test_a_flight_that_passes_far_away_is_not_warned_of() -> None:
    world = World()

    def tracks(now_s: float) -> list[Track]:
        return [track(now_s, 30_000.0, -40_000.0 + 50.0 * (now_s - 1000.0), 0.0)]

    assert [a.state for a in world.run(1500, tracks) if a.state == "warning"] == []


@pytest.mark.parametrize("heard_by", [("S0",), ("S0", "C0", "C1"), ("S0", "nobody", "nothing")])
def test_one_place_alone_raises_nothing(heard_by: tuple[str, ...]) -> None:
    world = World()
    assert world.run(700, flight(1000.0, 40_000.0, heard_by=heard_by)) == []


def test_two_sensors_raise_only_after_they_agreed_for_a_time() -> None:
    world = World()
    alerts = world.run(400, flight(1000.0, 30_000.0, heard_by=("S0", "S1")))
    assert alerts[0].issued_at_s >= 1000.0 + Policy().pair_s
    strict = World(policy=Policy(pair_s=7200.0))
    assert strict.run(400, flight(1000.0, 30_000.0, heard_by=("S0", "S1"))) == []


def test_one_sensor_that_joins_two_for_a_moment_does_not_make_three() -> None:
    # Two in one place and one apart are two; the pair rule then asks for time.
    world = World()
    alerts = world.run(15, flight(1000.0, 20_000.0, heard_by=("S0", "C0", "S1")))
    assert alerts == []


def test_a_tentative_track_raises_nothing() -> None:
    world = World()
    assert world.run(500, flight(1000.0, 30_000.0, status="tentative")) == []


def test_a_track_that_dies_on_its_way_does_not_cancel_at_once() -> None:
    world = World()
    coming = flight(1000.0, 30_000.0)
    world.run(200, coming)
    assert world.state() == "warning"
    # 20 km away and then not heard any more: it may come for 7 minutes and more.
    world.run(1, lambda now: [track(now, 20_000.0, 500.0, 270.0, status="ended")])
    world.run(420, lambda now: [])
    assert world.state() == "warning"
    world.run(3000, lambda now: [])
    assert world.state() == "clear"
    assert [a.state for a in world.alerts].count("cancelled") == 1


def test_a_track_that_vanishes_without_a_word_is_a_lost_one_too() -> None:
    world = World()
    world.run(200, flight(1000.0, 30_000.0))
    world.run(420, lambda now: [])
    assert world.state() == "warning"


def test_a_target_seen_to_leave_is_let_go_sooner_than_a_lost_one() -> None:
    left, lost = World(), World()
    for world in (left, lost):
        world.run(200, flight(1000.0, 30_000.0))
    turned = world.now_s
    left.run(700, lambda now: [track(now, 20_000.0 + 50.0 * (now - turned), 500.0, 90.0)])
    lost.run(700, lambda now: [])
    let_go = [a.issued_at_s for a in left.alerts if a.state == "cancelled"]
    assert len(let_go) == 1
    over = [a.issued_at_s for a in lost.alerts if a.state == "cancelled"]
    assert not over or over[0] > let_go[0]


def test_a_course_that_swings_does_not_make_the_state_flap() -> None:
    world = World()
    chance = random.Random(5)

    def tracks(now_s: float) -> list[Track]:
        course = 270.0 + 60.0 * (1 if int(now_s / 20.0) % 2 else -1) + chance.gauss(0.0, 5.0)
        return [track(now_s, 40_000.0 - 20.0 * (now_s - 1000.0), 500.0, course)]

    world.run(1500, tracks)
    changes = [a for a, b in zip(world.alerts[1:], world.alerts, strict=False) if a.state != b.state]
    assert len(changes) <= 3, [(a.issued_at_s, a.state) for a in changes]
    issued = [a.issued_at_s for a in world.alerts]
    assert min((b - a for a, b in pairwise(issued)), default=99.0) >= 1.0


def test_a_second_target_is_added_to_the_alert() -> None:
    world = World()
    one, two = flight(1000.0, 40_000.0), flight(1000.0, 43_000.0, name="T2")
    world.run(400, lambda now: one(now) + two(now))
    assert {t for a in world.alerts for t in a.tracks} == {"T1", "T2"}
    assert world.alerts[-1].count == 2


def test_a_site_is_warned_again_under_a_new_name_after_it_was_cancelled() -> None:
    world = World()
    world.run(200, flight(1000.0, 30_000.0))
    world.run(4000, lambda now: [])
    again = flight(world.now_s, 30_000.0, name="T9")
    world.run(200, again)
    assert world.alerts[0].alert == "A1"
    assert world.alerts[-1].alert == "A2"


def test_the_memory_of_tracks_is_bounded() -> None:
    world = World()
    for k in range(200):
        world.run(1, lambda now, k=k: [track(now, 60_000.0, 60_000.0, 90.0, name=f"T{k}", heard_by=())])
    world.run(10, lambda now: [])
    assert len(world.alarm.witnesses) == 0
    assert len(world.alarm.arrivals) == 0


def test_impossible_policies_are_named() -> None:
    assert policy_faults(Policy()) == []
    faults = policy_faults(Policy(sensors=1, warning_probability=0.01, pair_s=0.0))
    assert len(faults) == 3
    assert "no warning rests on one sensor" in " ".join(faults)
