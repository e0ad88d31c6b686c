"""What a report says of a track that it may be of is taken in: its sources, its silence, what it teaches."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import BUSY_DB, LEVEL_SIGMA_DB, learn_hearing, silence_nats
from forehear.track.associate.existence import note_hearing, note_silence
from forehear.track.associate.ingest import SensorArrays
from forehear.track.associate.learning import LEVEL_CAUTION, learn
from forehear.track.associate.pairs import allow_for_others, fill_row
from forehear.track.associate.sky import MAX_SOURCES, Pairs, Sky
from forehear.track.layout import BIAS_VAR, EMITTED, LEVEL_VAR, WEIGHT
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch
from forehear.track.memory.history import insert

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# A source enters a track from this probability on; less would only blur it.
LEAST_PROBABILITY = 0.5
# A source is surely a track's, or surely not.
SURE, SURELY_NOT = 0.8, 0.05
# A track is known well enough to teach its sensors: log odds, and variance of its place [m^2].
TEACHER_LOG_ODDS, TEACHER_VAR_M2 = 4.0, 400.0**2
# How a track's sounding like an aircraft is followed, a report.
FLIER_STEP = 0.05
# Reports of one sensor that follow each other faster than this are not so many measurements [s].
INDEPENDENT_S = 0.8
# Each second of a level that is off by an unknown, lasting error of its sensor repeats it: its variance counts so
# often.
BIAS_CAUTION = 3.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def take_in(
    batch: Batch, r: int, bank: Bank, sky: Sky, arrays: SensorArrays, row: Array, threshold: float, pairs: Pairs,
    n: int, a: int, unexplained: Array,
) -> int:  # fmt: skip
    """Take what report r says of its candidate a into the track; returns how many sources came too late.

    Reference: our own, docs/decisions/0008-tracker.md, "Belief propagation per report".
    """
    k, first, late = pairs.who[a], batch.first[r], 0
    sources = min(batch.first[r + 1] - first, MAX_SOURCES)
    best, best_s, loudest = 0.0, -1, -np.inf
    for s in range(sources):
        unexplained[first + s] -= pairs.prob[a, s]
        loudest = max(loudest, batch.level_db[first + s])
        if pairs.prob[a, s] > best:
            best, best_s = pairs.prob[a, s], s
    repeated = min(max(batch.lasting_s[r] / INDEPENDENT_S, 0.02), 1.0)
    for s in range(sources):
        sure = pairs.prob[a, s]
        if sure < LEAST_PROBABILITY:
            continue
        level_var = LEVEL_CAUTION * LEVEL_SIGMA_DB**2 + BIAS_CAUTION * batch.bias_var[r]
        fill_row(row, batch, first + s, r, pairs.octaves[a, s], level_var, pairs.rates[a], threshold)
        row[EMITTED] = pairs.emitted[a]
        row[BIAS_VAR] = batch.bias_var[r]
        row[WEIGHT] = (1.0 if sure > 0.9 else sure) * repeated
        if batch.is_person[r]:
            row[LEVEL_VAR] = -1.0
        allow_for_others(row, bank, pairs.who, pairs.pred, pairs.hearing, n, a)
        if not insert(bank, k, row):
            late += 1
        elif sure > SURE:
            learn(
                bank, k, batch, r, row, pairs.pred[a], pairs.spreads[a], pairs.rates[a], arrays, sky.scales,
                sky.residuals,
            )  # fmt: skip
    excess = pairs.pred[a, 0] - batch.noise_db[r]
    teaches = bank.log_odds[k] > TEACHER_LOG_ODDS and not batch.is_person[r] and not math.isnan(excess)
    teaches = teaches and bank.covariance[k, 0, 0] + bank.covariance[k, 1, 1] < TEACHER_VAR_M2
    lasting = batch.lasting_s[r]
    if best > 0.5:
        note_hearing(
            bank, k, batch.sensor[r], batch.heard_s[r], best * math.log(pairs.psi[a, best_s] + 1e-9), lasting
        )
        bank.last_heard_s[k] = max(bank.last_heard_s[k], batch.heard_s[r])
        kinds = batch.kinds[first + best_s]
        bank.flier[k] += FLIER_STEP * (kinds[0] + kinds[1] - bank.flier[k])
        for c in range(3):
            value = math.log(batch.kinds[first + best_s, c] + 0.02)
            bank.kind_evidence[k, c] = 0.98 * bank.kind_evidence[k, c] + 0.3 * value
    elif not batch.is_person[r] and (sources == 0 or pairs.pred[a, 0] > loudest + BUSY_DB):
        nats = silence_nats(pairs.hearing[a] * (1.0 - best), pairs.distance_m[a], lasting)
        note_silence(bank, k, batch.sensor[r], batch.heard_s[r], nats)
    else:
        teaches = False
    if teaches and (best > SURE or best < SURELY_NOT):
        learn_hearing(
            arrays.laws, batch.sensor[r], excess, pairs.spreads[a, 0], best > SURE, min(lasting / 10.0, 1.0)
        )
    return late
