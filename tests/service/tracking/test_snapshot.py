"""A tracker that is written down and read back goes on exactly as if nothing had happened."""

import msgspec
import numpy as np
import pytest

from forehear.records import Network
from forehear.service.tracking import snapshot
from forehear.simulate.run import simulate
from forehear.simulate.scenario import files as scenarios
from forehear.track.tracker import Tracker
from forehear.warn.alarm import Alarm, Standing


def played(seconds: int) -> tuple[Network, list[tuple[float, list]]]:  # type: ignore[type-arg]
    """A small scenario's reports by seconds of reception."""
    scenario = scenarios.load("column", {"duration_s": seconds, "network.spacing_m": 5000.0})
    by_second: dict[int, list] = {}  # type: ignore[type-arg]
    network = None
    for block in simulate(scenario):
        network = block.world.network
        for report in block.reports():
            by_second.setdefault(int(report.received_at_s or 0.0) + 1, []).append(report)
    assert network is not None
    first, last = min(by_second), max(by_second)
    return network, [(float(t), by_second.get(t, [])) for t in range(first, last + 1)]


@pytest.mark.slow
def test_a_restored_tracker_answers_the_same_to_the_last_bit() -> None:
    network, steps = played(150)
    whole, first = Tracker(network), Tracker(network)
    expected = [whole.advance(t, reports) for t, reports in steps]
    half = len(steps) * 2 // 3
    got = [first.advance(t, reports) for t, reports in steps[:half]]
    body = snapshot.write(first, {"alarm": Alarm(standings={"town": Standing()}), "plain": [1, 2.5, None, "x"]})
    second, rest = snapshot.read(body, network)
    assert rest["plain"] == [1, 2.5, None, "x"]
    assert rest["alarm"].standings["town"].state == "clear"
    got += [second.advance(t, reports) for t, reports in steps[half:]]
    assert any(t.status == "confirmed" for tracks in expected[half:] for t in tracks), "something was tracked"
    assert got == expected


@pytest.mark.slow
def test_views_agree_with_the_records() -> None:
    network, steps = played(120)
    tracker = Tracker(network)
    tracks = []
    for t, reports in steps:
        tracks = tracker.advance(t, reports)
    live = {t.track: t for t in tracks if t.status != "ended"}
    assert live
    for name, view in tracker.views(steps[-1][0]).items():
        sigma = np.hypot(view.major_m, view.minor_m)
        # The same covariance, in the plane there and on the ground here: parts in a thousand.
        assert sigma == pytest.approx(live[name].position_sigma_m, rel=0.01)
        assert view.major_m >= view.minor_m
        assert view.emitted_at_s < steps[-1][0]


def test_what_is_no_snapshot_is_said_and_nothing_is_made_of_it() -> None:
    network = Network(())
    for body in (b"", b"rubbish", msgspec.msgpack.encode({"version": 1}), msgspec.msgpack.encode([1])):
        with pytest.raises(snapshot.SnapshotError):
            snapshot.read(body, network)
    evil = {"!": "c", "c": "subprocess:Popen", "f": {"args": ["true"]}}
    with pytest.raises(snapshot.SnapshotError, match="not a class that a snapshot may hold"):
        snapshot.thaw(evil)
    nested = {"!": "c", "c": "forehear.track.tracker:Tracker.advance", "f": {}}
    with pytest.raises(snapshot.SnapshotError):
        snapshot.thaw(nested)
