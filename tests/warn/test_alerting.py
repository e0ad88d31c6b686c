"""The whole of warning from reports and tracks, as the service and the command line step it."""

import msgspec
import numpy as np
from tests.warn.test_coverage import GRID, NETWORK, report
from tests.warn.world import PLANE, TOWN, track

from forehear.records import Alert, Track
from forehear.warn.alerting import COVERAGE_EVERY_S, SETTLING_S, Alerting
from forehear.warn.limits import Policy


def alerting() -> Alerting:
    return Alerting(NETWORK, [TOWN], PLANE, Policy())


def play(
    of: Alerting,
    begin: int,
    end: int,
    tracks: list[Track] | None = None,
    sensors: int = len(GRID),
    noise_db: float = 38.0,
) -> list[Alert]:
    """Every sensor reports each ten seconds, a tenth of them each second."""
    out = []
    for second in range(begin, end):
        now_s = float(second)
        reports = [report(s.id, now_s, noise_db) for k, s in enumerate(GRID[:sensors]) if k % 10 == second % 10]
        of.note(now_s, reports, {})
        out += of.advance(now_s, [msgspec.structs.replace(t, time_s=now_s) for t in tracks or []])
    return out


def test_a_quiet_night_is_quiet() -> None:
    assert play(alerting(), 0, 600) == []


def test_all_sensors_silent_is_said_and_called_off_by_nobody() -> None:
    of = alerting()
    heard_by = tuple(s.id for s in GRID[:3])
    before = play(of, 0, 120, [track(0.0, 30_000.0, 0.0, 270.0, heard_by=heard_by)])
    assert before[-1].state == "warning"
    after = play(of, 120, 3000, sensors=0)
    assert [a.state for a in after if a.state == "cancelled"] == []
    assert after[-1].state == "not_covered"
    again = play(of, 3000, 3120)
    assert [a.state for a in again] == ["cancelled"]


def test_a_start_is_not_taken_for_blindness_but_one_that_lasts_is() -> None:
    of = alerting()
    alerts = play(of, 0, 120, sensors=0)
    assert [a.state for a in alerts] == ["not_covered"]
    said_s = alerts[0].issued_at_s
    assert SETTLING_S <= said_s <= SETTLING_S + Policy().blind_s + 2.0 * COVERAGE_EVERY_S


def test_noise_at_every_sensor_is_blindness() -> None:
    of = alerting()
    play(of, 0, 120)
    assert [a.state for a in play(of, 120, 180, noise_db=78.0)] == ["not_covered"]


def test_reports_that_the_tracker_turns_away_are_not_hearing() -> None:
    of = alerting()
    turned: dict[tuple[str, str], int] = {}
    states = []
    for second in range(200):
        reports = [report(s.id, float(second)) for k, s in enumerate(GRID) if k % 10 == second % 10]
        for one in reports:
            turned["heard too early", one.sensor] = turned.get(("heard too early", one.sensor), 0) + 1
        of.note(float(second), reports, turned)
        states += [a.state for a in of.advance(float(second), [])]
    assert states == ["not_covered"]


def test_the_map_of_hearing_is_of_the_same_sensors() -> None:
    of = alerting()
    play(of, 0, 60)
    before = of.map_now(60.0)
    play(of, 60, 120, sensors=0)
    after = of.map_now(120.0)
    assert before is not None
    assert after is not None
    assert np.mean(before.odds) > 20
    assert max(after.odds) == 0


def test_the_same_input_gives_the_same_alerts() -> None:
    coming = [track(0.0, 30_000.0, 0.0, 270.0, heard_by=tuple(s.id for s in GRID[:3]))]
    assert play(alerting(), 0, 90, coming) == play(alerting(), 0, 90, coming)
