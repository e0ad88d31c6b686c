"""The score on cases whose answer is known by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.score.scenes import MILLIMETRE, T0, point, still, target

from forehear.records import Truth
from forehear.score.records import Score, TrackPoint
from forehear.score.score import score


def test_gospa_and_its_parts_by_hand() -> None:
    # One target 300 m off its track, one missed, one false track: 300^2 + c^2/2 + c^2/2.
    truth = [target("a", 0), target("b", 0, north_m=20_000)]
    tracks = [point("T1", 0, north_m=300), point("T2", 0, north_m=-20_000)]
    s = still(truth, tracks)
    assert s.gospa_localisation_m == pytest.approx(300.0, abs=10 * MILLIMETRE)
    assert s.gospa_missed_m == s.gospa_false_m == pytest.approx(2000.0 / math.sqrt(2.0))
    assert s.gospa_m == pytest.approx(math.sqrt(300.0**2 + 2000.0**2), abs=10 * MILLIMETRE)
    assert (s.missed_share, s.false_share, s.ghost_tracks) == (0.5, 0.5, 1)
    assert s.error_median_m == pytest.approx(300.0, abs=10 * MILLIMETRE)
    assert s.consistency == pytest.approx(3.0, rel=1e-4)


def test_gospa_is_a_root_mean_over_seconds() -> None:
    s = still([target("a", k) for k in range(4)], [point("T", k, north_m=100.0 * k) for k in range(4)])
    assert s.seconds == 4
    assert s.gospa_m == pytest.approx(100.0 * math.sqrt((0 + 1 + 4 + 9) / 4.0), rel=1e-4)


def test_without_any_truth_every_track_is_false() -> None:
    s = still([], [point("T", k) for k in range(7)])
    assert (s.seconds, s.ghost_tracks, s.false_share, s.missed_share) == (7, 1, 1.0, None)
    nothing = still([], [])
    assert (nothing.gospa_m, nothing.seconds, nothing.by_target) == (None, 0, [])


@settings(max_examples=50, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(-89.0, 89.0), st.floats(-180.0, 180.0), st.integers(0, 2**32))
def test_the_world_may_be_moved_and_time_shifted(shift_s: float, lat: float, lon: float, seed: int) -> None:
    """The score of a scene does not depend on where and when it happens."""
    rng = np.random.default_rng(seed)
    off = rng.normal(0.0, 300.0, 8)

    def scene(lat0: float, lon0: float, t0: float) -> Score:
        truth, tracks = [], []
        for k in range(8):
            truth.append(Truth("a", t0 + k, lon0, lat0, 0.0, 0.0, 0.0, 0.0, "piston"))
            step = math.degrees(off[k] / 6_378_137.0)
            tracks.append(TrackPoint(t0 + k, "T", "confirmed", lon0, lat0 + step, 0.0, 0.0, 100.0, "piston"))
        return score(truth, tracks)

    here, there = scene(47.0, 31.0, T0), scene(lat, lon, T0 + 1000.0 + shift_s)
    assert here.error_median_m is not None
    # A degree of latitude is 1.0 % longer at the pole than at the equator: that much the scene itself changes.
    assert there.error_median_m == pytest.approx(here.error_median_m, rel=0.011)
    assert (there.switches, there.seconds) == (here.switches, here.seconds)
