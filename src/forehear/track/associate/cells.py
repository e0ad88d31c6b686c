"""Which tracks are near a sensor: a hash of square cells."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.memory.bank import Bank

Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Cells of the spatial index [m]: sound is seldom heard from farther, and three by three cells are read.
CELL_M = 12_000.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def cells_of(bank: Bank, now_s: float, cell_of: Ints, order: Ints, starts: Ints, table: Ints) -> int:
    """Sort living tracks by cell. Fills cell_of (T,), order (T,), and the hash `table` of `starts`."""
    n = 0
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k]:
            continue
        # Where it was when the sound that arrives now left it, give or take: ten seconds ago.
        dt = max(now_s - 10.0 - bank.time_s[k], 0.0)
        i = math.floor((bank.mean[k, 0] + dt * bank.mean[k, 3]) / CELL_M)
        j = math.floor((bank.mean[k, 1] + dt * bank.mean[k, 4]) / CELL_M)
        cell_of[k] = hash_cell(i, j, table.shape[0])
        order[n] = k
        n += 1
    table[:] = 0
    for a in range(n):
        table[cell_of[order[a]]] += 1
    total = 0
    for c in range(table.shape[0]):
        count = table[c]
        starts[c] = total
        total += count
    starts[table.shape[0]] = total
    table[:] = 0
    for k in range(bank.alive.shape[0]):
        if bank.alive[k]:
            c = cell_of[k]
            order[starts[c] + table[c]] = k
            table[c] += 1
    return n


@njit(cache=True, inline="always")
def hash_cell(i: int, j: int, size: int) -> int:
    """Hash a cell into `size` places (a power of two); collisions only cost a distance check."""
    return int((np.int64(i) * 73856093) ^ (np.int64(j) * 19349663)) & (size - 1)
