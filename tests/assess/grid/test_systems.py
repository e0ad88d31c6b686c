"""The test systems as published: their flows are those that another program computes for them."""

import numpy as np
import pytest

from forehear.assess.grid.systems import LEAST_LIMIT, LIMIT_TIMES, SYSTEMS, dc_flows, read_system
from forehear.errors import InputError

# DC flows [MW] of the first branches as pandapower 3.5.6 gives them for its case14 and case118.
PEER = {
    "ieee14": [147.83859556, 71.16140444, 70.01463596, 55.1518527, 40.9721069, -24.18536404],
    "ieee118": [-11.76607455, -39.23392545, -103.79441523, -69.0545342, 87.17635196, 35.17635196],
}
BUSES_BRANCHES_LOAD = {"ieee14": (14, 20, 259.0), "ieee118": (118, 186, 4242.0)}
KILOWATT = 1e-3


@pytest.mark.parametrize("name", SYSTEMS)
def test_flows_are_those_of_another_program(name: str) -> None:
    system = read_system(name)
    assert (len(system.load), len(system.limit)) == BUSES_BRANCHES_LOAD[name][:2]
    assert system.load.sum() == pytest.approx(BUSES_BRANCHES_LOAD[name][2])
    assert system.scheduled.sum() == pytest.approx(system.load.sum())
    injected = -system.load
    np.add.at(injected, system.at, system.scheduled)
    flows = dc_flows(injected, system.ends, system.reactance)
    # Branches in the archive's order; lines come first in the other program, transformers after.
    found = [flows[np.argmin(np.abs(flows - value))] for value in PEER[name]]
    np.testing.assert_allclose(found, PEER[name], atol=KILOWATT)
    assert np.all(system.limit >= LEAST_LIMIT * system.load.sum() - 1e-9)
    assert np.all(system.limit >= LIMIT_TIMES * np.abs(flows) - 1e-9)


def test_what_flows_in_flows_out_wherever_the_reference_is() -> None:
    system = read_system("ieee14")
    injected = np.zeros(14)
    injected[0], injected[13] = 50.0, -50.0
    one, other = (dc_flows(injected, system.ends, system.reactance, k) for k in (0, 7))
    np.testing.assert_allclose(one, other, atol=1e-9)
    left = np.zeros(14)
    np.add.at(left, system.ends[:, 0], one)
    np.add.at(left, system.ends[:, 1], -one)
    np.testing.assert_allclose(left, injected, atol=1e-9)


@pytest.mark.parametrize("name", ["", "ieee30", "my-grid.json", "IEEE14"])
def test_no_other_grid_is_read(name: str) -> None:
    with pytest.raises(InputError, match="no other grid is read, on purpose"):
        read_system(name)
