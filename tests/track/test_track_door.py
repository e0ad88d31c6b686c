"""The Tracker's door: its state goes out and comes in, and a restored one goes on as if nothing had happened."""

import copy

import msgspec
import pytest
from tests.track.worlds import night, received_s, tracked

from forehear.records import Network
from forehear.track.tracker import Tracker


def test_a_restored_tracker_goes_on_to_the_last_bit() -> None:
    world = night("single", 1, duration_s=240)
    half = len(world.reports) // 2
    # Whole seconds: a cut within one would be two steps instead of one.
    while int(received_s(world.reports[half])) == int(received_s(world.reports[half - 1])):
        half += 1
    whole = Tracker(world.network)
    tracked(world.network, world.reports[:half], whole)
    again = Tracker.restored(world.network, copy.deepcopy(whole.state()))
    expected = tracked(world.network, world.reports[half:], whole)
    assert any(track.status == "confirmed" for track in expected)
    assert msgspec.json.encode(tracked(world.network, world.reports[half:], again)) == msgspec.json.encode(
        expected
    )
    names = {track.track for track in expected if track.time_s == expected[-1].time_s and track.status != "ended"}
    assert set(again.views(expected[-1].time_s)) == names


def test_a_state_of_another_program_or_network_is_refused() -> None:
    network = night("single", 1, duration_s=1).network
    state = Tracker(network).state()
    assert "network" not in state
    with pytest.raises(ValueError, match="other parts"):
        Tracker.restored(network, {**state, "_of_old": 1})
    with pytest.raises(ValueError, match="sensors, the network has 0"):
        Tracker.restored(Network(()), state)


def test_a_fresh_tracker_has_no_views() -> None:
    assert Tracker(Network(())).views(1000.0) == {}
