"""Scenarios from files: the shipped ones, overrides, and every fault at once."""

from pathlib import Path
from typing import Any

import pytest

from forehear.errors import ConfigurationError
from forehear.simulate.scenario import files as scenario

PROMISED = {"single", "jet", "column", "crossing", "clutter", "quiet", "turning", "raid", "night"}


def faults_of(data: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        scenario.parse({"name": "test"} | data, "test", Path("."))
    return caught.value.faults


def test_what_is_promised_ships() -> None:
    assert set(scenario.shipped()) >= PROMISED
    for name, about in scenario.shipped().items():
        assert about, f"{name} does not say what it is about"
        loaded = scenario.load(name)
        assert loaded.name == name


def test_the_promised_sizes() -> None:
    column, quiet, raid, night = (scenario.load(name) for name in ("column", "quiet", "raid", "night"))
    assert column.flights[0].count == 8
    assert column.flights[0].interval_s * 51.0 == pytest.approx(3_500.0, abs=1.0)
    assert column.flights[0].tones_hz is not None
    assert len(set(column.flights[0].tones_hz)) == 8
    assert (quiet.flights, quiet.duration_s, quiet.clutter.motorcycles) == ((), 7200, 60)
    assert quiet.sensors.false_alarms_per_hour == 6.0
    assert sum(f.count for f in raid.flights) == 120
    assert len({f.emitter for f in raid.flights}) == 2
    assert (raid.region.east_m, raid.region.north_m) == (300_000.0, 200_000.0)
    assert sum(f.count for f in night.flights) == 800
    assert night.duration_s == 3600


def test_overrides_change_keys_and_entries_of_lists() -> None:
    loaded = scenario.load("single", {"network.spacing_m": 8000.0, "flights.0.count": 3, "faults.dead_share": 0.1})
    assert loaded.network.spacing_m == 8000.0
    assert loaded.flights[0].count == 3
    assert loaded.faults.dead_share == 0.1


def test_every_fault_is_told_at_once() -> None:
    faults = faults_of(
        {
            "duration_s": 0,
            "colour": "red",
            "network": {"spacing_m": "wide", "layout": "random", "array_share": 0.7, "observer_share": 0.7},
            "sensors": {"level_sigma_db": -1.0, "noise_db": float("nan")},
            "faults": {"dead_share": 0.8, "late_share": 0.8},
            "flights": [
                {"emitter": "bird", "random": True},
                {"random": True, "file": "x.csv"},
                {"waypoints": [[1.0]]},
            ],
            "emitters": {"kite": {"like": "wind"}, "loud": {"like": "jet", "heard_as": [0.5, 0.1, 0.1]}},
            "sites": [{"id": "a", "at_m": [0, 0]}, {"id": "a", "at_m": [1, 1]}, {"at_m": [1, 1]}],
        }
    )
    expected = [
        "duration_s=0", "colour: no such key", "network.spacing_m='wide'", "network.count: is missing",
        "array_share + network.observer_share=1.4", "sensors.level_sigma_db=-1.0", "sensors.noise_db=nan",
        "faults: the shares sum to 1.6", "flights.0.emitter='bird'", "flights.1.route", "flights.2.waypoints:",
        "flights.2.waypoints.0=[1.0]", "emitters.kite.like='wind'", "emitters.loud.heard_as",
        "sites: id 'a'", "sites.2.id: is missing",
    ]  # fmt: skip
    for part in expected:
        assert any(part in fault for fault in faults), f"{part!r} is not among {faults}"
    assert len(faults) == len(expected)


def test_what_follows_from_a_refused_key_is_no_fault_of_its_own() -> None:
    faults = faults_of({"flights": [{"waypoints": 3}]})
    assert len(faults) == 1


@pytest.mark.parametrize(("text", "fault"), [("duration_s = ", "is not TOML"), (None, "cannot be read")])
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, fault: str) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=fault):
        scenario.load(path)


def test_files_are_found_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        '[network]\nlayout = "file"\nfile = "n.geojson"\n[[flights]]\nfile = "f.csv"\n'
    )
    loaded = scenario.load(tmp_path / "mine.toml")
    assert loaded.name == "mine"
    assert loaded.network.file == str(tmp_path / "n.geojson")
    assert loaded.flights[0].file == str(tmp_path / "f.csv")
    assert loaded.flights[0].waypoints is None


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"is not shipped; allowed: .*column.*single"):
        scenario.load("nonesuch")
