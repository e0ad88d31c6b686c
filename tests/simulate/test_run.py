"""Whole simulations: the same bytes, the reports a network would send, faults, and a truth that is true."""

import math
from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pyproj
import pytest
from tests.reference import wavefront
from tests.simulate.worlds import PERFECT, STEADY, made, played

from forehear.air import medium
from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Network, Report, Sensor, Truth
from forehear.simulate import run
from forehear.simulate.heard import faults
from forehear.simulate.scenario import files as scenario

WAY = [[-21_000.0, -3_000.0, 400.0, 51.0], [21_000.0, 4_000.0, 400.0, 51.0]]
ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


def small(**tables: Any) -> run.World:
    base: dict[str, Any] = {"duration_s": 300, "flights": [{"waypoints": WAY, "start_s": -200.0}]}
    return run.prepare(made(**(base | tables)), 5)


def test_the_same_seed_gives_the_same_night_and_another_another() -> None:
    one, same, other = (
        played(run.prepare(scenario.load("clutter", {"duration_s": 240}), seed)) for seed in (4, 4, 5)
    )
    assert one == same
    assert one[0] != other[0]
    assert one[1] != other[1]
    assert len(one[0]) > 1000
    assert len(one[1]) > 100


def test_more_noise_does_not_move_the_flights_nor_the_sensors() -> None:
    loud, quiet = (
        run.prepare(scenario.load("clutter", {"duration_s": 240, "sensors.noise_db": db}), 4)
        for db in (50.0, 30.0)
    )
    assert loud.network == quiet.network
    places = [[(t.target, t.time_s, t.lon, t.lat) for t in played(world)[1]] for world in (loud, quiet)]
    assert places[0] == places[1] != []


def test_lines_stand_in_the_order_of_arrival_and_all_arrive() -> None:
    world = small(faults={"late_share": 0.3, "duplicate_share": 0.2}, network={"observer_share": 0.2})
    received: list[float] = []
    for block in run.blocks(world):
        received += [r.received_at_s or 0.0 for r in block.reports()]
    assert received == sorted(received)
    frames = Counter(r.sensor for r in played(small())[0])
    assert len(frames) == 64


def test_a_silent_sensor_sends_heartbeats_and_one_that_hears_reports_each_second() -> None:
    perfect = PERFECT | {"noise_db": 30.0}
    reports, _ = played(small(sensors=perfect, duration_s=400, emitters={"piston": STEADY}))
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    heard_at_all = 0
    for sent in by_sensor.values():
        sent.sort(key=lambda r: r.heard_at_s)
        times = [r.heard_at_s for r in sent]
        gaps = np.diff(times)
        assert float(gaps.max()) <= 10.001
        assert np.all(np.abs(gaps - np.round(gaps)) < 0.0015)
        for earlier, later, gap in zip(sent, sent[1:], gaps, strict=False):
            if not earlier.sources and not later.sources:
                assert gap == pytest.approx(10.0, abs=0.0015)
        hearing = [r for r in sent if r.sources]
        if len(hearing) > 30:
            heard_at_all += 1
            # Without dice a passing engine is heard in one stretch, each second.
            assert hearing[-1].heard_at_s - hearing[0].heard_at_s == pytest.approx(len(hearing) - 1, abs=0.01)
    assert heard_at_all > 10


def test_sources_stand_loudest_first_and_not_too_far_apart() -> None:
    reports, _ = played(run.prepare(scenario.load("column", {"duration_s": 400, "network.array_share": 0.5}), 2))
    many = [[s.level_db for s in r.sources] for r in reports if len(r.sources) > 1]
    assert len(many) > 200
    assert all(levels == sorted(levels, reverse=True) for levels in many)
    assert max(levels[0] - levels[-1] for levels in many) <= 20.1


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


# Faults: one scenario each, everybody has it, against the same without.


def with_fault(share: str, **more: float) -> tuple[run.World, list[Report]]:
    world = small(faults={share: 1.0, **more}, duration_s=240, sensors={"false_alarms_per_hour": 0.0})
    return world, played(world)[0]


def test_dead_sensors_fall_silent_for_good() -> None:
    world, reports = with_fault("dead_share")
    dies = dict(zip([s.id for s in world.network.sensors], world.broken.dies_s, strict=True))
    assert 0.3 < np.mean(world.broken.dies_s == 0.0) < 0.7
    assert len(reports) > 100
    for report in reports:
        assert report.heard_at_s - world.scenario.start_s < dies[report.sensor] + 1.0


def test_stuck_sensors_repeat_themselves_and_hear_nothing() -> None:
    _, reports = with_fault("stuck_share")
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    for sent in by_sensor.values():
        assert len(sent) == 240
        assert all(len(r.sources) == 1 for r in sent)
        levels = [r.sources[0].level_db for r in sent]
        assert max(levels) - min(levels) < 3.0


def test_wrong_clocks_are_off_and_drift_but_arrive_in_time() -> None:
    world, reports = with_fault("clock_share", clock_offset_sigma_s=5.0, clock_drift_ppm=5000.0)
    offset = dict(zip([s.id for s in world.network.sensors], world.broken.offset_s, strict=True))
    drift = dict(zip([s.id for s in world.network.sensors], world.broken.drift, strict=True))
    assert float(np.std(world.broken.offset_s)) == pytest.approx(5.0, rel=0.35)
    late = []
    for report in reports:
        assert report.received_at_s is not None
        elapsed = report.heard_at_s - world.scenario.start_s
        true = (elapsed - offset[report.sensor]) / (1.0 + drift[report.sensor])
        late.append(report.received_at_s - world.scenario.start_s - true)
    assert min(late) >= 0.299
    assert float(np.median(late)) == pytest.approx(0.58, abs=0.1)


def test_late_sensors_are_late() -> None:
    _, reports = with_fault("late_share", late_s=60.0)
    late = [(r.received_at_s or 0.0) - r.heard_at_s for r in reports]
    assert min(late) > 12.0
    assert float(np.mean(late)) == pytest.approx(60.7, abs=3.0)


def test_duplicates_differ_in_their_arrival_only() -> None:
    _, reports = with_fault("duplicate_share", duplicate_odds=0.2)
    groups = Counter((r.sensor, r.heard_at_s, r.noise_db, r.sources) for r in reports)
    twice = sum(1 for n in groups.values() if n == 2)
    assert set(groups.values()) == {1, 2}
    assert twice / len(groups) == pytest.approx(0.2, abs=0.03)


def test_liars_invent_engines_that_come_and_go() -> None:
    _, reports = with_fault("lying_share")
    by_sensor: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_sensor[report.sensor].append(report)
    sent = [sum(1 for r in one if r.sources) for one in by_sensor.values()]
    assert max(sent) == 240
    assert min(sent) < 60
    piston = [s.kinds.piston for r in reports for s in r.sources if s.kinds is not None]
    assert float(np.mean(piston)) == pytest.approx(0.8, abs=0.05)


def test_a_sensor_has_at_most_one_fault_and_the_shares_are_exact() -> None:
    shares = {"dead_share": 0.1, "stuck_share": 0.05, "clock_share": 0.2, "late_share": 0.1, "lying_share": 0.05}
    world = run.prepare(made(network={"layout": "random", "count": 1000}, faults=shares), 3)
    counts = np.bincount(world.broken.fault, minlength=7)
    assert counts.tolist() == [500, 100, 50, 200, 100, 0, 50]
    assert counts[faults.FINE] == 500


def test_observers_point_now_and_then_and_say_where_they_stand() -> None:
    world = small(
        network={"observer_share": 1.0}, sensors={"observer_moves_m": 400.0, "false_alarms_per_hour": 0.0}
    )
    reports, _ = played(world)
    assert len(reports) > 30
    by_sensor: defaultdict[str, list[float]] = defaultdict(list)
    places = {s.id: s for s in world.network.sensors}
    aside = []
    for report in reports:
        assert report.sources
        assert report.sources[0].azimuth_deg is not None
        assert report.lon is not None
        assert report.lat is not None
        by_sensor[report.sensor].append(report.heard_at_s)
        aside.append((report.lat - places[report.sensor].lat) * 111_200.0)
    assert float(np.std(aside)) == pytest.approx(400.0, rel=0.5)
    assert min(min(np.diff(sorted(t)), default=10.0) for t in by_sensor.values()) >= 9.99


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
