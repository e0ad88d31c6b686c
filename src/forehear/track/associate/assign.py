"""Which target did a report hear? Belief propagation over one sensor's sources and the targets near it.

Theory of operation. A report is a small puzzle: a few sources, a few targets that the sensor should hear
now, at most one source a target and one target a source, some sources of neither. The targets are the
tracks in the cells around the sensor, so the cost does not grow with tracks far away. For each pair the
state at the emission is taken from the track's checkpoint before it, and level, tone (three octaves of it),
bearing and kinds are weighed against clutter. Loopy belief propagation (Williams and Lau 2014, arXiv
1209.6299) turns the weights into probabilities; a source enters a track with its variance divided by its
probability. What no track explains goes on to `streams`.

Two engines closer in tone than a microphone resolves come as one source: the weaker of two tracks that
should sound alike there is not charged with its silence, and the stronger takes the source with a variance
that allows for the other's share.

Silence is evidence: a sensor that is alive and reports, and does not report a track that it should hear,
lowers the odds that the track exists.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.belief import propagate
from forehear.track.associate.cells import CELL_M, hash_cell
from forehear.track.associate.detection import hearing_probability
from forehear.track.associate.existence import join
from forehear.track.associate.learning import LEVEL_CAUTION, learn
from forehear.track.associate.pairs import (
    KNOWN_TONE_SIGMA,
    alike,
    allow_for_others,
    fill_row,
    pair_weight,
    spread,
    state_for_emission,
)
from forehear.track.estimate.measurement import emission_delay, predict_measurement
from forehear.track.layout import (
    COLUMNS,
    EMITTED,
    HEARD,
    INVERSE_SCALE,
    LEVEL_VAR,
    MEASURED,
    SENSOR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
    TONE,
    WEIGHT,
)
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch
from forehear.track.memory.history import insert

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# A report's candidates: as many tracks as a sensor ever hears at once, with room [tracks].
MAX_CANDIDATES = 24
MAX_SOURCES = 16
# Level's own scatter about the model [dB], before the tracker has measured it.
LEVEL_SIGMA_DB = 5.0
# The best odds that a clear sound is reported: frames are lost, gusts pass.
BEST_HEARING = 0.93
# Below this odds of hearing a pair is not looked at: a source there is a miracle.
LEAST_HEARING = 1e-3
# What is left of the odds of hearing the weaker of two such engines by itself.
HIDDEN_SHARE = 0.3
# A source enters a track from this probability on; less would only blur it.
LEAST_PROBABILITY = 0.5
# A sensor that goes on hearing says little new [nats]: whatever made its sound goes on making it. One that
# hears the track for the first time where it was foretold says at most this much.
NEW_SENSOR_NATS = 4.0
# Weight of a sensor's silence per report: consecutive seconds are not independent. A heartbeat stands for
# ten seconds of silence.
HEARING_NATS = 0.15
SILENCE_WEIGHT = 0.15
HEARTBEAT_SILENCE_WEIGHT = 0.6
# Log odds of existence stay within these: certainty must remain revisable.
MOST_LOG_ODDS = 12.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def associate(
    batch: Batch,
    bank: Bank,
    order: Ints,
    starts: Ints,
    air: Array,
    scales: Array,
    margin_db: float,
    kind_of: Array,
    clock: Array,
    residuals: Array,
    unexplained: Array,
) -> int:
    """Give every source to the tracks that explain it.

    kind_of (T, 3) the tracks' kind probabilities, clock (N, 2) sensors' clock offset and variance (updated),
    scales (4,) factors on the variances, margin_db: how far above the noise a level must be to be heard.
    residuals (n, 4): squares of normalised innovations, written cyclically, counted in residuals[0, 0].
    unexplained (S,): the probability that no track made the source. Returns how many reports came too late.
    """
    size = starts.shape[0] - 1
    x, p = np.empty(STATES), np.empty((STATES, STATES))
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    var = np.empty(MEASURED)
    who = np.empty(MAX_CANDIDATES, np.int64)
    emitted = np.empty(MAX_CANDIDATES)
    hearing = np.empty(MAX_CANDIDATES)
    pred = np.empty((MAX_CANDIDATES, MEASURED))
    spreads = np.empty((MAX_CANDIDATES, MEASURED))
    rates = np.empty((MAX_CANDIDATES, MEASURED))
    psi = np.empty((MAX_CANDIDATES, MAX_SOURCES))
    prob = np.empty((MAX_CANDIDATES, MAX_SOURCES))
    octaves = np.empty((MAX_CANDIDATES, MAX_SOURCES))
    octave = np.empty(1)
    row = np.empty(COLUMNS)
    late = 0
    level_var = LEVEL_SIGMA_DB * LEVEL_SIGMA_DB * scales[0]
    for r in range(batch.sensor.shape[0]):
        first, last = batch.first[r], min(batch.first[r + 1], batch.first[r] + MAX_SOURCES)
        for s in range(batch.first[r], batch.first[r + 1]):
            unexplained[s] = 1.0
        place = batch.place[r]
        ci, cj = math.floor(place[0] / CELL_M), math.floor(place[1] / CELL_M)
        threshold = (batch.noise_db[r] if not math.isnan(batch.noise_db[r]) else 30.0) + margin_db
        row[SENSOR_E], row[SENSOR_N], row[SENSOR_H] = place[0], place[1], place[2]
        row[INVERSE_SCALE] = place[3]
        row[HEARD] = batch.heard_s[r]
        n = 0
        for di in range(-1, 2):
            for dj in range(-1, 2):
                cell = hash_cell(ci + di, cj + dj, size)
                for a in range(starts[cell], starts[cell + 1]):
                    k = order[a]
                    dx, dy = bank.mean[k, 0] - place[0], bank.mean[k, 1] - place[1]
                    if abs(dx) + abs(dy) > 6.0 * CELL_M or n >= MAX_CANDIDATES:
                        continue
                    seen = False
                    for b in range(n):
                        seen = seen or who[b] == k
                    if seen:
                        continue
                    delay = emission_delay(bank.mean[k], batch.heard_s[r] - bank.time_s[k], row, air)
                    at = batch.heard_s[r] - delay
                    time_s = state_for_emission(bank, k, at, x, p)
                    delay = predict_measurement(x, batch.heard_s[r] - time_s, row, air, h, jac)
                    chance = hearing_probability(
                        h[0], threshold, math.sqrt(level_var + min(spread(p, jac[0]), 100.0)), BEST_HEARING
                    )
                    if chance < LEAST_HEARING:
                        continue
                    who[n], hearing[n] = k, chance
                    emitted[n] = batch.heard_s[r] - delay
                    for m in range(MEASURED):
                        pred[n, m] = h[m]
                        rate = jac[m, 0] * x[3] + jac[m, 1] * x[4] + jac[m, 2] * x[5]
                        rates[n, m] = rate
                        spreads[n, m] = spread(p, jac[m]) + rate * rate * batch.clock_var[r]
                    n += 1
        if n == 0:
            continue
        # A weaker track that should sound alike here may be hidden in a stronger one's source.
        for a in range(n):
            for b in range(n):
                if a != b and pred[b, 0] > pred[a, 0] and alike(bank, who[a], who[b], pred[a, 1], pred[b, 1]):
                    hearing[a] *= HIDDEN_SHARE
        sources = last - first
        for a in range(n):
            k = who[a]
            exists = 1.0 / (1.0 + math.exp(-bank.log_odds[k]))
            silent = 1.0 - exists * hearing[a]
            knows = bank.covariance[k, TONE, TONE] < KNOWN_TONE_SIGMA * KNOWN_TONE_SIGMA
            var[0] = level_var + spreads[a, 0]
            var[1], var[2] = spreads[a, 1], spreads[a, 2]
            for s in range(sources):
                weight = pair_weight(
                    batch,
                    first + s,
                    batch.is_person[r],
                    pred[a],
                    var,
                    threshold,
                    hearing[a],
                    knows,
                    kind_of[k],
                    octave,
                )
                psi[a, s] = exists * math.exp(min(weight, 50.0)) / silent
                octaves[a, s] = octave[0]
        propagate(psi, sources, n, prob)
        for a in range(n):
            k = who[a]
            best, best_s = 0.0, -1
            for s in range(sources):
                unexplained[first + s] -= prob[a, s]
                if prob[a, s] > best:
                    best, best_s = prob[a, s], s
            for s in range(sources):
                if prob[a, s] < LEAST_PROBABILITY:
                    continue
                fill_row(row, batch, first + s, r, octaves[a, s], LEVEL_CAUTION * 25.0, rates[a], threshold)
                row[EMITTED] = emitted[a]
                row[SENSOR] = batch.sensor[r]
                row[WEIGHT] = 1.0 if prob[a, s] > 0.9 else prob[a, s]
                if batch.is_person[r]:
                    row[LEVEL_VAR] = -1.0
                allow_for_others(row, bank, who, pred, hearing, n, a)
                if not insert(bank, k, row):
                    late += 1
                    continue
                if prob[a, s] > 0.8:
                    learn(bank, k, batch, r, row, pred[a], spreads[a], rates[a], clock, residuals, scales)
            # Existence: a sensor that newly hears it confirms, silence where it should be loud denies.
            if best > 0.5:
                gain = HEARING_NATS
                if join(bank, k, batch.sensor[r]):
                    gain = best * min(max(math.log(psi[a, best_s] + 1e-9), 0.0), NEW_SENSOR_NATS)
                bank.log_odds[k] = min(bank.log_odds[k] + gain, MOST_LOG_ODDS)
                if batch.heard_s[r] > bank.last_heard_s[k]:
                    bank.last_heard_s[k] = batch.heard_s[r]
                bank.missed[k] = 0.0
                for c in range(3):
                    value = math.log(batch.kinds[first + best_s, c] + 0.02)
                    bank.kind_evidence[k, c] = 0.98 * bank.kind_evidence[k, c] + 0.3 * value
            elif not batch.is_person[r]:
                weight = HEARTBEAT_SILENCE_WEIGHT if sources == 0 else SILENCE_WEIGHT
                loss = weight * math.log(1.0 - min(hearing[a] * (1.0 - best), 0.95))
                bank.log_odds[k] += loss
                bank.missed[k] += loss
    return late
