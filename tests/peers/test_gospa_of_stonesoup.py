"""GOSPA and its parts as Stone Soup computes them, of the same scenes. Skipped where it is not installed."""

import math
from datetime import datetime

import numpy as np
import pytest

from forehear.records import Truth
from forehear.score.records import TrackPoint
from forehear.score.score import score

pytest.importorskip("stonesoup", reason="Stone Soup is an optional peer")
pytestmark = pytest.mark.peer

LAT, LON, T0 = 47.0, 31.0, 1_790_000_000.0
# Degrees per metre at 47 degrees north, from WGS 84's radii of curvature.
SINE2 = math.sin(math.radians(LAT)) ** 2
W2 = 1.0 - 0.006694379990141317 * SINE2
NORTH = math.degrees(W2**1.5 / (6_378_137.0 * (1.0 - 0.006694379990141317)))
EAST = math.degrees(math.sqrt(W2) / (6_378_137.0 * math.cos(math.radians(LAT))))


@pytest.mark.parametrize("seed", range(8))
def test_gospa_and_its_parts(seed: int) -> None:
    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.types.state import State

    rng = np.random.default_rng(seed)
    side, cutoff = 4000.0, 1500.0
    targets = rng.uniform(0.0, side, (rng.integers(1, 25), 2))
    tracks = np.concatenate(
        [targets[::2] + rng.normal(0.0, 600.0, targets[::2].shape), rng.uniform(0.0, side, (5, 2))]
    )
    now = datetime(2026, 1, 1)
    theirs, _ = GOSPAMetric(p=2.0, c=cutoff).compute_gospa_metric(
        [State(x[:, None], timestamp=now) for x in tracks], [State(x[:, None], timestamp=now) for x in targets]
    )
    value = theirs.value
    truth = [
        Truth(f"t{k}", T0, LON + e * EAST, LAT + n * NORTH, 0.0, 0.0, 0.0, 0.0, "piston")
        for k, (e, n) in enumerate(targets)
    ]
    points = [
        TrackPoint(T0, f"T{k}", "confirmed", LON + e * EAST, LAT + n * NORTH, 0.0, 0.0, 100.0, "piston")
        for k, (e, n) in enumerate(tracks)
    ]
    ours = score(truth, points, cutoff_m=cutoff)
    # Over 4 km of latitude a degree of longitude shrinks by 7e-4: metres of the scene are that exact.
    assert ours.gospa_m == pytest.approx(value["distance"], rel=1e-3)
    assert ours.gospa_localisation_m == pytest.approx(math.sqrt(value["localisation"]), rel=1e-3)
    assert ours.gospa_missed_m == pytest.approx(math.sqrt(value["missed"]))
    assert ours.gospa_false_m == pytest.approx(math.sqrt(value["false"]))
