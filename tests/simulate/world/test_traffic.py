"""Who sounds when: routes, voices, rides and recordings in a scenario."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.simulate.worlds import made, played

from forehear.errors import ConfigurationError
from forehear.io.ndjson import Rejections, ReportParser
from forehear.io.report_columns import encode_reports, names_of
from forehear.simulate import run
from forehear.simulate.heard import columns
from forehear.simulate.scenario import files as scenario
from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.world import paths, traffic


def test_voices_differ_from_unit_to_unit_and_wander_slowly() -> None:
    world = run.prepare(made(flights=[{"random": True, "count": 300}]), 1)
    made_paths = [actor.make() for actor in world.actors]
    tones = np.array([path.tone_hz.mean() for path in made_paths])
    levels = np.array([path.level_db.mean() for path in made_paths])
    assert float(tones.mean()) == pytest.approx(110.0, abs=2.0)
    assert float(tones.std()) == pytest.approx(10.0, rel=0.15)
    assert float(levels.std()) == pytest.approx(1.0, rel=0.2)
    within = np.concatenate([path.tone_hz / path.tone_hz.mean() - 1.0 for path in made_paths])
    assert float(within.std()) == pytest.approx(0.004, rel=0.15)
    steps = np.concatenate([np.diff(path.tone_hz) for path in made_paths])
    assert float(np.abs(steps).max()) < 0.2


def test_wander_has_unit_variance() -> None:
    waves = np.array([traffic.wander(np.arange(2000.0), np.random.default_rng(k)) for k in range(200)])
    assert float(waves.std()) == pytest.approx(1.0, rel=0.02)
    assert float(np.abs(waves).max()) < 2.45


def test_a_motorcycle_changes_gear() -> None:
    emitter = EMITTERS["motorcycle"]
    steady, faster = (
        traffic.sounding(0.0, np.arange(50.0)[:, None] * np.array([[v, 0.0, 0.0]]), emitter, (100.0, 97.0), 1)
        for v in (11.9, 12.1)
    )
    assert float(steady.tone_hz.mean()) > 120.0
    assert float(faster.tone_hz.mean()) < 80.0


def test_flights_of_a_group_follow_and_shift() -> None:
    group = {
        "waypoints": [[0, 0, 400, 50], [9_000, 0, 400, 50]],
        "count": 3,
        "interval_s": 60.0,
        "offset_m": [0, 500],
    }
    world = run.prepare(made(flights=[group | {"tones_hz": [90.0, 100.0]}]), 1)
    assert [actor.start_s for actor in world.actors] == [0.0, 60.0, 120.0]
    assert [actor.target for actor in world.actors] == ["piston-1", "piston-2", "piston-3"]
    starts = [actor.make().xyz_m[0] for actor in world.actors]
    assert float(np.linalg.norm(starts[1] - starts[0])) == pytest.approx(500.0, abs=0.1)
    tones = [float(actor.make().tone_hz.mean()) for actor in world.actors]
    assert tones == pytest.approx([90.0, 100.0, 90.0], rel=0.01)


def test_a_recorded_flight_is_flown_as_recorded(tmp_path: Path) -> None:
    t = np.arange(0.0, 300.0, 5.0)
    lines = [f"{s + 1790000100.0},{31.0 + 0.0008 * s},{47.5 + 0.0001 * s},{500 + s}" for s in t]
    (tmp_path / "f.csv").write_text("time_s,lon,lat,height_m\n" + "\n".join(lines))
    (tmp_path / "mine.toml").write_text(
        'duration_s = 600\n[[flights]]\nemitter = "light_aircraft"\nfile = "f.csv"\n'
    )
    reports, truth = played(run.prepare(scenario.load(tmp_path / "mine.toml"), 1))
    assert truth[0].time_s == 1790000100.0
    assert truth[-1].time_s == 1790000395.0
    middle = next(line for line in truth if line.time_s == 1790000200.0)
    assert (middle.lon, middle.lat) == pytest.approx((31.08, 47.51), abs=1e-6)
    assert middle.height_m == pytest.approx(600.0, abs=0.2)
    assert middle.up_mps == pytest.approx(1.0, abs=0.02)
    assert {line.kind for line in truth} == {"other"}
    assert sum(len(r.sources) for r in reports) > 300


def test_two_waypoints_at_one_place_are_a_flight_of_a_moment() -> None:
    world = run.prepare(made(duration_s=60, flights=[{"waypoints": [[0, 0], [0, 0]]}]), 1)
    assert isinstance(world.actors[0].make(), paths.EmitterPath)
    _, truth = played(world)
    assert len(truth) <= 2


def test_offsets_that_lead_too_far_are_refused() -> None:
    far = made(flights=[{"waypoints": [[0, 0], [1, 1]], "count": 50, "offset_m": [0.0, 90_000.0]}])
    with pytest.raises(ConfigurationError, match="from the region's middle"):
        run.prepare(far, 1)


@st.composite
def wild(draw: Any) -> dict[str, Any]:
    """Scenarios at the edges of what is allowed."""

    def pick(*values: Any) -> Any:
        return draw(st.sampled_from(values))

    def some(**keys: tuple[Any, ...]) -> dict[str, Any]:
        return {key: pick(*values) for key, values in keys.items()}

    share = (0.0, 0.2)
    flights = some(
        emitter=("piston", "jet"), random=(True,), count=(1, 3), start_s=(-500.0, 0.0, 30.0), bends=(0, 5),
        speed_spread_mps=(0.0, 1e5), height_spread_m=(0.0, 1e5),
    )  # fmt: skip
    return {
        **some(start_s=(0.0, 1.79e9, 1e10), duration_s=(1, 19, 41)),
        "region": some(lon=(-180.0, 0.0, 179.9), lat=(-75.0, 0.0, 75.0), east_m=(1e3, 5e4, 1.5e6)),
        "terrain": some(height_m=(-400.0, 5000.0), relief_m=(0.0, 1000.0)),
        "network": some(layout=("random",), count=(1, 40), array_share=(0.0, 0.5), observer_share=(0.0, 0.5)),
        "atmosphere": some(
            temperature_c=(-60.0, 15.0, 60.0), relative_humidity_pct=(0.0, 100.0), wind_mps=(0.0, 60.0),
            wind_from_deg=(-360.0, 100.0),
        ),
        "sensors": some(
            noise_db=(0.0, 36.0, 100.0), noise_sigma_db=(0.0, 40.0), noise_drift_db=(0.0, 40.0),
            noise_error_db=(0.0, 40.0), level_sigma_db=(0.0, 40.0), fading_db=(0.0, 40.0),
            threshold_db=(-100.0, 3.0, 100.0), tone_sigma_hz=(1e-6, 0.4, 1000.0), max_detection=(0.0, 1.0),
            azimuth_sigma_deg=(1e-6, 180.0), elevation_sigma_deg=(1e-6, 180.0), elevation_bias_deg=(-90.0, 90.0),
            kinds_concentration=(1e-6, 6.0, 1e5), false_alarms_per_hour=(0.0, 6.0, 3000.0),
            observer_moves_m=(0.0, 5000.0), place_sigma_m=(0.0, 5000.0), latency_mean_s=(0.0, 0.4, 1000.0),
        ),
        "faults": some(
            dead_share=share, stuck_share=share, clock_share=share, clock_offset_sigma_s=(0.0, 1e5),
            late_share=share, duplicate_share=(0.0, 0.1), lying_share=(0.0, 0.1),
        ),
        "clutter": some(motorcycles=(0, 3), generators=(0, 3)),
        "flights": [flights],
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wild(), st.integers(0, 2**31))
def test_whatever_is_allowed_is_simulated_and_every_line_can_be_read(tables: dict[str, Any], seed: int) -> None:
    world = run.prepare(made(**tables), seed)
    names = names_of([s.id for s in world.network.sensors])
    rejections = Rejections()
    parser = ReportParser(rejections)
    read = 0
    for block in run.blocks(world):
        rows = columns.written(block.batch, world.scenario.start_s)
        read += len(parser.feed(encode_reports(rows.reports, rows.first, rows.sources, names)))
        assert all(-90.0 <= line.lat <= 90.0 and 0.0 <= line.audible <= 1.0 for line in block.truth)
    assert rejections.examples == {}
    assert rejections.read == read
