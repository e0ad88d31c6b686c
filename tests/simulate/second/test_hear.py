"""Who hears in the second world, and what is one source."""

import math

import numpy as np
import pytest
from tests.simulate.second.worlds import played, sources, world

from forehear.simulate.second import hear, reach, sensors


def test_as_many_hear_as_the_truth_expects() -> None:
    expected = count = 0.0
    variance = 0.0
    for seed in (5, 6, 7):
        reports, truth = played(world(seed=seed))
        expected += sum(t.heard_by for t in truth)
        variance += sum(t.heard_by for t in truth)  # of independent rolls it is less
        count += sum(1 for _ in sources(reports))
    assert expected > 800.0
    assert abs(count - expected) < 4.0 * math.sqrt(variance)


def test_who_hears_does_not_depend_on_how_well_it_is_measured() -> None:
    def hearers(second: dict[str, float]) -> set[tuple[str, float]]:
        return {(r.sensor, r.heard_at_s) for r, _ in sources(played(world(second))[0])}

    well = hearers({"level_sigma_db": 0.0, "level_bias_sigma_db": 0.0})
    badly = hearers({"level_sigma_db": 9.0, "level_bias_sigma_db": 9.0})
    assert len(well) > 200
    assert well == badly
    # A control that must fail: the threshold does decide.
    assert hearers({"threshold_db": 9.0}) != well


def test_no_sensor_hears_more_often_than_its_ceiling() -> None:
    one = world({"ceiling_low": 0.5, "ceiling_high": 0.5, "fading_sigma_db": 0.0, "threshold_db": -20.0})
    reports, truth = played(one)
    assert max(t.audible for t in truth) == pytest.approx(0.5, abs=1e-3)
    nearest = max(
        (s.id for s in one.network.sensors), key=lambda s: sum(r.sensor == s for r, _ in sources(reports))
    )
    times = [r.heard_at_s for r, _ in sources(reports) if r.sensor == nearest]
    share = len(times) / (max(times) - min(times) + 1.0)
    assert share == pytest.approx(0.5, abs=4.0 * math.sqrt(0.25 / len(times)))


def _two(apart_hz: float) -> tuple[reach.Arrivals, sensors.SecondSensors]:
    one = world()
    rows = reach.Arrivals(
        np.array([0, 1]), np.array([3, 3]), np.array([7, 7]), np.array([50.0, 50.0]),
        np.array([100.0, 100.0 + apart_hz]), np.array([10.0, 20.0]), np.zeros(2), np.zeros(2),
    )  # fmt: skip
    return hear.merged(rows, one.sensors, one.scenario.sensors), one.sensors


def test_what_cannot_be_told_apart_is_one_source() -> None:
    together, _ = _two(2.0)
    assert together.level_db == pytest.approx([53.0103], abs=1e-4)
    assert together.tone_hz == pytest.approx([101.0])
    apart, _ = _two(3.5)
    assert apart.level_db == pytest.approx([50.0, 50.0])
