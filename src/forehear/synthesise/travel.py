"""How sound gets from a moving source to a microphone: when it left, how far it came, what the ground adds.

A motion is a function: times (n,) [s] to positions (n, 3) east-north-up [m] and velocities (n, 3) [m/s].
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import wofz

from forehear.air import kernels
from forehear.air.retarded import delay_s
from forehear.errors import NoSolution

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Motion = Callable[[Array], tuple[Array, Array]]

# Each step solves the straight flight that touches the real one; what is left then shrinks with the square.
_STEPS = 12
# A hundredth of a microsecond: 1e-4 rad at 2 kHz.
_SOLVED_S = 1e-8


def straight(position_m: ArrayLike, velocity_mps: ArrayLike, at_s: float = 0.0) -> Motion:
    """Fly straight on for ever: at `position_m` (3,) [m] at `at_s` [s], with `velocity_mps` (3,) [m/s]."""
    place, velocity = np.asarray(position_m, np.float64), np.asarray(velocity_mps, np.float64)

    def motion(time_s: Array) -> tuple[Array, Array]:
        return place + (time_s - at_s)[:, None] * velocity, np.broadcast_to(velocity, (len(time_s), 3))

    return motion


def through(time_s: ArrayLike, position_m: ArrayLike, velocity_mps: ArrayLike | None = None) -> Motion:
    """Fly the cubic through knots: times (k,) rising [s], positions (k, 3) [m], velocities (k, 3) [m/s].

    Without velocities those of `numpy.gradient`. Before the first and after the last knot straight on. Raises
    ValueError for fewer than two knots, or times that do not rise.
    Reference: Hermite's cubic, the path that the simulated targets fly; docs/decisions/0002-simulator.md, "A path
    is defined by its knots".
    """
    t = np.asarray(time_s, np.float64)
    x = np.asarray(position_m, np.float64)
    if len(t) < 2 or not np.all(np.diff(t) > 0.0):
        raise ValueError(f"time_s: {len(t)} knots; at least 2 are needed, rising strictly")
    v = np.gradient(x, t, axis=0) if velocity_mps is None else np.asarray(velocity_mps, np.float64)

    def motion(when_s: Array) -> tuple[Array, Array]:
        inside = np.clip(when_s, t[0], t[-1])
        i = np.clip(np.searchsorted(t, inside, side="right") - 1, 0, len(t) - 2)
        h = (t[i + 1] - t[i])[:, None]
        u = (inside - t[i])[:, None] / h
        p0, p1, m0, m1 = x[i], x[i + 1], v[i], v[i + 1]
        place = (2 * u**3 - 3 * u**2 + 1) * p0 + (u**3 - 2 * u**2 + u) * h * m0
        place = place + (3 * u**2 - 2 * u**3) * p1 + (u**3 - u**2) * h * m1
        velocity = (6 * u**2 - 6 * u) * (p0 - p1) / h + (3 * u**2 - 4 * u + 1) * m0 + (3 * u**2 - 2 * u) * m1
        return place + (when_s - inside)[:, None] * velocity, velocity

    return motion


def mirrored(motion: Motion, ground_m: float) -> Motion:
    """Give the image of a motion in level ground at a height [m]."""
    flip = np.array([1.0, 1.0, -1.0])
    lift = np.array([0.0, 0.0, 2.0 * ground_m])

    def image(time_s: Array) -> tuple[Array, Array]:
        place, velocity = motion(time_s)
        return place * flip + lift, velocity * flip

    return image


@dataclass(frozen=True)
class WaveArrival:
    """What arrives at a microphone at some times, each (n,)."""

    emitted_s: Array
    path_m: Array  # length of the way in the air's own frame, c times the delay
    ratio: Array  # frequency heard over frequency sent
    rise: Array  # sine of the angle above the horizon under which it comes in


def arrival(motion: Motion, heard_s: Array, microphone_m: Array, wind_mps: Array, sound_mps: float) -> WaveArrival:
    """Solve for the sound that a microphone (3,) [m] hears at times (n,) [s]: when it left, and how it came.

    `wind_mps` (3,), `sound_mps` [m/s]. Where the flight is curved, the closed form for a straight one is applied
    to its tangent at the last emission found, until that stands still. Raises NoSolution for an airspeed of that
    of sound or more, and where the steps do not settle (turns far sharper than any that an aircraft flies).
    Ignores: refraction, turbulence.
    Reference: our own iteration of Orguner and Gustafsson 2011, 10.1109/TSP.2011.2122260, eq. 5;
    docs/simulation.md, "Sound".
    """
    emitted = np.array(heard_s, np.float64)
    for _ in range(_STEPS):
        place, velocity = motion(emitted)
        now = place + (heard_s - emitted)[:, None] * velocity - microphone_m
        last, emitted = emitted, heard_s - delay_s(now, velocity, wind_mps, sound_mps)
        if len(heard_s) == 0 or np.max(np.abs(emitted - last)) < _SOLVED_S:
            break
    else:
        raise NoSolution(
            f"emission times still move by {np.max(np.abs(emitted - last)):.1e} s after {_STEPS} steps"
        )
    place, velocity = motion(emitted)
    delay = heard_s - emitted
    way = place + delay[:, None] * wind_mps - microphone_m
    path = sound_mps * delay
    n = way / np.maximum(path, 1e-9)[:, None]
    ratio = kernels.doppler_ratio(*kernels.along(n.T, velocity.T, wind_mps, sound_mps))
    return WaveArrival(emitted, path, ratio, n[:, 2])


def emitted_at(heard_s: Array, emitted_s: Array, ratio: Array, cells: int) -> Array:
    """Refine emission times from a grid (k,) [s] to `cells` even steps in each gap: ((k - 1) * cells,) [s].

    `heard_s`, `emitted_s` and `ratio` are (k,). A cubic with the exact slope (emission runs `ratio` seconds per
    second heard). Reference: our own; how far it errs stands at CELL in `ways`, the whole is held to 2 mrad:
    docs/simulation.md, "Sound".
    """
    u = np.arange(cells) / cells
    h = (heard_s[1:] - heard_s[:-1])[:, None]
    left, right = emitted_s[:-1, None], emitted_s[1:, None]
    # The bends are small beside the times: taken apart, they keep their digits.
    step = right - left
    up, down = ratio[:-1, None] * h, ratio[1:, None] * h
    out = left + u * up + u**2 * (3 * step - 2 * up - down) + u**3 * (up + down - 2 * step)
    return np.asarray(out.reshape(-1), np.float64)


def impedance(frequency_hz: Array, flow_resistivity_kpas_per_m2: float) -> ComplexArray:
    """Give the ground's specific impedance (n,) over that of air at frequencies (n,) [Hz], as exp(-i w t).

    20,000 kPa s/m^2 of flow resistivity is asphalt, 2,000 hard soil, 200 grass, 30 snow. Below 1 Hz as at 1 Hz.
    Reference: Delany and Bazley 1970, 10.1016/0003-682X(70)90031-9.
    """
    x = np.maximum(frequency_hz, 1.0) / flow_resistivity_kpas_per_m2
    return np.asarray(1.0 + 9.08 * x**-0.75 + 11.9j * x**-0.73, np.complex128)


def reflection(
    frequency_hz: Array, rise: Array, path_m: Array, sound_mps: float, flow_resistivity_kpas_per_m2: float
) -> ComplexArray:
    """Give the ground's reflection coefficient of a spherical wave, for sound as exp(-i w t).

    Parameters: frequency heard [Hz]; sine of the grazing angle (0 to 1) and length of the reflected way [m]; they
    broadcast. Never more than twice the wave (at grazing incidence the plane wave's -1 is what the ground
    wave makes good).
    Ignores: rough, sloping or layered ground, and shadow zones by wind and temperature.
    Reference: Rudnick 1947; Attenborough et al., Predicting Outdoor Sound, 2nd ed., eq. 2.40; docs/physics.md,
    "Sources".
    """
    admittance = 1.0 / impedance(frequency_hz, flow_resistivity_kpas_per_m2)
    plane = (rise - admittance) / (rise + admittance)
    wave = 2.0 * np.pi * frequency_hz / sound_mps
    w = 0.5 * (1.0 + 1.0j) * np.sqrt(wave * path_m) * (rise + admittance)
    ground_wave = 1.0 + 1.0j * np.sqrt(np.pi) * w * wofz(w)
    return np.asarray(plane + (1.0 - plane) * ground_wave, np.complex128)
