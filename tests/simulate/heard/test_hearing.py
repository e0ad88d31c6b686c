"""What reaches a sensor, against marched wavefronts; and nobody who could hear is overlooked."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.reference import wavefront

from forehear import geodesy
from forehear.simulate import run
from forehear.simulate.heard import hearing, sensors
from forehear.simulate.scenario import files as scenario
from forehear.simulate.world import paths

Array = NDArray[np.float64]
SOUND_MPS = 335.0
LON, LAT = 31.0, 47.5
MILLIDECIBEL = 1e-3
MILLIDEGREE = 1e-3
MILLIHERTZ = 1e-3


def one_pair(
    xyz: Array, sensor: Array, wind: Array, t0: float, ticks: int, start: float = 0.0, fading_db: float = 0.0
) -> tuple[Array, Array]:
    """Ticks and rows (level, tone, azimuth, elevation) of one emitter at one sensor."""
    n = len(xyz)
    frame = geodesy.east_north_up(LON, LAT)[None]
    receivers = hearing.Receivers(sensor[None], frame, wind[None], np.array([0.25]))
    window = hearing.Window(
        np.array([0, n]), np.array([start]), xyz, paths.slopes(xyz), np.full(n, 110.0), np.full(n, 120.0),
        np.array([0.001]), np.array([0.0]), np.array([140.0]), np.array([400.0]), np.array([7], np.uint64),
    )  # fmt: skip
    pairs = (np.array([0]), np.array([0]))
    law = hearing.HearingLaw(SOUND_MPS, 3.0, 5.0, 0.95, fading_db, 60.0)
    noise = np.full((1, ticks), 10.0)
    incoming, _ = hearing.heard(receivers, window, pairs, hearing.Frames(t0, noise, np.array([np.inf])), law)
    return incoming.tick, incoming.row


@pytest.mark.parametrize("seed", range(12))
def test_on_a_turning_path_it_is_what_a_marched_wavefront_says(seed: int) -> None:
    """The reference knows no knots of ours: it is given the same cubic as a function of time, written anew."""
    rng = np.random.default_rng(seed)
    origin = geodesy.ecef(LON, LAT, 100.0)
    frame = geodesy.east_north_up(LON, LAT)
    # A turn of 2 to 4 deg/s, 60 to 180 m/s, somewhere within 8 km; east-north-up around the sensor.
    t = np.arange(80.0)
    speed, rate = rng.uniform(60.0, 180.0), np.radians(rng.uniform(2.0, 4.0)) * rng.choice([-1.0, 1.0])
    course = rng.uniform(0.0, 6.28) + rate * t
    steps = speed * np.stack([np.sin(course), np.cos(course), np.full(80, 0.01)], axis=1)
    enu = np.cumsum(steps, axis=0) + rng.uniform(-6_000.0, 6_000.0, 3) * np.array([1.0, 1.0, 0.0])
    enu[:, 2] += 500.0
    wind_enu = np.array([*rng.uniform(-15.0, 15.0, 2), 0.0])

    def motion(time: float) -> wavefront.Vector:
        k = min(max(int(time), 1), 77)
        u = time - k
        p0, p1, p2, p3 = enu[k - 1], enu[k], enu[k + 1], enu[k + 2]
        # Catmull and Rom, in the form of their paper's matrix.
        at = 0.5 * (
            2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3
        )
        return (float(at[0]), float(at[1]), float(at[2]))

    ticks, rows = one_pair(origin + enu @ frame, origin, wind_enu @ frame, 40.0, 30)
    assert len(ticks) == 30
    for tick, row in zip(ticks[::5], rows[::5], strict=True):
        heard = wavefront.arrival(motion, 40.0 + tick + 0.25, (0.0, 0.0, 0.0), tuple(wind_enu), SOUND_MPS)
        assert row[0] == pytest.approx(120.0 - wavefront.loss_db(heard.radius_m, 0.001), abs=MILLIDECIBEL)
        assert row[1] == pytest.approx(110.0 * heard.pitch, abs=MILLIHERTZ)
        azimuth, elevation = wavefront.azimuth_elevation_deg(heard.direction)
        assert (row[2] - azimuth + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=MILLIDEGREE)
        assert row[3] == pytest.approx(elevation, abs=MILLIDEGREE)


def test_sound_begins_when_its_first_wave_arrives_and_ends_after_its_last() -> None:
    origin = geodesy.ecef(LON, LAT, 100.0)
    frame = geodesy.east_north_up(LON, LAT)
    # Stands 3,350 m away: 10 s. It sounds from second 5 to second 14.
    xyz = np.repeat((origin + np.array([0.0, 3_350.0, 0.0]) @ frame)[None], 10, axis=0)
    ticks, rows = one_pair(xyz, origin, np.zeros(3), 0.0, 60, start=5.0)
    # Frames' middles are at a quarter: 15.25 is the first after 15, 23.25 the last before 24.
    assert ticks.tolist() == list(range(15, 24))
    assert rows[:, 1] == pytest.approx(110.0)
    assert rows[:, 2] == pytest.approx(0.0, abs=MILLIDEGREE)


def test_convection_makes_what_approaches_louder() -> None:
    origin = geodesy.ecef(LON, LAT, 100.0)
    frame = geodesy.east_north_up(LON, LAT)
    north = -100.0 * np.arange(40.0) + 8_000.0
    xyz = origin + np.stack([np.zeros(40), north, np.full(40, 100.0)], axis=1) @ frame
    quiet = one_pair(xyz, origin, np.zeros(3), 25.0, 5)[1]
    assert quiet[0, 1] == pytest.approx(110.0 / (1.0 - 100.0 / SOUND_MPS), rel=1e-3)


def test_fading_is_slow_and_as_strong_as_asked() -> None:
    draws = np.array([hearing._drawn(np.uint64(k)) for k in range(4000)])
    assert float(draws.mean()) == pytest.approx(0.0, abs=0.05)
    assert float(draws.std()) == pytest.approx(1.0, abs=0.03)
    origin = geodesy.ecef(LON, LAT, 100.0)
    frame = geodesy.east_north_up(LON, LAT)
    xyz = np.repeat((origin + np.array([0.0, 1_000.0, 0.0]) @ frame)[None], 4002, axis=0)
    rows = one_pair(xyz, origin, np.zeros(3), 10.0, 3900, fading_db=4.0)[1]
    fading = rows[:, 0] - (120.0 - wavefront.loss_db(1_000.0, 0.001))
    # 3,900 s hold 65 independent values.
    assert float(fading.std()) == pytest.approx(4.0, rel=0.25)
    assert float(np.abs(np.diff(fading)).max()) < 0.6


def test_noise_drifts_slowly_around_each_sensors_own_mean() -> None:
    world = run.prepare(
        scenario.load("raid", {"flights": [], "clutter.motorcycles": 0, "clutter.generators": 0}), 1
    )
    model = world.scenario.sensors
    noise = sensors.noise_at(world.natures, 0.0, 3600)
    means = noise.mean(axis=1)
    assert float(means.mean()) == pytest.approx(model.noise_db, abs=0.3)
    assert float(means.std()) == pytest.approx(model.noise_sigma_db, rel=0.06)
    assert float((noise - means[:, None]).std()) == pytest.approx(model.noise_drift_db, rel=0.15)
    assert float(np.abs(np.diff(noise, axis=1)).max()) < 0.1
    assert np.all(noise.min(axis=1) >= world.natures.cells.noise_bin)
