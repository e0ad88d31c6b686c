"""Warning time: the closed form against itself, a brute-force march, and the simulator."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forehear.air.hearing import PISTON, even_range_m
from forehear.air.medium import air_at
from forehear.errors import NoSolution
from forehear.plan import warning as w
from forehear.records import Atmosphere, Network, Sensor
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.settings import (
    Emitter,
    Flights,
    NetworkPlan,
    Place,
    Region,
    Scenario,
    SensorModel,
    Terrain,
)

C = 340.0
SECOND = 1.0


def marched_lead_s(depth: float, speed: float, reach: float, height: float, beside: float, radius: float) -> float:
    """Step a drone towards the site, and its wavefront to the sensor, in hundredths of a second."""
    step = 0.01
    x, t = depth + 2.0 * reach, 0.0
    heard = None
    while x > radius:
        if heard is None and math.sqrt((x - depth) ** 2 + height**2 + beside**2) <= reach:
            heard = t + reach / C
        x -= speed * step
        t += step
    assert heard is not None
    return t - heard


@pytest.mark.parametrize("speed", [45.0, 150.0])
@pytest.mark.parametrize("height", [400.0, 3000.0])
def test_the_closed_form_agrees_with_a_march_of_the_wavefront(speed: float, height: float) -> None:
    marched = marched_lead_s(30_000.0, speed, 5500.0, height, 1200.0, 3000.0)
    assert w.lead_s(30_000.0, speed, 5500.0, height, C, 1200.0) == pytest.approx(marched, abs=0.05)


@given(st.floats(1e3, 2e5), st.floats(20.0, 220.0), st.floats(1.0, 1.4))
def test_depth_is_the_inverse_of_lead(depth: float, speed: float, detour: float) -> None:
    lead = w.lead_s(depth, speed, 5500.0, 500.0, C, detour=detour)
    assert w.depth_for_m(lead, speed, 5500.0, 500.0, C, detour=detour) == pytest.approx(depth, rel=1e-9)


def test_a_faster_engine_needs_depth_in_proportion_to_its_speed() -> None:
    slow = w.lead_s(60_000.0, 46.5, 5500.0, 400.0, C)
    fast = w.lead_s(60_000.0, 153.0, 5500.0, 400.0, C)
    deeper = w.deeper_m(60_000.0, slow - fast, 153.0)
    assert w.lead_s(deeper, 153.0, 5500.0, 400.0, C) == pytest.approx(slow)
    assert 170_000 < deeper < 220_000


def test_above_all_hearing_there_is_no_answer() -> None:
    with pytest.raises(NoSolution, match="beyond the hearing range"):
        w.lead_s(60_000.0, 46.5, 5500.0, 9000.0, C)
    table = w.by_height(60_000.0, 8000.0, Atmosphere(), SensorModel())
    assert [row["lead_heard_s"] is None for row in table if row["height_m"] == 9000.0] == [True, True]
    leads = [
        row["lead_heard_s"] for row in table if row["variant"] == "propeller" and row["lead_heard_s"] is not None
    ]
    assert leads == sorted(leads, reverse=True)  # type: ignore[type-var]


def test_quantiles_interpolate() -> None:
    assert w.quantile([], 0.5) is None
    assert w.quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert w.quantile([0.0, 10.0], 0.9) == pytest.approx(9.0)


def sharp_world(speed: float, depth: float):  # type: ignore[no-untyped-def]
    """One sensor, hearing with a sharp edge, and one straight flight right over it to the site in the middle."""
    engine = Emitter(
        kind="piston", source_level_db=120.0, level_spread_db=0.0, level_wander_db=0.0, tone_hz=110.0,
        tone_spread_hz=0.0, tone_wander_share=0.0, band_hz=250.0, speed_mps=speed, height_m=400.0,
        heard_as=(0.8, 0.1, 0.1), flies=True,
    )  # fmt: skip
    model = SensorModel(
        noise_sigma_db=0.0, noise_drift_db=0.0, level_sigma_db=0.0, soft_db=0.05, max_detection=1.0,
        false_alarms_per_hour=0.0,
    )  # fmt: skip
    from forehear import geodesy

    lon, lat = geodesy.plane_at(31.0, 47.5).inverse(0.0, depth)
    network = Network((Sensor("S1", "microphone", float(lon), float(lat), 104.0),))
    begin = depth + 12_000.0
    scenario = Scenario(
        name="sharp", region=Region(lon=float(lon), lat=float(lat)), terrain=Terrain(height_m=100.0),
        network=NetworkPlan(layout="file", file="n"), duration_s=int(begin / speed + 60),
        emitters={"sharp": engine},
        sensors=model, sites=(Place(id="site", at_m=(0.0, -depth), radius_m=3000.0),),
        flights=(Flights(emitter="sharp", waypoints=((0.0, 12e3, 400.0, speed), (0.0, -depth, 400.0, speed))),),
    )  # fmt: skip
    return prepare(scenario, 1, network), network, model


@pytest.mark.parametrize("speed", [46.5, 152.0])
def test_the_simulator_hears_when_the_closed_form_says(speed: float) -> None:
    from forehear import geodesy
    from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps

    depth = 20_000.0
    world, network, model = sharp_world(speed, depth)
    air = network.atmosphere
    absorption = float(absorption_db_per_m(250.0, air.temperature_c, air.relative_humidity_pct, air.pressure_hpa))
    c = float(speed_of_sound_mps(air.temperature_c))
    # Coming straight on it is louder by 10 log10(f / f0).
    loud = 120.0 - 10.0 * math.log10(1.0 - speed / c)
    engine = PISTON._replace(level_db=loud, absorbed_db_per_m=absorption)
    reach = even_range_m(engine, model.noise_db, model.threshold_db)
    site = world.sites[0]
    heard = arrived = None
    for block in blocks(world):
        for report in block.reports():
            if report.sources and heard is None:
                heard = report.heard_at_s
        for truth in block.truth:
            east, north = geodesy.plane_at(truth.lon, truth.lat).forward(site.lon, site.lat)
            if arrived is None and math.hypot(float(east), float(north)) <= site.radius_m:
                arrived = truth.time_s
    assert heard is not None
    assert arrived is not None
    # The drone is 296 m above the sensor's mast; a frame and the truth are a second long each.
    expected = w.lead_s(depth, speed, reach, 296.0, c)
    assert arrived - heard == pytest.approx(expected, abs=2.5 * SECOND)


def test_the_range_is_that_of_the_law_that_coverage_has() -> None:
    air, model = Atmosphere(), SensorModel(noise_db=40.0)
    slow = w.hearing_range_m(w.VARIANTS[0], 0.0, air, model)
    heard = PISTON._replace(absorbed_db_per_m=air_at(air, PISTON.band_hz).absorption_db_per_m)
    assert slow == pytest.approx(even_range_m(heard, 40.0), rel=1e-6)
    assert w.hearing_range_m(w.VARIANTS[0], 50.0, air, model) > slow
