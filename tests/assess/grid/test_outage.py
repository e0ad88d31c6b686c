"""Load not served: nothing lost, everything lost, and steering never worse than the limits allow."""

from dataclasses import replace

import numpy as np
import pytest

from forehear.assess.grid.outage import unserved_alone, unserved_steered
from forehear.assess.grid.systems import GridSystem, read_system

SYSTEM = read_system("ieee14")


def lost(*branches: int, system: GridSystem = SYSTEM) -> np.ndarray:
    mask = np.zeros(len(system.limit), bool)
    mask[list(branches)] = True
    return mask


def pair(limit: float) -> GridSystem:
    """Two buses and two equal branches: a generator of 100 MW here, a load of 60 MW there."""
    return GridSystem(
        "pair", np.array([0.0, 60.0]), np.array([0]), np.array([60.0]), np.array([100.0]),
        np.array([[0, 1], [0, 1]]), np.array([0.1, 0.1]), np.array([limit, limit]),
    )  # fmt: skip


@pytest.mark.parametrize("name", ["ieee14", "ieee118"])
def test_a_whole_system_serves_all_of_its_load(name: str) -> None:
    system = read_system(name)
    nothing = np.zeros(len(system.limit), bool)
    for unserved in (unserved_alone, unserved_steered):
        assert unserved(system, nothing, system.load, 0.05) == pytest.approx(0.0, abs=1e-6)


def test_without_any_branch_only_what_stands_beside_a_generator_is_served() -> None:
    every = np.ones(len(SYSTEM.limit), bool)
    most = np.minimum(SYSTEM.capacity, SYSTEM.scheduled + 0.05 * SYSTEM.capacity)
    beside = sum(min(SYSTEM.load[bus], most[SYSTEM.at == bus].sum()) for bus in set(SYSTEM.at.tolist()))
    for unserved in (unserved_alone, unserved_steered):
        assert unserved(SYSTEM, every, SYSTEM.load, 0.05) == pytest.approx(SYSTEM.load.sum() - beside, abs=1e-6)


def test_a_branch_overloaded_by_anothers_loss_trips_and_a_steered_one_is_held() -> None:
    load = np.array([0.0, 60.0])
    # One of two is left with 60 MW on a limit of 40: beyond 1.2 of it by itself, and dark; steered, 40 arrive.
    assert unserved_alone(pair(40.0), lost(0, system=pair(40.0)), load, 0.05) == pytest.approx(60.0)
    assert unserved_steered(pair(40.0), lost(0, system=pair(40.0)), load, 0.05) == pytest.approx(20.0)
    # On a limit of 55 it holds by itself, within its protection, and steering would keep the limit.
    assert unserved_alone(pair(55.0), lost(0, system=pair(55.0)), load, 0.05) == pytest.approx(0.0, abs=1e-9)
    assert unserved_steered(pair(55.0), lost(0, system=pair(55.0)), load, 0.05) == pytest.approx(5.0)


def test_more_load_than_can_be_made_is_shed_and_more_headroom_serves_more() -> None:
    system = replace(pair(500.0), scheduled=np.array([50.0]))
    load, nothing = np.array([0.0, 90.0]), lost(system=pair(500.0))
    for unserved in (unserved_alone, unserved_steered):
        assert unserved(system, nothing, load, 0.05) == pytest.approx(35.0)
        assert unserved(system, nothing, load, 0.30) == pytest.approx(10.0)
