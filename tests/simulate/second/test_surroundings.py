"""Noise around sensors of the second world, and what is taken for a source but is none."""

import msgspec
import numpy as np
import pytest
from tests.simulate.second.worlds import world

from forehear.simulate.second.surroundings import Surroundings, false_alarms, strangers

TICKS = 3600


def test_noise_is_each_sensors_own_and_gusts_only_add_to_it() -> None:
    one = world({"gust_db": 6.0, "gust_s": 5.0})
    calm = Surroundings(one.sensors, one.scenario.second, 0.0, np.random.default_rng(1)).noise_db(TICKS)
    windy = Surroundings(one.sensors, one.scenario.second, 10.0, np.random.default_rng(1)).noise_db(TICKS)
    # The same draws: a gust of more wind is louder, and never quieter.
    assert np.all(windy >= calm)
    assert float((windy - calm).mean()) > 0.5
    without = msgspec.structs.replace(one.scenario.second, gust_db=0.0)
    still = Surroundings(one.sensors, without, 10.0, np.random.default_rng(1)).noise_db(TICKS)
    assert still.std(axis=1).mean() < 2.5
    assert still.mean() == pytest.approx(one.sensors.noise_db.mean(), abs=1.5)


def test_noise_goes_on_where_the_last_block_ended() -> None:
    one = world()
    around = Surroundings(one.sensors, one.scenario.second, 5.0, np.random.default_rng(2))
    before, after = around.noise_db(30), around.noise_db(30)
    step = np.abs(after[:, 0] - before[:, -1])
    within = np.abs(np.diff(before, axis=1))
    assert step.mean() < 2.0 * within.mean()


def test_false_alarms_come_at_their_rate_stand_over_the_noise_and_last_three_seconds_at_most() -> None:
    one = world()
    plain = msgspec.structs.replace(one.scenario.sensors, false_alarms_per_hour=60.0)
    n = len(one.sensors.kind)
    noise = np.full((n, TICKS), 35.0)
    found = false_alarms(one.sensors, noise, plain, np.random.default_rng(3))
    # Bursts of one to three frames: two on average.
    assert len(found) == pytest.approx(2.0 * 60.0 * n, rel=0.1)
    assert np.all((found.tick >= 0) & (found.tick < TICKS))
    assert float(np.median(found.level_db)) == pytest.approx(35.0 + 8.5, abs=1.0)
    toneless = np.isnan(found.tone_hz)
    assert float(toneless.mean()) == pytest.approx(0.25, abs=0.05)
    assert np.all(np.isnan(found.tone_sigma_hz) == toneless)
    none = msgspec.structs.replace(plain, false_alarms_per_hour=0.0)
    assert len(false_alarms(one.sensors, noise, none, np.random.default_rng(3))) == 0


def test_each_kind_of_sensor_says_what_it_can() -> None:
    one = world(network={"spacing_m": 3_000, "array_share": 0.4, "observer_share": 0.3})
    who = np.arange(len(one.sensors.kind))
    said = strangers(
        one.sensors, who, np.zeros(len(who), np.int64), np.full(len(who), 300.0), np.full(len(who), 90.0),
        np.tile([0.2, 0.1, 0.7], (len(who), 1)), np.full(len(who), 361.0), one.scenario.sensors,
    )  # fmt: skip
    microphone, array, observer = (one.sensors.kind == k for k in range(3))
    assert microphone.any()
    assert array.any()
    assert observer.any()
    assert np.all(np.isnan(said.azimuth_deg[microphone]))
    assert said.azimuth_deg[~microphone] == pytest.approx(1.0)
    assert np.all(np.isnan(said.elevation_deg) == ~array)
    assert np.all(np.isnan(said.tone_hz) == observer)
    assert np.all(said.level_db == 200.0)
