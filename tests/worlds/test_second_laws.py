"""The second world's laws against closed forms, marched wavefronts and marched rays."""

import math

import numpy as np
import pytest
from tests.reference import wavefront
from tests.worlds.second import played, sources, world

from forehear import geodesy
from forehear.simulate.second import air, hear, reach, sensors
from forehear.simulate.world import paths

MILLISECOND, MICROSECOND = 1e-3, 1e-6


def test_odds_are_a_logistic_curve_up_to_the_ceiling() -> None:
    scale = sensors.scale_of(6.5)
    for excess in np.arange(-10.0, 20.0, 0.7):
        expected = 0.8 / (1.0 + math.exp(-(excess - 4.0) / scale))
        found = sensors.odds(np.array([excess]), np.array([4.0]), np.array([0.8]), scale)[0]
        assert found == pytest.approx(expected, rel=1e-12)
    edges = sensors.odds(np.array([4.0 - 3.25, 4.0 + 3.25]), np.full(2, 4.0), np.ones(2), scale)
    assert edges == pytest.approx([0.1, 0.9], abs=1e-12)


def test_delay_and_pitch_are_those_of_marched_wavefronts() -> None:
    seconds = np.arange(61.0)
    turn = np.radians(3.0) * seconds
    radius = 51.0 / math.radians(3.0)
    offset = np.stack([radius * np.sin(turn), radius * (1.0 - np.cos(turn)), 300.0 + 2.0 * seconds], axis=1)
    base = np.array([3_700_000.0, 2_200_000.0, 4_600_000.0])
    path = paths.EmitterPath(0.0, base + offset, np.full(61, 100.0), np.full(61, 120.0))
    sensors = base + np.array([[2_500.0, -900.0, 4.0], [-300.0, 3_900.0, 4.0]])
    wind = np.array([[7.0, -5.0, 1.0], [-9.0, 3.0, 0.0]])
    times = np.array([[20.3, 41.9], [30.0, 55.55]])
    delay, pitch = air.pitch(path, sensors, wind, times, 336.0)

    def motion(t: float) -> wavefront.Vector:
        x, y, z = paths.state_at(path, np.array([t]))[0][0]
        return (float(x), float(y), float(z))

    for j in range(2):
        for k in range(2):
            place, blows = tuple(sensors[j].tolist()), tuple(wind[j].tolist())
            there = wavefront.arrival(motion, float(times[j, k]), place, blows, 336.0)  # type: ignore[arg-type]
            # Delay is the mean of two, and pitch the chord over a tenth of a second of a turning flight.
            assert delay[j, k] == pytest.approx(there.delay_s, abs=MILLISECOND)
            assert pitch[j, k] == pytest.approx(there.pitch, abs=1e-4)
            alone = air.delay_s(path, sensors[j : j + 1], wind[j : j + 1], times[j : j + 1, k : k + 1], 336.0)
            assert alone[0, 0] == pytest.approx(there.delay_s, abs=MICROSECOND)


def test_nothing_is_heard_of_what_has_not_begun() -> None:
    path = paths.EmitterPath(0.0, np.tile([0.0, 0.0, 1.0], (11, 1)), np.full(11, 100.0), np.full(11, 120.0))
    sensor, still = np.array([[3_360.0, 0.0, 0.0]]), np.zeros((1, 3))
    delay = air.delay_s(path, sensor, still, np.array([[9.0, 10.5, 19.0, 21.0]]), 336.0)
    assert np.isfinite(delay).tolist() == [[False, True, True, False]]


def test_the_shadow_begins_where_a_marched_ray_grazes_the_ground() -> None:
    sound, lapse = 336.0, 9.8
    edge = air.shadow_edge_m(np.array([350.0]), 4.0, np.array([0.0]), lapse, sound)[0]
    gradient = -0.6 * lapse / 1000.0
    # Snell's law in steps of a metre from the grazing point outwards, to the source and to the ear.
    total = 0.0
    for height in (350.0, 4.0):
        x = z = angle = 0.0
        while z < height:
            angle += -gradient / sound * 1.0
            x, z = x + math.cos(angle), z + math.sin(angle)
        total += x
    assert edge == pytest.approx(total, rel=0.01)
    calm, downwind = air.shadow_edge_m(np.full(2, 350.0), 4.0, np.array([0.0, 5.0]), -5.0, sound)
    assert math.isinf(calm)
    assert math.isinf(downwind)
    upwind = air.shadow_edge_m(np.full(3, 350.0), 4.0, np.array([0.0, -3.0, -8.0]), lapse, sound)
    assert upwind[0] > upwind[1] > upwind[2] > 1_000.0
    assert air.shadow_loss_db(np.array([0.9, 1.0, 50.0]), np.ones(3), 20.0) == pytest.approx([0.0, 0.0, 20.0])


def test_fading_is_forgotten_as_it_says() -> None:
    rng = np.random.default_rng(1)
    values, last = air.wander(rng.standard_normal(4_000), 60, 5.0, rng)
    assert float(values.var()) == pytest.approx(1.0, abs=0.02)
    assert np.array_equal(values[:, -1], last)
    for lag in (1, 5, 10):
        together = float(np.mean(values[:, lag:] * values[:, :-lag]))
        assert together == pytest.approx(math.exp(-lag / 5.0), abs=0.02)


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


def test_the_path_of_a_flight_is_the_first_worlds() -> None:
    from forehear.simulate import run as first

    one = world()
    other = first.prepare(one.scenario, 5)
    assert one.network == other.network
    here, there = one.actors[0].make(), other.actors[0].make()
    assert np.array_equal(here.xyz_m, there.xyz_m)
    assert np.all(geodesy.geodetic(here.xyz_m)[2] > 400.0)
