"""Flights heard by a few sensors, as rows of measurements: a forward model of its own, by fixed-point iteration.

Nothing of forehear's physics is used here but the names of the columns. The emission is found by going back
from the hearing, the pitch by how much earlier or later the sound left that is heard two milliseconds apart.
`test_track_filter` pins it to the marched wavefront of tests/reference.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forehear.track.estimate.measurement import CONVECTION_DB
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    COLUMNS,
    ELEVATION,
    ELEVATION_VAR,
    EMITTED,
    HEARD,
    INVERSE_SCALE,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    SENSOR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    THRESHOLD,
    WEIGHT,
)

Array = NDArray[np.float64]
# Times (n,) to states (n, 8): place, velocity, source level, ln tone.
Flight = Callable[[Array], Array]

# Speed of sound, wind east and north [m/s], absorption [dB/m].
AIR = np.array([340.0, 4.0, -3.0, 0.001])
# Nine microphones on masts, four kilometres apart.
SENSORS = np.array([(e, n, 30.0) for e in (-4000.0, 0.0, 4000.0) for n in (-4000.0, 0.0, 4000.0)])
LEVEL_SIGMA_DB, LN_TONE_SIGMA = 3.0, 0.003
AZIMUTH_SIGMA_RAD, ELEVATION_SIGMA_RAD = math.radians(3.0), math.radians(10.0)
# No sensor is so near or so fast a target that this many turns leave a nanosecond.
TURNS = 80


def straight(x: Array, time_s: float = 0.0) -> Flight:
    """The flight that has the state x (8,) at a time and keeps its velocity."""

    def at(t: Array) -> Array:
        out = np.tile(x, (len(t), 1))
        out[:, :3] += (t - time_s)[:, None] * x[3:6]
        return out

    return at


def hear(
    flight: Flight, heard_s: Array, sensors: Array, wind: Array, sound: float
) -> tuple[Array, Array, Array, Array]:
    """Emission times (n,), the way the sound came (n, 3), pitch (n,), states then (n, 8)."""

    def emitted(at: Array) -> tuple[Array, Array]:
        delay = np.zeros(len(at))
        for _ in range(TURNS):
            way = flight(at - delay)[:, :3] + delay[:, None] * wind - sensors
            delay = np.linalg.norm(way, axis=1) / sound
        return at - delay, way

    left, way = emitted(heard_s)
    crest = 0.001
    pitch = (emitted(heard_s + crest)[0] - emitted(heard_s - crest)[0]) / (2.0 * crest)
    return left, way, pitch, flight(left)


def blank_row(sensor: Array, heard_s: float, inverse_scale: float = 1.0) -> Array:
    """A row that measures nothing yet: every variance says that its value is absent."""
    row = np.zeros(COLUMNS)
    row[SENSOR_E], row[SENSOR_N], row[SENSOR_H] = sensor
    row[INVERSE_SCALE] = inverse_scale
    row[HEARD] = heard_s
    row[[LEVEL_VAR, LN_TONE_VAR, AZIMUTH_VAR, ELEVATION_VAR]] = -1.0
    row[THRESHOLD] = -200.0
    row[WEIGHT] = 1.0
    return row


def rows_of(
    flight: Flight,
    seconds: Array,
    senses: str = "lt",
    rng: np.random.Generator | None = None,
    air: Array = AIR,
    sensors: Array = SENSORS,
    sound: float | None = None,
) -> Array:
    """All rows (n, COLUMNS) of a flight heard by all sensors at all seconds, in order of emission.

    senses: l level, t tone, a azimuth, e elevation; noise where rng is given. `sound`: a speed of sound of
    its own [m/s], which the rows' reader does not know.
    """
    when = np.repeat(np.asarray(seconds, np.float64), len(sensors))
    which = np.tile(np.arange(len(sensors)), len(seconds))
    place = sensors[which]
    wind = np.array([air[1], air[2], 0.0])
    left, way, pitch, states = hear(flight, when, place, wind, float(sound or air[0]))
    n = len(when)
    noise = rng.standard_normal((n, 4)) if rng is not None else np.zeros((n, 4))
    path = np.linalg.norm(way, axis=1)
    rows = np.array([blank_row(p, t) for p, t in zip(place, when, strict=True)])
    rows[:, SENSOR], rows[:, EMITTED] = which, left
    if "l" in senses:
        level = states[:, 6] - 20.0 * np.log10(path) - air[3] * path + CONVECTION_DB * np.log(pitch)
        rows[:, LEVEL_DB], rows[:, LEVEL_VAR] = level + LEVEL_SIGMA_DB * noise[:, 0], LEVEL_SIGMA_DB**2
    if "t" in senses:
        rows[:, LN_TONE] = states[:, 7] + np.log(pitch) + LN_TONE_SIGMA * noise[:, 1]
        rows[:, LN_TONE_VAR] = LN_TONE_SIGMA**2
    if "a" in senses:
        rows[:, AZIMUTH] = np.arctan2(way[:, 0], way[:, 1]) + AZIMUTH_SIGMA_RAD * noise[:, 2]
        rows[:, AZIMUTH_VAR] = AZIMUTH_SIGMA_RAD**2
    if "e" in senses:
        rows[:, ELEVATION] = np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1]))
        rows[:, ELEVATION] += ELEVATION_SIGMA_RAD * noise[:, 3]
        rows[:, ELEVATION_VAR] = ELEVATION_SIGMA_RAD**2
    return rows[np.argsort(left, kind="mergesort")]
