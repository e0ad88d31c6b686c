"""What streams, kinds and silence say for or against a flight.

The rival of a flight is that every sensor hears something of its own. How near that comes to what is heard depends
on what else is in the sky: where aircraft of one make are about, each stream's tone is just what another of them
would sound like, and three tones that agree prove little.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.engines import engine_evidence
from forehear.track.estimate.prior import speed_evidence
from forehear.track.initiate.candidates import Asked, Gathered
from forehear.track.initiate.silence import silence_evidence
from forehear.track.layout import HEARD

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What a stream's kinds say of "flies" against "an engine on the ground": odds of each heard as piston or
# jet, and as other. Consecutive seconds are one opinion, so a stream counts so many times.
FLIER_KINDS, GROUND_KINDS, KINDS_WEIGHT = (0.85, 0.15), (0.35, 0.65), 2.0
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
    evidence, got, in_fit, previous, since_s = gain, 0, 0, -1, np.inf
    piston, jet = 1e-3, 1e-3
    heard = np.zeros(arrays.place.shape[0], np.bool_)
    while agree[got] >= 0:
        s = agree[got]
        evidence -= engine_evidence(
            g.rows[g.starts[s] :], g.starts[s + 1] - g.starts[s], asked.scales, asked.tones
        )
        kinds = asked.pool.kinds[g.near[s]]
        evidence += kinds_evidence(kinds)
        piston, jet = piston + kinds[0], jet + kinds[1]
        for r in range(g.starts[s], g.starts[s + 1]):
            since_s = min(since_s, g.rows[r, HEARD])
        # Of its sensor's streams one was chosen.
        choices = 0
        for other in range(g.streams):
            choices += g.sensors[other] == g.sensors[s]
        evidence -= math.log(float(choices))
        heard[g.sensors[s]] = True
        if g.sensors[s] != previous:
            previous = g.sensors[s]
            in_fit += 1
        got += 1
    if not few and in_fit < 2:
        return -np.inf
    # Which of the sensors take part was chosen: so many ways there were to choose.
    left_out = g.distinct - in_fit
    evidence -= math.lgamma(g.distinct + 1.0) - math.lgamma(in_fit + 1.0) - math.lgamma(left_out + 1.0)
    evidence += speed_evidence(math.hypot(x[3] - asked.air[1], x[4] - asked.air[2]), piston / (piston + jet))
    tonal = not math.isnan(asked.pool.ln_tone[g.near[g.seed]])
    return evidence + silence_evidence(x, g.time_s, since_s, asked.now_s, arrays, heard, tonal, asked.air)


@njit(cache=True)
def kinds_evidence(kinds: Array) -> float:
    """Give the log odds [nats] of flying that a stream's mean kinds (3,) speak for.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    flier = kinds[0] + kinds[1]
    up = flier * FLIER_KINDS[0] + kinds[2] * FLIER_KINDS[1]
    down = flier * GROUND_KINDS[0] + kinds[2] * GROUND_KINDS[1]
    return KINDS_WEIGHT * math.log(max(up, 1e-6) / max(down, 1e-6))
