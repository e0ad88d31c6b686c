"""What a scenario's keys contradict together: each fault names its keys, and none is found in what is sound."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from forehear.errors import ConfigurationError
from forehear.simulate.scenario import files as scenario
from forehear.simulate.scenario.checks import contradictions
from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.settings import Scenario


def faults_of(data: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        scenario.parse({"name": "test"} | data, "test", Path("."))
    return caught.value.faults


def unchecked(data: dict[str, Any]) -> Scenario:
    """Give a scenario of tables that are each sound, whatever they contradict together."""
    return msgspec.convert({"name": "test", **data, "emitters": emitters(data)}, Scenario, strict=False)


def emitters(data: dict[str, Any]) -> dict[str, Any]:
    given = data.get("emitters", {})
    return {name: msgspec.to_builtins(EMITTERS[name]) | table for name, table in given.items()}


@pytest.mark.parametrize(
    "waypoint",
    [[0.0, 0.0, -5.0, 50.0], [0.0, 0.0, 400.0, 340.0], [2e6, 0.0, 400.0, 50.0], [0.0, float("inf"), 400.0, 50.0]],
)
def test_impossible_waypoints_are_refused(waypoint: list[float]) -> None:
    assert faults_of({"flights": [{"waypoints": [[0.0, 0.0], waypoint]}]})


def test_ground_vehicles_are_no_flights() -> None:
    assert "does not fly" in faults_of({"flights": [{"emitter": "motorcycle", "random": True}]})[0]


FLIGHT = {"random": True}
KITE = {"emitter": "kite", "random": True}


@pytest.mark.parametrize(
    ("data", "keys", "fault"),
    [
        ({"network": {"layout": "file"}}, {"network.layout", "network.file"}, "network.file: is missing"),
        ({"network": {"layout": "grid", "file": "n"}}, {"network.layout", "network.file"}, "is not read"),
        ({"network": {"layout": "random"}}, {"network.layout", "network.count"}, "network.count: is missing"),
        (
            {"network": {"array_share": 0.7, "observer_share": 0.6}},
            {"network.array_share", "network.observer_share"},
            "=1.3: must not exceed 1",
        ),
        (
            {"atmosphere": {"temperature_c": 40.0}, "air_error": {"temperature_c": 25.0}},
            {"atmosphere.temperature_c", "air_error.temperature_c"},
            "=65: allowed -60 to 60",
        ),
        ({"faults": {"dead_share": 0.6, "late_share": 0.6}}, {"faults"}, "the shares sum to 1.2"),
        ({"flights": [FLIGHT, KITE]}, {"flights.1.emitter"}, "flights.1.emitter='kite'"),
        (
            {"flights": [{}]},
            {"flights.0.waypoints", "flights.0.waypoints_lonlat", "flights.0.random", "flights.0.file"},
            "given: none",
        ),
        (
            {"flights": [{"random": True, "file": "f"}]},
            {"flights.0.waypoints", "flights.0.waypoints_lonlat", "flights.0.random", "flights.0.file"},
            "given: file, random",
        ),
        ({"flights": [{"waypoints": [[0, 0]]}]}, {"flights.0.waypoints"}, "1 given, at least 2 needed"),
        ({"flights": [FLIGHT | {"tones_hz": []}]}, {"flights.0.tones_hz"}, "tones_hz: is empty"),
        (
            {"emitters": {"piston": {"heard_as": [0.5, 0.1, 0.1]}}},
            {"emitters.piston.heard_as"},
            "must sum to 1",
        ),
        (
            {"sites": [{"id": "a", "at_m": [0, 0]}, {"id": "a", "at_m": [1, 0]}]},
            {"sites"},
            "id 'a' appears more than once",
        ),
    ],
)  # fmt: skip
def test_a_contradiction_names_the_keys_that_it_follows_from(
    data: dict[str, Any], keys: set[str], fault: str
) -> None:
    (found,) = contradictions(unchecked(data))
    assert set(found.keys) == keys
    assert fault in found.fault


@pytest.mark.parametrize("name", scenario.shipped())
def test_what_ships_contradicts_nothing(name: str) -> None:
    assert contradictions(scenario.load(name)) == []


def test_several_contradictions_are_found_at_once() -> None:
    data = {"network": {"layout": "random"}, "flights": [{}, KITE]}
    assert len(contradictions(unchecked(data))) == 3
