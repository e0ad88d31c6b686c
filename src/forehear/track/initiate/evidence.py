"""What kinds and silence say for or against a flight."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import hearing_probability
from forehear.track.estimate.measurement import predict_measurement
from forehear.track.layout import COLUMNS, INVERSE_SCALE, MEASURED, SENSOR_E, SENSOR_H, SENSOR_N, STATES

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# What a stream's kinds say of "flies" against "an engine on the ground": odds of each heard as piston or
# jet, and as other. Consecutive seconds are one opinion, so a stream counts so many times.
FLIER_KINDS, GROUND_KINDS, KINDS_WEIGHT = (0.85, 0.15), (0.35, 0.65), 2.0
# -----------------------------------------------------------------------------------------------------


class Silence(NamedTuple):
    """Sensors that were alive lately: what they did not hear counts against a flight."""

    place: Array  # (N, 4) east, north, height, inverse scale
    noise_db: Array  # (N,)
    last_report_s: Array  # (N,) hearing time of the latest report
    person: NDArray[np.bool_]  # (N,)


@njit(cache=True)
def kinds_evidence(kinds: Array) -> float:
    """Give the log odds [nats] of flying that a stream's mean kinds (3,) speak for."""
    flier = kinds[0] + kinds[1]
    up = flier * FLIER_KINDS[0] + kinds[2] * FLIER_KINDS[1]
    down = flier * GROUND_KINDS[0] + kinds[2] * GROUND_KINDS[1]
    return KINDS_WEIGHT * math.log(max(up, 1e-6) / max(down, 1e-6))


@njit(cache=True)
def silence_evidence(
    x: Array,
    time_s: float,
    now_s: float,
    silence: Silence,
    heard: NDArray[np.bool_],
    margin_db: float,
    level_sigma_db: float,
    air: Array,
) -> float:
    """Give the log odds [nats, at most 0] of what the sensors near a flight did not hear of it.

    `heard` (N,) marks those that take part in the fit. A sensor that reported within 15 s is asked once.
    """
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    row = np.zeros(COLUMNS)
    total = 0.0
    for s in range(silence.place.shape[0]):
        if heard[s] or silence.person[s] or silence.last_report_s[s] < now_s - 15.0:
            continue
        dx, dy = silence.place[s, 0] - x[0], silence.place[s, 1] - x[1]
        if abs(dx) > 9000.0 or abs(dy) > 9000.0:
            continue
        row[SENSOR_E], row[SENSOR_N] = silence.place[s, 0], silence.place[s, 1]
        row[SENSOR_H], row[INVERSE_SCALE] = silence.place[s, 2], silence.place[s, 3]
        predict_measurement(x, silence.last_report_s[s] - time_s, row, air, h, jac)
        noise = silence.noise_db[s] if not math.isnan(silence.noise_db[s]) else 35.0
        chance = hearing_probability(h[0], noise + margin_db, level_sigma_db, 0.9)
        total += math.log(1.0 - chance)
    return total
