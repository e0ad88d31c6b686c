"""How sensors are code_of to be doing."""

from tests.service.stand import network

from forehear.records import Report, Source
from forehear.service.show.sensor_states import ALIVE, BROKEN, HEARING, NEVER, SILENT, SensorStates


def code_of(sensor_states: SensorStates, sensor: str, now_s: float) -> int:
    return sensor_states.code(sensor_states.states[sensor_states.index[sensor]], now_s)


def say(
    sensor_states: SensorStates, sensor: str, now_s: float, travel_s: float = 0.5, hears: bool = False
) -> None:
    sources = (Source(60.0, 110.0, 0.4),) if hears else ()
    sensor_states.take(Report(sensor, now_s - travel_s, now_s, 35.0, sources), now_s)


def test_a_sensor_is_alive_hears_falls_silent_and_comes_back() -> None:
    sensor_states = SensorStates(network())
    assert code_of(sensor_states, "S0", 1000.0) == NEVER
    say(sensor_states, "S0", 1000.0)
    assert code_of(sensor_states, "S0", 1005.0) == ALIVE
    say(sensor_states, "S0", 1010.0, hears=True)
    assert code_of(sensor_states, "S0", 1012.0) == HEARING
    assert code_of(sensor_states, "S0", 1016.0) == ALIVE
    assert code_of(sensor_states, "S0", 1060.0) == SILENT
    say(sensor_states, "S0", 1061.0)
    assert code_of(sensor_states, "S0", 1061.0) == ALIVE


def test_a_wrong_clock_is_told_from_a_slow_line() -> None:
    sensor_states = SensorStates(network())
    for k in range(400):
        for name in sensor_states.ids:
            # A line that becomes slow for everybody, and one sensor whose clock is a minute off.
            say(sensor_states, name, 1000.0 + k, (0.5 if k < 200 else 15.0) + (60.0 if name == "S3" else 0.0))
    assert code_of(sensor_states, "S3", 1400.0) == BROKEN
    assert code_of(sensor_states, "S4", 1400.0) == ALIVE


def test_one_that_never_stops_hearing_is_broken_and_changes_are_told_once() -> None:
    sensor_states = SensorStates(network())
    for k in range(2000):
        say(sensor_states, "S5", 1000.0 + k, hears=True)
    assert code_of(sensor_states, "S5", 3000.0) == BROKEN
    assert sensor_states.changes(3000.0) == [(sensor_states.index["S5"], BROKEN)]
    assert sensor_states.changes(3000.0) == []
    assert sensor_states.counts()["broken"] == 1
