"""A night through the tracker in memory: each second once, its truth and its reports in their time."""

import pytest
from tests.simulate.worlds import WAY, made, played

from forehear.plan.playing import LAST_WAIT_S, middle_of, play
from forehear.records import Network, Sensor
from forehear.simulate.run import prepare

SECONDS = 120


def test_every_second_is_played_once_with_its_own_truth_and_no_report_is_lost() -> None:
    world = prepare(made(duration_s=SECONDS, flights=[{"waypoints": WAY, "start_s": -300.0}]), 5)
    seconds = list(play(world))
    start_s = world.scenario.start_s
    assert [one.time_s - start_s for one in seconds[:SECONDS]] == [float(k) for k in range(SECONDS)]
    assert SECONDS <= len(seconds) <= SECONDS + LAST_WAIT_S
    reports, truth = played(world)
    assert sum(len(one.truth) for one in seconds) == sum(0 <= t.time_s - start_s < SECONDS for t in truth)
    assert all(abs(t.time_s - one.time_s) < 0.5 for one in seconds for t in one.truth)
    came = [r.received_at_s for r in reports if r.received_at_s is not None]
    for second, one in enumerate(seconds):
        assert one.reports == sum(start_s + second - 1 < at <= start_s + second or (second == 0 and at <= start_s)
                                  for at in came)  # fmt: skip
    assert sum(one.reports for one in seconds) > 0.99 * len(reports)


def test_the_drone_is_found_while_it_is_played() -> None:
    world = prepare(made(duration_s=SECONDS, flights=[{"waypoints": WAY, "start_s": -300.0}]), 5)
    confirmed = [any(t.status == "confirmed" for t in one.tracks) for one in play(world)]
    assert confirmed.index(True) < 90
    assert all(confirmed[SECONDS - 10 : SECONDS])


@pytest.mark.parametrize(("lons", "middle"), [((30.0, 31.0, 33.0), 31.5), ((-5.0, 5.0, 0.0), 0.0)])
def test_the_middle_is_that_of_the_rectangle_and_not_of_the_crowd(lons: tuple[float, ...], middle: float) -> None:
    sensors = tuple(Sensor(f"S{k}", "microphone", lon, 50.0 + 0.1 * k, 0.0) for k, lon in enumerate(lons))
    assert middle_of(Network(sensors)) == pytest.approx((middle, 50.1))
