"""What streams, kinds and silence say for or against a flight.

The rival of a flight is that every sensor hears something of its own. How near that comes to what is heard depends
on what else is in the sky: where aircraft of one make are about, each stream's tone is just what another of them
would sound like, and three tones that agree prove little.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import (
    CORRELATION_S,
    ceiling_of,
    hearing_probability,
    hearing_sigma,
    margin_of,
    silence_nats,
)
from forehear.track.associate.existence import SILENCE_MOST_NATS
from forehear.track.associate.ingest import SensorArrays
from forehear.track.estimate.engines import engine_evidence
from forehear.track.estimate.measurement import predict_measurement
from forehear.track.initiate.candidates import Asked, Gathered
from forehear.track.layout import COLUMNS, INVERSE_SCALE, MEASURED, SENSOR_E, SENSOR_H, SENSOR_N, STATES

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What a stream's kinds say of "flies" against "an engine on the ground": odds of each heard as piston or
# jet, and as other. Consecutive seconds are one opinion, so a stream counts so many times.
FLIER_KINDS, GROUND_KINDS, KINDS_WEIGHT = (0.85, 0.15), (0.35, 0.65), 2.0
# Sensors within this of a flight [m] are asked whether they heard it, if they reported within these seconds.
SILENT_WITHIN_M, ALIVE_S = 9_000.0, 15.0
# What a fit's level at a sensor that does not take part in it is uncertain by [dB^2].
FLIGHT_LEVEL_VAR = 9.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def flight_evidence(g: Gathered, asked: Asked, x: Array, agree: Ints, gain: float, few: bool) -> float:
    """Give the log odds [nats] that flight x made the streams that agree, not an engine for each.

    -inf where there are too few. agree: indices into g, ended by -1. gain: the log evidence of the fit to them.
    few: they may be fewer than a birth needs.
    Reference: Kass and Raftery 1995, 10.1080/01621459.1995.10476572; docs/decisions/0008-tracker.md, "Initiation
    by evidence".
    """
    arrays = asked.arrays
    if not gain > -1e300:
        return -np.inf
    evidence, got, in_fit, directed, previous = gain, 0, 0, 0, -1
    heard = np.zeros(arrays.place.shape[0], np.bool_)
    while agree[got] >= 0:
        s = agree[got]
        evidence -= engine_evidence(
            g.rows[g.starts[s] :], g.starts[s + 1] - g.starts[s], asked.scales, asked.tones
        )
        evidence += kinds_evidence(asked.pool.kinds[g.near[s]])
        # Of its sensor's streams one was chosen.
        choices = 0
        for other in range(g.streams):
            choices += g.sensors[other] == g.sensors[s]
        evidence -= math.log(float(choices))
        if g.sensors[s] != previous:
            previous = g.sensors[s]
            in_fit += 1
            directed += 1 if arrays.directed[previous] else 0
        got += 1
    if not few and (in_fit < 2 or (in_fit < 3 and directed < 2)):
        return -np.inf
    # Which of the sensors take part was chosen: so many ways there were to choose.
    left_out = g.distinct - in_fit
    evidence -= math.lgamma(g.distinct + 1.0) - math.lgamma(in_fit + 1.0) - math.lgamma(left_out + 1.0)
    # Sensors whose streams do not agree have an engine of their own: they are busy, not silent.
    for s in range(g.streams):
        heard[g.sensors[s]] = True
    return evidence + silence_evidence(x, g.time_s, asked.now_s, arrays, heard, asked.air)


@njit(cache=True)
def kinds_evidence(kinds: Array) -> float:
    """Give the log odds [nats] of flying that a stream's mean kinds (3,) speak for.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    flier = kinds[0] + kinds[1]
    up = flier * FLIER_KINDS[0] + kinds[2] * FLIER_KINDS[1]
    down = flier * GROUND_KINDS[0] + kinds[2] * GROUND_KINDS[1]
    return KINDS_WEIGHT * math.log(max(up, 1e-6) / max(down, 1e-6))


@njit(cache=True)
def silence_evidence(
    x: Array, time_s: float, now_s: float, arrays: SensorArrays, heard: NDArray[np.bool_], air: Array
) -> float:
    """Give the log odds [nats, at most 0] of what the sensors near a flight did not hear of it.

    `heard` (N,) marks those that take part in the fit. A sensor that reported within ALIVE_S is asked once, by
    the one law of hearing; one that reported any source within as long is busy, not silent.
    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    row = np.zeros(COLUMNS)
    total = 0.0
    first = np.searchsorted(arrays.east_sorted, x[0] - SILENT_WITHIN_M)
    last = np.searchsorted(arrays.east_sorted, x[0] + SILENT_WITHIN_M)
    for i in range(first, last):
        s = arrays.by_east[i]
        if heard[s] or arrays.person[s] or arrays.last_report_s[s] < now_s - ALIVE_S:
            continue
        if abs(arrays.place[s, 1] - x[1]) > SILENT_WITHIN_M or arrays.last_source_s[s] > now_s - CORRELATION_S:
            continue
        row[SENSOR_E], row[SENSOR_N] = arrays.place[s, 0], arrays.place[s, 1]
        row[SENSOR_H], row[INVERSE_SCALE] = arrays.place[s, 2], arrays.place[s, 3]
        delay = predict_measurement(x, arrays.last_report_s[s] - time_s, row, air, h, jac)
        noise = arrays.noise_db[s] if not math.isnan(arrays.noise_db[s]) else 35.0
        sigma = hearing_sigma(arrays.laws, s, FLIGHT_LEVEL_VAR)
        odds = hearing_probability(h[0], noise + margin_of(arrays.laws, s), sigma, ceiling_of(arrays.laws, s))
        total += max(silence_nats(odds, delay * air[0], CORRELATION_S), -SILENCE_MOST_NATS)
    return total
