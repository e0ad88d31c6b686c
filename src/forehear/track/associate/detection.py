"""The one law of hearing: how likely a sensor is to report a level, what its silence is worth, how it is learned.

Theory of operation. A sensor hears by the true excess of level over its noise, softly, up to a ceiling that is its
listener's; what it then measures has errors of its own. So the law is

    P(heard | level, noise) = ceiling * Phi((level - noise - margin) / sigma)

with margin and ceiling of each sensor, and sigma the fluctuation that path and listener have in common. The
margin is not what a low quantile of the reported levels says: measured levels scatter by 4 dB or more after the
decision, and the quantile sinks by as much; then every neighbour votes against a track that is heard.

Learning. Only tracks that are well known teach: each report of a sensor that should or should not hear one is a
trial with a known excess. A step of Fisher scoring moves the sensor's own margin and, slowly, what is common to
all; clear trials teach the ceiling. Consecutive seconds are not independent: a trial weighs as long as it stands
for, over the correlation time.

Silence is evidence by time: the log odds of not hearing, once per sensor and correlation time, the same whether
the sensor says so ten times or once, and bounded (`existence`). A report of another engine is busy, not silent,
unless the target should drown what was reported. A loud place hears nothing and says nothing, by the law itself;
beyond the edge of the shadow that refraction makes, a sensor says less and less. What was not received is no
evidence.

This file does not know tracks: it takes levels and gives odds.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Scatter of the level that decides, path and listener together [dB]: odds from 0.1 to 0.9 over 6-7 dB are a sigma
# of 2.6; paths scatter by 4 and more. A softer law only doubts.
HEARING_SIGMA_DB = 4.5
# Level's own scatter about the model [dB], before the tracker has measured it.
LEVEL_SIGMA_DB = 5.0
# Before anything is learned: the margin over the noise [dB] with its spread over sensors and of what is common,
# and the ceiling with how many clear trials that opinion is worth. Listeners want 3 to 6 dB; ceilings are 0.5 to
# 0.95.
MARGIN_DB, OWN_MARGIN_SIGMA_DB, COMMON_MARGIN_SIGMA_DB = 3.0, 3.0, 3.0
CEILING, CEILING_TRIALS = 0.85, 4.0
LEAST_CEILING, MOST_CEILING = 0.2, 0.97
# The common margin stays this open [dB^2]: thousands of trials of one night are not so many opinions of the next.
COMMON_MARGIN_LEAST_VAR = 0.05
# A trial is clear this many sigmas above the margin.
CLEAR_SIGMAS = 2.0
# How many trials the common ceiling is worth at most to a sensor that has its own.
OWN_CEILING_TRIALS = 6.0
# Seconds of one sensor that are one opinion, and how long a report stands for at most.
CORRELATION_S = 10.0
# From this distance on, refraction may hide a target at some hundred metres [m]; the odds halve every so much [m].
# Closed form for a linear profile, 350 m up: lost beyond 3.8 km in a plain lapse, 1.4 to 2.2 km upwind.
SHADOW_M, SHADOW_HALVES_M = 2_000.0, 2_000.0
# A louder report hides what should be this much weaker than it, or less than so much louder [dB].
BUSY_DB = 10.0
# Level errors of single sensors [dB]: their spread before any is known, the bounds of what is learned of it, and
# the share of a level's innovation that is not the sensor's for more than one correlation time [dB].
BIAS_SIGMA_DB, LEAST_BIAS_SIGMA_DB, MOST_BIAS_SIGMA_DB = 4.0, 1.0, 12.0
# A level error is known from this precision on [1/dB^2], and the spread from so many known ones.
KNOWN_BIAS_PRECISION, KNOWN_BIASES = 1.0 / 16.0, 5
# What a bias drifts by: a decibel in ten minutes.
BIAS_DRIFT_VAR_PER_S = 1.0 / 600.0
# -----------------------------------------------------------------------------------------------------

# Rows of `HearingLaws.common`: of all sensors.
COMMON_MARGIN, COMMON_MARGIN_VAR, COMMON_HEARD, COMMON_TRIALS, COMMON_BIAS_VAR = 0, 1, 2, 3, 4


class HearingLaws(NamedTuple):
    """What is known of N sensors' hearing; `common` (5,) is of all of them, by the names above."""

    margin_db: Array  # (N,) own, beside the common one
    margin_var: Array  # (N,) [dB^2]
    heard: Array  # (N,) clear trials that were heard
    trials: Array  # (N,) clear trials
    bias_db: Array  # (N,) what its levels read too high
    bias_var: Array  # (N,) [dB^2]
    common: Array  # (5,)


def laws_of(sensors: int) -> HearingLaws:
    """Start with what is known of any sensor."""
    return HearingLaws(
        margin_db=np.zeros(sensors),
        margin_var=np.full(sensors, OWN_MARGIN_SIGMA_DB**2),
        heard=np.zeros(sensors),
        trials=np.zeros(sensors),
        bias_db=np.zeros(sensors),
        bias_var=np.full(sensors, BIAS_SIGMA_DB**2),
        common=np.array(
            [MARGIN_DB, COMMON_MARGIN_SIGMA_DB**2, CEILING * CEILING_TRIALS, CEILING_TRIALS, BIAS_SIGMA_DB**2]
        ),
    )


@njit(cache=True)
def phi(a: float) -> float:
    """Give the normal distribution's function at a."""
    return 0.5 * math.erfc(-a * 0.7071067811865476)


@njit(cache=True)
def hearing_probability(expected_db: float, threshold_db: float, sigma_db: float, best: float) -> float:
    """Give the odds that a level is heard: a normal fluctuation that must exceed the threshold.

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    return best * phi((expected_db - threshold_db) / sigma_db)


@njit(cache=True)
def margin_of(laws: HearingLaws, sensor: int) -> float:
    """Give how far above its noise a level must be for the sensor to hear it half of the time [dB]."""
    return laws.common[COMMON_MARGIN] + laws.margin_db[sensor]


@njit(cache=True)
def ceiling_of(laws: HearingLaws, sensor: int) -> float:
    """Give the best odds that the sensor reports a clear sound."""
    common = laws.common[COMMON_HEARD] / laws.common[COMMON_TRIALS]
    heard = laws.heard[sensor] + common * OWN_CEILING_TRIALS
    return min(max(heard / (laws.trials[sensor] + OWN_CEILING_TRIALS), LEAST_CEILING), MOST_CEILING)


@njit(cache=True)
def hearing_sigma(laws: HearingLaws, sensor: int, level_spread: float) -> float:
    """Give the law's sigma [dB] where the level itself is known to a variance `level_spread` [dB^2]."""
    return math.sqrt(HEARING_SIGMA_DB**2 + laws.margin_var[sensor] + min(level_spread, 100.0))


@njit(cache=True)
def silence_nats(odds: float, distance_m: float, lasting_s: float) -> float:
    """Give the log odds [nats, at most 0] of a silence of `lasting_s` seconds where hearing has these odds.

    Reference: docs/physics.md, "Who hears, and what silence is worth".
    """
    if distance_m > SHADOW_M:
        odds *= 0.5 ** ((distance_m - SHADOW_M) / SHADOW_HALVES_M)
    return math.log(1.0 - min(odds, 0.99)) * min(lasting_s, CORRELATION_S) / CORRELATION_S


@njit(cache=True)
def learn_hearing(
    laws: HearingLaws, sensor: int, excess_db: float, level_spread: float, heard: bool, weight: float
) -> None:
    """Take in one trial of a well-known target: its level over the noise [dB], and whether it was reported.

    weight: the correlation times that it stands for. Fisher scoring of a probit with a ceiling.
    """
    sigma = math.sqrt(HEARING_SIGMA_DB**2 + min(level_spread, 100.0))
    ceiling = ceiling_of(laws, sensor)
    a = (excess_db - margin_of(laws, sensor)) / sigma
    if abs(a) > 5.0:
        return
    below = phi(a)
    odds = min(max(ceiling * below, 1e-6), 1.0 - 1e-6)
    slope = ceiling * 0.3989422804014327 * math.exp(-0.5 * a * a) / sigma
    # By the margin: a higher one hears less.
    score = (-slope / odds) if heard else slope / (1.0 - odds)
    information = weight * slope * slope / (odds * (1.0 - odds))
    common = laws.common
    own_var = 1.0 / (1.0 / laws.margin_var[sensor] + information)
    all_var = 1.0 / (1.0 / common[COMMON_MARGIN_VAR] + information)
    laws.margin_db[sensor] += min(max(own_var * weight * score, -2.0), 2.0)
    common[COMMON_MARGIN] += min(max(all_var * weight * score, -1.0), 1.0)
    laws.margin_var[sensor] = own_var
    common[COMMON_MARGIN_VAR] = max(all_var, COMMON_MARGIN_LEAST_VAR)
    common[COMMON_MARGIN] = min(max(common[COMMON_MARGIN], -12.0), 20.0)
    if a > CLEAR_SIGMAS:
        laws.trials[sensor] += weight
        laws.heard[sensor] += weight * heard
        # The common one forgets, so that it follows.
        keep = 1.0 - weight / 400.0
        common[COMMON_TRIALS] = common[COMMON_TRIALS] * keep + weight
        common[COMMON_HEARD] = common[COMMON_HEARD] * keep + weight * heard


@njit(cache=True)
def learn_bias(laws: HearingLaws, sensor: int, miss_db: float, variance: float, lasting_s: float) -> None:
    """Take in a level's innovation [dB] with its variance as a measurement of the sensor's level error."""
    laws.bias_var[sensor] += BIAS_DRIFT_VAR_PER_S * lasting_s
    noise = variance * CORRELATION_S / max(lasting_s, 0.1)
    gain = laws.bias_var[sensor] / (laws.bias_var[sensor] + noise)
    bounded = min(max(miss_db, -20.0), 20.0)
    laws.bias_db[sensor] += gain * bounded
    laws.bias_var[sensor] *= 1.0 - gain


def learn_spread(laws: HearingLaws) -> None:
    """Follow how far apart sensors' level errors are, and give every sensor what follows from that.

    What a sensor's own levels say, apart from the prior it started from, has the precision 1 / var - 1 / prior;
    the mean of its square less its variance, over sensors that have one, is the spread (method of moments).
    """
    before = float(laws.common[COMMON_BIAS_VAR])
    precision = np.maximum(1.0 / laws.bias_var - 1.0 / before, 1e-6)
    own = laws.bias_db / (laws.bias_var * precision)
    known = precision > KNOWN_BIAS_PRECISION
    many = int(known.sum())
    if many < KNOWN_BIASES:
        return
    spread = float(np.mean(np.minimum(own[known] ** 2, 4.0 * MOST_BIAS_SIGMA_DB**2) - 1.0 / precision[known]))
    spread = (spread * many + KNOWN_BIASES * BIAS_SIGMA_DB**2) / (many + KNOWN_BIASES)
    after = float(np.clip(spread, LEAST_BIAS_SIGMA_DB**2, MOST_BIAS_SIGMA_DB**2))
    laws.bias_var[:] = 1.0 / (precision + 1.0 / after)
    laws.bias_db[:] = own * precision * laws.bias_var
    laws.common[COMMON_BIAS_VAR] = after
