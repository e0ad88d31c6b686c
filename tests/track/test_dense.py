"""A city whose microphones stand close together: more sensors never see less."""

import pytest
from tests.track.worlds import night, scored, tracked

# A square of 6 km, a drone straight across it, a minute and a half.
CITY = {
    "duration_s": 100, "region__east_m": 6000, "region__north_m": 6000,
    "flights": [
        {
            "emitter": "piston", "waypoints": [[-5500, -800, 400, 51], [5000, 1000, 400, 51]], "start_s": 0,
            "tones_hz": [112.0],
        }
    ],
}  # fmt: skip
CONFIRMED_WITHIN_S = 12.0


@pytest.mark.parametrize("spacing_m", [200, 300, 400, pytest.param(600, marks=pytest.mark.slow)])
def test_a_drone_over_a_dense_city_is_confirmed_at_once(spacing_m: int) -> None:
    city = night("single", 3, network__spacing_m=spacing_m, network__jitter_m=spacing_m / 5, **CITY)
    result = scored(city.truth, tracked(city.network, city.reports))
    assert result.confirm_wait_median_s is not None
    assert result.confirm_wait_median_s <= CONFIRMED_WITHIN_S
    assert result.ghost_tracks == 0
    assert result.missed_share is not None
    assert result.missed_share < 0.2
