"""The rows of the tracker's matrix: each can be simulated where it says that it can."""

import pytest
from bench.tracking.worlds import WORLDS, changes_of, senses_of
from bench.tracking.worlds_rows import QUICK, ROWS, WorldRow

from forehear.simulate.scenario.files import load


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_loads_in_its_worlds(row: WorldRow) -> None:
    said = 0
    for world in WORLDS:
        full, quick = changes_of(row, world, False), changes_of(row, world, True)
        assert (full is None) == (quick is None)
        if full is None or quick is None:
            continue
        said += 1
        scenario = load(row.scenario, full)
        assert load(row.scenario, quick).duration_s <= scenario.duration_s
        senses = senses_of(scenario, world)
        assert senses.level_sigma_db is not None
        assert senses.level_sigma_db >= 5.0
    assert said >= 1


def test_names_are_unique_and_the_quick_ones_are_rows() -> None:
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert set(QUICK) <= set(names)
