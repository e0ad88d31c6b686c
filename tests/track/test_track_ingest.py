"""Reports to arrays: clocks found by their travel times, and what is turned away, by reason and sensor."""

import copy
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from msgspec.structs import replace

from forehear.geodesy import Plane
from forehear.records import Kinds, Network, Report, Sensor, Source
from forehear.track.associate.detection import HearingLaws
from forehear.track.associate.ingest import (
    CLOCK_SIGMA_S,
    LEAST_TONE_SIGMA_HZ,
    SUSPECT_S,
    TOO_NEW_S,
    TOO_OLD_S,
    SensorArrays,
    arrays_of,
    batch_of,
)
from forehear.track.memory.batch import Batch

ZERO_S = 1_790_000_000.0
TRAVEL_S = 0.7
MILLISECOND = 1e-3
CENTIMETRE = 0.01

NETWORK = Network(
    (
        Sensor("honest", "microphone", 31.00, 47.50, 100.0),
        Sensor("other", "microphone", 31.05, 47.50, 120.0),
        Sensor("array", "array", 31.00, 47.55, 90.0),
        Sensor("walker", "observer", 31.10, 47.55, 80.0),
    )
)
HUM = Source(level_db=52.0, tone_hz=110.0, tone_sigma_hz=0.4)


class Desk:
    """A network's arrays with what was turned away, second after second."""

    def __init__(self, network: Network = NETWORK) -> None:
        self.plane: Plane
        self.arrays: SensorArrays
        self.plane, self.arrays = arrays_of(network)
        self.index = {sensor.id: i for i, sensor in enumerate(network.sensors)}
        self.away: Counter[tuple[str, str]] = Counter()

    def take(self, reports: Sequence[Report], now_s: float) -> Batch:
        return batch_of(reports, self.index, self.plane, self.arrays, ZERO_S, now_s, TRAVEL_S, self.away)[0]


def said(sensor: str, heard_s: float, received_s: float | None, *sources: Source) -> Report:
    stamp = None if received_s is None else ZERO_S + received_s
    return Report(sensor, ZERO_S + heard_s, stamp, 36.0, sources or (HUM,))


def after(clock_off_s: float, seconds: int = 30, jitter_s: float = 0.1) -> tuple[Desk, float]:
    """A desk that listened to a sensor whose clock is off; and how far off its last heard time still is."""
    desk, rng = Desk(), np.random.default_rng(1)
    off = math.nan
    for second in range(seconds):
        received = second + TRAVEL_S + float(rng.uniform(-jitter_s, jitter_s))
        batch = desk.take([said("honest", second + clock_off_s, received)], received)
        if len(batch.heard_s):
            off = float(batch.heard_s[0]) - second
    return desk, off


def flat(arrays: SensorArrays) -> list[np.ndarray]:
    """The arrays of arrays and of their laws, which stand last."""
    return [*arrays[:-1], *arrays.laws]


# --- clocks ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("off_s", [2.0, 5.0, 20.0, 50.0, -2.0, -5.0, -20.0, -50.0])
def test_a_clock_that_is_off_by_seconds_is_put_right(off_s: float) -> None:
    desk, left = after(off_s)
    assert left == pytest.approx(0.0, abs=0.3)
    assert desk.arrays.clock[0, 0] == pytest.approx(off_s, abs=0.3)
    # What remains unknown is said: a slow line looks like a clock that is behind, so that stays wide open.
    assert math.sqrt(desk.arrays.clock[0, 1]) > (0.3 * abs(off_s) if off_s < 0.0 else CLOCK_SIGMA_S)
    assert desk.arrays.suspected[0]
    assert not desk.arrays.suspected[1:].any()
    assert desk.away.total() == 0


@pytest.mark.parametrize("off_s", [0.0, 0.1, -0.5, -0.9 * SUSPECT_S + 0.1])
def test_a_clock_that_is_nearly_right_is_left_alone(off_s: float) -> None:
    desk, left = after(off_s)
    assert left == pytest.approx(off_s, abs=MILLISECOND)
    assert not desk.arrays.suspected[0]
    assert math.sqrt(desk.arrays.clock[0, 1]) == pytest.approx(CLOCK_SIGMA_S, rel=0.01)


def test_a_line_that_is_late_now_and_then_is_not_a_clock() -> None:
    rng, desk = np.random.default_rng(2), Desk()
    for second in range(60):
        received = second + TRAVEL_S + float(rng.exponential(6.0))
        batch = desk.take([said("honest", float(second), received)], received)
        assert batch.heard_s[0] == pytest.approx(second, abs=MILLISECOND)
    assert not desk.arrays.suspected[0]
    assert desk.arrays.travel[0, 0] > TRAVEL_S + SUSPECT_S


def test_hopeless_clocks_are_turned_away_and_leave_nothing() -> None:
    desk = Desk()
    before = copy.deepcopy(desk.arrays)
    year = 31_557_600.0
    reports = [said("honest", 10.0 - year, 10.7), said("other", 10.0 + year, 10.7)]
    assert len(desk.take(reports, 11.0).sensor) == 0
    assert desk.away == {("heard too long ago", "honest"): 1, ("heard in the future", "other"): 1}
    for name, part, old in zip(
        (*SensorArrays._fields[:-1], *HearingLaws._fields), flat(desk.arrays), flat(before), strict=True
    ):
        assert np.array_equal(part, old, equal_nan=part.dtype.kind == "f"), name


# --- what is turned away -----------------------------------------------------------------------------------
def test_each_reason_is_counted_by_sensor() -> None:
    desk = Desk()
    reports = [
        said("honest", 10.0, 10.7),
        said("honest", 10.0, 10.9),
        said("honest", 10.0, 11.4),
        said("nobody", 10.0, 10.7),
        said("other", 10.0 - TOO_OLD_S - 1.0, 10.7),
        said("array", 12.0 + TOO_NEW_S, 10.7),
        said("walker", 10.0, 10.7),
    ]
    batch = desk.take(reports, 11.0)
    assert list(batch.sensor) == [0, 3]
    assert desk.away == {
        ("duplicate", "honest"): 2,
        ("unknown sensor", "nobody"): 1,
        ("heard too long ago", "other"): 1,
        ("heard in the future", "array"): 1,
    }
    # And a duplicate of the second before is known too.
    assert len(desk.take([said("honest", 10.0, 12.0)], 12.0).sensor) == 0
    assert desk.away["duplicate", "honest"] == 3


def test_order_of_arrival_is_no_reason() -> None:
    desk = Desk()
    times = np.random.default_rng(3).permutation(40)
    for t in times:
        assert len(desk.take([said("honest", float(t), 40.5)], 41.0).sensor) == 1
    assert desk.away.total() == 0


def test_a_report_without_a_stamp_was_received_now() -> None:
    desk = Desk()
    assert len(desk.take([said("honest", 10.0, None)], 10.7).sensor) == 1
    assert desk.arrays.travel[0, 0] == pytest.approx(TRAVEL_S, abs=MILLISECOND)
    assert len(desk.take([said("honest", 11.0, None)], 12.0 + TOO_OLD_S).sensor) == 0


def test_nothing_in_nothing_out() -> None:
    desk = Desk()
    batch, travel = batch_of([], desk.index, desk.plane, desk.arrays, ZERO_S, 1.0, TRAVEL_S, desk.away)
    assert len(batch.sensor) == len(batch.level_db) == 0
    assert list(batch.first) == [0]
    assert math.isnan(travel)


# --- places and values ---------------------------------------------------------------------------------------
def test_an_observer_s_own_place_is_used() -> None:
    desk = Desk()
    here = replace(said("walker", 10.0, 10.7), lon=31.02, lat=47.52)
    batch = desk.take([here, said("other", 10.0, 10.7)], 11.0)
    assert desk.plane.inverse(batch.place[:, 0], batch.place[:, 1])[0] == pytest.approx([31.02, 31.05], abs=1e-9)
    assert desk.plane.inverse(batch.place[:, 0], batch.place[:, 1])[1] == pytest.approx([47.52, 47.50], abs=1e-9)
    assert list(batch.is_person) == [True, False]
    # It is of this report alone.
    again = desk.take([said("walker", 20.0, 20.7)], 21.0)
    assert desk.plane.inverse(again.place[:, 0], again.place[:, 1])[0] == pytest.approx([31.10], abs=1e-9)


def test_the_plane_s_distances_are_the_earth_s() -> None:
    _, arrays = arrays_of(NETWORK)
    east = 0.05 * 111_320.0 * math.cos(math.radians(47.5))
    drawn = math.dist(arrays.place[0, :2], arrays.place[1, :2]) * arrays.place[0, 3]
    # The ellipsoid is wider than the sphere by a third of a per cent at most.
    assert drawn == pytest.approx(east, rel=0.004)
    assert list(arrays.place[:, 2]) == [100.0, 120.0, 90.0, 80.0]
    assert list(arrays.directed) == [False, False, True, True]
    assert list(arrays.person) == [False, False, False, True]


def test_a_network_across_the_antimeridian_is_not_torn() -> None:
    turned = Network(tuple(replace(s, lon=(s.lon + 148.95 + 180.0) % 360.0 - 180.0) for s in NETWORK.sensors))
    assert {s.lon > 0.0 for s in turned.sensors} == {True, False}
    _, here = arrays_of(NETWORK)
    _, there = arrays_of(turned)
    assert there.place == pytest.approx(here.place, abs=CENTIMETRE)


def test_what_a_source_leaves_out_has_a_width_and_no_value() -> None:
    desk = Desk()
    sources = (
        Source(level_db=50.0),
        Source(level_db=51.0, tone_hz=100.0, tone_sigma_hz=1e-6),
        Source(level_db=52.0, azimuth_deg=90.0, elevation_deg=10.0, kinds=Kinds(0.7, 0.1, 0.2)),
    )
    batch = desk.take([said("array", 10.0, 10.7, *sources), Report("honest", ZERO_S + 10.0, ZERO_S + 10.7)], 11.0)
    assert list(batch.first) == [0, 3, 3]
    assert list(batch.level_db) == [50.0, 51.0, 52.0]
    assert list(np.isnan(batch.ln_tone)) == [True, False, True]
    assert list(np.isnan(batch.azimuth)) == [True, True, False]
    assert list(np.isnan(batch.elevation)) == [True, True, False]
    # No sensor knows a tone to a millionth of a hertz.
    assert math.sqrt(batch.ln_tone_var[1]) * 100.0 == pytest.approx(LEAST_TONE_SIGMA_HZ)
    assert batch.azimuth[2] + desk.arrays.convergence[2] == pytest.approx(math.pi / 2.0, abs=1e-12)
    assert batch.kinds[0] == pytest.approx(np.full(3, 1.0 / 3.0))
    assert list(batch.kinds[2]) == [0.7, 0.1, 0.2]
    assert math.isnan(batch.noise_db[1])
    for part in (
        batch.heard_s,
        batch.place,
        batch.azimuth_var,
        batch.elevation_var,
        batch.clock_var,
        batch.level_db,
    ):
        assert np.isfinite(part).all()
    assert (batch.azimuth_var > 0.0).all()
