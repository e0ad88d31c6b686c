"""The land and its sensors, against geodesics computed by GeographicLib."""

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from tests.simulate.worlds import made

from forehear.records import Atmosphere, Network, Sensor
from forehear.simulate.scenario.settings import Region, Terrain
from forehear.simulate.world import ground

MILLIMETRE = 1e-3


def distance_m(a: Sensor, b: Sensor) -> float:
    return float(Geodesic.WGS84.Inverse(a.lat, a.lon, b.lat, b.lon)["s12"])


@given(
    st.floats(-180.0, 180.0),
    st.floats(-70.0, 70.0),
    st.floats(-300_000.0, 300_000.0),
    st.floats(-300_000.0, 300_000.0),
)
def test_offset_is_the_inverse_of_place(lon: float, lat: float, east: float, north: float) -> None:
    region = Region(lon=lon, lat=lat)
    there = ground.place(region, east, north)
    assert ground.offset_m(region, *there) == pytest.approx((east, north), abs=MILLIMETRE)


def test_offsets_are_true_lengths() -> None:
    region = Region(lon=31.0, lat=47.5)
    for east, north in ((10_000.0, 0.0), (0.0, 10_000.0), (7_000.0, 7_000.0)):
        lon, lat = ground.place(region, east, north)
        length = Geodesic.WGS84.Inverse(47.5, 31.0, float(lat), float(lon))["s12"]
        # East is along the parallel reached, which is shorter by 0.1 % 7 km north: 4 m of the diagonal.
        assert length == pytest.approx(np.hypot(east, north), abs=4.0)


def test_a_grid_has_its_spacing_and_size_everywhere() -> None:
    scenario = made(
        region={"east_m": 600_000.0, "north_m": 400_000.0, "lat": 49.0},
        network={"spacing_m": 5_000.0, "jitter_m": 0.0},
    )
    rng = np.random.default_rng(1)
    network = ground.network_of(scenario, ground.ground_of(scenario.region, scenario.terrain, rng), rng)
    assert len(network.sensors) == 120 * 80
    sensors = network.sensors
    for row in (0, 40, 79):
        for column in (0, 60, 118):
            here = sensors[row * 120 + column]
            # Places are rounded to 1e-6 degrees, 0.1 m; a meridian's degree changes by 0.6 % over the region.
            assert distance_m(here, sensors[row * 120 + column + 1]) == pytest.approx(5_000.0, abs=0.3)
            if row < 79:
                above = sensors[(row + 1) * 120 + column]
                assert ground.offset_m(scenario.region, above.lon, above.lat)[1] - ground.offset_m(
                    scenario.region, here.lon, here.lat
                )[1] == pytest.approx(5_000.0, abs=0.3)


def test_shares_of_kinds_are_exact() -> None:
    scenario = made(network={"layout": "random", "count": 200, "array_share": 0.3, "observer_share": 0.05})
    rng = np.random.default_rng(2)
    network = ground.network_of(scenario, ground.ground_of(scenario.region, scenario.terrain, rng), rng)
    kinds = [sensor.kind for sensor in network.sensors]
    assert (kinds.count("array"), kinds.count("observer"), kinds.count("microphone")) == (60, 10, 130)
    assert len({sensor.id for sensor in network.sensors}) == 200


def test_hills_are_as_high_and_as_smooth_as_asked() -> None:
    region = Region(east_m=600_000.0, north_m=600_000.0)
    land = ground.ground_of(
        region, Terrain(height_m=200.0, relief_m=50.0, scale_m=20_000.0), np.random.default_rng(3)
    )
    rng = np.random.default_rng(4)
    east, north = rng.uniform(-3e5, 3e5, (2, 4000))
    height = ground.ground_height_m(land, *ground.place(region, east, north))
    assert float(height.mean()) == pytest.approx(200.0, abs=10.0)
    assert float(height.std()) == pytest.approx(50.0, rel=0.15)
    beside = ground.ground_height_m(land, *ground.place(region, east + 100.0, north))
    # 100 m of a wave 12 km long or longer: at most 100 * 2 pi / 12000 of the amplitude.
    assert float(np.abs(beside - height).max()) < 12.0
    flat = ground.ground_of(region, Terrain(height_m=200.0), np.random.default_rng(3))
    assert np.all(ground.ground_height_m(flat, *ground.place(region, east, north)) == 200.0)


@pytest.mark.parametrize("lon", [31.0, 179.95, -179.99])
def test_the_region_around_a_network_holds_it_even_at_the_antimeridian(lon: float) -> None:
    offsets = [(-0.3, -0.2), (0.3, 0.2), (0.1, -0.1)]
    sensors = [
        Sensor(f"S{k}", "microphone", (lon + x + 180.0) % 360.0 - 180.0, -17.0 + y, 10.0)
        for k, (x, y) in enumerate(offsets)
    ]
    region = ground.region_around(Network(tuple(sensors), Atmosphere()))
    for sensor in sensors:
        east, north = ground.offset_m(region, sensor.lon, sensor.lat)
        assert abs(float(east)) <= region.east_m / 2.0 + 1.0
        assert abs(float(north)) <= region.north_m / 2.0 + 1.0
    # 0.6 degrees at 17 degrees south is 64 km.
    assert region.east_m == pytest.approx(64_000.0, rel=0.02)
