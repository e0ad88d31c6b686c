"""Sensors of the second world: their odds, errors that last, and clocks."""

import math
import statistics
from collections import defaultdict

import numpy as np
import pytest
from tests.simulate.second.worlds import played, sources, world

from forehear.simulate.second import sensors


def test_odds_are_a_logistic_curve_up_to_the_ceiling() -> None:
    scale = sensors.scale_of(6.5)
    for excess in np.arange(-10.0, 20.0, 0.7):
        expected = 0.8 / (1.0 + math.exp(-(excess - 4.0) / scale))
        found = sensors.odds(np.array([excess]), np.array([4.0]), np.array([0.8]), scale)[0]
        assert found == pytest.approx(expected, rel=1e-12)
    edges = sensors.odds(np.array([4.0 - 3.25, 4.0 + 3.25]), np.full(2, 4.0), np.ones(2), scale)
    assert edges == pytest.approx([0.1, 0.9], abs=1e-12)


def test_a_sensors_level_error_stays_the_same() -> None:
    def levels(bias_db: float) -> dict[tuple[str, float], float]:
        found = played(world({"level_bias_sigma_db": bias_db, "level_sigma_db": 0.0}))[0]
        return {(r.sensor, r.heard_at_s): s.level_db for r, s in sources(found)}

    true, off = levels(0.0), levels(6.0)
    by_sensor = defaultdict(list)
    for key, level in true.items():
        by_sensor[key[0]].append(off[key] - level)
    means = []
    for errors in by_sensor.values():
        # Both are written to a tenth of a decibel.
        assert max(errors) - min(errors) < 0.25
        means.append(statistics.fmean(errors))
    assert 3.0 < statistics.stdev(means) < 10.0


def test_some_clocks_are_off() -> None:
    one = world({"clocks_off": 0.2}, network={"spacing_m": 1_000})
    off = np.abs(one.sensors.clock_s) > 0.1
    assert float(off.mean()) == pytest.approx(0.2, abs=0.09)
    assert float(np.abs(one.sensors.clock_s[~off]).max()) < 0.1
