"""How sensors are told to be doing."""

from tests.service.stand import network

from forehear.records import Report, Source
from forehear.service.show.sensor_states import ALIVE, BROKEN, HEARING, NEVER, SILENT, Ears


def told(ears: Ears, sensor: str, now_s: float) -> int:
    return ears.code(ears.ears[ears.index[sensor]], now_s)


def say(ears: Ears, sensor: str, now_s: float, travel_s: float = 0.5, hears: bool = False) -> None:
    sources = (Source(60.0, 110.0, 0.4),) if hears else ()
    ears.take(Report(sensor, now_s - travel_s, now_s, 35.0, sources), now_s)


def test_a_sensor_is_alive_hears_falls_silent_and_comes_back() -> None:
    ears = Ears(network())
    assert told(ears, "S0", 1000.0) == NEVER
    say(ears, "S0", 1000.0)
    assert told(ears, "S0", 1005.0) == ALIVE
    say(ears, "S0", 1010.0, hears=True)
    assert told(ears, "S0", 1012.0) == HEARING
    assert told(ears, "S0", 1016.0) == ALIVE
    assert told(ears, "S0", 1060.0) == SILENT
    say(ears, "S0", 1061.0)
    assert told(ears, "S0", 1061.0) == ALIVE


def test_a_wrong_clock_is_told_from_a_slow_line() -> None:
    ears = Ears(network())
    for k in range(400):
        for name in ears.ids:
            # A line that becomes slow for everybody, and one sensor whose clock is a minute off.
            say(ears, name, 1000.0 + k, (0.5 if k < 200 else 15.0) + (60.0 if name == "S3" else 0.0))
    assert told(ears, "S3", 1400.0) == BROKEN
    assert told(ears, "S4", 1400.0) == ALIVE


def test_one_that_never_stops_hearing_is_broken_and_changes_are_told_once() -> None:
    ears = Ears(network())
    for k in range(2000):
        say(ears, "S5", 1000.0 + k, hears=True)
    assert told(ears, "S5", 3000.0) == BROKEN
    assert ears.changes(3000.0) == [(ears.index["S5"], BROKEN)]
    assert ears.changes(3000.0) == []
    assert ears.counts()["broken"] == 1
