"""Small symmetric systems: factored, solved, inverted."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.layout import STATES

Array = NDArray[np.float64]


@njit(cache=True)
def cholesky(a: Array, lower: Array) -> bool:
    """Factor a symmetric matrix (n, n) into lower (n, n); False where it is not positive definite."""
    n = a.shape[0]
    for i in range(n):
        for j in range(i + 1):
            total = a[i, j]
            for k in range(j):
                total -= lower[i, k] * lower[j, k]
            if i == j:
                if total <= 0.0:
                    return False
                lower[i, i] = math.sqrt(total)
            else:
                lower[i, j] = total / lower[j, j]
    return True


@njit(cache=True)
def solve(lower: Array, b: Array, out: Array) -> None:
    """Solve L L^T out = b, all (n,)."""
    n = b.shape[0]
    for i in range(n):
        total = b[i]
        for k in range(i):
            total -= lower[i, k] * out[k]
        out[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):
        total = out[i]
        for k in range(i + 1, n):
            total -= lower[k, i] * out[k]
        out[i] = total / lower[i, i]


@njit(cache=True)
def inverse(lower: Array, cov: Array) -> float:
    """Fill cov (8, 8) with the inverse of what was factored; returns its log determinant."""
    unit, column = np.zeros(STATES), np.empty(STATES)
    log_det = 0.0
    for i in range(STATES):
        unit[:] = 0.0
        unit[i] = 1.0
        solve(lower, unit, column)
        for j in range(STATES):
            cov[j, i] = column[j]
        log_det -= 2.0 * math.log(lower[i, i])
    return log_det
