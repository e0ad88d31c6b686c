"""A track's life as a table: what it is now, and from what it becomes what, for which reason.

    tentative  -> confirmed   when it is sure, placed, proven, surely flies, and heard by those who should hear it
    tentative  -> ended       at the first of ENDINGS that holds
    confirmed  -> coasting    when nobody has heard it for COAST_AFTER_S
    confirmed  -> ended       at the first of ENDINGS that holds
    coasting   -> confirmed   when it is heard again, or a birth is found to be it (`rejoin`)
    coasting   -> ended       at the first of ENDINGS that holds

A coasting track is carried on where nobody can hear it, and keeps its name. When its place is too loose to know
its own sound by, it sleeps: it takes part in nothing until a birth agrees with where it may be, how fast it flies
and how it sounds. Every ending has its reason, which its last record tells.

What drives is no aircraft. Whether it flies is judged by speed against the air, of which the network has the
wind: a drone in a head wind is slow over ground only. Slower ones must be heard for longer, by more sensors, as
aircraft.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.track.associate.ingest import SensorArrays
from forehear.track.layout import TONE
from forehear.track.lifecycle.merge import merge
from forehear.track.lifecycle.start import Life
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Log odds from which a track is confirmed (e^5 to 1), sensors that must have heard it (one fewer where one
# of them knows bearings), and the loosest place that is worth telling [m].
CONFIRM_LOG_ODDS = 5.0
CONFIRM_SENSORS = 3
CONFIRM_SIGMA_M = 1000.0
# While it is young, by how much it must be likelier than another flight that its reports may be of [nats].
CONFIRM_LEAD_NATS = 2.0
# Those who hear it and those who do not must speak for it together [nats]: more where the fewest hear it and more
# than one is silent by so much, as where a few lie: of two hundred flights that three of six invented, three went
# over 1.2 and none over 1.8. Taken from a confirmed track again, true ones beside sensors in shadow are missed
# five times as long.
CONFIRM_CASE_NATS, CONFIRM_CASE_OF_FEW_NATS, AGAINST_NATS = 0.0, 2.0, 0.5
# A chance fit must first foretell what comes next: so many sources, for so long [s], with tones that are no
# farther off than this mean square, and flying straight rather than not.
PROVE_SOURCES, PROVE_S, PROVE_FIT, PROVE_CRUISE = 6, 3.0, 2.2, 0.3
# Where only two sensors heard it, as on a grid of 8 km, it must foretell more.
FEW_SENSORS, FEW_SOURCES, FEW_S = 2, 12, 10.0
# Against the air, slower than the first it drives or floats; surely so when that many sigmas below [m/s]. Between
# the second and the first it may fly: when it was heard for so long [s], by so many sensors, and mostly as an
# aircraft.
CONFIRM_AIRSPEED_MPS, CONFIRM_SPEED_SIGMAS = 31.0, 1.5
SLOW_AIRSPEED_MPS, SLOW_S, SLOW_SENSORS, SLOW_KINDS = 17.0, 20.0, 4, 0.8
GROUND_SPEED_MPS = 12.0
# A confirmed track coasts after so many seconds unheard, for so long at most; a tentative one ends then.
COAST_AFTER_S, COAST_MOST_S, TENTATIVE_HOLD_S = 20.0, 600.0, 20.0
END_LOG_ODDS, TENTATIVE_END_LOG_ODDS = -3.0, -1.0
# A filter whose innovations of tone are so many times what they should be has lost its target.
LOST_FIT = 5.0
# A track that is heard and yet placed no better than this [m] hears something else: with a tone, and without.
LOOSEST_M, LOOSEST_TONELESS_M = 1_500.0, 2_500.0
# From here on a coasting track cannot tell its own sound from another's [m].
SLEEP_M = 800.0
# -----------------------------------------------------------------------------------------------------


class LifeSigns(NamedTuple):
    """What decides about one track now."""

    confirmed: bool
    finite: bool
    unheard_s: float
    log_odds: float
    place_sigma_m: float
    toneless: bool
    speed_mps: float
    speed_sigma_mps: float
    tone_fit: float


def _is_loose(s: LifeSigns) -> bool:
    return s.unheard_s < COAST_AFTER_S and s.place_sigma_m > (LOOSEST_TONELESS_M if s.toneless else LOOSEST_M)


# The first that holds is the reason.
ENDINGS: tuple[tuple[str, Callable[[LifeSigns], bool]], ...] = (
    ("not a number", lambda s: not s.finite),
    ("not heard", lambda s: s.unheard_s > (COAST_MOST_S if s.confirmed else TENTATIVE_HOLD_S)),
    (
        "its neighbours are silent",
        lambda s: s.log_odds < (END_LOG_ODDS if s.confirmed else TENTATIVE_END_LOG_ODDS),
    ),
    ("its place is not known", _is_loose),
    ("its tones do not fit", lambda s: s.tone_fit > LOST_FIT),
    ("it stands or drives", lambda s: s.speed_mps + 2.0 * s.speed_sigma_mps < GROUND_SPEED_MPS),
)
MERGED = "the same as another"


def step(
    bank: Bank, lives: list[Life | None], arrays: SensorArrays, air: Array, now_s: float
) -> list[tuple[int, Life]]:
    """Confirm, merge and end tracks; returns those that ended after having been told of, row and life."""
    ended: list[tuple[int, Life]] = []
    for k in (int(k) for k in np.flatnonzero(bank.alive)):
        one = lives[k]
        assert one is not None
        signs = _signs(bank, k, one, air, now_s)
        reason = next((words for words, holds in ENDINGS if holds(signs)), None)
        if reason is not None:
            bank.alive[k] = False
            one.ended_because = reason
            ended.append((k, one))
            lives[k] = None
            continue
        one.coasting = one.confirmed and signs.unheard_s > COAST_AFTER_S
        bank.asleep[k] = one.coasting and signs.place_sigma_m + signs.unheard_s * 5.0 > SLEEP_M
        if not one.confirmed:
            one.confirmed = _is_sure(bank, k, one, signs, arrays, now_s)
    merge(bank, lives, ended, MERGED)
    return ended


def _signs(bank: Bank, k: int, one: Life, air: Array, now_s: float) -> LifeSigns:
    x, p = bank.mean[k], bank.covariance[k]
    speed, sigma = airspeed(x, p, air)
    return LifeSigns(
        confirmed=one.confirmed,
        finite=bool(np.isfinite(x).all()),
        unheard_s=now_s - float(bank.last_heard_s[k]),
        log_odds=float(bank.log_odds[k]),
        place_sigma_m=math.sqrt(max(p[0, 0] + p[1, 1], 0.0)),
        toneless=bool(p[TONE, TONE] > 0.01),
        speed_mps=speed,
        speed_sigma_mps=sigma,
        tone_fit=float(bank.fit[k, 0]),
    )


def _is_sure(bank: Bank, k: int, one: Life, s: LifeSigns, arrays: SensorArrays, now_s: float) -> bool:
    """Say whether a tentative track is confirmed."""
    heard = bank.sensors[k][bank.heard_s[k] > -np.inf]
    sensors, directed = int(bank.sensors_heard[k]), int(arrays.directed[heard].sum())
    age, proving_s = now_s - one.initiated_s, now_s - one.proving_s
    few = sensors >= FEW_SENSORS and bank.foreseen[k] >= FEW_SOURCES and proving_s >= FEW_S
    enough = sensors >= CONFIRM_SENSORS or directed >= 2 or few
    proven = bank.foreseen[k] >= PROVE_SOURCES and proving_s >= PROVE_S
    proven = proven and s.tone_fit < PROVE_FIT and bank.mu[k, 0] > PROVE_CRUISE
    least = s.speed_mps - CONFIRM_SPEED_SIGMAS * s.speed_sigma_mps
    slow = least > SLOW_AIRSPEED_MPS and age >= SLOW_S and sensors >= SLOW_SENSORS
    slow = slow and bank.flier[k] > SLOW_KINDS
    sure = s.log_odds >= CONFIRM_LOG_ODDS and s.place_sigma_m < CONFIRM_SIGMA_M
    against = int((bank.opinion[k] < -AGAINST_NATS).sum())
    few = sensors <= CONFIRM_SENSORS and directed < 2 and against > 1
    case = CONFIRM_CASE_OF_FEW_NATS if few else CONFIRM_CASE_NATS
    sure = sure and one.lead_nats > CONFIRM_LEAD_NATS and bank.case[k] > case
    return bool(enough and proven and sure and (least > CONFIRM_AIRSPEED_MPS or slow))


def airspeed(x: Array, p: Array, air: Array) -> tuple[float, float]:
    """Give horizontal speed against the air (air[1], air[2]: wind east, north) and its sigma [m/s]."""
    ve, vn = x[3] - air[1], x[4] - air[2]
    speed = math.hypot(ve, vn)
    e, n = ve / max(speed, 1.0), vn / max(speed, 1.0)
    return speed, math.sqrt(max(e * e * p[3, 3] + n * n * p[4, 4] + 2.0 * e * n * p[3, 4], 0.0))
