"""The second world as a whole: its flights and network, its air, the order of its reports."""

from pathlib import Path

import numpy as np
import pytest
from tests.simulate.second.worlds import world

from forehear import geodesy
from forehear.cli.main import main
from forehear.simulate.second import run


def test_the_path_of_a_flight_is_the_first_worlds() -> None:
    from forehear.simulate import run as first

    one = world()
    other = first.prepare(one.scenario, 5)
    assert one.network == other.network
    here, there = one.actors[0].make(), other.actors[0].make()
    assert np.array_equal(here.xyz_m, there.xyz_m)
    assert np.all(geodesy.geodetic(here.xyz_m)[2] > 400.0)


TRACK = Path(__file__).parents[3] / "src" / "forehear" / "track"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", "9"), ("b", "9"), ("c", "10")):
        words = ["simulate", "raid90", "--world", "second", "--out", str(tmp_path / name), "--seed", seed]
        words += ["--set", "duration_s=40", "--set", "region.east_m=30000", "--set", "region.north_m=30000"]
        assert main([*words, "--set", "faults.lying_share=0.1"]) == 0
    for file in ("network.geojson", "sites.geojson", "reports.ndjson", "truth.ndjson"):
        first, again, other = ((tmp_path / name / file).read_bytes() for name in "abc")
        assert first == again
        assert first != other or file == "sites.geojson"
    assert (tmp_path / "a" / "reports.ndjson").read_bytes().count(b"\n") > 300


def test_the_tracker_does_not_know_the_second_world() -> None:
    files = list(TRACK.rglob("*.py"))
    assert len(files) > 10
    for file in files:
        text = file.read_text("utf-8").lower()
        for word in ("simulate", "second world", "second_world", "secondplan", "tests.simulate"):
            assert word not in text, f"{file} mentions {word!r}"


def test_the_real_air_is_not_quite_the_known_one() -> None:
    air = [world(seed=seed).air for seed in range(40)]
    wind = [a.wind_mps for a in air]
    assert float(np.sqrt(np.mean(np.square(wind)))) == pytest.approx(2.0, rel=0.25)
    warmth = [a.temperature_c - 15.0 for a in air]
    assert float(np.std(warmth)) == pytest.approx(2.0, rel=0.35)
    known = world({"wind_error_mps": 0.0, "temperature_error_c": 0.0}).air
    assert (known.wind_mps, known.temperature_c) == (0.0, 15.0)


def test_a_world_handed_a_network_stands_on_it() -> None:
    one = world()
    other = run.prepare(one.scenario, 6, one.network)
    assert other.network is one.network
    assert len(other.sensors.kind) == 25
