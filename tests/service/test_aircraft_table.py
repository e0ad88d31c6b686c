"""[aircraft]: what may be named, and every fault of it."""

import pytest

from forehear.service.aircraft_table import AircraftTable, aircraft_faults


def test_nothing_is_no_feed() -> None:
    table = AircraftTable()
    assert not table.is_on
    assert aircraft_faults(table) == []


@pytest.mark.parametrize(
    "table",
    [
        AircraftTable(sbs="127.0.0.1:30003"),
        AircraftTable(sbs="[::1]:30003"),
        AircraftTable(json="/run/dump1090/aircraft.json"),
        AircraftTable(json="http://127.0.0.1/data/aircraft.json"),
    ],
)
def test_a_receiver_by_either_way(table: AircraftTable) -> None:
    assert table.is_on
    assert aircraft_faults(table) == []


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (AircraftTable(sbs="30003"), "host:port"),
        (AircraftTable(sbs="host:x"), "host:port"),
        (AircraftTable(sbs="host:70000"), "host:port"),
        (AircraftTable(json="ftp://host/x"), "http://HOST"),
        (AircraftTable(sbs="host:1", json="x"), "one of both"),
    ],
)
def test_each_fault_says_what_is_allowed(table: AircraftTable, words: str) -> None:
    assert words in "\n".join(aircraft_faults(table))
