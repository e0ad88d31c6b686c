"""Noise of places: the loudest of the areas that hold them, and open country elsewhere."""

import pytest

from forehear.plan.noise import CLASSES, NoiseArea, NoiseMap, noise_at

TOWN = ((31.0, 47.0), (31.2, 47.0), (31.2, 47.2), (31.0, 47.2), (31.0, 47.0))
ROAD = ((31.1, 46.9), (31.12, 46.9), (31.12, 47.3), (31.1, 47.3), (31.1, 46.9))


def test_where_areas_overlap_the_loudest_counts() -> None:
    noise = NoiseMap(36.0, (NoiseArea(ROAD, 55.0), NoiseArea(TOWN, 48.0)))
    found = noise_at(noise, [31.05, 31.11, 31.11, 30.9], [47.1, 47.1, 47.25, 47.1])
    assert found.tolist() == [48.0, 55.0, 55.0, 36.0]


def test_a_louder_night_is_louder_everywhere() -> None:
    noise = NoiseMap(36.0, (NoiseArea(TOWN, 48.0),), 6.0)
    assert noise_at(noise, [31.05, 30.0], [47.1, 47.1]) == pytest.approx([54.0, 42.0])
    assert CLASSES["night"] < CLASSES["day"] < CLASSES["town"] < CLASSES["road"]
