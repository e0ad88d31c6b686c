"""Scores of forecasts: closed forms, and the pool beside its peers on the past."""

import math

import numpy as np
import pytest

from forehear.assess.claims.ledger import read_claims
from forehear.assess.forecast.scoring import crps, rolling
from forehear.assess.forecast.series import series_of
from forehear.assess.launches.launches import read_launches

CLAIMS = read_claims()[0]
LAUNCHES = read_launches()
SERIES = series_of(LAUNCHES)


def test_crps_of_a_point_is_its_error_and_of_a_normal_its_closed_form() -> None:
    assert crps(np.array([5.0]), 8.0) == pytest.approx(3.0)
    samples = np.random.default_rng(0).standard_normal(40_000)
    # Gneiting and Raftery 2007, eq. 21 at the mean of a standard normal: 2 phi(0) - 1/sqrt(pi).
    assert crps(samples, 0.0) == pytest.approx(2 / math.sqrt(2 * math.pi) - 1 / math.sqrt(math.pi), abs=0.01)


@pytest.mark.slow
def test_the_pool_beats_persistence_and_trend_at_every_horizon() -> None:
    scores = {(s.model, s.horizon): s for s in rolling(SERIES, CLAIMS)}
    for h in (1, 3, 6, 12):
        for peer in ("persistence", "trend line", "persistence with errors", "trend"):
            assert scores["pool", h].crps < scores[peer, h].crps, (peer, h)
    # 20 to 32 overlapping origins: a true 0.8 shows as 0.66 to 0.94 in nineteen of twenty.
    for h in (1, 3, 6):
        assert 0.66 <= scores["pool", h].coverage <= 0.94
    # Not so a year ahead: 2025 outran everything that had been seen or claimed, and the docs say so.
    assert scores["pool", 12].coverage < 0.66
