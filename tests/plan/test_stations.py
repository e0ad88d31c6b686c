"""Sensors in the plane, and who is within reach: against looking at every pair."""

import numpy as np
from tests.plan.land import PLANE, grid, stations

from forehear.air.hearing import JET, PISTON, PRIORS
from forehear.plan.noise import NoiseMap
from forehear.plan.stations import GAIN_DB, farthest_m, joined, pairs_of, plane_of, stations_of, taken
from forehear.records import Network, Sensor


def test_pairs_are_all_that_are_near_and_no_other() -> None:
    rng = np.random.default_rng(3)
    places, there = rng.uniform(-20e3, 20e3, (60, 2)), stations(rng.uniform(-20e3, 20e3, (25, 2)))
    found = pairs_of(places, there, 7_000.0)
    apart = np.hypot(*(there.place_m[None] - places[:, None]).transpose(2, 0, 1))
    wanted = {(int(p), int(s)) for p, s in np.argwhere(apart <= 7_000.0)}
    assert {(int(p), int(s)) for p, s in zip(found.place, found.station, strict=True)} == wanted
    assert np.all(np.diff(found.place) >= 0)
    assert np.allclose(found.ground_m, apart[found.place, found.station])
    assert np.allclose(np.hypot(*found.way.T), 1.0)


def test_nobody_and_nowhere_are_no_trouble() -> None:
    assert len(pairs_of(np.zeros((0, 2)), stations(grid(1e3, 1e3)), 5e3).place) == 0
    assert len(pairs_of(grid(1e3, 1e3), stations(np.zeros((0, 2))), 5e3).place) == 0


def test_sensors_are_laid_out_by_kind_with_their_noise() -> None:
    sensors = tuple(Sensor(kind, kind, 31.0 + k / 100, 47.0, 104.0) for k, kind in enumerate(GAIN_DB))  # type: ignore[arg-type]
    laid = stations_of(sensors, plane_of(Network(sensors)), NoiseMap(41.0), None)
    assert laid.noise_db.tolist() == [41.0] * 3
    assert laid.gain_db[1] > laid.gain_db[0] > laid.gain_db[2]
    assert laid.listens[2] < 1.0
    two = taken(laid, np.array([True, False, True]))
    assert two.ids == ("microphone", "observer")
    assert joined(two, taken(laid, np.array([1]))).ids == ("microphone", "observer", "array")


def test_louder_engines_and_quieter_places_are_heard_farther() -> None:
    quiet, loud = np.array([32.0, 50.0]), np.array([50.0])
    assert farthest_m(PISTON, quiet, PRIORS) > farthest_m(PISTON, loud, PRIORS) > 3_000.0
    assert farthest_m(JET, loud, PRIORS) > farthest_m(PISTON, loud, PRIORS)
    assert PLANE.scale(31.0, 47.0) > 0.99
