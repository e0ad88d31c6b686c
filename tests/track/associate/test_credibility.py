"""Whom the tracker believes: liars, stuck clocks, wrong places and the deaf are set aside, the honest are not."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from tests.track.invented import Flight, network_at, seconds_of

from forehear.records import Report
from forehear.track.associate import credibility
from forehear.track.associate.ingest import FAR_PLACE, arrays_of
from forehear.track.layout import COLUMNS, HEARD, LEVEL_DB, LN_TONE, LN_TONE_VAR
from forehear.track.memory import bank as banks
from forehear.track.memory import pool as pools
from forehear.track.tracker import Tracker

AIR = np.array([340.3, 0.0, 0.0, 0.001])
GRID = [(3000.0 * (i % 4), 3000.0 * (i // 4)) for i in range(16)]
MIDDLE = 5


def rows_of(flight: Flight, place: tuple[float, float], seconds: range) -> np.ndarray:
    rng, rows = np.random.default_rng(7), np.zeros((len(seconds), COLUMNS))
    for row, second in zip(rows, seconds, strict=True):
        source = flight.source(place, second, rng)
        assert source.tone_hz is not None
        row[HEARD], row[LEVEL_DB], row[LN_TONE] = second, source.level_db, np.log(source.tone_hz)
        row[LN_TONE_VAR] = 1e-5
    return rows


def past(place: tuple[float, float], nearest_m: float, mps: float, loud_db: float) -> Flight:
    """A way to the north past a place, nearest at second 20."""
    height = min(nearest_m, 350.0) * 0.5
    aside = float(np.sqrt(nearest_m**2 - height**2))
    return Flight((place[0] + aside, place[1] - 20.0 * mps), (0.0, mps), height, loud_db)


@pytest.mark.parametrize("nearest_m", [300.0, 500.0, 700.0])
def test_bounds_of_a_pass_are_below_what_it_was(nearest_m: float) -> None:
    rows = rows_of(past((0.0, 0.0), nearest_m, 50.0, 117.0), (0.0, 0.0), range(40))
    bounds = credibility.bounds_of_pass(rows, 0.0, AIR)
    assert bounds is not None
    speed, far, loud = bounds
    assert 25.0 < speed < 53.0
    assert 0.3 * nearest_m < far < 1.3 * nearest_m
    assert 108.0 < loud < 120.0


@pytest.mark.parametrize(
    ("nearest_m", "mps", "loud_db"), [(30.0, 35.0, 104.0), (200.0, 20.0, 104.0), (60.0, 14.0, 98.0)]
)
def test_what_drives_past_is_no_aircraft(nearest_m: float, mps: float, loud_db: float) -> None:
    rows = rows_of(past((0.0, 0.0), nearest_m, mps, loud_db), (0.0, 0.0), range(40))
    assert credibility.bounds_of_pass(rows, 4.0, AIR) is None


def test_silence_of_neighbours_surprises_and_that_of_the_dead_does_not() -> None:
    _, arrays = arrays_of(network_at(GRID))
    arrays.noise_db[:], arrays.last_report_s[:] = 36.0, 39.0
    rows = rows_of(past(GRID[MIDDLE], 700.0, 50.0, 117.0), GRID[MIDDLE], range(40))
    alone = credibility.surprise(rows, MIDDLE, 0.0, arrays, AIR, 40.0)
    assert alone > 2.0
    arrays.noise_db[:] = 70.0
    assert credibility.surprise(rows, MIDDLE, 0.0, arrays, AIR, 40.0) < 0.1
    arrays.noise_db[:], arrays.last_source_s[:] = 36.0, 20.0
    assert credibility.surprise(rows, MIDDLE, 0.0, arrays, AIR, 40.0) == 0.0
    arrays.last_source_s[:], arrays.last_report_s[:] = -np.inf, 10.0
    assert credibility.surprise(rows, MIDDLE, 0.0, arrays, AIR, 40.0) == 0.0


def play(passes: int, claimed_by: tuple[int, ...], clock_s: float = 0.0) -> tuple[Tracker, set[str]]:
    """Passes near the middle sensor, two minutes each with a rest; the middle one's clock is off by clock_s."""
    rng, tracker, names = np.random.default_rng(3), Tracker(network_at(GRID)), set()
    reports: list[tuple[float, list[Report]]] = []
    for one in range(passes):
        flight = Flight((GRID[MIDDLE][0] + 600.0, GRID[MIDDLE][1] - 3000.0), (0.0, 50.0), 300.0)
        for time_s, second in seconds_of(GRID, [(s, flight) for s in claimed_by], 120, rng):
            reports.append((time_s + 150.0 * one, [_later(r, 150.0 * one, clock_s) for r in second]))
        last = reports[-1][0]
        silent = [Report(f"S{s}", last + 10, last + 11, 36.0) for s in range(len(GRID))]
        reports.append((last + 12.0, silent))
    for time_s, second in reports:
        names |= {t.track for t in tracker.advance(time_s, second) if t.status == "confirmed"}
    return tracker, names


def _later(report: Report, by_s: float, clock_s: float) -> Report:
    assert report.received_at_s is not None
    off = clock_s if report.sensor == f"S{MIDDLE}" else 0.0
    return msgspec.structs.replace(
        report, heard_at_s=report.heard_at_s + by_s + off, received_at_s=report.received_at_s + by_s
    )


def test_who_goes_on_hearing_what_no_neighbour_hears_is_set_aside() -> None:
    tracker, names = play(5, (MIDDLE,))
    assert [(c.sensor, c.reason) for c in tracker.set_aside()] == [
        (f"S{MIDDLE}", "claims what no neighbour hears")
    ]
    assert not names
    assert tracker.turned_away["set aside: claims what no neighbour hears", f"S{MIDDLE}"] > 50


def test_nobody_is_set_aside_where_all_hear() -> None:
    tracker, names = play(3, tuple(range(16)))
    assert tracker.set_aside() == []
    assert names


def test_a_clock_that_is_seconds_off_is_set_aside_and_taken_back() -> None:
    tracker, _ = play(1, tuple(range(16)), clock_s=9.0)
    (one,) = tracker.set_aside()
    assert (one.sensor, one.reason) == (f"S{MIDDLE}", "clock")
    assert abs(one.clock_off_s - 9.0) < 1.5
    now = one.since_s + 1000.0
    for second in range(120):
        tracker.advance(
            now + second + 1.0, [Report(f"S{s}", now + second, now + second + 0.9, 36.0) for s in range(16)]
        )
    assert tracker.set_aside() == []


def judged(**held: object) -> np.ndarray:
    _, arrays = arrays_of(network_at(GRID))
    credit, far = credibility.credit_of(16), np.zeros(16, np.int64)
    if "level" in held:
        arrays.laws.bias_db[2], arrays.laws.bias_var[2] = held["level"], 4.0
    if "far" in held:
        far[2] = held["far"]
    if "trials" in held:
        arrays.laws.trials[2] = held["trials"]
    if "heard" in held:
        arrays.last_source_s[2] = 5.0
    pool = pools.make(8, 16)
    credibility.judge(credit, arrays, banks.make(4), (pool, pool), AIR, 1.0, far, 10.0)
    return credit.reason


@pytest.mark.parametrize(
    ("held", "reason"),
    [
        ({"level": 36.0}, credibility.LEVEL),
        ({"level": 22.0}, credibility.TRUSTED),
        ({"far": 9}, credibility.PLACE),
        ({"far": 2}, credibility.TRUSTED),
        ({"trials": 20.0}, credibility.SILENT),
        ({"trials": 20.0, "heard": True}, credibility.TRUSTED),
        ({"trials": 9.0}, credibility.TRUSTED),
    ],
)
def test_each_fault_has_its_reason(held: dict[str, object], reason: int) -> None:
    found = judged(**held)
    assert found[2] == reason
    assert (np.delete(found, 2) == credibility.TRUSTED).all()


def test_what_one_that_is_set_aside_has_said_is_taken_back() -> None:
    bank, pool = banks.make(2), pools.make(8, 16)
    bank.alive[0], bank.log_odds[0] = True, 7.0
    bank.sensors[0, :2], bank.opinion[0, :2], bank.heard_s[0, :2], bank.sensors_heard[0] = (
        (4, 6),
        (3.0, 2.0),
        1.0,
        2,
    )
    credibility.forsake(bank, pool, 4)
    assert bank.log_odds[0] == 4.0
    assert bank.sensors_heard[0] == 1
    assert list(bank.sensors[0, :2]) == [-1, 6]
    assert bank.opinion[0, 0] == 0.0


def test_a_microphone_that_says_it_stands_elsewhere_is_set_aside_for_its_place() -> None:
    tracker = Tracker(network_at(GRID))
    for second in range(25):
        at = 1_790_000_000.0 + second
        far = [Report("S3", at, at + 0.9, 36.0, lon=1.5, lat=1.5)]
        tracker.advance(at + 1.0, far + [Report(f"S{s}", at, at + 0.9, 36.0) for s in range(3)])
    assert [(c.sensor, c.reason) for c in tracker.set_aside()] == [("S3", "place")]
    assert isinstance(tracker.turned_away, Counter)
    assert tracker.turned_away[FAR_PLACE, "S3"] > 10
