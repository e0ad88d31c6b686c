"""Load that is not served after branches are lost: as the system falls by itself, or as it is steered.

By itself: generators keep to their schedules within what they can move at once; whatever is overloaded trips,
again and again; a part that cannot balance sheds load, and one without a generator is dark. Steered: generators
and shedding are chosen at once, within every limit, so that the least load is shed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components

from forehear.assess.grid.systems import Array, GridSystem, dc_flows

Mask = NDArray[np.bool_]
# A branch trips beyond this share of its limit: protection leaves a little time, and no more.
TRIPS_AT = 1.2
# A cascade is over when nothing trips; so many rounds are more than any of these systems needs.
MOST_ROUNDS = 100
# Angles are bounded so that the solver's problem is: nothing in these systems is near it [per-unit MW].
WIDEST_ANGLE = 1e6


def _parts(system: GridSystem, working: Mask) -> NDArray[np.int32]:
    """The connected part of every bus (buses,)."""
    ends, count = system.ends[working], len(system.load)
    graph = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1])


def _balanced(system: GridSystem, load: Array, part: Mask, headroom: float) -> tuple[Array, Array]:
    """Balance one part by itself: generation by generator and served load by bus, zero outside the part [MW]."""
    here = part[system.at]
    least, most = _band(system, headroom)
    made, served = np.where(here, system.scheduled, 0.0), np.where(part, load, 0.0)
    wanted, low, high = served.sum(), np.where(here, least, 0.0).sum(), np.where(here, most, 0.0).sum()
    if high <= 0.0 or wanted <= 0.0:
        return np.zeros_like(made), np.zeros_like(served)
    target = min(wanted, high)
    if made.sum() < target:
        room = np.where(here, most - system.scheduled, 0.0)
        made = made + room * min(1.0, (target - made.sum()) / max(room.sum(), 1e-9))
    elif made.sum() > target:
        # Above its least output a generator can be turned down at once; below, it is taken off.
        made = (
            made * target / made.sum()
            if target < low
            else made - (made - np.where(here, least, 0.0)) * ((made.sum() - target) / max(made.sum() - low, 1e-9))
        )
    return made, served * min(1.0, made.sum() / wanted)


def _band(system: GridSystem, headroom: float) -> tuple[Array, Array]:
    """What every generator can reach [MW]: `headroom` of its capacity either way of its schedule."""
    return (
        np.maximum(0.0, system.scheduled - headroom * system.capacity),
        np.minimum(system.capacity, system.scheduled + headroom * system.capacity),
    )


def unserved_alone(system: GridSystem, lost: Mask, load: Array, headroom: float) -> float:
    """Load not served [MW] once the system, left to itself without the `lost` (branches,), has come to rest."""
    working = ~lost
    served = np.zeros_like(load)
    for _ in range(MOST_ROUNDS):
        parts, overloaded = _parts(system, working), np.zeros_like(working)
        served = np.zeros_like(load)
        for number in range(parts.max() + 1):
            part = parts == number
            made, here = _balanced(system, load, part, headroom)
            served += here
            inside = working & part[system.ends[:, 0]]
            if not inside.any() or made.sum() <= 0.0:
                continue
            places = np.cumsum(part) - 1
            injected = -here
            np.add.at(injected, system.at, made)
            flows = dc_flows(injected[part], places[system.ends[inside]], system.reactance[inside])
            overloaded[inside] = np.abs(flows) > TRIPS_AT * system.limit[inside]
        if not overloaded.any():
            break
        working = working & ~overloaded
    return float(load.sum() - served.sum())


def unserved_steered(system: GridSystem, lost: Mask, load: Array, headroom: float) -> float:
    """The least load not served [MW] without the `lost` (branches,), every limit kept: a linear programme.

    Unknowns: output of generators, load shed by bus, angles. Generators may go down to nothing.
    """
    working = np.flatnonzero(~lost)
    count, makers, used = len(load), len(system.at), len(working)
    ends = system.ends[working]
    rows = np.repeat(np.arange(used), 2)
    signs = np.tile([1.0, -1.0], used) / np.repeat(system.reactance[working], 2)
    flow = csr_array(coo_array((signs, (rows, ends.ravel())), shape=(used, count)))
    incidence = csr_array(coo_array((np.tile([1.0, -1.0], used), (rows, ends.ravel())), shape=(used, count)))
    at = coo_array((np.ones(makers), (system.at, np.arange(makers))), shape=(count, makers))
    shed = coo_array((np.ones(count), (np.arange(count), np.arange(count))), shape=(count, count))
    balance = hstack([at, shed, -(incidence.T @ flow)])
    nothing = csr_array((used, makers + count))
    limits = hstack([nothing, flow])
    most = _band(system, headroom)[1]
    bounds = [(0.0, m) for m in most] + [(0.0, d) for d in load] + [(-WIDEST_ANGLE, WIDEST_ANGLE)] * count
    cost = np.concatenate([np.zeros(makers), np.ones(count), np.zeros(count)])
    limit = system.limit[working]
    found = linprog(
        cost, A_ub=hstack([limits.T, -limits.T]).T, b_ub=np.concatenate([limit, limit]), A_eq=balance, b_eq=load,
        bounds=bounds, method="highs",
    )  # fmt: skip
    # Shedding everything and making nothing always answers.
    return float(found.fun)
