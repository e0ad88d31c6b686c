"""The sentence of an alert: what is there, and no more."""

from tests.warn.test_outlook import coming, of, seen
from tests.warn.world import PLANE, TOWN, World, track

from forehear.records import Track
from forehear.warn.alarm import Moment
from forehear.warn.words import because, side_of


def moment(tracks: list[Track]) -> Moment:
    return Moment(1000.0, tracks, [], {}, {}, PLANE)


def test_every_side_has_its_name_and_north_both_its_halves() -> None:
    assert [side_of(b) for b in (0.0, 359.0, 22.0, 23.0, 90.0, 180.0, 315.0)] == [
        "north", "north", "north", "north-east", "east", "south", "north-west",
    ]  # fmt: skip


def test_each_group_is_named_with_its_own_count_and_kind() -> None:
    witnesses = {"J1": seen(0.0, 30_000.0, "jet"), "P1": seen(20_000.0, 0.0), "P2": seen(20_000.0, 2000.0)}
    outlook = of([coming("J1", 0.9, 200.0), coming("P1", 0.5, 400.0), coming("P2", 0.5, 420.0)], witnesses)
    words = because(TOWN, outlook, "warning", "watch", False, moment([track(1000.0, 0.0, 30_000.0, 180.0, "J1")]))
    assert words == "1 jet track 20 km to the north, closing at 50 m/s; 2 piston tracks 20 km to the east"


def test_more_than_three_groups_are_counted_not_listed() -> None:
    places = {"N": (0.0, 30e3), "E": (30e3, 0.0), "S": (0.0, -30e3), "W": (-30e3, 0.0), "X": (-31e3, 2000.0)}
    witnesses = {name: seen(*place) for name, place in places.items()}
    outlook = of([coming(name, 0.5, 400.0 + 50.0 * k) for k, name in enumerate(places)], witnesses)
    words = because(TOWN, outlook, "warning", "watch", False, moment([]))
    assert len(words.split("; ")) == 4
    shown = sum(int(part.split()[0]) for part in words.split("; "))
    assert shown == 5


def test_a_track_that_is_lost_or_flies_elsewhere_is_not_said_to_close() -> None:
    outlook = of([coming("T1", 0.5, 400.0)], {"T1": seen(20_000.0, 0.0)})
    away = [track(1000.0, 20_000.0, 0.0, 90.0, "T1")]
    assert "not heading here now" in because(TOWN, outlook, "watch", "clear", False, moment(away))
    assert "lost on the way here" in because(TOWN, outlook, "watch", "clear", False, moment(away[:0] or [
        track(1000.0, 0.0, 0.0, 0.0, "T9")
    ]))  # fmt: skip


def test_overhead_is_overhead() -> None:
    world = World()
    world.run(60, lambda now: [track(now, 500.0, 200.0, 270.0)])
    assert "1 piston track overhead" in world.alerts[-1].because
