"""The tracker's waits: the package's own table, and what lies between its rows."""

import pytest

from forehear.plan import waits


def test_the_table_says_what_made_it_and_has_every_kind() -> None:
    made = waits.table()
    assert "bench.planning.confirmation" in made["made_by"]
    assert {row["kind"] for row in made["rows"]} == {"piston", "fast", "jet"}
    assert all(row["flights"] >= 5 for row in made["rows"])


def test_at_a_row_it_gives_the_row_and_between_rows_something_between() -> None:
    row = next(r for r in waits.table()["rows"] if r["kind"] == "piston" and r["p90_s"] is not None)
    at = waits.wait_s("piston", row["spacing_m"], row["noise_db"])
    assert at == pytest.approx((row["p10_s"], row["p50_s"], row["p90_s"]), abs=0.01)
    spacings = sorted({r["spacing_m"] for r in waits.table()["rows"]})
    low, high = (waits.wait_s("fast", s, 36.0)[1] for s in spacings[:2])
    middle = waits.wait_s("fast", (spacings[0] * spacings[1]) ** 0.5, 36.0)[1]
    assert min(low, high) - 1e-6 <= middle <= max(low, high) + 1e-6


def test_quantiles_are_in_order_and_beyond_the_table_it_is_its_edge() -> None:
    for kind in ("piston", "fast", "jet"):
        for spacing in (500.0, 4_000.0, 7_000.0, 50_000.0):
            for noise in (20.0, 40.0, 70.0):
                low, middle, high = waits.wait_s(kind, spacing, noise)
                assert 0.0 <= low <= middle <= high <= waits.NEVER_S
    assert waits.wait_s("jet", 100.0, 36.0) == waits.wait_s("jet", 3_000.0, 36.0)
    with pytest.raises(KeyError):
        waits.waits_of_kind("balloon")
