"""What the second world sends: silence, loss, blackouts, and what comes late."""

import statistics
from collections import Counter, defaultdict

import numpy as np
import pytest
from tests.simulate.second.worlds import played, sources, world

START_S = 1_790_000_000.0


@pytest.mark.parametrize(("silence", "rates"), [("second", {1}), ("ten", {10}), ("mixed", {1, 10})])
def test_silent_sensors_report_as_often_as_they_should(silence: str, rates: set[int]) -> None:
    reports, _ = played(world({"silence": silence}, flights=[]))
    times = defaultdict(list)
    for report in sorted(reports, key=lambda r: r.heard_at_s):
        times[report.sensor].append(report.heard_at_s)
    assert len(times) == 25
    gaps = {name: set(np.rint(np.diff(at)).astype(int).tolist()) for name, at in times.items()}
    assert all(len(each) == 1 for each in gaps.values())
    assert set.union(*gaps.values()) == rates
    assert all(not report.sources for report in reports)


def test_lost_sources_and_frames() -> None:
    whole = played(world())[0]
    fewer = played(world({"sources_lost": 0.3}))[0]
    share = sum(1 for _ in sources(fewer)) / sum(1 for _ in sources(whole))
    assert share == pytest.approx(0.7, abs=0.08)
    sent = len(played(world({"silence": "second", "frames_lost": 0.4}))[0])
    assert sent / (25 * 240) == pytest.approx(0.6, abs=0.03)


def test_a_blackout_takes_its_share_for_its_time() -> None:
    dark = {"silence": "second", "blackout_share": 0.5, "blackout_from_s": 60.0, "blackout_for_s": 90.0}
    reports, _ = played(world(dark, flights=[], network={"spacing_m": 1_000}))
    second = Counter(int(r.heard_at_s - START_S) // 10 for r in reports)
    full = 15 * 15 * 10
    assert second[4] == pytest.approx(full, rel=0.02)
    assert second[10] == pytest.approx(0.5 * full, rel=0.2)
    assert second[20] == pytest.approx(full, rel=0.02)


def test_reports_come_in_the_order_of_arrival_and_late_ones_out_of_order() -> None:
    reports, _ = played(world({"outages_per_hour": 20.0}))
    received = [r.received_at_s for r in reports]
    assert received == sorted(received)
    heard = [r.heard_at_s for r in reports]
    assert heard != sorted(heard)
    ages = [r.received_at_s - r.heard_at_s for r in reports if r.received_at_s is not None]
    assert 0.6 < statistics.median(ages) < 1.5
    assert max(ages) > 10.0
