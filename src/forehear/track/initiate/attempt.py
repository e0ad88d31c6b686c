"""How a track is born: from streams that several sensors hear and one straight flight explains.

Theory of operation. A stream (see `streams`) is a seed. With its neighbours' streams it is asked: is there
one aircraft that explains these levels, tones and bearings better than an engine of its own at each sensor?

1. Each stream is summed up in a few points. A grid of hypotheses - where the sound left (range and azimuth
   from the seed), course and speed - is scored on them; the seed's own level gives the source's level, its
   own tone the tone at rest. At each sensor the best stream counts, and a stream that does not fit costs no
   more than a cap: other engines may be there.
2. The best few, apart from each other, are fitted to all reports of the streams that agree (`agree`).
3. Evidence decides (`evidence`): the flight's, by Laplace's approximation, against the engines', less what the
   silence of sensors nearby says. Where a second, different flight is nearly as good, the answer is not known yet,
   and is asked again later.
4. Who joined is asked again (`consensus`): a stream without which the flight is likelier is of something else.

What cannot fly is no aircraft: a fit whose speed is not surely above what drives on the ground is refused.
"""

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.estimate.fit import misfit
from forehear.track.estimate.measurement import emission_delay
from forehear.track.initiate.agree import fit_agreeing
from forehear.track.initiate.candidates import MAX_STREAMS, Asked, Gathered, gathered
from forehear.track.initiate.consensus import drop_idlers, evidence_of_these
from forehear.track.initiate.evidence import flight_evidence
from forehear.track.initiate.grid import APART_M, APART_MPS, close_to, search_grid
from forehear.track.initiate.verdict import INITIATED, NO_FIT, TOO_FEW, judge, same_flight
from forehear.track.layout import COLUMNS, HEARD, STATES
from forehear.track.memory.pool import POINTS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Hypotheses that go on to a fit, and how far apart they are [m, m/s].
STARTS = 8
# Of these, so many are fitted to all reports; but where the best has less evidence than this, no more.
FINALS = 3
WORTH_MORE_NATS = 3.0
# A stream agrees with a flight when its mean square miss of level and tone is below the last of these; the
# ones before it are for the rougher turns.
ROUGH_LIMITS = np.array([60.0, 12.0])
FINAL_LIMITS = np.array([8.0, 4.0])
# -----------------------------------------------------------------------------------------------------


# Numbers that an attempt says of itself.
INFO = 16


@njit(cache=True)
def attempt(
    asked: Asked, seed: int, out_x: Array, out_cov: Array, out_streams: Ints, out_info: Array
) -> tuple[int, int]:
    """Try to bear a track from a seed stream. Returns (what became of it, how many streams agree).

    Fills out_x (8,), out_cov (8, 8) at the time out_info[0]; out_streams (MAX_STREAMS,) the streams that agree;
    out_info (INFO,): [0] time [s], [1] evidence [nats], [2] latest emission [s], [3] second-best's evidence,
    [4] sensors that agree, [5:8] mean square misses, [8:16] the second-best flight, not numbers without one.
    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    g, air, scales = gathered(asked, seed), asked.air, asked.scales
    if g.streams == 0:
        return TOO_FEW, 0
    starts_x, order, found = _starts(g, air, scales)
    chosen = np.empty((MAX_STREAMS * POINTS, COLUMNS))
    x, cov, rival = np.empty(STATES), np.empty((STATES, STATES)), np.empty(STATES)
    agree, best_agree = np.full(MAX_STREAMS + 1, -1, np.int64), np.full(MAX_STREAMS + 1, -1, np.int64)
    best, second, finals = -np.inf, -np.inf, 0
    for at in range(found):
        if finals == FINALS or (finals > 0 and best < WORTH_MORE_NATS):
            break
        if _again(starts_x, order, at):
            continue
        finals += 1
        x[:] = starts_x[order[at]]
        gain = fit_agreeing(
            x, cov, g.time_s, g.rows, g.starts, g.sensors, g.streams, g.seed, air, scales, g.prior, chosen, agree,
            FINAL_LIMITS,
        )  # fmt: skip
        evidence = flight_evidence(g, asked, x, agree, gain, False)
        if evidence > best:
            if best > -np.inf and not same_flight(x, out_x, cov):
                second = best
                rival[:] = out_x
            best = evidence
            out_x[:], best_agree[:] = x, agree
            out_cov[:, :] = cov
        elif evidence > second and not same_flight(x, out_x, out_cov):
            second = evidence
            rival[:] = x
    if best == -np.inf:
        out_info[1] = -np.inf
        return NO_FIT, 0
    if second > -np.inf and same_flight(rival, out_x, out_cov):
        second = -np.inf
    out_info[1], out_info[3] = best, second
    many = _fill(g, asked, best_agree, out_x, chosen, out_streams, out_info)
    few = out_info[4] < 3.0 and not asked.arrays.directed[asked.pool.sensor[seed]]
    outcome = judge(out_x, out_cov, best, second, out_info[5:8], few, air)
    if outcome == INITIATED and drop_idlers(g, asked, best_agree, out_x, out_cov):
        best = evidence_of_these(g, asked, best_agree, out_x, out_cov, False)
        out_info[1] = best
        many = _fill(g, asked, best_agree, out_x, chosen, out_streams, out_info)
        few = out_info[4] < 3.0 and not asked.arrays.directed[asked.pool.sensor[seed]]
        outcome = judge(out_x, out_cov, best, second, out_info[5:8], few, air)
    out_info[8:] = rival if second > -np.inf else np.full(STATES, np.nan)
    return outcome, many


@njit(cache=True)
def _starts(g: Gathered, air: Array, scales: Array) -> tuple[Array, Ints, int]:
    """Give the hypotheses (STARTS, 8) that a fit may start from, their order, the best first, and how many.

    Reference: our own, docs/decisions/0008-tracker.md, "Initiation by evidence".
    """
    best_x, best_cost = np.empty((STARTS, STATES)), np.full(STARTS, np.inf)
    found = search_grid(g.points, g.p_starts, g.sensors, g.streams, g.seed, g.time_s, air, best_x, best_cost)
    cov = np.empty((STATES, STATES))
    chosen = np.empty((g.points.shape[0], COLUMNS))
    agree = np.full(MAX_STREAMS + 1, -1, np.int64)
    # First to the few summary points, which is quick; the best of that, to all reports.
    rough = np.full(found, -np.inf)
    for start in range(found):
        rough[start] = fit_agreeing(
            best_x[start], cov, g.time_s, g.points, g.p_starts, g.sensors, g.streams, g.seed, air, scales, g.prior,
            chosen, agree, ROUGH_LIMITS,
        )  # fmt: skip
    order = np.argsort(-rough, kind="mergesort")
    fitted = 0
    for start in range(found):
        fitted += rough[start] > -1e300
    return best_x, order, fitted


@njit(cache=True)
def _again(starts_x: Array, order: Ints, at: int) -> bool:
    """Say whether hypothesis order[at] is near one before it."""
    for earlier in range(at):
        if close_to(starts_x[order[at]], starts_x[order[earlier]], 0.3 * APART_M, 0.3 * APART_MPS):
            return True
    return False


@njit(cache=True)
def _fill(
    g: Gathered, asked: Asked, agree: Ints, x: Array, chosen: Array, out_streams: Ints, out_info: Array
) -> int:
    """Fill what `attempt` says of the streams that agree with flight x; returns how many.

    Reference: docs/physics.md, "Sound is old news".
    """
    many, n, previous = 0, 0, -1
    out_info[4] = 0.0
    while agree[many] >= 0:
        s = agree[many]
        for r in range(g.starts[s], g.starts[s + 1]):
            chosen[n] = g.rows[r]
            n += 1
        out_streams[many] = g.near[s]
        out_info[4] += g.sensors[s] != previous
        previous = g.sensors[s]
        many += 1
    misfit(x, g.time_s, chosen, n, asked.air, asked.scales, out_info[5:8])
    out_info[0], out_info[2] = g.time_s, -np.inf
    for r in range(n):
        left = chosen[r, HEARD] - emission_delay(x, chosen[r, HEARD] - g.time_s, chosen[r], asked.air)
        out_info[2] = max(out_info[2], left)
    return many
