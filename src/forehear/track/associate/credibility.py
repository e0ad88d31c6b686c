"""Whom to believe: sensors whose clock, level, place or word is wrong are set aside, with the reason in words.

Theory of operation. Most of what may be wrong with a sensor is corrected as it is learned (clocks and levels by
`learning`, deafness by `detection`). What cannot be is set aside: its reports neither make, feed nor kill tracks,
until it is right again.

*Claims.* A liar, or a sensor that stands elsewhere, hears passes that nobody else ever hears. One such pass
proves little; a record of them does. From one microphone's pass alone follow lower bounds: of its speed, from how
far its tone moved (c / 2 of the change of ln tone); of its distance, from how fast it moved (v^2 / c over the
slope); so of its level at 1 m. What drives on the ground stays below a drone in one or the other. For what must be
an aircraft, neighbours that report and heard nothing all the while had odds of hearing it, by the law that all
sensors share, averaged over the directions that it may have had. The surprise [nats] of their silence, bounded for
each neighbour and each pass, is the record; it is forgotten in hours, and made smaller by every track that the
sensor hears together with others. A neighbour that heard anything at all is no witness.

*Clock*: its reports travel for seconds longer or shorter than everybody's, steadily. *Level*: what tracks teach of
it is beyond any microphone. *Place*: it goes on saying that it stands where it cannot. *Silent*: it never hears
what it should hear best, and never anything else.

Those set aside go on being judged by what they say: by their passes, their clock, their places, and by whether
they hear at all; a level is tried again after half an hour.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.track.associate.detection import CEILING, COMMON_BIAS_VAR, COMMON_MARGIN, SHADOW_HALVES_M, SHADOW_M
from forehear.track.associate.ingest import SensorArrays
from forehear.track.layout import HEARD, LEVEL_DB, LN_TONE, LN_TONE_VAR
from forehear.track.memory.bank import Bank
from forehear.track.memory.pool import POINTS, Streams, release

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

TRUSTED, CLOCK, LEVEL, PLACE, CLAIMS, SILENT = range(6)
REASON = ("", "clock", "level", "place", "claims what no neighbour hears", "silent where all hear")

# --- numbers that decide -----------------------------------------------------------------------------
# Judged so often [s]; streams looked at each time.
JUDGE_EVERY_S, MOST_LOOKED_AT = 10.0, 32
# A pass that may be judged: points, span [s], and the change of ln tone that is above tones' own scatter.
PASS_POINTS, PASS_S, PASS_LN_TONE = 12, 15.0, 0.08
# What must fly: faster than this, by the lower bound [m/s], louder at 1 m [dB], heard from farther [m]. Vehicles
# pass at 85 to 108 dB; trains are heard by others, too.
FLIES_MPS, FLIES_DB, FLIES_M = 25.0, 108.0, 150.0
# Neighbours asked: within this [m], with a report within this time [s]; directions tried.
NEIGHBOUR_M, ALIVE_S, DIRECTIONS = 8_000.0, 15.0, 12
# Scatter of the level that decides, for one who is not known [dB]; the least odds of one neighbour's silence, and
# the most that one pass says [nats].
SIGMA_DB, LEAST_SILENCE, PASS_NATS = 7.0, 0.05, 3.5
# Charges within this time are of one pass [s].
ONE_PASS_S = 60.0
# A straight way is believed for so long [s].
LONGEST_PASS_S = 120.0
# Set aside from here on, trusted again below the second [nats]; forgotten in this time [s]; taken off in each
# judgement in which it is one of so many that hear a sure track. Three passes at least: of an hour beside roads
# with sixty motorcycles one in 36 sensors had one pass that looked so.
ASIDE_NATS, AGAIN_NATS, FORGOTTEN_S = 8.0, 2.0, 3600.0
AGREES_NATS, AGREEING = 0.3, 4
SURE_LOG_ODDS, SURE_CASE_NATS = 6.0, 1.0
# A clock is wrong from here on [s], right again below the second, where its travel scatters less than the third,
# over so many reports. What is off by less is corrected.
CLOCK_OFF_S, CLOCK_RIGHT_S, CLOCK_STEADY_S, CLOCK_REPORTS = 5.0, 1.5, 1.0, 8
# No microphone's level is wrong by more [dB]; known within this variance [dB^2]; tried again after this time [s].
LEVEL_OFF_DB, LEVEL_KNOWN_VAR, LEVEL_AGAIN_S = 30.0, 9.0, 1800.0
# Places far off, claimed in one judgement.
FAR_PLACES = 5
# Clear trials (`detection`) of which it heard none.
DEAF_TRIALS, DEAF_HEARD = 15.0, 0.2
# -----------------------------------------------------------------------------------------------------


class Credit(NamedTuple):
    """What is held against N sensors."""

    reason: Ints  # (N,) TRUSTED, or why it is set aside
    since_s: Array  # (N,) since when
    claims: Array  # (N,) record of passes that nobody else heard [nats]
    pass_nats: Array  # (N,) what of it the latest pass was charged
    pass_s: Array  # (N,) when that was
    far_places: Ints  # (N,) places that it could not be at, claimed so far


def credit_of(sensors: int) -> Credit:
    """Start with trust in all."""
    return Credit(
        np.zeros(sensors, np.int64), np.full(sensors, -np.inf), np.zeros(sensors), np.zeros(sensors),
        np.full(sensors, -np.inf), np.zeros(sensors, np.int64),
    )  # fmt: skip


def judge(
    credit: Credit, arrays: SensorArrays, bank: Bank, pools: Sequence[Streams], air: Array, typical_s: float,
    far_places: Ints, now_s: float,
) -> Ints:  # fmt: skip
    """Bring the record up to now, once in JUDGE_EVERY_S; returns the sensors whose reason changed.

    pools: of those trusted and of those set aside. typical_s: how long everybody's reports travel.
    far_places (N,): places that each could not be at, claimed so far.
    """
    before = credit.reason.copy()
    credit.claims[:] *= math.exp(-JUDGE_EVERY_S / FORGOTTEN_S)
    for pool in pools:
        _charge_passes(credit, arrays, pool, air, now_s)
    _thank(credit, bank, now_s)
    held = credit.reason
    wrong = np.zeros(len(held), np.int64)
    known = (credit.claims >= ASIDE_NATS) | ((held == CLAIMS) & (credit.claims >= AGAIN_NATS))
    wrong[known] = CLAIMS
    wrong[_deaf(arrays) | ((held == SILENT) & (arrays.laws.trials >= DEAF_TRIALS))] = SILENT
    wrong[far_places - credit.far_places >= FAR_PLACES] = PLACE
    credit.far_places[:] = far_places
    wrong[_wrong_level(credit, arrays, now_s)] = LEVEL
    off = np.abs(typical_s - arrays.travel[:, 0])
    steady = (arrays.travel[:, 2] >= CLOCK_REPORTS) & (arrays.travel[:, 1] < CLOCK_STEADY_S**2)
    wrong[(steady & (off > CLOCK_OFF_S)) | ((held == CLOCK) & (off > CLOCK_RIGHT_S))] = CLOCK
    right_clock = (held == CLOCK) & (wrong != CLOCK)
    arrays.suspected[right_clock] = False
    arrays.clock[right_clock] = 0.0, 0.01
    held[:] = wrong
    changed = np.flatnonzero(held != before)
    credit.since_s[changed] = now_s
    return changed


def forsake(bank: Bank, pool: Streams, sensor: int) -> None:
    """Take what a sensor said out of all tracks and streams: its word counts no more.

    What it has put into a track's place stays there, and is outlived in a minute.
    """
    while pool.head[sensor] >= 0:
        release(pool, int(pool.head[sensor]))
    for k, a in np.argwhere(bank.sensors == sensor):
        bank.log_odds[k] -= bank.opinion[k, a]
        bank.sensors_heard[k] -= bank.heard_s[k, a] > -np.inf
        bank.sensors[k, a], bank.opinion[k, a] = -1, 0.0
        bank.heard_s[k, a] = bank.asked_s[k, a] = -np.inf


def _wrong_level(credit: Credit, arrays: SensorArrays, now_s: float) -> Mask:
    laws, held = arrays.laws, credit.reason == LEVEL
    again = held & (now_s - credit.since_s > LEVEL_AGAIN_S)
    laws.bias_db[again], laws.bias_var[again] = 0.0, laws.common[COMMON_BIAS_VAR]
    off = (np.abs(laws.bias_db) > LEVEL_OFF_DB) & (laws.bias_var < LEVEL_KNOWN_VAR)
    return np.asarray(off | (held & ~again), np.bool_)


def _deaf(arrays: SensorArrays) -> Mask:
    """Say of which sensors (N,) nothing is ever heard, though they should; one that hears again starts anew."""
    laws = arrays.laws
    hears = (laws.trials >= DEAF_TRIALS) & np.isfinite(arrays.last_source_s)
    laws.trials[hears & (laws.heard < DEAF_HEARD)] = 0.0
    return np.asarray(
        (laws.trials >= DEAF_TRIALS) & (laws.heard < DEAF_HEARD) & ~np.isfinite(arrays.last_source_s), np.bool_
    )


def _thank(credit: Credit, bank: Bank, now_s: float) -> None:
    """Take from the record of those who hear a sure track together with others."""
    sure = bank.alive & (bank.case > SURE_CASE_NATS) & (bank.log_odds > SURE_LOG_ODDS)
    for k in np.flatnonzero(sure):
        hearers = bank.sensors[k][bank.heard_s[k] > now_s - JUDGE_EVERY_S]
        if len(hearers) >= AGREEING:
            credit.claims[hearers] = np.maximum(credit.claims[hearers] - AGREES_NATS, 0.0)


def _charge_passes(credit: Credit, arrays: SensorArrays, pool: Streams, air: Array, now_s: float) -> None:
    worth = (pool.filled >= PASS_POINTS) & (pool.last_s > now_s - JUDGE_EVERY_S - 2.0)
    worth &= pool.last_s - pool.first_s >= PASS_S
    rows = np.flatnonzero(worth)
    # The loudest first: what is loud should be heard by others.
    rows = rows[np.argsort(-pool.recent_mean[rows, 0], kind="mergesort")][:MOST_LOOKED_AT]
    for k in rows:
        s = int(pool.sensor[k])
        n = min(int(pool.filled[k]), POINTS)
        nats = surprise(pool.rows[k, :n], s, float(pool.first_s[k]), arrays, air, now_s)
        if nats <= 0.0:
            continue
        if now_s - credit.pass_s[s] > ONE_PASS_S:
            credit.pass_nats[s] = 0.0
        credit.claims[s] += max(nats - credit.pass_nats[s], 0.0)
        credit.pass_nats[s], credit.pass_s[s] = max(nats, credit.pass_nats[s]), now_s


def bounds_of_pass(rows: Array, bias_sigma_db: float, air: Array) -> tuple[float, float, float] | None:
    """Give lower bounds of a pass's speed [m/s], distance [m] and level at 1 m [dB] from its rows (n, COLUMNS).

    None where it is no pass, or may be of something that drives. Ignores: wind, what turns.
    Reference: Ferguson and Lo, IEEE J. Oceanic Eng. 24(4), 424, 1999 (a pass in one microphone's tone).
    """
    rows = rows[np.argsort(rows[:, HEARD], kind="mergesort")]
    if (rows[:, LN_TONE_VAR] <= 0.0).any():
        return None
    many = len(rows) // 4
    # Means of neighbouring points, so that single tones do not make the slope.
    part = rows[: 4 * many].reshape(many, 4, -1).mean(axis=1)
    t, tone, level = part[:, HEARD], part[:, LN_TONE], part[:, LEVEL_DB]
    change = float(tone.max() - tone.min())
    if many < 3 or change < PASS_LN_TONE or float((np.diff(t) < 1.0).any()):
        return None
    slope = float(np.max(np.abs(np.diff(tone) / np.diff(t))))
    speed = 0.5 * float(air[0]) * change
    far = speed * speed / (float(air[0]) * slope)
    loud = float(level.max()) + 20.0 * math.log10(max(far, 1.0)) - bias_sigma_db
    return (speed, far, loud) if speed > FLIES_MPS and far > FLIES_M and loud > FLIES_DB else None


def surprise(rows: Array, sensor: int, first_s: float, arrays: SensorArrays, air: Array, now_s: float) -> float:
    """Give how surprising it is [nats] that no neighbour heard the pass in a stream's rows (n, COLUMNS).

    first_s: since when the stream is heard, of which the rows are the last.

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    bounds = bounds_of_pass(rows, math.sqrt(float(arrays.laws.bias_var[sensor])), air)
    if bounds is None:
        return 0.0
    speed, far, loud = bounds
    last = float(rows[:, HEARD].max())
    nearest = float(rows[np.argmax(rows[:, LEVEL_DB]), HEARD])
    away = arrays.place[:, :2] - arrays.place[sensor, :2]
    near = (np.hypot(away[:, 0], away[:, 1]) < NEIGHBOUR_M) & ~arrays.person
    near &= (arrays.last_report_s > now_s - ALIVE_S) & (arrays.last_source_s < first_s)
    near[sensor] = False
    if not near.any():
        return 0.0
    looks = np.arange(max(first_s, last - LONGEST_PASS_S), last + 1.0, 10.0) - nearest
    turn = 2.0 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    ahead, aside = np.stack([np.sin(turn), np.cos(turn)], 1), np.stack([np.cos(turn), -np.sin(turn)], 1)
    # (directions, looks, 2) places, (directions, looks, neighbours) distances.
    at = far * aside[:, None] + speed * looks[None, :, None] * ahead[:, None]
    path = np.linalg.norm(at[:, :, None] - away[near][None, None], axis=3)
    path = np.maximum(path, 100.0)
    noise = np.where(np.isfinite(arrays.noise_db), arrays.noise_db, 40.0)[near]
    over = loud - 20.0 * np.log10(path) - air[3] * path - noise - arrays.laws.common[COMMON_MARGIN]
    # The logistic curve nearest to the normal one.
    odds = CEILING / (1.0 + np.exp(-1.702 * np.clip(over / SIGMA_DB, -20.0, 20.0)))
    odds = odds * 0.5 ** (np.maximum(path - SHADOW_M, 0.0) / SHADOW_HALVES_M)
    silent = np.maximum(np.prod(1.0 - odds, axis=1), LEAST_SILENCE).prod(axis=1)
    return float(min(-math.log(max(float(silent.mean()), 1e-9)), PASS_NATS))
