"""Evidence that two rows echo one origin."""

import pytest
from tests.assess.claims.rows import row

from forehear.assess.claims.evidence import weigh
from forehear.assess.claims.ledger import claims_from_rows, read_claims
from forehear.assess.claims.tracing import trace

CLAIMS, _, ROWS = read_claims()


def traced(rows: list[dict[str, str]]) -> tuple[str, ...]:
    claims, faults = claims_from_rows(rows, "test")
    assert not faults.aside
    return trace(claims).origin


def test_two_first_media_are_never_one_origin_even_on_one_day() -> None:
    rows = [row(attributed_to="officials via WSJ"), row(attributed_to="officials via CNN")]
    assert len(set(traced(rows))) == 2
    claims, _ = claims_from_rows(rows, "t")
    assert weigh(*claims).vetoed


def test_evidence_is_symmetric() -> None:
    for i, j in [(0, 3), (0, 15), (10, 11), (27, 41), (46, 47)]:
        assert weigh(CLAIMS[i], CLAIMS[j]).nats == pytest.approx(weigh(CLAIMS[j], CLAIMS[i]).nats)
