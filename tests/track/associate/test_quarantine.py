"""Bad input and sensors set aside: bounded, counted, and no track changes by what is repeated or invented."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from tests.track.associate.test_credibility import GRID, MIDDLE
from tests.track.invented import Flight, network_at, seconds_of

from forehear.records import Report, Source, Track
from forehear.track.associate.ingest import OWN_PLACE, arrays_of, batch_of
from forehear.track.associate.sources import MANY_SOURCES, TOO_LOUD
from forehear.track.memory.batch import part
from forehear.track.tracker import Tracker

WAY = Flight((-1000.0, 4000.0), (48.0, 6.0))
ALL = [(s, WAY) for s in range(16)]


def played(change, claims=ALL, seconds: int = 90) -> tuple[Tracker, list[Track]]:  # type: ignore[no-untyped-def]
    """Track a flight whose reports go through `change(second's reports)` before they are handed over."""
    tracker, out = Tracker(network_at(GRID)), list[Track]()
    for time_s, reports in seconds_of(GRID, claims, seconds, np.random.default_rng(5)):
        out += tracker.advance(time_s, change(reports))
    return tracker, out


def same(a: list[Track], b: list[Track]) -> bool:
    return [msgspec.json.encode(t) for t in a] == [msgspec.json.encode(t) for t in b]


def near(a: list[Track], b: list[Track], metres: float) -> bool:
    """Whether the confirmed tracks at the end are one each, and in one place."""
    one, two = ([t for t in x if t.status == "confirmed" and t.time_s == x[-1].time_s] for x in (a, b))
    assert len(one) == 1
    if len(two) != 1:
        return False
    return bool(np.hypot(one[0].lon - two[0].lon, one[0].lat - two[0].lat) * 111_195.0 < metres)


@pytest.mark.parametrize("times", [2, 10])
def test_reports_that_are_repeated_change_no_track(times: int) -> None:
    def again(reports: list[Report]) -> list[Report]:
        late = [msgspec.structs.replace(r, received_at_s=(r.received_at_s or 0.0) + 0.4) for r in reports]
        return reports + late * (times - 1)

    tracker, twice = played(again)
    _, once = played(lambda reports: reports)
    assert same(once, twice)
    assert sum(n for (why, _), n in tracker.turned_away.items() if why == "duplicate") == 90 * 16 * (times - 1)


def spoilt(sensor: int, sources: tuple[Source, ...], many: int = 1):  # type: ignore[no-untyped-def]
    """Make one sensor say `sources` in each of `many` reports a second."""

    def change(reports: list[Report]) -> list[Report]:
        kept = [r for r in reports if r.sensor != f"S{sensor}"]
        at = reports[0].heard_at_s
        return kept + [
            Report(f"S{sensor}", at + k / many, at + k / many + 0.9, 36.0, sources) for k in range(many)
        ]

    return change


RNG = np.random.default_rng(9)
THOUSAND = tuple(
    Source(float(v), float(f), 0.4)
    for v, f in zip(RNG.uniform(40, 80, 1000), RNG.uniform(60, 300, 1000), strict=True)
)
LOUD = (Source(200.0, 110.0, 0.4), Source(155.0, 90.0, 0.4))


@pytest.mark.parametrize(
    ("sources", "many", "reason"),
    [
        (THOUSAND, 1, MANY_SOURCES),
        (LOUD, 1, TOO_LOUD),
        (THOUSAND[:3], 100, "more reports than a sensor has frames"),
        ((), 100, "more reports than a sensor has frames"),
    ],
    ids=("a thousand sources", "200 dB", "a hundred reports a second", "a hundred denials a second"),
)
def test_what_one_sensor_floods_is_bounded_and_counted(
    sources: tuple[Source, ...], many: int, reason: str
) -> None:
    tracker, tracks = played(spoilt(MIDDLE, sources, many))
    _, without = played(lambda reports: [r for r in reports if r.sensor != f"S{MIDDLE}"])
    assert near(without, tracks, 250.0)
    assert tracker.turned_away[reason, f"S{MIDDLE}"] > 90
    assert {t.track for t in tracks if t.status == "confirmed"} == {"T1"}


def test_tones_that_jump_make_no_track() -> None:
    rng = np.random.default_rng(2)

    def jumping(reports: list[Report]) -> list[Report]:
        return [
            msgspec.structs.replace(r, sources=(Source(60.0, float(rng.uniform(60, 200)), 0.4),)) for r in reports
        ]

    assert not [t for t in played(jumping)[1] if t.status == "confirmed"]


def test_all_clocks_off_alike_are_no_fault_of_any() -> None:
    _, right = played(lambda reports: reports)
    for off in (-25.0, 20.0):
        tracker, tracks = played(
            lambda reports, off=off: [msgspec.structs.replace(r, heard_at_s=r.heard_at_s + off) for r in reports]
        )
        assert tracker.set_aside() == []
        assert near(right, tracks, 150.0)


def test_a_place_of_its_own_is_not_a_microphones() -> None:
    tracker, tracks = played(
        lambda reports: [msgspec.structs.replace(r, lon=0.001, lat=0.001) for r in reports[:1]] + reports[1:]
    )
    _, without = played(lambda reports: reports)
    assert near(without, tracks, 1.0)
    assert tracker.turned_away[OWN_PLACE, "S0"] > 0


def test_a_part_of_a_batch_has_its_own_sources() -> None:
    network, at = network_at(GRID), 100.0
    plane, arrays = arrays_of(network)
    said = (
        Report("S0", at, at + 1.0, 36.0, (Source(50.0, 100.0), Source(40.0, 80.0))),
        Report("S1", at, at + 1.0, 36.0),
        Report("S2", at, at + 1.0, 36.0, (Source(60.0, 90.0),)),
    )
    index = {sensor.id: i for i, sensor in enumerate(network.sensors)}
    batch, _ = batch_of(said, index, plane, arrays, 0.0, at + 1.0, 1.0, Counter())
    rest = part(batch, np.array([False, True, True]))
    assert list(rest.sensor) == [1, 2]
    assert list(rest.first) == [0, 0, 1]
    assert list(rest.level_db) == [60.0]
