"""The air against the standard's own tables."""

import math

import numpy as np
import pytest

from forehear.air import medium
from forehear.records import Atmosphere

# ISO 9613-1:1993, Table 1: temperature [deg C], humidity [%], preferred midband frequency [Hz], [dB/km] at
# 101.325 kPa. The table is computed for the exact midband frequencies, 1000 * 10^(k/10) Hz.
TABLE_1 = [
    (-20, 10, 50, 0.589), (-20, 70, 125, 0.514), (-20, 100, 1000, 11.1), (-20, 50, 4000, 13.2),
    (-10, 10, 125, 1.86), (-10, 70, 125, 0.332), (-10, 100, 1000, 5.91), (-10, 70, 8000, 86.2),
    (0, 10, 125, 1.30), (0, 70, 125, 0.390), (0, 15, 1000, 18.3), (0, 70, 1000, 4.64),
    (10, 70, 125, 0.411), (10, 20, 1000, 11.0), (10, 70, 1000, 3.66), (10, 70, 4000, 32.8),
    (15, 10, 1000, 18.4), (15, 70, 1000, 4.08), (15, 70, 4000, 26.4),
    (20, 10, 50, 0.270), (20, 80, 50, 0.0501), (20, 50, 100, 0.294), (20, 70, 125, 0.339), (20, 70, 160, 0.518),
    (20, 70, 200, 0.776), (20, 70, 1000, 4.98), (20, 80, 1000, 5.15),
    (20, 15, 6300, 175.0), (20, 80, 10000, 105.0),
    (30, 70, 125, 0.256), (30, 50, 1000, 7.03), (30, 100, 4000, 24.0),
    (50, 70, 100, 0.0913), (50, 70, 1000, 8.03), (50, 70, 8000, 80.3),
]  # fmt: skip

# ISO 9613-2:1996, Table 2: octave bands 63 to 8000 Hz [dB/km].
OCTAVES = (63, 125, 250, 500, 1000, 2000, 4000, 8000)
TABLE_2 = {
    (10, 70): (0.1, 0.4, 1.0, 1.9, 3.7, 9.7, 32.8, 117),
    (20, 70): (0.1, 0.3, 1.1, 2.8, 5.0, 9.0, 22.9, 76.6),
    (30, 70): (0.1, 0.3, 1.0, 3.1, 7.4, 12.7, 23.1, 59.3),
    (15, 20): (0.3, 0.6, 1.2, 2.7, 8.2, 28.2, 88.8, 202),
    (15, 50): (0.1, 0.5, 1.2, 2.2, 4.2, 10.8, 36.2, 129),
    (15, 80): (0.1, 0.3, 1.1, 2.4, 4.1, 8.3, 23.7, 82.8),
}


def midband_hz(preferred: int) -> float:
    return float(1000.0 * 10.0 ** (round(10.0 * math.log10(preferred / 1000.0)) / 10.0))


@pytest.mark.parametrize(("celsius", "humidity", "preferred", "table"), TABLE_1)
def test_absorption_is_the_standards_table_1(celsius: int, humidity: int, preferred: int, table: float) -> None:
    value = 1000.0 * float(medium.absorption_db_per_m(midband_hz(preferred), celsius, humidity, 1013.25))
    # Three digits are printed: half a unit of the last is at most 0.5 %, and the scan's readers round once more.
    assert value == pytest.approx(table, rel=0.006)


@pytest.mark.parametrize("condition", TABLE_2)
def test_absorption_is_the_second_parts_table_2(condition: tuple[int, int]) -> None:
    exact = np.array([midband_hz(f) for f in OCTAVES])
    values = 1000.0 * medium.absorption_db_per_m(exact, *condition, 1013.25)
    for value, table in zip(values, TABLE_2[condition], strict=True):
        # One decimal is printed below 100, none above.
        assert value == pytest.approx(table, abs=0.06 if table < 100 else 0.6)


def test_the_speed_of_sound_has_its_textbook_values() -> None:
    # Kinsler et al., Fundamentals of Acoustics, 4th ed., table A10: 331.5 at 0, 343 at 20 degrees.
    assert medium.speed_of_sound_mps(0.0) == 331.3
    assert medium.speed_of_sound_mps(20.0) == pytest.approx(343.2, abs=0.1)
    # ISO 2533: 340.294 m/s at 15 degrees.
    assert medium.speed_of_sound_mps(15.0) == pytest.approx(340.294, abs=0.05)
    slope = medium.speed_of_sound_mps(10.5) - medium.speed_of_sound_mps(9.5)
    assert slope == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize(
    ("comes_from", "east", "north"),
    [(0.0, 0.0, -10.0), (90.0, -10.0, 0.0), (180.0, 0.0, 10.0), (270.0, 10.0, 0.0)],
)
def test_wind_blows_away_from_where_it_comes_from(comes_from: float, east: float, north: float) -> None:
    wind = medium.wind_mps(Atmosphere(wind_mps=10.0, wind_from_deg=comes_from))
    assert wind == pytest.approx((east, north), abs=1e-12)


def test_the_air_of_an_atmosphere_is_its_parts() -> None:
    atmosphere = Atmosphere(temperature_c=20.0, relative_humidity_pct=70.0, wind_mps=5.0, wind_from_deg=270.0)
    air = medium.air_at(atmosphere)
    assert air.c_mps == medium.speed_of_sound_mps(20.0)
    assert air.wind() == pytest.approx([5.0, 0.0, 0.0], abs=1e-12)
    assert air.absorption_db_per_m == pytest.approx(
        float(medium.absorption_db_per_m(200.0, 20.0, 70.0, atmosphere.pressure_hpa))
    )
    assert medium.air_at(atmosphere, 2000.0).absorption_db_per_m > 5.0 * air.absorption_db_per_m
