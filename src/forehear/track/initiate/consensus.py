"""Who joined a birth is asked again: a stream that the flight does without is of something else.

Theory of operation. A flight that fits three streams bends a little to take a fourth one in, and is then surely in
a wrong place. What a stream adds is the evidence of the flight with it, less that of the flight fitted to the
others while the stream is an engine of its own. One that adds little goes, the least first, and the flight is
fitted anew; where too few are left there is no birth.
"""

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.initiate.agree import fit_these
from forehear.track.initiate.candidates import MAX_STREAMS, Asked, Gathered
from forehear.track.initiate.evidence import flight_evidence
from forehear.track.layout import COLUMNS, STATES
from forehear.track.memory.pool import POINTS

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What a stream must add to a flight's evidence [nats]: twenty to one that it is the flight's.
BELONGS_NATS = 3.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def drop_idlers(g: Gathered, asked: Asked, agree: Ints, x: Array, cov: Array) -> bool:
    """Leave out of `agree`, in place, the streams that add too little; x (8,) and cov (8, 8) are fitted anew.

    Returns whether any was left out.
    """
    fewer, trial, trial_cov = np.full(MAX_STREAMS + 1, -1, np.int64), np.empty(STATES), np.empty((STATES, STATES))
    any_left_out = False
    while agree[0] >= 0:
        evidence = evidence_of_these(g, asked, agree, x, cov, True)
        least, idler, a = BELONGS_NATS, -1, 0
        while agree[a] >= 0:
            _without(agree, a, fewer)
            trial[:] = x
            other = evidence_of_these(g, asked, fewer, trial, trial_cov, True)
            if evidence - other < least:
                least, idler = evidence - other, a
            a += 1
        if idler < 0:
            break
        _without(agree, idler, fewer)
        agree[:] = fewer
        any_left_out = True
    return any_left_out


@njit(cache=True)
def evidence_of_these(g: Gathered, asked: Asked, agree: Ints, x: Array, cov: Array, few: bool) -> float:
    """Fit x and cov to the streams that `agree` lists, and give the evidence; few: however few they are."""
    if agree[0] < 0:
        return -np.inf
    chosen = np.empty((MAX_STREAMS * POINTS, COLUMNS))
    gain = fit_these(x, cov, g, asked, agree, chosen)
    return flight_evidence(g, asked, x, agree, gain, few)


@njit(cache=True)
def _without(agree: Ints, left_out: int, fewer: Ints) -> None:
    """List in `fewer` what `agree` lists, but for one; both ended by -1."""
    n, a = 0, 0
    while agree[a] >= 0:
        if a != left_out:
            fewer[n] = agree[a]
            n += 1
        a += 1
    fewer[n] = -1
