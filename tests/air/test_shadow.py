"""The shadow's edge beside rays marched through the air, and what is lost behind it."""

import math

import numpy as np
import pytest
from tests.reference.rays import grazing_distance_m

from forehear.air import shadow

SOUND = 340.3


@pytest.mark.parametrize("height_m", [50.0, 350.0, 800.0])
@pytest.mark.parametrize("gradient", [0.004, 0.02, 0.1])
def test_in_a_linear_profile_the_edge_is_where_the_ray_comes_by(height_m: float, gradient: float) -> None:
    marched = grazing_distance_m(lambda z: SOUND - gradient * z, height_m)
    # The march loses half a step of a thousandth of a metre at the ground, where the ray is flat: 1.5 %.
    assert shadow.edge_m(gradient, height_m, 0.0) == pytest.approx(marched, rel=0.02)


@pytest.mark.parametrize("height_m", [100.0, 350.0, 800.0])
@pytest.mark.parametrize("wind_mps", [2.0, 8.0])
def test_a_logarithmic_wind_has_the_edge_of_the_linear_one_in_its_place(height_m: float, wind_mps: float) -> None:
    def against(z: float) -> float:
        return SOUND - wind_mps * math.log1p(z / shadow.ROUGHNESS_M) / math.log1p(10.0 / shadow.ROUGHNESS_M)

    marched = grazing_distance_m(against, height_m, 0.0001)
    linear = shadow.edge_m(shadow.wind_gradient_per_s(wind_mps, height_m), height_m, 0.0)
    assert linear == pytest.approx(marched, rel=0.03)


def test_with_wind_and_temperature_at_once_the_gradients_add_up_within_a_tenth() -> None:
    lapse = shadow.temperature_gradient_per_s(9.8)

    def both(z: float) -> float:
        return SOUND - lapse * z - 3.0 * math.log1p(z / 0.05) / math.log1p(200.0)

    added = float(shadow.wind_gradient_per_s(3.0, 350.0)) + lapse
    assert shadow.edge_m(added, 350.0, 0.0) == pytest.approx(grazing_distance_m(both, 350.0, 1e-4), rel=0.1)


@pytest.mark.parametrize(("wind_mps", "edge_m"), [(3.0, 2200.0), (8.0, 1400.0)])
def test_the_edges_of_the_physics_page(wind_mps: float, edge_m: float) -> None:
    found = shadow.edge_m(shadow.wind_gradient_per_s(wind_mps, 350.0), 350.0)
    assert found == pytest.approx(edge_m, rel=0.1)


def test_where_sound_bends_down_there_is_no_shadow() -> None:
    assert shadow.edge_m(shadow.wind_gradient_per_s(-4.0, 350.0), 350.0) == np.inf
    assert shadow.edge_m(shadow.temperature_gradient_per_s(-10.0), 350.0) == np.inf
    assert shadow.loss_db(20_000.0, -0.01, 350.0, 200.0) == 0.0


def test_behind_the_edge_it_falls_and_does_not_fall_for_ever() -> None:
    gradient = shadow.temperature_gradient_per_s(20.0)
    edge = float(shadow.edge_m(gradient, 350.0))
    lost = shadow.loss_db(edge + np.array([-500.0, 0.0, 300.0, 1000.0, 50_000.0]), gradient, 350.0, 200.0)
    assert lost[:2] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert np.all(np.diff(lost[1:]) > 0.0)
    assert lost[-1] == pytest.approx(shadow.MOST_LOST_DB, abs=0.1)
    # At once it falls by 2.338 sin 60 (k / 2 R^2)^(1/3) nepers a metre, as the page has it.
    radius, k = SOUND / gradient, 2.0 * math.pi * 200.0 / SOUND
    rate = 8.686 * 2.338 * math.sin(math.pi / 3.0) * (k / (2.0 * radius**2)) ** (1.0 / 3.0)
    slope = float(shadow.loss_db(edge + 20.0, gradient, 350.0, 200.0)) / 20.0
    assert slope == pytest.approx(rate, rel=0.03)
