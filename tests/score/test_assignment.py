"""The assignment inside GOSPA, against every assignment there is."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forehear.score.assignment import assign, near_pairs

CUTOFF_M = 100.0
place = st.tuples(st.integers(0, 300), st.integers(0, 60))


def gospa2_by_trying_all(x: np.ndarray, y: np.ndarray) -> float:
    """GOSPA squared (p = 2, alpha = 2) as the paper's equation 1 writes it: over all permutations."""
    if len(x) > len(y):
        x, y = y, x
    best = np.inf
    for chosen in permutations(range(len(y)), len(x)):
        d2 = ((x - y[list(chosen)]) ** 2).sum(axis=1) if len(x) else np.zeros(0)
        best = min(best, float(np.minimum(d2, CUTOFF_M**2).sum()))
    return best + CUTOFF_M**2 / 2.0 * (len(y) - len(x))


@settings(max_examples=200, deadline=None)
@given(st.lists(place, max_size=5), st.lists(place, max_size=5))
def test_assignment_reaches_gospas_definition(targets: list, tracks: list) -> None:
    x = np.array([(*p, 0) for p in targets], float).reshape(-1, 3)
    y = np.array([(*p, 0) for p in tracks], float).reshape(-1, 3)
    i, j, d = near_pairs(x, y, CUTOFF_M)
    chosen = assign(i, j, d * d, CUTOFF_M**2)
    assert len(set(i[chosen])) == len(set(j[chosen])) == chosen.sum()
    pairs = int(chosen.sum())
    by_parts = float((d[chosen] ** 2).sum()) + CUTOFF_M**2 / 2.0 * (len(x) + len(y) - 2 * pairs)
    assert by_parts == pytest.approx(gospa2_by_trying_all(x, y), rel=1e-12, abs=1e-6)


def test_no_pair_at_the_cut_off_or_beyond() -> None:
    x, y = np.zeros((1, 3)), np.array([[CUTOFF_M, 0.0, 0.0]])
    assert len(near_pairs(x, y, CUTOFF_M)[0]) == 0
    assert len(near_pairs(x, y * 0.999, CUTOFF_M)[0]) == 1
    assert len(near_pairs(x, np.zeros((0, 3)), CUTOFF_M)[0]) == 0


def test_a_chain_is_solved_as_a_whole() -> None:
    # Nearest first would pair 0-0 (1) and leave target 1 with track 1 at 90: 8101; the best is 20 + 30.
    i, j, d = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([1.0, 20.0, 30.0, 90.0])
    chosen = assign(i, j, d * d, CUTOFF_M**2)
    assert chosen.tolist() == [False, True, True, False]
