"""What silent sensors say of a flight's past: the image beyond a line of microphones came from among them."""

import math

import numpy as np
import pytest

from forehear.geodesy import plane_at
from forehear.records import Network, Sensor
from forehear.track.associate.existence import SILENCE_MOST_NATS
from forehear.track.associate.ingest import ASKED_APART_M, SensorArrays, arrays_of
from forehear.track.initiate.silence import silence_evidence
from forehear.track.memory.lately import FIRST, LAST, LOUDEST, TONE

AIR = np.array([340.0, 0.0, 0.0, 0.001])
TONE_HZ = 112.0
NOW_S = 100.0


def network_of(side: int, spacing_m: float) -> SensorArrays:
    """A square of microphones around the plane's middle, all of them alive and silent."""
    plane = plane_at(31.0, 47.5)
    steps = (np.arange(side) - (side - 1) / 2.0) * spacing_m
    lon, lat = plane.inverse(np.repeat(steps, side), np.tile(steps, side))
    sensors = tuple(
        Sensor(f"S{i}", "microphone", float(a), float(b), 30.0)
        for i, (a, b) in enumerate(zip(lon, lat, strict=True))
    )
    _, arrays = arrays_of(Network(sensors))
    arrays.last_report_s[:] = NOW_S
    arrays.noise_db[:] = 34.0
    return arrays


def silence(arrays: SensorArrays, east_m: float, v_east_mps: float, heard: list[int]) -> float:
    x = np.array([east_m, 0.0, 400.0, v_east_mps, 0.0, 0.0, 119.0, math.log(TONE_HZ)])
    mask = np.zeros(len(arrays.place), np.bool_)
    mask[heard] = True
    return silence_evidence(x, NOW_S, NOW_S - 25.0, NOW_S, arrays, mask, True, AIR)


# Three columns of three, 5 km apart; the western one hears a drone 2 km outside, or 2 km inside of it.
WEST = [0, 1, 2]
OUTSIDE, INSIDE = (-7000.0, 50.0), (-3000.0, -50.0)


def test_the_image_inside_the_network_came_past_sensors_that_heard_nothing() -> None:
    arrays = network_of(3, 5000.0)
    assert silence(arrays, *OUTSIDE, WEST) - silence(arrays, *INSIDE, WEST) > 1.5


def test_a_sensors_silence_is_bounded_however_often_it_is_asked() -> None:
    arrays = network_of(3, 5000.0)
    assert 0.0 > silence(arrays, *INSIDE, WEST) > -6 * SILENCE_MOST_NATS - 1e-9


def test_who_does_not_report_says_nothing() -> None:
    arrays = network_of(3, 5000.0)
    arrays.last_report_s[:] = NOW_S - 60.0
    assert silence(arrays, *INSIDE, WEST) == 0.0


@pytest.mark.parametrize(
    ("tone_hz", "level_db", "counts"),
    [(TONE_HZ, 45.0, False), (TONE_HZ, 20.0, True), (80.0, 45.0, True), (80.0, 95.0, False)],
)
def test_who_is_busy_is_asked_unless_that_may_be_the_flight_or_drowns_all(
    tone_hz: float, level_db: float, counts: bool
) -> None:
    arrays = network_of(3, 5000.0)
    for sensor in range(3, 9):
        engine = arrays.lately[sensor, 0]
        engine[FIRST], engine[LAST], engine[TONE], engine[LOUDEST] = 0.0, NOW_S, math.log(tone_hz), level_db
    # Nearly at rest, so that its tone is everywhere about the same.
    assert (silence(arrays, -2000.0, -3.0, WEST) < -0.5) == counts


def test_a_city_of_thousands_does_not_outvote_who_hears() -> None:
    # 200 m apart and 2 km apart: as many squares, so as many opinions.
    dense, wide = network_of(61, 200.0), network_of(7, ASKED_APART_M)
    assert silence(dense, 0.0, 50.0, []) > 1.5 * silence(wide, 0.0, 50.0, [])
