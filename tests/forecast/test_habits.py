"""A flight that turns sharply is distinguished from one that bends, and its forecast is for one that turns."""

import msgspec

from forehear.forecast import habits, routes
from forehear.records import Kinds, Track

STRAIGHT = Track(
    0.0, "T1", "confirmed", 31.0, 47.0, 400.0, 50.0, 350.0, 0.0, 150.0, 3.0, 1.0, 1, "piston", Kinds(1.0, 0.0, 0.0)
)


def flown(courses: list[float], sigma_mps: float = 3.0, every_s: float = 10.0) -> habits.Habits:
    seen: habits.Habits = {}
    for k, course in enumerate(courses):
        track = msgspec.structs.replace(STRAIGHT, course_deg=course % 360.0, velocity_sigma_mps=sigma_mps)
        seen = habits.note(seen, k * every_s, [track])
    return seen


def test_only_a_sharp_turn_makes_a_flight_weave() -> None:
    assert not habits.weaves(flown([350.0] * 30), "T1")
    # Across north is no turn by 340 degrees.
    assert not habits.weaves(flown([350.0, 355.0, 2.0, 10.0, 20.0, 10.0, 355.0]), "T1")
    assert habits.weaves(flown([350.0, 10.0, 30.0, 50.0, 70.0]), "T1")
    # There and back again counts from one end to the other.
    assert habits.weaves(flown([0.0, 32.0, 0.0, -32.0]), "T1")


def test_a_turn_is_forgotten_and_a_swinging_course_is_none() -> None:
    assert not habits.weaves(flown([0.0, 80.0] + [80.0] * 45), "T1")
    assert not habits.weaves(flown([0.0, 80.0, 0.0, 80.0], sigma_mps=20.0), "T1")


def test_tracks_that_are_gone_are_forgotten() -> None:
    seen = flown([0.0, 80.0])
    assert habits.note(seen, 30.0, []) == {}
    assert not habits.weaves({}, "T1")


def test_weaving_ways_are_wider_and_slower() -> None:
    calm, weaving = routes.draw(), routes.draw_weaving()
    # Ten minutes on, per metre a second of speed.
    assert weaving.across[:, 60].std() > 1.4 * calm.across[:, 60].std()
    assert weaving.along[:, 60].mean() < 0.8 * calm.along[:, 60].mean()
    assert (routes.draw_weaving().across == weaving.across).all(), "the same arguments give the same routes"
