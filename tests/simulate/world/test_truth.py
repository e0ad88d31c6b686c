"""A truth that is true: velocity is the slope of its place, and as many hear as it expects."""

import math
from collections import defaultdict

import numpy as np
import pyproj
import pytest
from tests.simulate.worlds import PERFECT, made, played, small

from forehear.records import Truth
from forehear.simulate import run
from forehear.simulate.scenario import files as scenario

ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def test_truth_velocity_is_the_slope_of_its_place() -> None:
    _, truth = played(run.prepare(scenario.load("turning", {"duration_s": 400}), 1))
    by_target: defaultdict[str, list[Truth]] = defaultdict(list)
    for line in truth:
        by_target[line.target].append(line)
    assert len(by_target) == 4
    for lines in by_target.values():
        xyz = np.stack(
            ECEF.transform([t.lon for t in lines], [t.lat for t in lines], [t.height_m for t in lines]), axis=1
        )
        speed = np.array([math.hypot(t.east_mps, t.north_mps, t.up_mps) for t in lines])
        between = np.linalg.norm(np.diff(xyz, axis=0), axis=1)
        # Speed changes by up to 2 m/s in a second, and by the cubic, not evenly; heights are rounded to 0.1 m.
        assert between == pytest.approx(0.5 * (speed[1:] + speed[:-1]), abs=0.5)
        north = np.array([t.north_mps for t in lines])
        gone = np.diff([t.lat for t in lines]) * 111_200.0
        # At the start of a turn, 6.5 m/s^2 begin at once: the mean of two velocities is off by a quarter of that.
        assert gone == pytest.approx(0.5 * (north[1:] + north[:-1]), abs=1.7)


def test_heard_by_is_the_number_of_sensors_that_do_hear_it() -> None:
    """Expected in the truth, counted in the reports: over half an hour of one drone, four standard deviations."""
    world = small(
        sensors={"false_alarms_per_hour": 0.0}, faults={"dead_share": 0.2}, duration_s=600,
        flights=[{"waypoints": [[-21_000, -3_000], [21_000, 4_000]], "start_s": -200.0}],
    )  # fmt: skip
    reports, truth = played(world)
    sent = sum(1 for r in reports if r.sources)
    expected = sum(t.heard_by for t in truth if t.time_s >= world.scenario.start_s)
    assert sent == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
    assert sent > 1000
    assert all(0.0 <= t.audible <= 0.95 and t.audible <= t.heard_by + 0.01 for t in truth)


def test_audible_is_the_best_odds() -> None:
    world = small(sensors=PERFECT | {"noise_db": 30.0})
    _, truth = played(world)
    # Without dice it is heard or not: by as many sensors as stand near enough.
    assert np.mean([t.audible in (0.0, 1.0) for t in truth]) > 0.99
    assert np.mean([float(t.heard_by).is_integer() for t in truth]) > 0.95


def test_ground_clutter_is_heard_and_is_no_truth() -> None:
    world = run.prepare(made(duration_s=600, clutter={"motorcycles": 60, "generators": 20},
                             sensors={"false_alarms_per_hour": 0.0}), 1)  # fmt: skip
    reports, truth = played(world)
    assert truth == []
    tones = [s.tone_hz for r in reports for s in r.sources if s.tone_hz is not None]
    assert len(tones) > 300
    assert any(abs(t - 50.0) < 4.0 for t in tones)
    assert any(60.0 < t < 200.0 for t in tones)


def test_quiet_has_no_truth_and_its_false_alarms() -> None:
    world = run.prepare(scenario.load("quiet", {"duration_s": 1200, "clutter.motorcycles": 0}))
    assert len(world.network.sensors) == 120
    reports, truth = played(world)
    assert truth == []
    expected = 6.0 * 120.0 / 3.0 * 2.0
    assert sum(len(r.sources) for r in reports) == pytest.approx(expected, rel=0.25)
