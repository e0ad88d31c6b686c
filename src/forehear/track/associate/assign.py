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

Silence is evidence (`detection`, `existence`): a sensor that is alive and reports, and does not report a track
that it should hear, lowers the odds that the track exists, by time and not by reports. What well-known tracks say
of a sensor's hearing, levels and clock is learned on the way.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.belief import propagate
from forehear.track.associate.cells import CELL_M, hash_cell
from forehear.track.associate.clutter import other_rate
from forehear.track.associate.detection import (
    LEVEL_SIGMA_DB,
    HearingLaws,
    ceiling_of,
    hearing_probability,
    hearing_sigma,
    margin_of,
)
from forehear.track.associate.ingest import SensorArrays
from forehear.track.associate.intake import take_in
from forehear.track.associate.pairs import (
    KNOWN_TONE_SIGMA,
    alike,
    pair_weight,
    spread,
    state_for_emission,
)
from forehear.track.associate.sky import MAX_CANDIDATES, MAX_SOURCES, Pairs, Sky, blank_pairs
from forehear.track.estimate.measurement import emission_delay, predict_measurement
from forehear.track.layout import (
    COLUMNS,
    HEARD,
    INVERSE_SCALE,
    LEVEL,
    MEASURED,
    SENSOR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
    TONE,
)
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Below this odds of hearing a pair is not looked at: a source there is a miracle.
LEAST_HEARING = 1e-3
# A track whose level would be so far under the threshold at the latest known place is not even predicted [dB]:
# five sigmas of the law, and what half a minute of flight changes.
FAR_BELOW_DB = 26.0
# What is left of the odds of hearing the weaker of two such engines by itself.
HIDDEN_SHARE = 0.3
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def associate(batch: Batch, bank: Bank, sky: Sky, arrays: SensorArrays, unexplained: Array) -> int:
    """Give every source to the tracks that explain it; returns how many sources came too late for their track.

    unexplained (S,): filled with the probability that no track made the source.
    Reference: Williams and Lau 2014, 10.1109/TAES.2014.120568 (the puzzle of one report);
    docs/decisions/0008-tracker.md, "Belief propagation per report".
    """
    pairs = blank_pairs()
    row = np.empty(COLUMNS)
    late = 0
    for r in range(batch.sensor.shape[0]):
        for s in range(batch.first[r], batch.first[r + 1]):
            unexplained[s] = 1.0
        noise = batch.noise_db[r] if not math.isnan(batch.noise_db[r]) else 30.0
        threshold = noise + margin_of(arrays.laws, batch.sensor[r])
        row[SENSOR_E], row[SENSOR_N] = batch.place[r, 0], batch.place[r, 1]
        row[SENSOR_H], row[INVERSE_SCALE] = batch.place[r, 2], batch.place[r, 3]
        row[HEARD], row[SENSOR] = batch.heard_s[r], batch.sensor[r]
        n = candidates(batch, r, bank, sky, arrays.laws, threshold, row, pairs)
        if n == 0:
            continue
        weigh(batch, r, bank, sky, arrays.other_rate[batch.sensor[r]], threshold, pairs, n)
        for a in range(n):
            late += take_in(batch, r, bank, sky, arrays, row, threshold, pairs, n, a, unexplained)
    return late


@njit(cache=True)
def candidates(
    batch: Batch, r: int, bank: Bank, sky: Sky, laws: HearingLaws, threshold: float, row: Array, pairs: Pairs
) -> int:
    """Fill pairs with the tracks that report r's sensor may hear, and what of them; returns how many.

    Reference: our own, docs/decisions/0008-tracker.md, "Belief propagation per report".
    """
    x, p = np.empty(STATES), np.empty((STATES, STATES))
    h, jac = np.empty(MEASURED), np.empty((MEASURED, STATES))
    sensor, heard_s = batch.sensor[r], batch.heard_s[r]
    ceiling = ceiling_of(laws, sensor)
    size = sky.starts.shape[0] - 1
    ci, cj = math.floor(batch.place[r, 0] / CELL_M), math.floor(batch.place[r, 1] / CELL_M)
    n = 0
    for near in range(9):
        cell = hash_cell(ci + near // 3 - 1, cj + near % 3 - 1, size)
        for a in range(sky.starts[cell], sky.starts[cell + 1]):
            k = sky.order[a]
            if n >= MAX_CANDIDATES or _far(bank, k, batch.place[r], heard_s, threshold, sky.air):
                continue
            seen = False
            for b in range(n):
                seen = seen or pairs.who[b] == k
            if seen:
                continue
            delay = emission_delay(bank.mean[k], heard_s - bank.time_s[k], row, sky.air)
            time_s = state_for_emission(bank, k, heard_s - delay, x, p)
            delay = predict_measurement(x, heard_s - time_s, row, sky.air, h, jac)
            sigma = hearing_sigma(laws, sensor, spread(p, jac[0]))
            chance = hearing_probability(h[0], threshold, sigma, ceiling)
            if chance < LEAST_HEARING:
                continue
            pairs.who[n], pairs.hearing[n] = k, chance
            pairs.emitted[n], pairs.distance_m[n] = heard_s - delay, delay * sky.air[0]
            for m in range(MEASURED):
                pairs.pred[n, m] = h[m]
                rate = jac[m, 0] * x[3] + jac[m, 1] * x[4] + jac[m, 2] * x[5]
                pairs.rates[n, m] = rate
                pairs.spreads[n, m] = spread(p, jac[m]) + rate * rate * batch.clock_var[r]
            n += 1
    # A weaker track that should sound alike here may be hidden in a stronger one's source.
    for a in range(n):
        for b in range(n):
            louder = a != b and pairs.pred[b, 0] > pairs.pred[a, 0]
            if louder and alike(bank, pairs.who[a], pairs.who[b], pairs.pred[a, 1], pairs.pred[b, 1]):
                pairs.hearing[a] *= HIDDEN_SHARE
    return n


@njit(cache=True)
def _far(bank: Bank, k: int, place: Array, heard_s: float, threshold: float, air: Array) -> bool:
    """Say whether track k is so far from a place that it cannot be heard there: quickly, from its latest state.

    Reference: our own, docs/decisions/0008-tracker.md, "Belief propagation per report".
    """
    dt = heard_s - 8.0 - bank.time_s[k]
    dx = bank.mean[k, 0] + dt * bank.mean[k, 3] - place[0]
    dy = bank.mean[k, 1] + dt * bank.mean[k, 4] - place[1]
    # Nearer by what eight seconds of flight change.
    path = max(math.sqrt(dx * dx + dy * dy) - 8.0 * math.hypot(bank.mean[k, 3], bank.mean[k, 4]), 100.0)
    sure = math.sqrt(bank.covariance[k, LEVEL, LEVEL])
    level = bank.mean[k, LEVEL] + min(3.0 * sure, 12.0) - 20.0 * math.log10(path) - air[3] * path
    return level < threshold - FAR_BELOW_DB


@njit(cache=True)
def weigh(batch: Batch, r: int, bank: Bank, sky: Sky, rate: float, threshold: float, pairs: Pairs, n: int) -> None:
    """Weigh every pair of report r and turn the weights into probabilities; rate: of other sources."""
    first = batch.first[r]
    sources = min(batch.first[r + 1] - first, MAX_SOURCES)
    var, octave = np.empty(MEASURED), np.empty(1)
    level_var = LEVEL_SIGMA_DB * LEVEL_SIGMA_DB * sky.scales[0] + batch.bias_var[r]
    for a in range(n):
        k = pairs.who[a]
        exists = 1.0 / (1.0 + math.exp(-bank.log_odds[k]))
        silent = 1.0 - exists * pairs.hearing[a]
        knows = bank.covariance[k, TONE, TONE] < KNOWN_TONE_SIGMA * KNOWN_TONE_SIGMA
        var[0] = level_var + pairs.spreads[a, 0]
        var[1], var[2] = pairs.spreads[a, 1], pairs.spreads[a, 2]
        for s in range(sources):
            tone, level = batch.ln_tone[first + s], batch.level_db[first + s]
            other = other_rate(rate, sky.steady[batch.sensor[r]], tone, level, batch.heard_s[r])
            weight = pair_weight(
                batch, first + s, batch.is_person[r], pairs.pred[a], var, threshold, pairs.hearing[a], other,
                knows, sky.kind_of[k], octave,
            )  # fmt: skip
            pairs.psi[a, s] = exists * math.exp(min(weight, 50.0)) / silent
            pairs.octaves[a, s] = octave[0]
    propagate(pairs.psi, sources, n, pairs.prob)
