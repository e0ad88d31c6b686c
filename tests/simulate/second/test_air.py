"""The second world's air against marched wavefronts and marched rays."""

import math

import numpy as np
import pytest
from tests.reference import wavefront

from forehear.simulate.second import air
from forehear.simulate.world import paths

MILLISECOND, MICROSECOND = 1e-3, 1e-6


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
