"""Minutes of warning: a belt's by hand, and what depth and speed do to them."""

import numpy as np
import pytest
from tests.plan.land import CALM, grid, stations

from forehear.air.hearing import FAST, JET, PISTON
from forehear.plan import minutes, waits
from forehear.plan.minutes import around, deeper_m, leads_of

GRID = stations(grid(30e3, 4e3))
HERE = (0.0, 0.0)


def test_a_belts_minutes_are_depth_over_speed_less_the_sounds_and_the_trackers_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minutes, "wait_s", lambda *_: (60.0, 60.0, 60.0))
    (leads,) = leads_of("here", HERE, 3_000.0, (PISTON,), GRID, CALM)
    east = leads.leads[minutes.DIRECTIONS // 4]
    assert east.bearing_deg == 90.0
    # Heard some kilometres beyond the outermost row at 30 km, by the third sensor after 10 to 30 s of sound.
    assert 29e3 < east.heard_m < 36e3
    by_hand = east.heard_m / PISTON.speed_mps - 60.0
    assert by_hand - 40.0 < east.p50_s < by_hand - 5.0
    assert east.p10_s < east.p50_s
    assert leads.quantile_s("p50_s") == pytest.approx(np.mean([lead.p50_s for lead in leads.leads]))


def test_faster_means_less_time_and_depth_wins_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "wait_s", lambda *_: (30.0, 30.0, 30.0))
    slow, jet = leads_of("here", HERE, 3_000.0, (PISTON, JET), GRID, CALM)
    more = deeper_m(slow, jet)
    assert more > 30e3
    wide = stations(grid(30e3 + more, 8e3))
    (deep,) = leads_of("here", HERE, 3_000.0, (JET,), wide, CALM)
    assert deep.quantile_s("p50_s") >= 0.85 * slow.quantile_s("p50_s")
    assert deeper_m(jet, slow) == 0.0


def test_where_nothing_stands_there_is_no_time_from_there() -> None:
    half = stations(GRID.place_m[GRID.place_m[:, 0] >= 0.0])
    (leads,) = leads_of("here", HERE, 3_000.0, (FAST,), half, CALM)
    east, west = leads.leads[4], leads.leads[12]
    assert west.p50_s < 0.25 * east.p50_s
    nobody = stations(np.zeros((0, 2)))
    (none,) = leads_of("here", HERE, 3_000.0, (FAST,), nobody, CALM)
    assert max(lead.p50_s for lead in none.leads) == 0.0


def test_spacing_is_that_of_the_neighbours() -> None:
    spacing, noise = around(np.zeros(2), GRID, len(GRID.ids) // 2)
    assert spacing == pytest.approx(4_000.0)
    assert noise == 36.0
    assert waits.wait_s("piston", spacing, noise)[1] > 0.0
