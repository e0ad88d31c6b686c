"""A track's first second: its row set up from the fit of its birth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forehear.track.associate.standing import FIRST_NATS
from forehear.track.estimate.filter import predict
from forehear.track.estimate.measurement import emission_delay
from forehear.track.layout import EMITTED, HEARD, MODELS, STATES
from forehear.track.memory.bank import Bank
from forehear.track.memory.pool import POINTS, Streams

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What the evidence of a birth is worth as log odds of existence: less the many chances there were.
CHANCES_NATS = 12.0
# The start's covariance is widened by this: straight flight was only assumed.
START_INFLATION = 1.3
# -----------------------------------------------------------------------------------------------------


@dataclass
class Life:
    """What a track is beside its filter."""

    name: str
    initiated_s: float
    evidence: float
    # Since when it has foreseen what came, from before its birth where it had a rival then [s].
    proving_s: float = 0.0
    confirmed: bool = False
    # When it is fitted anew; infinity: no more.
    reseat_s: float = 0.0
    # Not heard for a while, carried on.
    coasting: bool = False
    ended_because: str = ""
    # Another flight that may be it (8,), and of which time [s]; not numbers without one. By how much it is
    # likelier than that [nats].
    rival: Array = field(default_factory=lambda: np.full(STATES + 1, np.nan))
    lead_nats: float = math.inf
    # For how many turns nothing else was likely.
    settled: int = 0


def kind_evidence_of(pool: Streams, members: Ints) -> Array:
    """Start a track's kind evidence from its streams' mean kinds: an opinion a stream."""
    return np.asarray(np.log(pool.kinds[members] + 0.02).sum(axis=0), np.float64)


def foreseen_before(pool: Streams, members: Ints, since_s: float) -> int:
    """Count the sources of a birth's streams that came after the flight was first known."""
    return sum(int((pool.rows[m, : min(pool.filled[m], POINTS), HEARD] > since_s).sum()) for m in members)


def start(bank: Bank, k: int, x: Array, cov: Array, info: Array, kinds: Array, heard_by: Sequence[int]) -> None:
    """Set row k up from a birth's fit: x (8,), cov (8, 8) at info[0], carried back to its last emission.

    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
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
    bank.alive[k], bank.asleep[k] = True, False
    bank.flier[k] = 0.5
    bank.log_odds[k] = bank.birth_odds[k] = min(info[1] - CHANCES_NATS, 9.0)
    bank.kind_evidence[k] = kinds
    bank.last_heard_s[k] = info[0]
    bank.sensors[k], bank.opinion[k] = -1, 0.0
    bank.heard_s[k] = bank.asked_s[k] = -np.inf
    bank.sensors[k, : len(heard_by)] = heard_by
    bank.heard_s[k, : len(heard_by)] = bank.asked_s[k, : len(heard_by)] = info[0]
    bank.sensors_heard[k] = len(heard_by)
    bank.fit[k] = 1.0
    bank.usual_mps[k] = bank.foreseen[k] = 0.0
    bank.case[k] = FIRST_NATS


def remember_birth(bank: Bank, k: int, pool: Streams, members: Ints, air: Array) -> None:
    """Put the reports of a birth into row k's history: before the first checkpoint, so the filter skips them.

    They serve `reseat`, which fits the young track anew.
    Reference: our own, docs/decisions/0008-tracker.md, "Young tracks are fitted anew".
    """
    rows = np.concatenate([pool.rows[m, : min(pool.filled[m], POINTS)] for m in members])
    for row in rows:
        delay = emission_delay(bank.mean[k], row[HEARD] - bank.time_s[k], row, air)
        row[EMITTED] = min(row[HEARD] - delay, bank.time_s[k])
    rows = rows[np.argsort(rows[:, EMITTED], kind="mergesort")]
    bank.history[k, : len(rows)] = rows
    bank.rows[k] = len(rows)
