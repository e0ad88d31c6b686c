"""Each constant pinned once, to its definition."""

import pytest
from geographiclib.geodesic import Geodesic

from forehear import constants


def test_the_ellipsoid_is_wgs84() -> None:
    assert Geodesic.WGS84.a == constants.EARTH_SEMI_MAJOR_AXIS_M
    assert Geodesic.WGS84.f == constants.EARTH_FLATTENING


def test_temperatures_and_pressures_are_the_standards() -> None:
    # ISO 9613-1:1993, 4.1 and 6.2; zero Celsius by the definition of the degree (BIPM, SI brochure 2.3.4).
    assert constants.ZERO_CELSIUS_K == 273.15
    assert constants.ISO_REFERENCE_TEMPERATURE_K == 20.0 + constants.ZERO_CELSIUS_K
    assert pytest.approx(0.01) == constants.ISO_TRIPLE_POINT_K - constants.ZERO_CELSIUS_K
    assert constants.ISO_REFERENCE_PRESSURE_PA == 101_325.0


def test_the_standard_atmosphere_is_iso_2533s() -> None:
    assert constants.STANDARD_TEMPERATURE_C + constants.ZERO_CELSIUS_K == 288.15
    assert constants.STANDARD_PRESSURE_HPA * 100.0 == 101_325.0


def test_the_speed_of_sound_is_that_of_an_ideal_gas() -> None:
    """sqrt(gamma R T / M) of dry air (ISO 2533: gamma 1.4, R 8314.32 J/(K kmol), M 28.964420 kg/kmol)."""
    ideal = (1.4 * 8314.32 * 273.15 / 28.964420) ** 0.5
    assert pytest.approx(ideal, abs=0.05) == constants.SPEED_OF_SOUND_AT_ZERO_CELSIUS_MPS


def test_the_standard_speed_of_sound_is_iso_2533s() -> None:
    from forehear.air.medium import speed_of_sound_mps

    # ISO 2533:1975, table 1: 340.294 m/s; the formula of ISO 9613-1 comes within 0.03 m/s of it.
    assert round(340.294, 1) == constants.STANDARD_SOUND_SPEED_MPS
    at_15 = speed_of_sound_mps(constants.STANDARD_TEMPERATURE_C)
    assert pytest.approx(at_15, abs=0.05) == constants.STANDARD_SOUND_SPEED_MPS


def test_levels_are_re_20_micropascal() -> None:
    assert constants.REFERENCE_PRESSURE_PA == 2e-5


def test_heights_hold_everything_that_flies_and_the_lowest_land() -> None:
    # The Dead Sea's shore stands near -430 m; jet drones fly below 10 km.
    assert constants.LOWEST_HEIGHT_M == -430.0
    assert constants.HIGHEST_HEIGHT_M == 30_000.0
