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

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.fit import engine_evidence, misfit
from forehear.track.estimate.measurement import emission_delay
from forehear.track.estimate.prior import set_prior
from forehear.track.initiate.agree import fit_agreeing
from forehear.track.initiate.candidates import MAX_STREAMS, SUMMARY, copy_rows, gather, summarise
from forehear.track.initiate.evidence import Silence, kinds_evidence, silence_evidence
from forehear.track.initiate.grid import APART_M, APART_MPS, close_to, search_grid
from forehear.track.initiate.verdict import NO_FIT, TOO_FEW, judge, same_flight
from forehear.track.layout import COLUMNS, HEARD, LN_TONE_VAR, STATES
from forehear.track.memory.streams import POINTS, Streams

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Hypotheses that go on to a fit, and how far apart they are [m, m/s].
STARTS = 8
# Of these, so many are fitted to all reports; but where the best has less evidence than this, no more.
FINALS = 3
HOPELESS_NATS = 3.0
# A stream agrees with a flight when its mean square miss of level and tone is below the last of these; the
# ones before it are for the rougher turns.
ROUGH_LIMITS = np.array([60.0, 12.0])
FINAL_LIMITS = np.array([8.0, 4.0])
# -----------------------------------------------------------------------------------------------------


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
        rough[start] = fit_agreeing(
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
            again = again or (better and close_to(x, best_x[earlier], 0.3 * APART_M, 0.3 * APART_MPS))
        if again:
            continue
        if finals == FINALS or (finals > 0 and best < HOPELESS_NATS):
            break
        finals += 1
        gain = fit_agreeing(
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
            if best > -np.inf and not same_flight(x, out_x, cov):
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
        elif evidence > second and not same_flight(x, out_x, out_cov):
            second = evidence
            rival[:] = x
    if many == 0:
        out_info[1] = -np.inf
        return NO_FIT, 0
    if second > -np.inf and same_flight(rival, out_x, out_cov):
        second = -np.inf
    out_info[0], out_info[1], out_info[3] = time_s, best, second
    return judge(out_x, out_cov, best, second, out_info[5:8]), many
