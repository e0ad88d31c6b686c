"""One track and one source: how well they fit, and what the source then says of the track."""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.filter import HORIZONTAL_POWER, combine, predict
from forehear.track.estimate.measurement import detected_level, wrapped
from forehear.track.layout import (
    AZIMUTH,
    AZIMUTH_VAR,
    ELEVATION,
    ELEVATION_VAR,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    STATES,
    THRESHOLD,
    TONE,
)
from forehear.track.memory.bank import Bank
from forehear.track.memory.batch import Batch

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Density of sources that no track explains: a source in 50 s, uniform over 40 dB, 2 units of ln tone, the
# circle. False alarms are ten times rarer; engines on the ground and targets not yet found are not.
OTHER_RATE = 0.02
LEVEL_WIDTH_DB = 40.0
LN_TONE_WIDTH = 2.0
# Odds of reports' tones being an octave off, each way.
OCTAVE_ODDS = 0.03
# Odds that a tonal target's source comes without its tone, and that a jet's comes with one.
NO_TONE_ODDS = 0.15
STRAY_TONE_ODDS = 0.05
# A track knows its tone when the sigma of ln tone is below this.
KNOWN_TONE_SIGMA = 0.1
# Two engines nearer in tone than this may come as one source [Hz].
RESOLUTION_HZ = 4.0
# Gate on tone and bearing [sigmas]; levels scatter in ways that sigmas do not tell, so theirs is wider.
GATE_SIGMAS = 5.0
LEVEL_GATE_SIGMAS = 5.0
# Elevations are pulled by the ground's reflection: this is added to their sigma [rad] (about 10 degrees).
ELEVATION_BIAS_RAD = 0.17
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def state_for_emission(bank: Bank, k: int, emitted_s: float, x: Array, p: Array) -> float:
    """Fill x (8,), p (8, 8) with track k's state nearest before an emission; returns its time [s]."""
    if emitted_s >= bank.time_s[k]:
        x[:] = bank.mean[k]
        p[:, :] = bank.covariance[k]
        time_s = bank.time_s[k]
        cruise = bank.mu[k, 0]
    else:
        j = bank.checkpoints[k] - 1
        while j > 0 and bank.ck_t[k, j] > emitted_s:
            j -= 1
        combine(bank.ck_x[k, j], bank.ck_p[k, j], bank.ck_mu[k, j, 0], x, p)
        time_s = bank.ck_t[k, j]
        cruise = bank.ck_mu[k, j, 0]
    dt = emitted_s - time_s
    if dt > 0.0:
        predict(x, p, dt, 0)
        extra = (1.0 - cruise) * HORIZONTAL_POWER[1]
        for i in range(2):
            p[i, i] += extra * dt * dt * dt / 3.0
            p[i, i + 3] += extra * dt * dt / 2.0
            p[i + 3, i] += extra * dt * dt / 2.0
            p[i + 3, i + 3] += extra * dt
        time_s = emitted_s
    return float(time_s)


@njit(cache=True)
def spread(p: Array, row: Array) -> float:
    """Give row P row^T for row (8,): the state's share of an innovation's variance."""
    total = 0.0
    for i in range(STATES):
        part = 0.0
        for j in range(STATES):
            part += p[i, j] * row[j]
        total += row[i] * part
    return total


@njit(cache=True)
def pair_weight(
    batch: Batch,
    s: int,
    person: bool,
    h: Array,
    var: Array,
    threshold_db: float,
    hearing: float,
    knows_tone: bool,
    kinds: Array,
    octave: Array,
) -> float:
    """Weigh "this track made source s" against "something else did", as a log ratio; -inf outside the gate.

    h (4,) and var (4,): prediction and its variance with the measurement's own. Sets octave[0], what must be
    added to ln tone.
    """
    total = math.log(hearing / OTHER_RATE)
    if not person:
        rise, share = detected_level(h[0], threshold_db, math.sqrt(var[0]))
        miss = batch.level_db[s] - h[0] - rise
        v = var[0] * max(share, 0.2)
        if miss * miss > LEVEL_GATE_SIGMAS**2 * v:
            return -np.inf
        total += -0.5 * (math.log(6.283185307179586 * v) + miss * miss / v) + math.log(LEVEL_WIDTH_DB)
    octave[0] = 0.0
    if not math.isnan(batch.ln_tone[s]):
        best = -np.inf
        for o in range(-1, 2):
            shift = o * 0.6931471805599453
            v = var[1] + batch.ln_tone_var[s]
            miss = batch.ln_tone[s] + shift - h[1]
            if miss * miss > GATE_SIGMAS * GATE_SIGMAS * v:
                continue
            one = -0.5 * (math.log(6.283185307179586 * v) + miss * miss / v)
            one += math.log(OCTAVE_ODDS if o != 0 else 1.0 - 2.0 * OCTAVE_ODDS)
            if one > best:
                best = one
                octave[0] = shift
            if not knows_tone:
                break
        if best == -np.inf:
            return best
        total += best + math.log(LN_TONE_WIDTH)
        if not knows_tone:
            total += math.log(STRAY_TONE_ODDS)
    elif knows_tone:
        total += math.log(NO_TONE_ODDS)
    if not math.isnan(batch.azimuth[s]):
        v = var[2] + batch.azimuth_var[s]
        miss = wrapped(batch.azimuth[s] - h[2])
        if miss * miss > GATE_SIGMAS * GATE_SIGMAS * v:
            return -np.inf
        total += -0.5 * (math.log(6.283185307179586 * v) + miss * miss / v) + 1.8378770664093453
    # Kinds: how much likelier the report's are under the track's than under no opinion.
    agree = 0.0
    for a in range(3):
        agree += kinds[a] * batch.kinds[s, a]
    return total + math.log(max(3.0 * agree, 0.05))


@njit(cache=True)
def alike(bank: Bank, a: int, b: int, tone_a: float, tone_b: float) -> bool:
    """Say whether two tracks' sounds could come as one source: both toneless, or their tones too close."""
    known = KNOWN_TONE_SIGMA * KNOWN_TONE_SIGMA
    tonal_a, tonal_b = bank.covariance[a, TONE, TONE] < known, bank.covariance[b, TONE, TONE] < known
    if tonal_a != tonal_b:
        return False
    return not tonal_a or abs(math.exp(tone_a) - math.exp(tone_b)) < RESOLUTION_HZ


@njit(cache=True)
def fill_row(
    row: Array, batch: Batch, s: int, r: int, octave: float, level_var: float, rates: Array, threshold: float
) -> None:
    """Write source s of report r as a measurement's row; the clock's uncertainty adds by its rate."""
    clock = batch.clock_var[r]
    row[LEVEL_DB], row[LEVEL_VAR] = batch.level_db[s], level_var + rates[0] * rates[0] * clock
    row[THRESHOLD] = threshold
    row[LN_TONE_VAR] = row[AZIMUTH_VAR] = row[ELEVATION_VAR] = -1.0
    row[LN_TONE] = row[AZIMUTH] = row[ELEVATION] = 0.0
    if not math.isnan(batch.ln_tone[s]):
        row[LN_TONE] = batch.ln_tone[s] + octave
        row[LN_TONE_VAR] = batch.ln_tone_var[s] + rates[1] * rates[1] * clock
    if not math.isnan(batch.azimuth[s]):
        row[AZIMUTH] = batch.azimuth[s]
        row[AZIMUTH_VAR] = batch.azimuth_var[s] + rates[2] * rates[2] * clock
    if not math.isnan(batch.elevation[s]):
        row[ELEVATION] = batch.elevation[s]
        row[ELEVATION_VAR] = batch.elevation_var[s] + ELEVATION_BIAS_RAD * ELEVATION_BIAS_RAD


@njit(cache=True)
def allow_for_others(row: Array, bank: Bank, who: Ints, pred: Array, hearing: Array, n: int, a: int) -> None:
    """Widen a row's level and tone by what another track that sounds alike may have put into the source."""
    for b in range(n):
        if b == a or hearing[b] < 0.1 or not alike(bank, who[a], who[b], pred[a, 1], pred[b, 1]):
            continue
        share = 10.0 ** (0.1 * min(max(pred[b, 0] - pred[a, 0], -30.0), 10.0))
        louder = 10.0 * math.log10(1.0 + share)
        row[LEVEL_VAR] += louder * louder
        if row[LN_TONE_VAR] > 0.0:
            pull = (pred[b, 1] - pred[a, 1]) * share / (1.0 + share)
            row[LN_TONE_VAR] += pull * pull
