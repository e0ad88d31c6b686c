"""Whole simulations: the same bytes, the physics end to end, the air, and a network that is handed in."""

import math

import numpy as np
import pyproj
import pytest
from tests.reference import wavefront
from tests.simulate.worlds import PERFECT, STEADY, made, played, small

from forehear.air import medium
from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Network, Report, Sensor, Truth
from forehear.simulate import run
from forehear.simulate.scenario import files as scenario

ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_night_and_another_another() -> None:
    one, same, other = (
        played(run.prepare(scenario.load("clutter", {"duration_s": 240}), seed)) for seed in (4, 4, 5)
    )
    assert one == same
    assert one[0] != other[0]
    assert one[1] != other[1]
    assert len(one[0]) > 1000
    assert len(one[1]) > 100


@pytest.mark.slow
def test_more_noise_does_not_move_the_flights_nor_the_sensors() -> None:
    loud, quiet = (
        run.prepare(scenario.load("clutter", {"duration_s": 240, "sensors.noise_db": db}), 4)
        for db in (50.0, 30.0)
    )
    assert loud.network == quiet.network
    places = [[(t.target, t.time_s, t.lon, t.lat) for t in played(world)[1]] for world in (loud, quiet)]
    assert places[0] == places[1] != []


def arrivals(reports: list[Report], truth: list[Truth], network: Network, sound: float, wind: tuple[float, float]):  # type: ignore[no-untyped-def]
    """What each source of a report should be, from the written truth alone, by another program's geodesy."""
    places = {s.id: s for s in network.sensors}
    times = np.array([t.time_s for t in truth])
    xyz = np.stack(
        ECEF.transform([t.lon for t in truth], [t.lat for t in truth], [t.height_m for t in truth]), axis=1
    )
    for report in reports:
        sensor = places[report.sensor]
        lon, lat = math.radians(sensor.lon), math.radians(sensor.lat)
        turn = np.array(
            [
                [-math.sin(lon), math.cos(lon), 0.0],
                [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)],
                [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)],
            ]
        )
        here = np.array(ECEF.transform(sensor.lon, sensor.lat, sensor.height_m))
        enu = (xyz - here) @ turn.T

        def motion(t: float, enu: np.ndarray = enu) -> wavefront.Vector:  # type: ignore[type-arg]
            return tuple(float(np.interp(t, times - times[0], enu[:, k])) for k in range(3))  # type: ignore[return-value]

        at = report.heard_at_s - times[0]
        yield report, wavefront.arrival(motion, at, (0.0, 0.0, 0.0), (*wind, 0.0), sound)


AIR = {"temperature_c": 4.0, "relative_humidity_pct": 80.0, "wind_mps": 11.0, "wind_from_deg": 250.0}


def residuals(sound: float, wind: tuple[float, float]) -> np.ndarray:  # type: ignore[type-arg]
    """Rows of level, tone, azimuth, elevation: as reported, less what the reference says."""
    world = small(
        sensors=PERFECT, network={"array_share": 1.0}, emitters={"piston": STEADY}, atmosphere=AIR,
        terrain={"relief_m": 40.0}, duration_s=240, region={"lat": 58.0, "east_m": 400_000.0},
        flights=[{"waypoints": [[150_000, -9_000, 400, 51], [190_000, 4_000, 400, 51]], "start_s": -200.0}],
    )  # fmt: skip
    reports, truth = played(world)
    # The truth begins with the first second: what was heard then left before.
    chosen = [r for r in reports if r.sources and r.heard_at_s > truth[0].time_s + 45.0][::30]
    assert len(chosen) > 15
    absorption = float(medium.absorption_db_per_m(250.0, 4.0, 80.0, 1013.25))
    rows = []
    for report, heard in arrivals(chosen, truth, world.network, sound, wind):
        (source,) = report.sources
        azimuth, elevation = wavefront.azimuth_elevation_deg(heard.direction)
        level = 120.0 - wavefront.loss_db(heard.radius_m, absorption)
        aside = (source.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0
        rows.append(
            (
                source.level_db - level,
                source.tone_hz - 110.0 * heard.pitch,
                aside,
                source.elevation_deg - elevation,
            )
        )
    return np.array(rows)


def test_from_the_written_files_alone_the_sound_is_where_physics_says() -> None:
    """The end to end check: truth, network and atmosphere as written, pyproj, and marched wavefronts."""
    sound, wind = medium.speed_of_sound_mps(4.0), medium.wind_mps(Atmosphere(**AIR))
    worst = np.abs(residuals(sound, wind)).max(axis=0)
    # Half a unit of the last digit written, and what the truth's rounding (0.1 m of height, 1 cm) adds.
    assert worst[0] < 0.06
    assert worst[1] < 0.02
    assert worst[2] < 0.06
    assert worst[3] < 0.08


def test_the_end_to_end_check_notices_a_missing_wind() -> None:
    calm = np.abs(residuals(medium.speed_of_sound_mps(4.0), (0.0, 0.0))).max(axis=0)
    assert calm[1] > 0.1
    assert calm[2] > 0.5


def test_the_real_air_may_differ_from_what_the_network_says() -> None:
    world = small(atmosphere={"wind_mps": 5.0, "wind_from_deg": 270.0},
                  air_error={"temperature_c": 10.0, "wind_east_mps": -5.0, "wind_north_mps": 3.0})  # fmt: skip
    assert world.network.atmosphere.temperature_c == 15.0
    assert world.network.atmosphere.wind_mps == 5.0
    assert world.air.temperature_c == 25.0
    assert medium.wind_mps(world.air) == pytest.approx((0.0, 3.0), abs=1e-9)


def test_a_network_handed_in_is_used_with_its_air_and_its_ground() -> None:
    air = Atmosphere(temperature_c=-3.0)
    sensors = tuple(Sensor(f"K-{k}", "array", 20.0 + 0.06 * k, 60.0, 554.0) for k in range(6))
    plan = made(
        duration_s=300, network={"layout": "file", "file": "n.geojson"},
        flights=[{"waypoints_lonlat": [[19.9, 60.0, 300.0, 50.0], [20.5, 60.0, 300.0, 50.0]]}],
    )  # fmt: skip
    world = run.prepare(plan, 1, Network(sensors, air))
    assert world.network.sensors == sensors
    assert world.air == air
    reports, truth = played(world)
    assert {r.sensor for r in reports} == {s.id for s in sensors}
    assert truth[0].lon == pytest.approx(19.9, abs=1e-5)
    assert truth[0].height_m == pytest.approx(850.0, abs=1.0)
    with pytest.raises(ConfigurationError, match="no network was handed in"):
        run.prepare(plan, 1)


def test_a_flight_under_way_is_heard_from_the_first_second() -> None:
    reports, truth = played(small(sensors=PERFECT | {"noise_db": 25.0}, duration_s=20))
    assert truth[0].time_s == 1_790_000_000.0
    assert any(r.sources for r in reports if r.heard_at_s < 1_790_000_002.0)


def test_memory_holds_no_more_than_what_is_under_way() -> None:
    world = run.prepare(scenario.load("single", {"duration_s": 3600, "flights": []}), 1)
    lags = []
    for block in run.blocks(world):
        if len(block.batch):
            lags.append(block.until_s - float(block.batch.received_at_s[0]))
    assert len(lags) == 3600 / run.BLOCK_S
    # Tails of the network's delay apart, a report is handed out with the block in which it arrives.
    assert max(lags) < run.BLOCK_S + 1.0
