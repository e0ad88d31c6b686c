"""The air itself: speed of sound, absorption, wind."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.constants import (
    ISO_REFERENCE_PRESSURE_PA,
    ISO_REFERENCE_TEMPERATURE_K,
    ISO_TRIPLE_POINT_K,
    PROPAGATION_BAND_HZ,
    SPEED_OF_SOUND_AT_ZERO_CELSIUS_MPS,
    STANDARD_SOUND_SPEED_MPS,
    ZERO_CELSIUS_K,
)
from forehear.records import Atmosphere


def speed_of_sound_mps(temperature_c: float) -> float:
    """Give the speed of sound in air [m/s].

    Ignores: humidity (up to +0.4 % in hot, wet air), pressure (none in an ideal gas).
    Reference: ISO 9613-1:1993, A.2, with 331.3 m/s at 0 degrees Celsius.
    """
    return SPEED_OF_SOUND_AT_ZERO_CELSIUS_MPS * math.sqrt(1.0 + temperature_c / ZERO_CELSIUS_K)


def absorption_db_per_m(
    frequency_hz: ArrayLike,
    temperature_c: float,
    relative_humidity_pct: float,
    pressure_hpa: float,
) -> NDArray[np.float64]:
    """Give the pure-tone attenuation coefficient of the atmosphere [dB/m], shaped as `frequency_hz`.

    Stated accuracy: 10 % for 0.05-5 % molar water vapour, -20 to 50 degrees Celsius, below 200 kPa.
    Ignores: fog, precipitation, turbulence, the ground.
    Reference: ISO 9613-1:1993, eq. 3 to 5 and B.2, B.3.
    """
    f = np.asarray(frequency_hz, dtype=np.float64)
    kelvin = temperature_c + ZERO_CELSIUS_K
    t = kelvin / ISO_REFERENCE_TEMPERATURE_K
    p = pressure_hpa * 100.0 / ISO_REFERENCE_PRESSURE_PA
    saturation = 10.0 ** (-6.8346 * (ISO_TRIPLE_POINT_K / kelvin) ** 1.261 + 4.6151)
    h = relative_humidity_pct * saturation / p
    relax_oxygen = p * (24.0 + 4.04e4 * h * (0.02 + h) / (0.391 + h))
    relax_nitrogen = p * t**-0.5 * (9.0 + 280.0 * h * math.exp(-4.170 * (t ** (-1.0 / 3.0) - 1.0)))
    classical = 1.84e-11 / p * math.sqrt(t)
    oxygen = 0.01275 * math.exp(-2239.1 / kelvin) / (relax_oxygen + f * f / relax_oxygen)
    nitrogen = 0.1068 * math.exp(-3352.0 / kelvin) / (relax_nitrogen + f * f / relax_nitrogen)
    return np.asarray(8.686 * f * f * (classical + t**-2.5 * (oxygen + nitrogen)), np.float64)


def wind_mps(atmosphere: Atmosphere) -> tuple[float, float]:
    """Give the wind's velocity to the east and to the north [m/s]; the record says where it comes from."""
    from_rad = math.radians(atmosphere.wind_from_deg)
    return -atmosphere.wind_mps * math.sin(from_rad), -atmosphere.wind_mps * math.cos(from_rad)


@dataclass(frozen=True)
class UniformAir:
    """What sound meets on its way: speed of sound [m/s], wind to east and north [m/s], absorption [dB/m]."""

    c_mps: float = STANDARD_SOUND_SPEED_MPS
    wind_mps: tuple[float, float] = (0.0, 0.0)
    absorption_db_per_m: float = 0.0

    def wind(self) -> NDArray[np.float64]:
        """The wind as east-north-up (3,) [m/s]."""
        return np.array([*self.wind_mps, 0.0])


def air_at(atmosphere: Atmosphere, band_hz: float = PROPAGATION_BAND_HZ) -> UniformAir:
    """Give the air of an atmosphere; its absorption is that of sound around `band_hz` [Hz]."""
    a = atmosphere
    absorption = absorption_db_per_m(band_hz, a.temperature_c, a.relative_humidity_pct, a.pressure_hpa)
    return UniformAir(speed_of_sound_mps(a.temperature_c), wind_mps(a), float(absorption))
