"""Who could hear whom: nobody near enough is overlooked, and the search changes nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forehear import geodesy
from forehear.simulate import run
from forehear.simulate.heard import near
from forehear.simulate.scenario import files as scenario

Array = NDArray[np.float64]


def test_nobody_near_enough_is_overlooked() -> None:
    """The search by cells and by noise finds what looking at every sensor finds."""
    rng = np.random.default_rng(6)
    lon, lat = rng.uniform(178.0, 182.0, 1500) % 360.0, rng.uniform(-47.0, -43.0, 1500)
    lon = np.where(lon > 180.0, lon - 360.0, lon)
    xyz = geodesy.ecef(lon, lat, 0.0)
    noise = rng.uniform(20.0, 50.0, 1500)
    cells = near.cells_of(lon, lat, xyz, noise)
    absorption = np.array([0.001, 0.003])
    table = np.array([near.reach_table_m(float(a)) for a in absorption])
    there = geodesy.ecef(rng.uniform(178.0, 182.0, 60), rng.uniform(-47.0, -43.0, 60), 500.0)
    extent, excess = rng.uniform(0.0, 5_000.0, 60), rng.uniform(80.0, 125.0, 60)
    kind = rng.integers(0, 2, 60)
    found = set(
        zip(*(x.tolist() for x in near.near_pairs(cells, there, extent, excess, kind, table)), strict=True)
    )
    for m in range(60):
        for s in range(1500):
            away = max(float(np.linalg.norm(xyz[s] - there[m])) - extent[m], 1.0)
            loss = 20.0 * np.log10(away) + absorption[kind[m]] * away
            if loss < excess[m] - noise[s] and away < 99_000.0:
                assert (m, s) in found
    assert len(found) < 0.5 * 60 * 1500


def test_the_search_changes_nothing_that_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    world = run.prepare(scenario.load("turning", {"duration_s": 240, "atmosphere.wind_mps": 15.0}), 3)
    found = [block.batch for block in run.blocks(world)]

    def everybody(cells: near.Cells, xyz: Array, *_: object) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        m, n = len(xyz), len(cells.xyz_m)
        return np.repeat(np.arange(m), n), np.tile(np.arange(n), m)

    monkeypatch.setattr(near, "near_pairs", everybody)
    for block, batch in zip(run.blocks(world), found, strict=True):
        assert len(block.batch) == len(batch) > 0
        assert np.array_equal(block.batch.heard_at_s, batch.heard_at_s)
        assert np.array_equal(block.batch.sources.level_db, batch.sources.level_db)
