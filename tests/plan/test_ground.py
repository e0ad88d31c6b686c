"""Rasters, and what a hill takes: against Maekawa's curve worked by hand."""

import math

import numpy as np
import pytest

from forehear.plan.ground import MOST_SCREENED_DB, Raster, screened_db

FLAT = Raster(47.0, 31.0, 0.001, 0.001, np.zeros((201, 201)))


def test_a_raster_gives_its_points_and_what_lies_between() -> None:
    rows = np.arange(12.0).reshape(3, 4)
    raster = Raster(10.0, 20.0, 0.5, 0.25, rows)
    assert raster.at(20.0, 10.0) == 0.0
    assert raster.at([20.75, 20.0], [10.0, 11.0]) == pytest.approx([3.0, 8.0], abs=1e-4)
    assert raster.at(20.125, 10.25) == pytest.approx(2.5)
    assert raster.at(0.0, 0.0) == 0.0, "beyond the edge it is that of the edge"
    assert (raster.north_deg, raster.east_deg) == (11.0, 20.75)


def test_flat_land_screens_nothing() -> None:
    source, sensor = np.array([[31.02, 47.02, 350.0]]), np.array([[31.1, 47.1, 4.0]])
    assert screened_db(FLAT, source, sensor, np.array([10_700.0]), 200.0)[0] == 0.0


def test_a_ridge_takes_what_one_edge_takes() -> None:
    hill = FLAT.values.copy()
    # A ridge from west to east half-way, 150 m high; a source at 100 m, a sensor at 4 m, 4.4 km apart.
    hill[99:102] = 150.0
    ridge = FLAT._replace(values=hill)
    source, sensor = np.array([[31.1, 47.08, 100.0]]), np.array([[31.1, 47.12, 4.0]])
    apart = 4_448.0
    lost = screened_db(ridge, source, sensor, np.array([apart]), 200.0)[0]
    over = 150.0 - 52.0
    detour = 2.0 * (math.hypot(apart / 2.0, over) - apart / 2.0)
    by_hand = 10.0 * math.log10(3.0 + 20.0 * 2.0 * detour / (340.3 / 200.0))
    # Points stand every 4 % of the way: beside the middle the detour is a few percent larger.
    assert lost == pytest.approx(by_hand, abs=0.5)
    low = screened_db(ridge, source + np.array([[0.0, 0.0, 2_000.0]]), sensor, np.array([apart]), 200.0)[0]
    assert low == 0.0, "from high above it is seen"
    hill[99:102] = 4_000.0
    high = screened_db(ridge, source, sensor, np.array([apart]), 200.0)[0]
    assert high == MOST_SCREENED_DB
