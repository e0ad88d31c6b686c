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
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forehear.track.bank import Bank
from forehear.track.filter import HORIZONTAL_POWER, combine, predict
from forehear.track.likelihood import (
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
    MEASURED,
    SENSOR,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
    THRESHOLD,
    TONE,
    WEIGHT,
    detected_level,
    emission_delay,
    hearing_probability,
    predict_measurement,
    wrapped,
)

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Cells of the spatial index [m]: sound is seldom heard from farther, and three by three cells are read.
CELL_M = 12_000.0
# A report's candidates: as many tracks as a sensor ever hears at once, with room [tracks].
MAX_CANDIDATES = 24
MAX_SOURCES = 16
# Level's own scatter about the model [dB], before the tracker has measured it.
LEVEL_SIGMA_DB = 5.0
# What the level's variance is multiplied by in filters and fits: errors of one sensor, path and attitude last
# for many reports, which are not so many opinions.
LEVEL_CAUTION = 1.4
# The best odds that a clear sound is reported: frames are lost, gusts pass.
BEST_HEARING = 0.93
# Below this odds of hearing a pair is not looked at: a source there is a miracle.
LEAST_HEARING = 1e-3
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
# What is left of the odds of hearing the weaker of two such engines by itself.
HIDDEN_SHARE = 0.3
# Gate on tone and bearing [sigmas]; levels scatter in ways that sigmas do not tell, so theirs is wider.
GATE_SIGMAS = 5.0
LEVEL_GATE_SIGMAS = 5.0
# Elevations are pulled by the ground's reflection: this is added to their sigma [rad] (about 10 degrees).
ELEVATION_BIAS_RAD = 0.17
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
# A report of an emission this long before the oldest checkpoint is of no use any more [s]; up to the second
# figure it is taken in at the checkpoint.
TOO_LATE_S, CARRIED_BACK_S = 90.0, 20.0
BP_ROUNDS = 12
# -----------------------------------------------------------------------------------------------------


class Batch(NamedTuple):
    """Reports of one step as arrays: R reports, S sources; times of the tracker's zero."""

    sensor: Ints  # (R,) index
    heard_s: Array  # (R,) corrected for the sensor's clock
    place: Array  # (R, 4) east, north, height, inverse scale
    noise_db: Array  # (R,) not a number where the report does not say
    first: Ints  # (R + 1,) sources of report i are first[i] to first[i + 1]
    level_db: Array  # (S,)
    ln_tone: Array  # (S,) not a number without a tone
    ln_tone_var: Array
    azimuth: Array  # (S,) plane azimuth [rad], not a number without one
    azimuth_var: Array
    elevation: Array
    elevation_var: Array
    kinds: Array  # (S, 3)
    clock_var: Array  # (R,) variance of the sensor's clock [s^2]
    is_person: NDArray[np.bool_]  # (R,) an observer: no level, silence says nothing


@njit(cache=True)
def cells_of(bank: Bank, now_s: float, cell_of: Ints, order: Ints, starts: Ints, table: Ints) -> int:
    """Sort living tracks by cell. Fills cell_of (T,), order (T,), and the hash `table` of `starts`."""
    n = 0
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k]:
            continue
        # Where it was when the sound that arrives now left it, give or take: ten seconds ago.
        dt = max(now_s - 10.0 - bank.time_s[k], 0.0)
        i = math.floor((bank.mean[k, 0] + dt * bank.mean[k, 3]) / CELL_M)
        j = math.floor((bank.mean[k, 1] + dt * bank.mean[k, 4]) / CELL_M)
        cell_of[k] = hash_cell(i, j, table.shape[0])
        order[n] = k
        n += 1
    table[:] = 0
    for a in range(n):
        table[cell_of[order[a]]] += 1
    total = 0
    for c in range(table.shape[0]):
        count = table[c]
        starts[c] = total
        total += count
    starts[table.shape[0]] = total
    table[:] = 0
    for k in range(bank.alive.shape[0]):
        if bank.alive[k]:
            c = cell_of[k]
            order[starts[c] + table[c]] = k
            table[c] += 1
    return n


@njit(cache=True, inline="always")
def hash_cell(i: int, j: int, size: int) -> int:
    """Hash a cell into `size` places (a power of two); collisions only cost a distance check."""
    return int((np.int64(i) * 73856093) ^ (np.int64(j) * 19349663)) & (size - 1)


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
def propagate(psi: Array, sources: int, tracks: int, out: Array) -> None:
    """Turn weights psi (K, S) of pairs against silence into probabilities (K, S), in place of `out`.

    Reference: Williams and Lau 2014, 10.1109/TAES.2014.120568, eq. 28 to 31.
    """
    nu = np.ones((tracks, sources))
    mu = np.zeros((tracks, sources))
    for _ in range(BP_ROUNDS if tracks > 1 or sources > 1 else 1):
        for k in range(tracks):
            total = 1.0
            for s in range(sources):
                total += psi[k, s] * nu[k, s]
            for s in range(sources):
                mu[k, s] = psi[k, s] / (total - psi[k, s] * nu[k, s])
        for s in range(sources):
            total = 1.0
            for k in range(tracks):
                total += mu[k, s]
            for k in range(tracks):
                nu[k, s] = 1.0 / (total - mu[k, s])
    for k in range(tracks):
        total = 1.0
        for s in range(sources):
            total += psi[k, s] * nu[k, s]
        for s in range(sources):
            out[k, s] = psi[k, s] * nu[k, s] / total


@njit(cache=True)
def insert(bank: Bank, k: int, row: Array) -> bool:
    """Put a report's row (COLUMNS,) into track k's history by its time of emission; False if too late."""
    oldest = bank.ck_t[k, 0]
    if row[EMITTED] < oldest - TOO_LATE_S:
        return False
    # A little before the oldest checkpoint straight flight still predicts it: it enters there. Long before, it
    # stands in the history for the next fit of a young track, and the filter passes over it.
    if oldest - CARRIED_BACK_S < row[EMITTED] <= oldest:
        row[EMITTED] = oldest + 1e-5
    n = bank.rows[k]
    if n >= bank.history.shape[1]:
        drop_oldest(bank, k)
        n = bank.rows[k]
        if row[EMITTED] <= bank.ck_t[k, 0]:
            return False
    at = n
    while at > 0 and bank.history[k, at - 1, EMITTED] > row[EMITTED]:
        for c in range(COLUMNS):
            bank.history[k, at, c] = bank.history[k, at - 1, c]
        at -= 1
    for c in range(COLUMNS):
        bank.history[k, at, c] = row[c]
    bank.rows[k] = n + 1
    if row[EMITTED] < bank.dirty_s[k]:
        bank.dirty_s[k] = row[EMITTED]
    return True


@njit(cache=True)
def drop_oldest(bank: Bank, k: int) -> None:
    """Forget the oldest half of track k's checkpoints and the reports before them."""
    m = bank.checkpoints[k]
    keep_from = m // 2 if m > 1 else 0
    for a in range(keep_from, m):
        b = a - keep_from
        bank.ck_t[k, b] = bank.ck_t[k, a]
        bank.ck_x[k, b] = bank.ck_x[k, a]
        bank.ck_p[k, b] = bank.ck_p[k, a]
        bank.ck_mu[k, b] = bank.ck_mu[k, a]
    bank.checkpoints[k] = m - keep_from
    n = bank.rows[k]
    first = 0
    while first < n and bank.history[k, first, EMITTED] <= bank.ck_t[k, 0]:
        first += 1
    if first == 0 and n >= bank.history.shape[1]:
        first = n // 4
    for a in range(first, n):
        bank.history[k, a - first] = bank.history[k, a]
    bank.rows[k] = n - first


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
                if a != b and pred[b, 0] > pred[a, 0] and _alike(bank, who[a], who[b], pred[a, 1], pred[b, 1]):
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
                _fill_row(row, batch, first + s, r, octaves[a, s], LEVEL_CAUTION * 25.0, rates[a], threshold)
                row[EMITTED] = emitted[a]
                row[SENSOR] = batch.sensor[r]
                row[WEIGHT] = 1.0 if prob[a, s] > 0.9 else prob[a, s]
                if batch.is_person[r]:
                    row[LEVEL_VAR] = -1.0
                _allow_for_others(row, bank, who, pred, hearing, n, a)
                if not insert(bank, k, row):
                    late += 1
                    continue
                if prob[a, s] > 0.8:
                    _learn(bank, k, batch, r, row, pred[a], spreads[a], rates[a], clock, residuals, scales)
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


@njit(cache=True)
def join(bank: Bank, k: int, sensor: int) -> bool:
    """Note that a sensor heard track k; False where it is noted already. The longest ago is forgotten."""
    n = bank.sensors_heard[k]
    size = bank.sensors.shape[1]
    for a in range(min(n, size)):
        if bank.sensors[k, a] == sensor:
            return False
    bank.sensors[k, n % size] = sensor
    bank.sensors_heard[k] = n + 1
    return True


@njit(cache=True)
def _alike(bank: Bank, a: int, b: int, tone_a: float, tone_b: float) -> bool:
    """Say whether two tracks' sounds could come as one source: both toneless, or their tones too close."""
    known = KNOWN_TONE_SIGMA * KNOWN_TONE_SIGMA
    tonal_a, tonal_b = bank.covariance[a, TONE, TONE] < known, bank.covariance[b, TONE, TONE] < known
    if tonal_a != tonal_b:
        return False
    return not tonal_a or abs(math.exp(tone_a) - math.exp(tone_b)) < RESOLUTION_HZ


@njit(cache=True)
def _fill_row(
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
def _allow_for_others(row: Array, bank: Bank, who: Ints, pred: Array, hearing: Array, n: int, a: int) -> None:
    """Widen a row's level and tone by what another track that sounds alike may have put into the source."""
    for b in range(n):
        if b == a or hearing[b] < 0.1 or not _alike(bank, who[a], who[b], pred[a, 1], pred[b, 1]):
            continue
        share = 10.0 ** (0.1 * min(max(pred[b, 0] - pred[a, 0], -30.0), 10.0))
        louder = 10.0 * math.log10(1.0 + share)
        row[LEVEL_VAR] += louder * louder
        if row[LN_TONE_VAR] > 0.0:
            pull = (pred[b, 1] - pred[a, 1]) * share / (1.0 + share)
            row[LN_TONE_VAR] += pull * pull


@njit(cache=True)
def _learn(
    bank: Bank,
    k: int,
    batch: Batch,
    r: int,
    row: Array,
    pred: Array,
    spreads: Array,
    rates: Array,
    clock: Array,
    residuals: Array,
    scales: Array,
) -> None:
    """From a source that surely is track k's: how well it fits, and what the sensor's clock must be."""
    level_var = row[LEVEL_VAR] / LEVEL_CAUTION * scales[0] + spreads[0]
    rise, share = detected_level(pred[0], row[THRESHOLD], math.sqrt(level_var))
    miss = row[LEVEL_DB] - pred[0] - rise
    sensor = batch.sensor[r]
    at = 1 + int(residuals[0, 0]) % (residuals.shape[0] - 1)
    residuals[0, 0] += 1.0
    for c in range(4):
        residuals[at, c] = -1.0
    if row[LEVEL_VAR] > 0.0:
        residuals[at, 0] = miss * miss / (level_var * max(share, 0.2))
        bank.fit[k, 1] += 0.03 * (min(residuals[at, 0], 16.0) - bank.fit[k, 1])
    # Temper: the state's error is common to neighbouring reports, so each says less of the clock alone.
    if row[LN_TONE_VAR] > 0.0:
        tone_var = row[LN_TONE_VAR] * scales[1] + spreads[1]
        tone_miss = row[LN_TONE] - pred[1]
        residuals[at, 1] = tone_miss * tone_miss / tone_var
        bank.fit[k, 0] += 0.03 * (min(residuals[at, 1], 16.0) - bank.fit[k, 0])
        _learn_clock(clock, sensor, -rates[1], tone_miss, 4.0 * tone_var)
    if row[AZIMUTH_VAR] > 0.0:
        azimuth_var = row[AZIMUTH_VAR] * scales[2] + spreads[2]
        azimuth_miss = wrapped(row[AZIMUTH] - pred[2])
        residuals[at, 2] = azimuth_miss * azimuth_miss / azimuth_var
        _learn_clock(clock, sensor, -rates[2], azimuth_miss, 4.0 * azimuth_var)


@njit(cache=True)
def _learn_clock(clock: Array, sensor: int, slope: float, miss: float, variance: float) -> None:
    """Take one innovation as a measurement of the sensor's clock (offset, variance), a scalar Kalman step."""
    var = clock[sensor, 1]
    s = slope * slope * var + variance
    if miss * miss > 16.0 * s:
        return
    gain = var * slope / s
    clock[sensor, 0] += gain * miss
    clock[sensor, 1] = max(var * (1.0 - gain * slope), 1e-4)
