"""Broken sensors: one fault each, everybody has it, against the same without."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from tests.simulate.worlds import made, played, small

from forehear.records import Report
from forehear.simulate import run
from forehear.simulate.heard import faults


def with_fault(share: str, **more: float) -> tuple[run.World, list[Report]]:
    world = small(faults={share: 1.0, **more}, duration_s=240, sensors={"false_alarms_per_hour": 0.0})
    return world, played(world)[0]


def test_dead_sensors_fall_silent_for_good() -> None:
    world, reports = with_fault("dead_share")
    dies = dict(zip([s.id for s in world.network.sensors], world.broken.dies_s, strict=True))
    assert 0.3 < np.mean(world.broken.dies_s == 0.0) < 0.7
    assert len(reports) > 100
    for report in reports:
        assert report.heard_at_s - world.scenario.start_s < dies[report.sensor] + 1.0


def test_stuck_sensors_repeat_themselves_and_hear_nothing() -> None:
    _, reports = with_fault("stuck_share")
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    for sent in by_sensor.values():
        assert len(sent) == 240
        assert all(len(r.sources) == 1 for r in sent)
        levels = [r.sources[0].level_db for r in sent]
        assert max(levels) - min(levels) < 3.0


def test_wrong_clocks_are_off_and_drift_but_arrive_in_time() -> None:
    world, reports = with_fault("clock_share", clock_offset_sigma_s=5.0, clock_drift_ppm=5000.0)
    offset = dict(zip([s.id for s in world.network.sensors], world.broken.offset_s, strict=True))
    drift = dict(zip([s.id for s in world.network.sensors], world.broken.drift, strict=True))
    assert float(np.std(world.broken.offset_s)) == pytest.approx(5.0, rel=0.35)
    late = []
    for report in reports:
        assert report.received_at_s is not None
        elapsed = report.heard_at_s - world.scenario.start_s
        true = (elapsed - offset[report.sensor]) / (1.0 + drift[report.sensor])
        late.append(report.received_at_s - world.scenario.start_s - true)
    assert min(late) >= 0.299
    assert float(np.median(late)) == pytest.approx(0.58, abs=0.1)


def test_late_sensors_are_late() -> None:
    _, reports = with_fault("late_share", late_s=60.0)
    late = [(r.received_at_s or 0.0) - r.heard_at_s for r in reports]
    assert min(late) > 12.0
    assert float(np.mean(late)) == pytest.approx(60.7, abs=3.0)


def test_duplicates_differ_in_their_arrival_only() -> None:
    _, reports = with_fault("duplicate_share", duplicate_odds=0.2)
    groups = Counter((r.sensor, r.heard_at_s, r.noise_db, r.sources) for r in reports)
    twice = sum(1 for n in groups.values() if n == 2)
    assert set(groups.values()) == {1, 2}
    assert twice / len(groups) == pytest.approx(0.2, abs=0.03)


def test_liars_invent_engines_that_come_and_go() -> None:
    _, reports = with_fault("lying_share")
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    sent = [sum(1 for r in one if r.sources) for one in by_sensor.values()]
    assert max(sent) == 240
    assert min(sent) < 60
    piston = [s.kinds.piston for r in reports for s in r.sources if s.kinds is not None]
    assert float(np.mean(piston)) == pytest.approx(0.8, abs=0.05)


def test_a_sensor_has_at_most_one_fault_and_the_shares_are_exact() -> None:
    shares = {"dead_share": 0.1, "stuck_share": 0.05, "clock_share": 0.2, "late_share": 0.1, "lying_share": 0.05}
    world = run.prepare(made(network={"layout": "random", "count": 1000}, faults=shares), 3)
    counts = np.bincount(world.broken.fault, minlength=7)
    assert counts.tolist() == [500, 100, 50, 200, 100, 0, 50]
    assert counts[faults.FINE] == 500
