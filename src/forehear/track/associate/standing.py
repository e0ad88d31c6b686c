"""Whether those who hear a track are those who should: what its hearers and its silent neighbours say together.

Theory of operation. A fit of levels and tones says how well a flight explains what was reported, not whether it is
likely that just these sensors reported it. That is a likelihood of its own, of detection: each sensor that heard
the track had the odds p of hearing it there, beside the odds q that it had something to report that fits anyhow;
each one that was silent had 1 - p:

    case = sum over hearers of ln(p / q)  +  sum over the silent of ln(1 - p)

where p is the best of the last half minute (a sensor hears when the target is near), silence is asked once in each
correlation time of it, and either is bounded for each sensor: behind a hill one hears nothing, and one level may
be wrong. Three sensors that lie, or that hear three engines, agree in tone and level only where the flight is far
from all of them and near to others, who are silent. So a case below zero is against the track, whatever its fit
says, and it is not confirmed. The odds are of the law that all sensors share, not of what was learned of each: a
false track teaches those who do not hear it that they are deaf.

In a dense network the sensors that are remembered of a track (`memory/bank`) stand for all of them.
"""

import math

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.track.associate.detection import (
    CEILING,
    COMMON_MARGIN,
    CORRELATION_S,
    HEARING_SIGMA_DB,
    OWN_MARGIN_SIGMA_DB,
    hearing_probability,
    silence_nats,
)
from forehear.track.associate.ingest import SensorArrays
from forehear.track.layout import LEVEL
from forehear.track.memory.bank import Bank

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Correlation times that are looked back on.
LOOKS = 5
# ln(1 / q): what a hearing is worth where it was sure. One report in five fits some flight anyhow where engines
# are about.
HEARING_NATS = 1.5
# The least that a hearer's odds count as, and the most that one sensor's silence takes [nats]: three correlation
# times at even odds and more are a hill, a wall or a dead microphone as well as an empty sky.
LEAST_ODDS, MOST_SILENCE_NATS = 0.01, 3.0
# A sensor that has not been asked for this long has no opinion [s]; noise where none was reported [dB].
ASKED_WITHIN_S, USUAL_NOISE_DB = 20.0, 35.0
# A sensor's report is silence of a look where it heard nothing since so long before it [s].
MARGIN_S = 2.0
# A young track has this case [nats], and it is followed within so much [s]: nobody was asked yet who may have been
# silent, and single seconds prove little.
FIRST_NATS, FOLLOWS_S = -3.0, 6.0
# -----------------------------------------------------------------------------------------------------


@njit(cache=True)
def follow_cases(bank: Bank, arrays: SensorArrays, air: Array, now_s: float, passed_s: float) -> None:
    """Bring `bank.case` of every living track up to now, from `passed_s` seconds ago.

    Reference: Blackman and Popoli 1999, ISBN 978-1-58053-006-4, section 6.2 (a track's score has a likelihood of
    detection); docs/physics.md, "Who hears, and what silence is worth".
    """
    places, step = np.empty((LOOKS, 3)), 1.0 - math.exp(-passed_s / FOLLOWS_S)
    for k in range(bank.alive.shape[0]):
        if bank.alive[k] and not bank.asleep[k]:
            _places(bank, k, places)
            bank.case[k] += step * (case_of(bank, k, places, arrays, air, now_s) - bank.case[k])


@njit(cache=True)
def case_of(bank: Bank, k: int, places: Array, arrays: SensorArrays, air: Array, now_s: float) -> float:
    """Give the log odds [nats] of who heard track k, at `places` (LOOKS, 3) 10 s apart, and who not.

    Reference: Blackman and Popoli 1999, ISBN 978-1-58053-006-4, section 6.2.
    """
    total = 0.0
    for a in range(bank.sensors.shape[1]):
        s = bank.sensors[k, a]
        if s < 0 or bank.asked_s[k, a] < now_s - ASKED_WITHIN_S - LOOKS * CORRELATION_S:
            continue
        heard = bank.heard_s[k, a] > now_s - (LOOKS - 1) * CORRELATION_S
        if arrays.person[s]:
            total += HEARING_NATS if heard else 0.0
            continue
        if not heard and arrays.last_report_s[s] < now_s - ASKED_WITHIN_S:
            continue
        noise = arrays.noise_db[s] if not math.isnan(arrays.noise_db[s]) else USUAL_NOISE_DB
        threshold = noise + arrays.laws.common[COMMON_MARGIN]
        sigma = math.sqrt(HEARING_SIGMA_DB**2 + OWN_MARGIN_SIGMA_DB**2 + 9.0 + bank.covariance[k, LEVEL, LEVEL])
        best, silence = 0.0, 0.0
        for look in range(LOOKS):
            east, north = places[look, 0] - arrays.place[s, 0], places[look, 1] - arrays.place[s, 1]
            up = places[look, 2] - arrays.place[s, 2]
            path = max(math.sqrt(east * east + north * north + up * up) / arrays.place[s, 3], 1.0)
            level = bank.mean[k, LEVEL] - 20.0 * math.log10(path) - air[3] * path
            odds = hearing_probability(level, threshold, sigma, CEILING)
            best = max(best, odds)
            passed_s = bank.time_s[k] - look * CORRELATION_S + path / air[0]
            if not heard and arrays.last_source_s[s] < passed_s - MARGIN_S:
                silence += silence_nats(odds, path, CORRELATION_S)
        total += HEARING_NATS + math.log(max(best, LEAST_ODDS)) if heard else max(silence, -MOST_SILENCE_NATS)
    return total


@njit(cache=True)
def _places(bank: Bank, k: int, out: Array) -> None:
    """Fill out (LOOKS, 3) with where track k was, one correlation time apart, the latest first."""
    for look in range(LOOKS):
        then_s = bank.time_s[k] - look * CORRELATION_S
        j = bank.checkpoints[k] - 1
        while j > 0 and bank.ck_t[k, j] > then_s:
            j -= 1
        known = bank.checkpoints[k] > 0 and bank.ck_t[k, j] <= then_s
        dt = then_s - (bank.ck_t[k, j] if known else bank.time_s[k])
        for i in range(3):
            if known:
                out[look, i] = bank.ck_x[k, j, 0, i] + dt * bank.ck_x[k, j, 0, i + 3]
            else:
                out[look, i] = bank.mean[k, i] + dt * bank.mean[k, i + 3]
