"""What a network would send: frames, heartbeats, sources in their order, and the order of arrival."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from tests.simulate.worlds import PERFECT, STEADY, played, small

from forehear.records import Report
from forehear.simulate import run
from forehear.simulate.scenario import files as scenario


def test_lines_stand_in_the_order_of_arrival_and_all_arrive() -> None:
    world = small(faults={"late_share": 0.3, "duplicate_share": 0.2}, network={"observer_share": 0.2})
    received: list[float] = []
    for block in run.blocks(world):
        received += [r.received_at_s or 0.0 for r in block.reports()]
    assert received == sorted(received)
    frames = Counter(r.sensor for r in played(small())[0])
    assert len(frames) == 64


def test_a_silent_sensor_sends_heartbeats_and_one_that_hears_reports_each_second() -> None:
    perfect = PERFECT | {"noise_db": 30.0}
    reports, _ = played(small(sensors=perfect, duration_s=400, emitters={"piston": STEADY}))
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    heard_at_all = 0
    for sent in by_sensor.values():
        sent.sort(key=lambda r: r.heard_at_s)
        times = [r.heard_at_s for r in sent]
        gaps = np.diff(times)
        assert float(gaps.max()) <= 10.001
        assert np.all(np.abs(gaps - np.round(gaps)) < 0.0015)
        for earlier, later, gap in zip(sent, sent[1:], gaps, strict=False):
            if not earlier.sources and not later.sources:
                assert gap == pytest.approx(10.0, abs=0.0015)
        hearing = [r for r in sent if r.sources]
        if len(hearing) > 30:
            heard_at_all += 1
            # Without dice a passing engine is heard in one stretch, each second.
            assert hearing[-1].heard_at_s - hearing[0].heard_at_s == pytest.approx(len(hearing) - 1, abs=0.01)
    assert heard_at_all > 10


def test_sources_stand_loudest_first_and_not_too_far_apart() -> None:
    reports, _ = played(run.prepare(scenario.load("column", {"duration_s": 400, "network.array_share": 0.5}), 2))
    many = [[s.level_db for s in r.sources] for r in reports if len(r.sources) > 1]
    assert len(many) > 200
    assert all(levels == sorted(levels, reverse=True) for levels in many)
    assert max(levels[0] - levels[-1] for levels in many) <= 20.1


def test_observers_point_now_and_then_and_say_where_they_stand() -> None:
    world = small(
        network={"observer_share": 1.0}, sensors={"observer_moves_m": 400.0, "false_alarms_per_hour": 0.0}
    )
    reports, _ = played(world)
    assert len(reports) > 30
    by_sensor: defaultdict[str, list[float]] = defaultdict(list)
    places = {s.id: s for s in world.network.sensors}
    aside = []
    for report in reports:
        assert report.sources
        assert report.sources[0].azimuth_deg is not None
        assert report.lon is not None
        assert report.lat is not None
        by_sensor[report.sensor].append(report.heard_at_s)
        aside.append((report.lat - places[report.sensor].lat) * 111_200.0)
    assert float(np.std(aside)) == pytest.approx(400.0, rel=0.5)
    assert min(min(np.diff(sorted(t)), default=10.0) for t in by_sensor.values()) >= 9.99
