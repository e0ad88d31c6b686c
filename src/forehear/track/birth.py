"""How a track is born: from streams that several sensors hear and one straight flight explains.

Theory of operation. A stream (see `streams`) is a seed. With its neighbours' streams it is asked: is there
one aircraft that explains these levels, tones and bearings better than an engine of its own at each sensor?

1. Each stream is summed up in a few points. A grid of hypotheses - where the sound left (range and azimuth
   from the seed), course and speed - is scored on them; the seed's own level gives the source's level, its
   own tone the tone at rest. At each sensor the best stream counts, and a stream that does not fit costs no
   more than a cap: other engines may be there.
2. The best few, apart from each other, are fitted to all reports of the streams that agree (`fit.fit`).
3. Evidence decides: the flight's, by Laplace's approximation, against the engines' (`fit.engine_evidence`),
   less what the silence of sensors nearby says. Where a second, different flight is nearly as good, the
   answer is not known yet, and is asked again later.

What cannot fly is no aircraft: a fit whose speed is not surely above what drives on the ground is refused.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from forehear.track.fit import engine_evidence, fit, misfit
from forehear.track.likelihood import (
    AZIMUTH,
    AZIMUTH_VAR,
    COLUMNS,
    HEARD,
    INVERSE_SCALE,
    LEVEL_DB,
    LEVEL_VAR,
    LN_TONE,
    LN_TONE_VAR,
    MEASURED,
    SENSOR_E,
    SENSOR_H,
    SENSOR_N,
    STATES,
    WEIGHT,
    emission_delay,
    hearing_probability,
    predict_heard,
    predict_measurement,
    wrapped,
)
from forehear.track.streams import POINTS, Streams

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Neighbours' streams taken in: within this distance [m], heard within these seconds, so many at most.
NEIGHBOUR_M = 16_000.0
NEIGHBOUR_S = 20.0
MAX_STREAMS = 14
# Streams whose odds of piston or jet differ by more than this do not come from one engine.
KINDS_APART = 0.35
# Points that sum up one stream in the grid.
SUMMARY = 3
# What a mean tone over a third of a stream is off by its curve.
SUMMARY_LN_TONE_SIGMA = 0.002
# The grid: range [m] at emission from the seed, azimuths, courses, speeds [m/s]: from slow drones to jets.
RANGES_M = np.array([600.0, 1300.0, 2300.0, 3600.0, 5300.0, 7600.0])
AZIMUTHS = 18
COURSES = 14
SPEEDS_MPS = np.array([42.0, 62.0, 100.0, 160.0])
TONELESS_SPEEDS_MPS = np.array([90.0, 130.0, 180.0])
GRID_HEIGHT_M = 500.0
# What the grid's steps leave of level [dB] and ln tone, and the most a stream that does not fit costs.
GRID_LEVEL_SIGMA_DB = 4.0
GRID_LN_TONE_SIGMA = 0.04
GRID_AZIMUTH_SIGMA = 0.2
GRID_CAP = 6.0
# A source level so many sigmas (squared) from what is heard from kilometres is not looked at.
GRID_ODDEST = 16.0
# Hypotheses that go on to a fit, and how far apart they are [m, m/s].
STARTS = 8
# Of these, so many are fitted to all reports; but where the best has less evidence than this, no more.
FINALS = 3
HOPELESS_NATS = 3.0
APART_M = 1200.0
APART_MPS = 22.0
# A stream agrees with a flight when its mean square miss of level and tone is below the last of these; the
# ones before it are for the rougher turns.
ROUGH_LIMITS = np.array([60.0, 12.0])
FINAL_LIMITS = np.array([8.0, 4.0])
# The model's own error of ln tone: throttle within a fit's half minute.
MODEL_LN_TONE_SIGMA = 0.0015
# Priors of a flight: height above the sensors [m], speed of each component [m/s], climb, source level at
# 1 m [dB] of anything that is heard from kilometres.
HEIGHT_MEAN_M, HEIGHT_SIGMA_M = 600.0, 600.0
SPEED_SIGMA_MPS = 90.0
CLIMB_SIGMA_MPS = 3.0
SOURCE_LEVEL_DB, SOURCE_LEVEL_SIGMA_DB = 119.0, 7.0
PLACE_SIGMA_M = 12_000.0
# A second flight within this much evidence [nats] leaves the answer open.
AMBIGUOUS_NATS = 3.0
# Log evidence that a flight needs against engines on the ground [nats]: chance fits among the many triples
# of sixty motorcycles in two hours reach 12.
BIRTH_NATS = 14.0
# The most that the mean squares of normalised misses of level, tone and bearing may be: a chance fit beats
# engines that accelerate and change gear, but does not fit well itself.
WORST_FIT = np.array([2.2, 2.2, 2.5])
# What a stream's kinds say of "flies" against "an engine on the ground": odds of each heard as piston or
# jet, and as other. Consecutive seconds are one opinion, so a stream counts so many times.
FLIER_KINDS, GROUND_KINDS, KINDS_WEIGHT = (0.85, 0.15), (0.35, 0.65), 2.0
# What drives on the ground [m/s], and how many sigmas above it a flight's speed must be. 35 m/s is 126 km/h.
GROUND_SPEED_MPS = 31.0
SPEED_SIGMAS = 1.5
FASTEST_MPS = 300.0
# A fit as loose as this is no answer yet [m].
LOOSEST_M = 1500.0
# -----------------------------------------------------------------------------------------------------

# What became of an attempt.
BORN, TOO_FEW, NO_FIT, WEAK, AMBIGUOUS, SLOW, LOOSE, BAD_FIT = 0, 1, 2, 3, 4, 5, 6, 7


class Silence(NamedTuple):
    """Sensors that were alive lately: what they did not hear counts against a flight."""

    place: Array  # (N, 4) east, north, height, inverse scale
    noise_db: Array  # (N,)
    last_report_s: Array  # (N,) hearing time of the latest report
    person: NDArray[np.bool_]  # (N,)


@njit(cache=True, inline="always")
def flying(pool: Streams, k: int) -> float:
    """Give the mean odds that stream k is heard as an engine in the air: piston or jet."""
    return pool.kinds[k, 0] + pool.kinds[k, 1]


@njit(cache=True)
def gather(pool: Streams, seed: int, now_s: float, place: Array, directed: NDArray[np.bool_], out: Ints) -> int:
    """List the seed and the streams around it, nearest first, sensor by sensor; returns how many."""
    sensor = pool.sensor[seed]
    e, n = place[sensor, 0], place[sensor, 1]
    distance = np.empty(pool.filled.shape[0])
    found = np.empty(pool.filled.shape[0], np.int64)
    many = 0
    for k in range(pool.filled.shape[0]):
        least = 1 if directed[pool.sensor[k]] else 2
        if pool.filled[k] < least or pool.last_s[k] < now_s - NEIGHBOUR_S:
            continue
        if math.isnan(pool.ln_tone[k]) != math.isnan(pool.ln_tone[seed]):
            continue
        # What is surely heard as one sort of engine does not belong to the other sort.
        if abs(flying(pool, k) - flying(pool, seed)) > KINDS_APART:
            continue
        d = math.hypot(place[pool.sensor[k], 0] - e, place[pool.sensor[k], 1] - n)
        if d < NEIGHBOUR_M:
            distance[many] = d if k != seed else -1.0
            found[many] = k
            many += 1
    picked = np.argsort(distance[:many], kind="mergesort")[:MAX_STREAMS]
    chosen = found[picked]
    by_sensor = np.argsort(pool.sensor[chosen], kind="mergesort")
    for a in range(chosen.shape[0]):
        out[a] = chosen[by_sensor[a]]
    return chosen.shape[0]


@njit(cache=True)
def copy_rows(pool: Streams, k: int, rows: Array, at: int) -> int:
    """Append stream k's measurements to rows from `at`; returns the new count."""
    n = min(pool.filled[k], POINTS)
    for a in range(n):
        rows[at + a] = pool.rows[k, a]
        if rows[at + a, LN_TONE_VAR] > 0.0:
            rows[at + a, LN_TONE_VAR] += MODEL_LN_TONE_SIGMA * MODEL_LN_TONE_SIGMA
        rows[at + a, WEIGHT] = 1.0
    return at + n


@njit(cache=True)
def summarise(rows: Array, first: int, last: int, out: Array, at: int) -> int:
    """Sum up rows first..last (one stream) in at most SUMMARY points by time; returns the new count."""
    order = first + np.argsort(rows[first:last, HEARD], kind="mergesort")
    n = last - first
    parts = min(SUMMARY, max(1, n // 2))
    for part in range(parts):
        lo, hi = part * n // parts, (part + 1) * n // parts
        out[at] = rows[order[lo]]
        sums = np.zeros(3)
        for a in range(lo, hi):
            sums[0] += rows[order[a], HEARD]
            sums[1] += rows[order[a], LEVEL_DB]
            sums[2] += rows[order[a], LN_TONE]
        out[at, HEARD], out[at, LEVEL_DB], out[at, LN_TONE] = sums / (hi - lo)
        middle = rows[order[(lo + hi) // 2]]
        out[at, AZIMUTH], out[at, AZIMUTH_VAR] = middle[AZIMUTH], middle[AZIMUTH_VAR]
        out[at, LEVEL_VAR] = rows[order[lo], LEVEL_VAR] / (hi - lo)
        if middle[LN_TONE_VAR] > 0.0:
            out[at, LN_TONE_VAR] = middle[LN_TONE_VAR] / (hi - lo) + SUMMARY_LN_TONE_SIGMA**2
        at += 1
    return at


@njit(cache=True)
def search_grid(
    points: Array,
    starts: Ints,
    sensors: Ints,
    streams: int,
    seed: int,
    time_s: float,
    air: Array,
    best_x: Array,
    best_cost: Array,
) -> int:
    """Score the grid on summary points; fills best_x (STARTS, 8), best_cost (STARTS,). Returns how many.

    points (P, COLUMNS), starts (streams + 1,): the points of each stream, sensors (streams,) their sensors
    (equal ones adjacent), seed: which stream is the seed.
    """
    h = np.empty(3)
    x = np.zeros(STATES)
    c = air[0]
    first, last = starts[seed], starts[seed + 1]
    anchor = points[last - 1]
    tonal = anchor[LN_TONE_VAR] > 0.0
    found = 0
    speeds = SPEEDS_MPS if tonal else TONELESS_SPEEDS_MPS
    for ir in range(RANGES_M.shape[0]):
        for ia in range(AZIMUTHS):
            azimuth = 2.0 * math.pi * (ia + 0.5 * (ir % 2)) / AZIMUTHS
            if anchor[AZIMUTH_VAR] > 0.0:
                off = wrapped(azimuth - anchor[AZIMUTH])
                if abs(off) > 0.4:
                    continue
            qe = anchor[SENSOR_E] + RANGES_M[ir] * math.sin(azimuth)
            qn = anchor[SENSOR_N] + RANGES_M[ir] * math.cos(azimuth)
            since = time_s - anchor[HEARD] + math.hypot(RANGES_M[ir], GRID_HEIGHT_M) / c
            for ic in range(COURSES):
                course = 2.0 * math.pi * ic / COURSES
                for iv in range(speeds.shape[0]):
                    x[3], x[4] = speeds[iv] * math.sin(course), speeds[iv] * math.cos(course)
                    x[0], x[1] = qe + x[3] * since, qn + x[4] * since
                    x[2] = anchor[SENSOR_H] + GRID_HEIGHT_M
                    x[5], x[6], x[7] = 0.0, 0.0, 0.0
                    # The seed's own points tell the source's level and tone at rest.
                    level, tone = 0.0, 0.0
                    for r in range(first, last):
                        predict_heard(x, points[r, HEARD] - time_s, points[r], air, h)
                        level += (points[r, LEVEL_DB] - h[0]) / (last - first)
                        tone += (points[r, LN_TONE] - h[1]) / (last - first)
                    x[6], x[7] = level, tone
                    odd = (level - SOURCE_LEVEL_DB) / SOURCE_LEVEL_SIGMA_DB
                    cost = odd * odd
                    limit = best_cost[found - 1] if found == best_cost.shape[0] else np.inf
                    if cost > min(limit, GRID_ODDEST):
                        continue
                    sensor, at_sensor = -1, GRID_CAP
                    for s in range(streams):
                        if sensors[s] != sensor:
                            if sensor >= 0:
                                cost += at_sensor
                            sensor, at_sensor = sensors[s], GRID_CAP
                        if cost > limit:
                            break
                        enough = at_sensor * (starts[s + 1] - starts[s]) / 1.5
                        one = 0.0
                        for r in range(starts[s], starts[s + 1]):
                            if one > enough:
                                break
                            predict_heard(x, points[r, HEARD] - time_s, points[r], air, h)
                            m = points[r, LEVEL_DB] - h[0]
                            one += m * m / (GRID_LEVEL_SIGMA_DB**2 + points[r, LEVEL_VAR])
                            if tonal:
                                m = (points[r, LN_TONE] - h[1]) / GRID_LN_TONE_SIGMA
                                one += m * m
                            if points[r, AZIMUTH_VAR] > 0.0:
                                m = wrapped(points[r, AZIMUTH] - h[2]) / GRID_AZIMUTH_SIGMA
                                one += m * m
                        at_sensor = min(at_sensor, one / (starts[s + 1] - starts[s]) * 1.5)
                    cost += at_sensor
                    if cost < limit:
                        found = _keep(x, cost, best_x, best_cost, found)
    return found


@njit(cache=True)
def _keep(x: Array, cost: float, best_x: Array, best_cost: Array, found: int) -> int:
    """Put a hypothesis among the best if nothing better is near it; those near and worse go."""
    for a in range(found):
        if best_cost[a] <= cost and _near(x, best_x[a], APART_M, APART_MPS):
            return found
    kept = 0
    for a in range(found):
        if not _near(x, best_x[a], APART_M, APART_MPS):
            if kept != a:
                best_x[kept] = best_x[a]
                best_cost[kept] = best_cost[a]
            kept += 1
    at = min(kept, best_cost.shape[0] - 1)
    while at > 0 and best_cost[at - 1] > cost:
        best_x[at] = best_x[at - 1]
        best_cost[at] = best_cost[at - 1]
        at -= 1
    best_x[at] = x
    best_cost[at] = cost
    return min(kept + 1, best_cost.shape[0])


@njit(cache=True, inline="always")
def _near(a: Array, b: Array, metres: float, mps: float) -> bool:
    return math.hypot(a[0] - b[0], a[1] - b[1]) < metres and math.hypot(a[3] - b[3], a[4] - b[4]) < mps


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


@njit(cache=True)
def attempt(
    pool: Streams,
    seed: int,
    now_s: float,
    silence: Silence,
    directed: NDArray[np.bool_],
    margin_db: float,
    air: Array,
    scales: Array,
    out_x: Array,
    out_cov: Array,
    out_streams: Ints,
    out_info: Array,
) -> tuple[int, int]:
    """Try to bear a track from a seed stream. Returns (what became of it, how many streams agree).

    directed (N,): sensors that know bearings. Fills out_x (8,), out_cov (8, 8) at the time out_info[0];
    out_streams (MAX_STREAMS,) the streams that agree; out_info: [0] time [s], [1] evidence [nats], [2] latest
    emission [s], [3] second-best's evidence, [4] sensors that agree, [5] mean square miss of tone.
    """
    near = np.empty(MAX_STREAMS, np.int64)
    streams = gather(pool, seed, now_s, silence.place, directed, near)
    # Three plain microphones, or two sensors of which one knows the direction.
    distinct, knowing, previous = 0, 0, -1
    for a in range(streams):
        if pool.sensor[near[a]] != previous:
            previous = pool.sensor[near[a]]
            distinct += 1
            knowing += 1 if directed[previous] else 0
    if distinct < 2 or (distinct < 3 and knowing < 2):
        return TOO_FEW, 0
    rows = np.empty((MAX_STREAMS * POINTS, COLUMNS))
    starts = np.zeros(MAX_STREAMS + 1, np.int64)
    points = np.empty((MAX_STREAMS * SUMMARY, COLUMNS))
    p_starts = np.zeros(MAX_STREAMS + 1, np.int64)
    sensors = np.empty(MAX_STREAMS, np.int64)
    which_seed = 0
    time_s = -np.inf
    for a in range(streams):
        starts[a + 1] = copy_rows(pool, near[a], rows, starts[a])
        p_starts[a + 1] = summarise(rows, starts[a], starts[a + 1], points, p_starts[a])
        sensors[a] = pool.sensor[near[a]]
        if near[a] == seed:
            which_seed = a
        time_s = max(time_s, pool.last_s[near[a]])
    best_x, best_cost = np.empty((STARTS, STATES)), np.full(STARTS, np.inf)
    found = search_grid(points, p_starts, sensors, streams, which_seed, time_s, air, best_x, best_cost)
    prior = np.empty((2, STATES))
    set_prior(prior, rows[starts[which_seed]], rows[starts[which_seed], LN_TONE_VAR] > 0.0)
    cov, x = np.empty((STATES, STATES)), np.empty(STATES)
    chosen = np.empty((MAX_STREAMS * POINTS, COLUMNS))
    agree = np.full(MAX_STREAMS + 1, -1, np.int64)
    miss = np.empty(3)
    heard = np.zeros(silence.place.shape[0], np.bool_)
    # First to the few summary points, which is quick; the best of that, to all reports.
    rough = np.full(found, -np.inf)
    for start in range(found):
        rough[start] = _fit_agreeing(
            best_x[start],
            cov,
            time_s,
            points,
            p_starts,
            sensors,
            streams,
            which_seed,
            air,
            scales,
            prior,
            chosen,
            agree,
            ROUGH_LIMITS,
        )
    best, second, finals, many = -np.inf, -np.inf, 0, 0
    rival = np.empty(STATES)
    for start in np.argsort(-rough, kind="mergesort"):
        if not rough[start] > -1e300:
            break
        x[:] = best_x[start]
        again = False
        for earlier in range(found):
            better = rough[earlier] > rough[start] or (rough[earlier] == rough[start] and earlier < start)
            again = again or (better and _near(x, best_x[earlier], 0.3 * APART_M, 0.3 * APART_MPS))
        if again:
            continue
        if finals == FINALS or (finals > 0 and best < HOPELESS_NATS):
            break
        finals += 1
        gain = _fit_agreeing(
            x,
            cov,
            time_s,
            rows,
            starts,
            sensors,
            streams,
            which_seed,
            air,
            scales,
            prior,
            chosen,
            agree,
            FINAL_LIMITS,
        )
        if not gain > -1e300:
            continue
        got, n = 0, 0
        while agree[got] >= 0:
            for r in range(starts[agree[got]], starts[agree[got] + 1]):
                chosen[n] = rows[r]
                n += 1
            got += 1
        heard[:] = False
        in_fit, in_fit_directed, previous = 0, 0, -1
        evidence = gain
        for a in range(got):
            s = agree[a]
            evidence -= engine_evidence(rows[starts[s] :], starts[s + 1] - starts[s], scales)
            evidence += kinds_evidence(pool.kinds[near[s]])
            if sensors[s] != previous:
                previous = sensors[s]
                in_fit += 1
                in_fit_directed += 1 if directed[previous] else 0
        if in_fit < 2 or (in_fit < 3 and in_fit_directed < 2):
            continue
        # Which of the sensors take part was chosen: so many ways there were to choose.
        evidence -= math.lgamma(distinct + 1.0) - math.lgamma(in_fit + 1.0) - math.lgamma(distinct - in_fit + 1.0)
        # Sensors whose streams do not agree have an engine of their own: they are busy, not silent.
        for s in range(streams):
            heard[sensors[s]] = True
        evidence += silence_evidence(x, time_s, now_s, silence, heard, margin_db, math.sqrt(25.0 * scales[0]), air)
        if evidence > best:
            if best > -np.inf and not _same(x, out_x, cov):
                second = best
                rival[:] = out_x
            best = evidence
            out_x[:] = x
            out_cov[:, :] = cov
            many = got
            for a in range(got):
                out_streams[a] = near[agree[a]]
            out_info[4] = in_fit
            misfit(x, time_s, chosen, n, air, scales, miss)
            out_info[5:8] = miss
            out_info[2] = -np.inf
            for r in range(n):
                left = chosen[r, HEARD] - emission_delay(x, chosen[r, HEARD] - time_s, chosen[r], air)
                out_info[2] = max(out_info[2], left)
        elif evidence > second and not _same(x, out_x, out_cov):
            second = evidence
            rival[:] = x
    if many == 0:
        out_info[1] = -np.inf
        return NO_FIT, 0
    if second > -np.inf and _same(rival, out_x, out_cov):
        second = -np.inf
    out_info[0], out_info[1], out_info[3] = time_s, best, second
    return _verdict(out_x, out_cov, best, second, out_info[5:8]), many


@njit(cache=True)
def _same(a: Array, b: Array, cov: Array) -> bool:
    """Say whether two flights are one within three sigmas, or within what a filter draws together."""
    metres = max(3.0 * math.sqrt(cov[0, 0] + cov[1, 1]), 500.0)
    mps = max(3.0 * math.sqrt(cov[3, 3] + cov[4, 4]), 10.0)
    return _near(a, b, metres, mps)


@njit(cache=True)
def _verdict(x: Array, cov: Array, best: float, second: float, miss: Array) -> int:
    """Judge the best flight by the numbers at the head of this module."""
    if best < BIRTH_NATS:
        return WEAK
    for m in range(3):
        if miss[m] > WORST_FIT[m]:
            return BAD_FIT
    if best - second < AMBIGUOUS_NATS:
        return AMBIGUOUS
    speed = math.hypot(x[3], x[4])
    sigma = math.sqrt(x[3] * x[3] * cov[3, 3] + x[4] * x[4] * cov[4, 4] + 2.0 * x[3] * x[4] * cov[3, 4]) / max(
        speed, 1.0
    )
    if speed - SPEED_SIGMAS * sigma < GROUND_SPEED_MPS or speed > FASTEST_MPS:
        return SLOW
    if cov[0, 0] + cov[1, 1] > LOOSEST_M * LOOSEST_M:
        return LOOSE
    return BORN


@njit(cache=True)
def set_prior(prior: Array, anchor: Array, tonal: bool) -> None:
    """Fill prior (2, 8) around the seed's first row."""
    prior[0, 0], prior[0, 1] = anchor[SENSOR_E], anchor[SENSOR_N]
    prior[1, 0] = prior[1, 1] = 1.0 / PLACE_SIGMA_M**2
    prior[0, 2], prior[1, 2] = anchor[SENSOR_H] + HEIGHT_MEAN_M, 1.0 / HEIGHT_SIGMA_M**2
    prior[0, 3] = prior[0, 4] = prior[0, 5] = 0.0
    prior[1, 3] = prior[1, 4] = 1.0 / SPEED_SIGMA_MPS**2
    prior[1, 5] = 1.0 / CLIMB_SIGMA_MPS**2
    prior[0, 6], prior[1, 6] = SOURCE_LEVEL_DB, 1.0 / SOURCE_LEVEL_SIGMA_DB**2
    prior[0, 7] = anchor[LN_TONE] if tonal else 4.7
    prior[1, 7] = 1.0 / 0.5**2


@njit(cache=True)
def _fit_agreeing(
    x: Array,
    cov: Array,
    time_s: float,
    rows: Array,
    starts: Ints,
    sensors: Ints,
    streams: int,
    seed: int,
    air: Array,
    scales: Array,
    prior: Array,
    chosen: Array,
    agree: Ints,
    limits: Array,
) -> float:
    """Fit x to the streams that agree with it, the seed always among them; returns the log evidence.

    Which agree is asked anew before each fit, with limits (turns,) on their misses that narrow: the first
    turn starts from a coarse guess. `agree` lists them, ended by -1. -inf where too few do.
    """
    miss = np.empty(3)
    evidence = -np.inf
    for turn in range(limits.shape[0]):
        many, n, s, distinct = 0, 0, 0, 0
        while s < streams:
            # The best stream of each sensor, if it agrees.
            end, best_s, best = s, -1, limits[turn]
            while end < streams and sensors[end] == sensors[s]:
                misfit(x, time_s, rows[starts[end] :], starts[end + 1] - starts[end], air, scales, miss)
                worst = miss[0]
                if not math.isnan(miss[1]):
                    # Tones of a coarse guess are off by per cents, which is many sigmas.
                    worst = max(worst, miss[1]) if limits[turn] < 20.0 else miss[0] + 0.1 * min(miss[1], 300.0)
                if not math.isnan(miss[2]):
                    worst = max(worst, miss[2])
                if end == seed:
                    worst = min(worst, 0.5 * limits[turn])
                if worst < best:
                    best_s, best = end, worst
                end += 1
            if best_s >= 0:
                agree[many] = best_s
                many += 1
                distinct += 1
                for r in range(starts[best_s], starts[best_s + 1]):
                    chosen[n] = rows[r]
                    n += 1
            s = end
        if many < agree.shape[0]:
            agree[many] = -1
        if distinct < 2:
            return -np.inf
        evidence = fit(x, time_s, chosen, n, air, scales, prior, cov, 10)
        if not evidence > -1e300:
            return -np.inf
    return evidence
