"""Sensors of the second world that are broken: they deny, are stuck, or lie."""

from collections import Counter, defaultdict

import numpy as np
from tests.simulate.second.worlds import played, sources, world


def test_a_denying_sensor_says_four_times_a_second_that_there_is_nothing() -> None:
    one = world({"denying_share": 0.2, "silence": "second"})
    reports, _ = played(one)
    denying = {one.network.sensors[j].id for j in np.flatnonzero(one.sensors.role == 6)}
    assert len(denying) == 5
    said = Counter(r.sensor for r in reports if r.sensor in denying)
    assert all(count == 4 * 240 for count in said.values())
    assert all(not r.sources for r in reports if r.sensor in denying)


def test_the_stuck_repeat_one_source_and_liars_invent_passes() -> None:
    one = world(faults={"stuck_share": 0.2, "lying_share": 0.2}, flights=[])
    reports, truth = played(one)
    assert not truth
    tones = defaultdict(list)
    for report, source in sources(reports):
        assert source.tone_hz is not None
        tones[report.sensor].append(source.tone_hz)
    stuck = {one.network.sensors[j].id for j in one.lies.stuck}
    assert len(stuck) == 5
    assert all(len(tones[name]) == 240 and np.ptp(tones[name]) == 0.0 for name in stuck)
    liars = set(tones) - stuck
    assert 1 <= len(liars) <= 5
    # A pass sweeps: by a quarter or more from coming to going where all of it is within the time.
    assert max(np.ptp(tones[name]) for name in liars) > 15.0


START_S = 1_790_000_000.0


def test_a_flood_has_its_size_and_time() -> None:
    flood = {"flood_per_s": 400, "flood_from_s": 50.0, "flood_for_s": 20.0}
    reports, _ = played(world(flood, flights=[]))
    during = sum(1 for r, _ in sources(reports) if 49.9 <= r.heard_at_s - START_S < 71.1)
    assert during == 400 * 20
    assert sum(1 for _ in sources(reports)) == during
