"""Warnings rise in time, rest on several sensors, hold through turns and losses, and never flap."""

import random
from itertools import pairwise

import pytest
from tests.warn.world import World, track

from forehear.records import Track
from forehear.warn.coverage import SiteCoverage
from forehear.warn.limits import Policy, policy_faults


def flight(start_s: float, east: float, speed: float = 50.0, **more: object):  # type: ignore[no-untyped-def]
    """A straight flight westward over the town."""

    def tracks(now_s: float) -> list[Track]:
        return [track(now_s, east - speed * (now_s - start_s), 500.0, 270.0, speed=speed, **more)]  # type: ignore[arg-type]

    return tracks


@pytest.mark.slow
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


@pytest.mark.slow
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
    # 20 km away and then not heard any more: it may come for 7 minutes and more, less and less probably.
    world.run(1, lambda now: [track(now, 20_000.0, 500.0, 270.0, status="ended")])
    world.run(180, lambda now: [])
    assert world.state() == "warning"
    world.run(240, lambda now: [])
    assert world.state() in ("warning", "watch")
    world.run(3000, lambda now: [])
    assert world.state() == "clear"
    assert [a.state for a in world.alerts].count("cancelled") == 1


def test_a_track_that_vanishes_without_a_word_is_a_lost_one_too() -> None:
    world = World()
    world.run(200, flight(1000.0, 30_000.0))
    world.run(180, lambda now: [])
    assert world.state() == "warning"
    world.run(240, lambda now: [])
    assert world.state() in ("warning", "watch")


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


@pytest.mark.slow
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


def test_a_second_target_is_counted_in_its_group() -> None:
    world = World()
    one, two = flight(1000.0, 40_000.0), flight(1000.0, 43_000.0, name="T2")
    world.run(400, lambda now: one(now) + two(now))
    assert {t for a in world.alerts for t in a.tracks} == {"T1", "T2"}
    assert world.alerts[-1].count == 2
    (group,) = world.alerts[-1].groups
    assert (group.kind, group.count) == ("piston", 2)
    assert group.bearing_deg == pytest.approx(90.0, abs=3.0)


def test_within_a_state_nothing_but_material_news_is_sent_and_four_an_hour_at_most() -> None:
    world = World()
    chance = random.Random(7)

    def tracks(now_s: float) -> list[Track]:
        # A column that swings to and fro, of which one or another is soonest.
        out = []
        for k in range(6):
            course = 270.0 + 25.0 * chance.uniform(-1.0, 1.0)
            east = 42_000.0 + 2500.0 * k - 15.0 * (now_s - 1000.0)
            out.append(track(now_s, east, 400.0 * k, course, name=f"T{k}"))
        return out

    world.run(3600, tracks)
    same = [b.issued_at_s for a, b in pairwise(world.alerts) if a.state == b.state]
    assert all(sum(t <= s < t + 3600.0 for s in same) <= Policy().updates_an_hour for t in same), same
    assert world.state() == "warning"


def test_no_place_stands_in_red_under_a_fifth() -> None:
    world = World()
    world.run(300, flight(1000.0, 40_000.0))
    assert world.state() == "warning"
    turned = world.now_s
    world.run(600, lambda now: [track(now, 25_000.0, 500.0 + 50.0 * (now - turned), 0.0)])
    red = [a.probability for a in world.alerts if a.state == "warning"]
    assert min(red) >= Policy().least_warning
    eased = [a for a in world.alerts if a.state == "watch" and a.because.endswith("eased from a warning")]
    assert len(eased) == 1, [a.because for a in world.alerts]


def covered(yes: bool) -> dict[str, SiteCoverage]:
    return {"town": SiteCoverage("town", (0.9 if yes else 0.0,) * 12, (0.9 if yes else 0.0,) * 12, yes, 0.0)}


def test_a_place_that_nobody_hears_is_not_covered_and_says_so() -> None:
    world = World(coverage=covered(False))
    (alert,) = world.run(60, lambda now: [])
    assert alert.state == "not_covered"
    assert alert.issued_at_s - 1000.0 <= Policy().blind_s + 2.0
    assert alert.probability == 0.0
    assert "nothing is called off" in alert.because


def test_nothing_is_cancelled_while_nobody_hears() -> None:
    world = World()
    world.run(200, flight(1000.0, 30_000.0))
    assert world.state() == "warning"
    world.coverage = covered(False)
    world.run(3000, lambda now: [])
    assert [a.state for a in world.alerts if a.state == "cancelled"] == []
    assert world.state() == "not_covered"
    world.coverage = covered(True)
    back = world.run(120, lambda now: [])
    assert [a.state for a in back] == ["cancelled"]
    assert "hear here again" in back[0].because


def test_a_target_is_warned_of_though_the_place_is_not_covered_otherwise() -> None:
    world = World(coverage=covered(False))
    world.run(60, lambda now: [])
    world.run(200, flight(1060.0, 30_000.0))
    assert world.state() == "warning"
    assert world.alerts[-1].because.endswith("too few sensors hear here now")


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
    assert len(faults) == 4, faults
    assert "no warning rests on one sensor" in " ".join(faults)
