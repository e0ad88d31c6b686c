"""What hearing and silence say of a track's existence and kind: who heard it, when, and what as.

Theory of operation. The log odds of existence are what the birth was worth, which fades, and one opinion of each
sensor, which is bounded and fades too. A sensor that goes on hearing says little new: whatever made its sound
goes on making it; so its opinion is at most NEW_SENSOR_NATS however long it hears. Its silence takes at most
SILENCE_MOST_NATS, which is less than one good hearing gives, and is forgiven when it hears again. So a track that
two sensors hear lives whatever eight others miss, and one that lives on one steady engine alone dies of its
neighbours' silence.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import CORRELATION_S
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# The most that one sensor's hearing gives, and the most that its silence takes [nats].
NEW_SENSOR_NATS = 4.0
SILENCE_MOST_NATS = 1.2
# Log odds of existence stay within these: certainty must remain revisable.
MOST_LOG_ODDS = 12.0
# How long opinions and the birth's evidence last [s]: a target is past a sensor in a minute.
OPINION_LASTS_S, BIRTH_LASTS_S = 60.0, 60.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def slot_of(bank: Bank, k: int, sensor: int, now_s: float) -> int:
    """Find the place of a sensor's opinion of track k; where it has none, the stalest goes."""
    stalest, oldest = 0, np.inf
    for a in range(bank.sensors.shape[1]):
        if bank.sensors[k, a] == sensor:
            return a
        if bank.asked_s[k, a] < oldest:
            stalest, oldest = a, bank.asked_s[k, a]
    bank.sensors[k, stalest] = sensor
    bank.heard_s[k, stalest] = -np.inf
    bank.opinion[k, stalest] = 0.0
    bank.asked_s[k, stalest] = now_s
    return stalest


@njit(cache=True)
def note_hearing(bank: Bank, k: int, sensor: int, heard_s: float, nats: float, lasting_s: float) -> None:
    """Take in that a sensor heard track k, for which it speaks by `nats`: at once where that is new."""
    a = slot_of(bank, k, sensor, heard_s)
    nats = min(max(nats, 0.0), NEW_SENSOR_NATS)
    if bank.heard_s[k, a] == -np.inf:
        bank.sensors_heard[k] += 1
    if heard_s - bank.heard_s[k, a] > CORRELATION_S:
        share = 1.0
    else:
        share = min(lasting_s, CORRELATION_S) / CORRELATION_S
    before = bank.opinion[k, a]
    # What its silence took is forgiven.
    after = min(max(before, 0.0) + share * nats, NEW_SENSOR_NATS)
    bank.opinion[k, a] = max(after, before)
    bank.asked_s[k, a] = max(heard_s, bank.asked_s[k, a])
    bank.heard_s[k, a] = max(heard_s, bank.heard_s[k, a])
    bank.log_odds[k] = min(bank.log_odds[k] + bank.opinion[k, a] - before, MOST_LOG_ODDS)


@njit(cache=True)
def note_silence(bank: Bank, k: int, sensor: int, heard_s: float, nats: float) -> None:
    """Take in that a sensor should have heard track k and did not: `nats` at most 0.

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    if nats > -1e-3:
        return
    a = slot_of(bank, k, sensor, heard_s)
    before = bank.opinion[k, a]
    after = max(before + nats, min(before, -SILENCE_MOST_NATS))
    bank.opinion[k, a] = after
    bank.asked_s[k, a] = max(heard_s, bank.asked_s[k, a])
    bank.log_odds[k] += after - before


@njit(cache=True)
def fade(bank: Bank, passed_s: float) -> None:
    """Let opinions and births' evidence fade by some seconds, and add them up."""
    keep, keep_birth = math.exp(-passed_s / OPINION_LASTS_S), math.exp(-passed_s / BIRTH_LASTS_S)
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k]:
            continue
        bank.birth_odds[k] *= keep_birth
        total = bank.birth_odds[k]
        for a in range(bank.sensors.shape[1]):
            bank.opinion[k, a] *= keep
            total += bank.opinion[k, a]
        bank.log_odds[k] = min(total, MOST_LOG_ODDS)


def kind_probabilities(evidence: Array) -> Array:
    """Turn sums of log kind probabilities (T, 3) into probabilities (T, 3)."""
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)
