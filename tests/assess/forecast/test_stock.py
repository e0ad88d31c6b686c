"""Claims as production: once for each origin, and left aside where launches have passed them."""

import math
from datetime import date

import numpy as np
import pytest

from forehear.assess.claims.ledger import read_claims
from forehear.assess.forecast.stock import flow_of, flows_of, production, usable

CLAIMS = read_claims()[0]


def test_claims_become_production_once_for_each_origin() -> None:
    flows = flows_of(CLAIMS)
    assert len({f.origin for f in flows}) == len(flows)
    assert sum("2023-02-05" in f.origin for f in flows) == 1
    day = next(c for c in CLAIMS if c.row == 28)
    flow = flow_of(day, "o")
    assert flow is not None
    assert math.exp(flow.log_rate) == pytest.approx(170.0, rel=0.01)
    assert flow_of(next(c for c in CLAIMS if c.row == 39), "o") is None


def test_a_claim_that_launches_have_passed_is_left_aside() -> None:
    flows = flows_of(CLAIMS)
    rows = {f.row for f in usable(flows, math.log(170.0), date(2025, 12, 31))}
    assert 26 not in rows
    assert rows
    mean, scatter = production(
        usable(flows, math.log(170.0), date(2025, 12, 31)), math.log(170.0), date(2025, 12, 31), 12
    )
    assert 100 < math.exp(mean[-1]) < 250
    assert np.all(np.diff(scatter) > -0.05)
