"""How sound travels: the ground's coefficient done the long way, and what is as fast as sound refused."""

import math

import numpy as np
import pytest

from forehear.errors import NoSolution
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES


def reflected_the_long_way(
    frequency: float, height: float, along: float, sound_mps: float, resistivity: float
) -> complex:
    """The field that ground adds, over that of the image: a line of images at complex depths, summed.

    Di and Gilbert 1993, 10.1121/1.405435: exact for a locally reacting plane.
    """
    k = 2.0 * math.pi * frequency / sound_mps
    x = frequency / resistivity
    beta = 1.0 / (1.0 + 9.08 * x**-0.75 + 11.9j * x**-0.73)
    far = math.hypot(height, along)
    q = np.linspace(0.0, 60.0 / (k * beta.real), 2_000_001)
    distance = np.sqrt(along**2 + (height + 1j * q) ** 2)
    integrand = np.exp(-k * beta * q + 1j * k * distance) / distance
    return complex(1.0 - 2.0 * k * beta * np.trapezoid(integrand, q) * far / np.exp(1j * k * far))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("frequency", "height", "along"), [(100.0, 30.0, 1000.0), (200.0, 300.0, 600.0), (500.0, 4.0, 200.0)]
)
def test_the_grounds_coefficient_is_that_of_summed_images(frequency: float, height: float, along: float) -> None:
    far = math.hypot(height, along)
    got = sound_travel.reflection(np.array(frequency), np.array(height / far), np.array(far), 340.0, 200.0)
    wanted = reflected_the_long_way(frequency, height, along, 340.0, 200.0)
    assert abs(complex(got) - wanted) < 0.02


def test_as_fast_as_sound_is_refused() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 0.0, 0.0), (341.0, 0.0, 0.0)), ENGINES["jet"])
    with pytest.raises(NoSolution, match=r"341\.0 m/s is not below the speed of sound"):
        sound.sound_at([(0.0, 0.0, 0.0)], [flight], 0.1, np.random.default_rng(1))
