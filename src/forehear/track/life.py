"""The life of a track: started, confirmed, reported, merged, ended."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forehear.geodesy import Plane
from forehear.records import KINDS, Kinds, Track, TrackStatus
from forehear.track.association import Batch, drop_oldest
from forehear.track.bank import Bank
from forehear.track.birth import MODEL_LN_TONE_SIGMA, set_prior
from forehear.track.filter import MODELS, predict, refilter, state_at
from forehear.track.fit import fit, misfit
from forehear.track.ingest import Posts
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
    emission_delay,
)
from forehear.track.streams import POINTS, Streams, add

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What the evidence of a birth is worth as log odds of existence: less the many chances there were.
CHANCES_NATS = 12.0
# Log odds from which a track is confirmed (e^5 to 1), sensors that must have heard it (one fewer where one
# of them knows bearings), and the loosest place that is worth telling [m].
CONFIRM_LOG_ODDS = 5.0
CONFIRM_SENSORS = 3
CONFIRM_SIGMA_M = 1000.0
# With only so many sensors a chance fit must first foretell what comes next, for so long [s].
PROVE_SENSORS, PROVE_S = 4, 4.0
# Slower than this it drives or floats; surely so when that many sigmas below [m/s].
CONFIRM_SPEED_MPS, CONFIRM_SPEED_SIGMAS = 31.0, 1.5
GROUND_SPEED_MPS = 22.0
# A track ends after so many seconds unheard, or below these log odds; tentative ones sooner.
HOLD_S, TENTATIVE_HOLD_S = 20.0, 10.0
END_LOG_ODDS, TENTATIVE_END_LOG_ODDS = -3.0, -1.0
# A filter whose innovations of tone are so many times what they should be has lost its target.
LOST_FIT = 6.0
# A place so loose tells nobody anything [m].
LOOSEST_M = 4000.0
# Two tracks are one target when they are within these of each other.
MERGE_M, MERGE_SIGMAS, MERGE_MPS, MERGE_LN_TONE = 300.0, 2.5, 12.0, 0.012
# The start's covariance is widened by this: straight flight was only assumed.
START_INFLATION = 1.3
# A young track is fitted anew this often [s], up to this age [s], from so many reports on, none older than
# the window [s]; beyond this mean square of normalised misses it does not fly straight, and the filter has it.
RESEAT_EVERY_S, RESEAT_AGE_S, RESEAT_ROWS, RESEAT_WINDOW_S = 2.0, 60.0, 8, 70.0
RESEAT_WORST = 1.8
# So many in one step at most: 0.15 s. A step that takes in some seconds at once, as the first one after a restart
# on a night of 500 tracks, would spend 0.4 s on it. Enough for 400 young tracks at a step a second, and for 2000
# live.
RESEATS_PER_STEP = 200
# The other side of the sensors is taken when its evidence is better by this [nats].
MIRROR_NATS = 1.0
# A track tells which sensors heard it within these seconds, the latest first, so many at most.
HEARD_BY_S, HEARD_BY = 12.0, 12
# The filter's oldest checkpoints go when so few are free.
SPARE_CHECKPOINTS = 16
# -----------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """What a track is beside its filter."""

    name: str
    born_s: float
    evidence: float
    confirmed: bool = False
    # When it is fitted anew; infinity: no more.
    reseat_s: float = 0.0


def kind_probabilities(evidence: Array) -> Array:
    """Turn sums of log kind probabilities (T, 3) into probabilities (T, 3)."""
    weights = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)


def kind_evidence_of(pool: Streams, members: Ints) -> Array:
    """Start a track's kind evidence from its streams' mean kinds: an opinion a stream."""
    return np.asarray(np.log(pool.kinds[members] + 0.02).sum(axis=0), np.float64)


def start(bank: Bank, k: int, x: Array, cov: Array, info: Array, kinds: Array, heard_by: Sequence[int]) -> None:
    """Set row k up from a birth's fit: x (8,), cov (8, 8) at info[0], carried back to its last emission."""
    x, cov = x.copy(), cov * START_INFLATION
    predict(x, cov, info[2] - info[0], 0)
    bank.rows[k] = 0
    bank.checkpoints[k] = 1
    bank.ck_t[k, 0] = bank.time_s[k] = info[2]
    for m in range(MODELS):
        bank.ck_x[k, 0, m] = bank.x[k, m] = x
        bank.ck_p[k, 0, m] = bank.p[k, m] = cov
    bank.ck_mu[k, 0] = bank.mu[k] = (0.8, 0.2)
    bank.mean[k], bank.covariance[k] = x, cov
    bank.dirty_s[k] = np.inf
    bank.alive[k] = True
    bank.log_odds[k] = min(info[1] - CHANCES_NATS, 9.0)
    bank.kind_evidence[k] = kinds
    bank.last_heard_s[k] = info[0]
    bank.missed[k] = 0.0
    bank.sensors[k] = -1
    bank.sensors[k, : len(heard_by)] = heard_by
    bank.sensors_heard[k] = len(heard_by)
    bank.fit[k] = 1.0


def remember_birth(bank: Bank, k: int, pool: Streams, members: Ints, air: Array) -> None:
    """Put the reports of a birth into row k's history: before the first checkpoint, so the filter skips them.

    They serve `reseat`, which fits the young track anew.
    """
    rows = np.concatenate([pool.rows[m, : min(pool.filled[m], POINTS)] for m in members])
    for row in rows:
        delay = emission_delay(bank.mean[k], row[HEARD] - bank.time_s[k], row, air)
        row[EMITTED] = min(row[HEARD] - delay, bank.time_s[k])
    rows = rows[np.argsort(rows[:, EMITTED], kind="mergesort")]
    bank.history[k, : len(rows)] = rows
    bank.rows[k] = len(rows)


@njit(cache=True)
def mirror(x: Array, rows: Array, n: int) -> None:
    """Mirror a state (8,), in place, at the line that lies best through the sensors of its rows."""
    e = n_ = 0.0
    for r in range(n):
        e += rows[r, SENSOR_E] / n
        n_ += rows[r, SENSOR_N] / n
    see = snn = sen = 0.0
    for r in range(n):
        de, dn = rows[r, SENSOR_E] - e, rows[r, SENSOR_N] - n_
        see += de * de
        snn += dn * dn
        sen += de * dn
    angle = 0.5 * math.atan2(2.0 * sen, see - snn)
    c, s = math.cos(2.0 * angle), math.sin(2.0 * angle)
    de, dn = x[0] - e, x[1] - n_
    x[0], x[1] = e + c * de + s * dn, n_ + s * de - c * dn
    x[3], x[4] = c * x[3] + s * x[4], s * x[3] - c * x[4]


@njit(cache=True)
def reseat(bank: Bank, k: int, air: Array, scales: Array) -> bool:
    """Fit a young track anew to all its reports at once; False where straight flight does not fit them.

    A filter linearises each report where the state was believed to be when it came. A young track's belief
    is often a kilometre off, and what was taken in there is never seen anew: its covariance shrinks around
    a wrong place. The fit sees every report from where all of them together say that the target is.
    """
    n = bank.rows[k]
    first = 0
    while first < n and bank.history[k, first, EMITTED] < bank.time_s[k] - RESEAT_WINDOW_S:
        first += 1
    many = n - first
    if many < RESEAT_ROWS:
        return True
    rows = bank.history[k, first:n].copy()
    for r in range(many):
        for m in range(MEASURED):
            if rows[r, LEVEL_VAR + 2 * m] > 0.0:
                rows[r, LEVEL_VAR + 2 * m] /= rows[r, WEIGHT]
        if rows[r, LN_TONE_VAR] > 0.0:
            rows[r, LN_TONE_VAR] += MODEL_LN_TONE_SIGMA * MODEL_LN_TONE_SIGMA
    prior, cov, miss = np.empty((2, STATES)), np.empty((STATES, STATES)), np.empty(3)
    set_prior(prior, rows[0], rows[0, LN_TONE_VAR] > 0.0)
    prior[1, TONE] = 1e-2
    x = bank.mean[k].copy()
    time_s = bank.time_s[k]
    evidence = fit(x, time_s, rows, many, air, scales, prior, cov, 10)
    # Few sensors, nearly in a line, cannot tell their two sides apart for a while: ask the other side too.
    other, other_cov = bank.mean[k].copy(), np.empty((STATES, STATES))
    mirror(other, rows, many)
    other_evidence = fit(other, time_s, rows, many, air, scales, prior, other_cov, 12)
    if other_evidence > evidence + MIRROR_NATS:
        x[:] = other
        cov[:, :] = other_cov
        evidence = other_evidence
    if not evidence > -1e300:
        return False
    misfit(x, time_s, rows, many, air, scales, miss)
    if miss[0] > RESEAT_WORST or miss[1] > RESEAT_WORST:
        return False
    bank.checkpoints[k] = 1
    bank.ck_t[k, 0] = time_s
    bank.mean[k] = x
    bank.covariance[k] = cov * START_INFLATION
    for m in range(MODELS):
        bank.ck_x[k, 0, m] = x
        bank.x[k, m] = x
        bank.ck_p[k, 0, m] = bank.covariance[k]
        bank.p[k, m] = bank.covariance[k]
    bank.ck_mu[k, 0] = bank.mu[k]
    return True


@njit(cache=True)
def refilter_dirty(bank: Bank, air: Array, scales: Array) -> None:
    """Walk every track that got a report forward again."""
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k] or bank.dirty_s[k] == np.inf:
            continue
        if bank.checkpoints[k] > bank.ck_t.shape[1] - SPARE_CHECKPOINTS:
            drop_oldest(bank, k)
        bank.time_s[k], bank.checkpoints[k] = refilter(
            bank.history[k],
            bank.rows[k],
            bank.dirty_s[k],
            bank.ck_t[k],
            bank.ck_x[k],
            bank.ck_p[k],
            bank.ck_mu[k],
            bank.checkpoints[k],
            air,
            scales,
            bank.x[k],
            bank.p[k],
            bank.mu[k],
        )
        bank.dirty_s[k] = np.inf
        state_at(bank.x[k], bank.p[k], bank.mu[k], 0.0, bank.mean[k], bank.covariance[k])


@njit(cache=True)
def feed_streams(
    pool: Streams, batch: Batch, unexplained: Array, limit: float, margin_db: float, first: int
) -> int:
    """Put unexplained sources into streams, from source `first` on.

    Returns -1 when all are in, or the source at which the pool was full.
    """
    row = np.zeros(COLUMNS)
    s = 0
    for r in range(batch.sensor.shape[0]):
        for s in range(batch.first[r], batch.first[r + 1]):
            if s < first or unexplained[s] <= limit:
                continue
            row[HEARD] = batch.heard_s[r]
            row[SENSOR_E], row[SENSOR_N] = batch.place[r, 0], batch.place[r, 1]
            row[SENSOR_H], row[INVERSE_SCALE] = batch.place[r, 2], batch.place[r, 3]
            row[SENSOR] = batch.sensor[r]
            noise = batch.noise_db[r] if not math.isnan(batch.noise_db[r]) else 30.0
            row[THRESHOLD] = noise + margin_db
            row[LEVEL_DB], row[LEVEL_VAR] = batch.level_db[s], 25.0
            if batch.is_person[r]:
                row[LEVEL_VAR] = 1e4
            row[LN_TONE], row[LN_TONE_VAR] = 0.0, -1.0
            row[AZIMUTH], row[AZIMUTH_VAR] = 0.0, -1.0
            row[ELEVATION], row[ELEVATION_VAR] = 0.0, -1.0
            row[WEIGHT] = 1.0
            if not math.isnan(batch.ln_tone[s]):
                row[LN_TONE], row[LN_TONE_VAR] = batch.ln_tone[s], batch.ln_tone_var[s]
            if not math.isnan(batch.azimuth[s]):
                row[AZIMUTH], row[AZIMUTH_VAR] = batch.azimuth[s], batch.azimuth_var[s]
            if add(pool, row, batch.kinds[s], 0) < 0:
                return s
    return -1


@njit(cache=True)
def _now(bank: Bank, now_s: float, states: Array, covariances: Array, heard_by: Ints) -> None:
    """Fill states (T, 8), covariances (T, 8, 8) at now, and the sensors that heard each lately (T, HEARD_BY)."""
    for k in range(bank.alive.shape[0]):
        if not bank.alive[k]:
            continue
        state_at(bank.x[k], bank.p[k], bank.mu[k], now_s - bank.time_s[k], states[k], covariances[k])
        n = 0
        heard_by[k, :] = -1
        for a in range(bank.rows[k] - 1, -1, -1):
            if bank.history[k, a, HEARD] < now_s - HEARD_BY_S or n >= heard_by.shape[1]:
                continue
            sensor = int(bank.history[k, a, SENSOR])
            new = True
            for b in range(n):
                new = new and heard_by[k, b] != sensor
            if new:
                heard_by[k, n] = sensor
                n += 1


def reseat_young(bank: Bank, lives: Sequence[Life | None], air: Array, scales: Array, now_s: float) -> None:
    """Fit young tracks anew whose turn it is, those first that have waited longest; the rest in the next step.

    Turns are counted from a track's birth, not from its last fit: else after one long step the turns of all would
    come together, in one step every two seconds, from then on.
    """
    due = [(one.reseat_s, k, one) for k, one in enumerate(lives) if one is not None and now_s >= one.reseat_s]
    for _, k, one in sorted(due, key=lambda turn: turn[:2])[:RESEATS_PER_STEP]:
        young = now_s - one.born_s < RESEAT_AGE_S
        if not (young and reseat(bank, k, air, scales)):
            one.reseat_s = math.inf
            continue
        one.reseat_s += RESEAT_EVERY_S * (1.0 + (now_s - one.reseat_s) // RESEAT_EVERY_S)


def step(bank: Bank, lives: list[Life | None], posts: Posts, now_s: float) -> list[tuple[int, Life]]:
    """Confirm, merge and end tracks; returns those that ended after having been told of, row and life."""
    ended: list[tuple[int, Life]] = []
    rows = [int(k) for k in np.flatnonzero(bank.alive)]
    for k in rows:
        one = lives[k]
        assert one is not None
        unheard = now_s - bank.last_heard_s[k]
        odds = bank.log_odds[k]
        x, p = bank.mean[k], bank.covariance[k]
        speed, sigma = _speed(x, p)
        place_sigma = math.sqrt(max(p[0, 0] + p[1, 1], 0.0))
        hold, least = (HOLD_S, END_LOG_ODDS) if one.confirmed else (TENTATIVE_HOLD_S, TENTATIVE_END_LOG_ODDS)
        gone = unheard > hold or odds < least or place_sigma > LOOSEST_M or bank.fit[k, 0] > LOST_FIT
        gone = gone or not np.isfinite(x).all() or speed + 2.0 * sigma < GROUND_SPEED_MPS
        if gone:
            bank.alive[k] = False
            ended.append((k, one))
            lives[k] = None
            continue
        if not one.confirmed:
            sensors = int(bank.sensors_heard[k])
            directed = int(posts.directed[bank.sensors[k, :sensors]].sum())
            enough = sensors >= CONFIRM_SENSORS or directed >= 2
            proven = sensors >= PROVE_SENSORS or now_s - one.born_s >= PROVE_S
            flies = speed - CONFIRM_SPEED_SIGMAS * sigma > CONFIRM_SPEED_MPS
            sure = odds >= CONFIRM_LOG_ODDS and place_sigma < CONFIRM_SIGMA_M
            one.confirmed = enough and proven and flies and sure
    _merge(bank, lives, ended)
    return ended


def _speed(x: Array, p: Array) -> tuple[float, float]:
    """Give horizontal speed and its sigma [m/s]."""
    speed = math.hypot(x[3], x[4])
    e, n = x[3] / max(speed, 1.0), x[4] / max(speed, 1.0)
    return speed, math.sqrt(max(e * e * p[3, 3] + n * n * p[4, 4] + 2.0 * e * n * p[3, 4], 0.0))


def _merge(bank: Bank, lives: list[Life | None], ended: list[tuple[int, Life]]) -> None:
    """End the younger of two tracks that are one target."""
    rows = np.flatnonzero(bank.alive)
    if len(rows) < 2:
        return
    x = bank.mean[rows]
    # Side by side in time: each carried to the latest emission of both.
    rows = rows[np.argsort(x[:, 0], kind="mergesort")]
    for a, b in _alike(bank, rows):
        first, second = lives[a], lives[b]
        if first is None or second is None:
            # Ended a moment ago, as the same as another.
            continue
        loser = b if (first.confirmed, -first.born_s) >= (second.confirmed, -second.born_s) else a
        bank.alive[loser] = False
        ended.append((loser, second if loser == b else first))
        lives[loser] = None


@njit(cache=True)
def _alike(bank: Bank, rows: Ints) -> list[tuple[int, int]]:
    """Give the pairs of rows, sorted by their place to the east, that are one target."""
    found = []
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            a, b = rows[i], rows[j]
            if bank.mean[b, 0] - bank.mean[a, 0] > 6000.0:
                break
            if _one_target(bank, a, b):
                found.append((a, b))
    return found


@njit(cache=True)
def _one_target(bank: Bank, a: int, b: int) -> bool:
    """Say whether two tracks agree in place, velocity and tone."""
    dt = bank.time_s[a] - bank.time_s[b]
    xa, xb = bank.mean[a], bank.mean[b]
    place = math.hypot(xa[0] - xb[0] - dt * xb[3], xa[1] - xb[1] - dt * xb[4])
    pa, pb = bank.covariance[a], bank.covariance[b]
    sigma = math.sqrt(pa[0, 0] + pa[1, 1] + pb[0, 0] + pb[1, 1])
    if place > max(MERGE_M, min(MERGE_SIGMAS * sigma, 1500.0)):
        return False
    v_sigma = math.sqrt(pa[3, 3] + pa[4, 4] + pb[3, 3] + pb[4, 4])
    if math.hypot(xa[3] - xb[3], xa[4] - xb[4]) > max(MERGE_MPS, min(2.5 * v_sigma, 60.0)):
        return False
    tone_sigma = math.sqrt(pa[TONE, TONE] + pb[TONE, TONE])
    return bool(tone_sigma > 0.2 or abs(xa[TONE] - xb[TONE]) < max(MERGE_LN_TONE, 2.5 * tone_sigma))


def report(
    bank: Bank,
    lives: Sequence[Life | None],
    ended: Sequence[tuple[int, Life]],
    plane: Plane,
    ids: Sequence[str],
    now_s: float,
    time_s: float,
) -> list[Track]:
    """Give the record of every live track now, and once more of those that ended."""
    told: list[tuple[int, Life, TrackStatus]] = []
    for k, one in enumerate(lives):
        if one is not None:
            told.append((k, one, "confirmed" if one.confirmed else "tentative"))
    finite = [(k, one) for k, one in ended if np.isfinite(bank.mean[k]).all()]
    told += [(k, one, "ended") for k, one in finite]
    if not told:
        return []
    capacity = bank.alive.shape[0]
    states, covariances = np.zeros((capacity, STATES)), np.zeros((capacity, STATES, STATES))
    heard_by = np.full((capacity, HEARD_BY), -1, np.int64)
    for k, _ in finite:
        bank.alive[k] = True
    _now(bank, now_s, states, covariances, heard_by)
    for k, _ in finite:
        bank.alive[k] = False
    rows = np.array([k for k, _, _ in told])
    lon, lat = plane.inverse(states[rows, 0], states[rows, 1])
    scale = plane.scale(lon, lat)
    convergence = plane.convergence(lon, lat)
    kinds = kind_probabilities(bank.kind_evidence[rows])
    out = []
    for i, (k, one, status) in enumerate(told):
        x, p = states[k], covariances[k]
        piston, jet = round(float(kinds[i, 0]), 3), round(float(kinds[i, 1]), 3)
        tonal = p[TONE, TONE] < 0.01
        out.append(
            Track(
                time_s=round(time_s, 3),
                track=one.name,
                status=status,
                lon=round(float(lon[i]), 6),
                lat=round(float(lat[i]), 6),
                height_m=round(float(x[2]), 1),
                speed_mps=round(math.hypot(x[3], x[4]) / float(scale[i]), 2),
                course_deg=round(math.degrees(math.atan2(x[3], x[4]) + float(convergence[i])) % 360.0, 2),
                climb_mps=round(float(x[5]), 2),
                position_sigma_m=round(math.sqrt(max(p[0, 0] + p[1, 1], 0.0)) / float(scale[i]), 1),
                velocity_sigma_mps=round(math.sqrt(max(p[3, 3] + p[4, 4], 0.0)) / float(scale[i]), 2),
                existence=round(1.0 / (1.0 + math.exp(-float(bank.log_odds[k]))), 4),
                count=1,
                kind=KINDS[int(np.argmax(kinds[i]))],
                kinds=Kinds(piston, jet, round(max(1.0 - piston - jet, 0.0), 3)),
                tone_hz=round(math.exp(x[TONE]), 2) if tonal else None,
                heard_by=tuple(ids[s] for s in heard_by[k] if s >= 0),
            )
        )
    return out
