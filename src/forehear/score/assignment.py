"""Which track stands for which target: the assignment inside GOSPA, second by second."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def near_pairs(targets_m: Floats, tracks_m: Floats, cutoff_m: float) -> tuple[Ints, Ints, Floats]:
    """Give every pair nearer than the cut-off: index of target (p,), index of track (p,), distance (p,) [m].

    Parameters: (n, 3) and (m, 3) places [m] in one Cartesian frame; cut-off [m]. Three empty arrays where none is
    near.
    Reference: Rahmathullah, Garcia-Fernandez and Svensson 2017, 10.23919/ICIF.2017.8009645, eq. 1: what is
    farther apart than the cut-off is never assigned.
    """
    if len(targets_m) == 0 or len(tracks_m) == 0:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0)
    found = cKDTree(targets_m).sparse_distance_matrix(cKDTree(tracks_m), cutoff_m, output_type="ndarray")
    found = found[found["v"] < cutoff_m]
    return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"]


def assign(i: Ints, j: Ints, cost: Floats, none_cost: float) -> NDArray[np.bool_]:
    """Choose among pairs (i, j) so that the sum of their costs, plus `none_cost` per pair left out, is least.

    Parameters: indices i (p,) and j (p,) from 0, costs (p,) and `none_cost` in one unit (here [m^2]). Returns a
    mask (p,) over the pairs: each i and each j is taken at most once. A pair that costs `none_cost` or more is
    never taken. Pairs whose both ends have no other partner are taken at once; the rest is solved exactly, one
    connected cluster at a time.
    Reference: Rahmathullah, Garcia-Fernandez and Svensson 2017, 10.23919/ICIF.2017.8009645, prop. 1 (for alpha =
    2 GOSPA is this assignment); Crouse 2016, 10.1109/TAES.2016.140952 (exact assignment of a rectangular table,
    as scipy does it).
    """
    chosen = np.zeros(len(i), bool)
    worth = cost < none_cost
    if not worth.any():
        return chosen
    n, m = int(i.max()) + 1, int(j.max()) + 1
    degree_i, degree_j = np.bincount(i[worth], minlength=n), np.bincount(j[worth], minlength=m)
    alone = worth & (degree_i[i] == 1) & (degree_j[j] == 1)
    chosen[alone] = True
    rest = np.flatnonzero(worth & ~alone)
    if len(rest) == 0:
        return chosen
    graph = coo_matrix((np.ones(len(rest), np.int8), (i[rest], n + j[rest])), shape=(n + m, n + m))
    label = connected_components(graph, directed=False)[1][i[rest]]
    order = np.argsort(label, kind="stable")
    for cluster in np.split(rest[order], np.flatnonzero(np.diff(label[order])) + 1):
        rows, row = np.unique(i[cluster], return_inverse=True)
        columns, column = np.unique(j[cluster], return_inverse=True)
        table = np.full((len(rows), len(columns)), none_cost)
        table[row, column] = cost[cluster]
        which = np.full(table.shape, -1, np.int64)
        which[row, column] = cluster
        taken = which[linear_sum_assignment(table)]
        chosen[taken[taken >= 0]] = True
    return chosen
