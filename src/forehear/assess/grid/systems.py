"""The two test systems, as published: IEEE 14 and 118 buses. There is no way to read another grid, on purpose.

Loads, schedules, capacities and reactances are those of the Power Systems Test Case Archive (University of
Washington, 1962 and 1993). They are no place on a map. Limits of branches are not part of the published
cases, so each is assumed: LIMIT_TIMES its flow in the whole system, and at least LEAST_LIMIT of the load.
"""

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from forehear.assess.tables import parse_table
from forehear.errors import InputError

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
SYSTEMS = ("ieee14", "ieee118")
COLUMNS = ("kind", "bus", "to_bus", "load_mw", "scheduled_mw", "capacity_mw", "reactance_pu")
# A branch carries a third more than usual before it is overloaded, and never less than two per cent of all load.
LIMIT_TIMES, LEAST_LIMIT = 1.3, 0.02


@dataclass(frozen=True)
class GridSystem:
    """One system: `load` (buses,), `at` (generators,) their buses, `scheduled`, `capacity` (generators,) [MW].

    `ends` (branches, 2) buses, `reactance` (branches,) [per unit], `limit` (branches,) [MW].
    """

    name: str
    load: Array
    at: Indices
    scheduled: Array
    capacity: Array
    ends: Indices
    reactance: Array
    limit: Array


def dc_flows(injected: Array, ends: Indices, reactance: Array, reference: int = 0) -> Array:
    """Flows on branches [MW] (branches,) for injections [MW] (buses,) that sum to zero, in one connected system.

    Ignores: losses, voltages and reactive power. Reference: Stott, Jardim, Alsac 2009, 10.1109/TPWRS.2009.2021235.
    """
    count, branches = len(injected), np.arange(len(reactance))
    incidence = np.zeros((len(reactance), count))
    incidence[branches, ends[:, 0]], incidence[branches, ends[:, 1]] = 1.0, -1.0
    weighted = incidence / reactance[:, None]
    kept = np.arange(count) != reference
    angles = np.zeros(count)
    angles[kept] = np.linalg.solve((incidence.T @ weighted)[np.ix_(kept, kept)], injected[kept])
    return np.asarray(weighted @ angles)


def read_system(name: str) -> GridSystem:
    """Read a test system of SYSTEMS; the first generator takes what the others' schedules leave of the load.

    Raises InputError for any other name.
    """
    if name not in SYSTEMS:
        raise InputError(
            f"system {name!r}: must be one of {', '.join(SYSTEMS)}; no other grid is read, on purpose"
        )
    text = files("forehear.assess").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    rows = parse_table(text, f"{name}.csv", COLUMNS)
    branches = [r for r in rows if r["kind"] == "branch"]
    generators = [r for r in rows if r["kind"] == "generator"]
    ends = np.array([(int(r["bus"]) - 1, int(r["to_bus"]) - 1) for r in branches], np.int64)
    reactance = np.array([float(r["reactance_pu"]) for r in branches])
    load = np.zeros(int(ends.max()) + 1)
    for row in (r for r in rows if r["kind"] == "load"):
        load[int(row["bus"]) - 1] += float(row["load_mw"])
    at = np.array([int(r["bus"]) - 1 for r in generators], np.int64)
    scheduled = np.array([float(r["scheduled_mw"]) for r in generators])
    scheduled[0] = load.sum() - scheduled[1:].sum()
    injected = -load
    np.add.at(injected, at, scheduled)
    usual = np.abs(dc_flows(injected, ends, reactance))
    limit = np.maximum(LIMIT_TIMES * usual, LEAST_LIMIT * load.sum())
    capacity = np.array([float(r["capacity_mw"]) for r in generators])
    return GridSystem(name, load, at, scheduled, capacity, ends, reactance, limit)
