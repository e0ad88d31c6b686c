"""How well anybody could know: the posterior Cramer-Rao bound of one target along its true path.

Theory. The state at a moment of emission is (east, north, height [m], velocities [m/s], source level [dB],
tone at rest [Hz]). It moves as straight flight with white acceleration, its level and tone wander. Which
report came from the target is known (a tracker that must guess can only be worse).

What a sensor hears at time t left the target at tau = t - d, on the true path, whatever it flew since. So
each report is information about the state at its own time of emission; it arrives when it arrives. The
information of "now" is that of all reports received by now, walked in order of emission up to the last
moment that anything was heard of, and carried on from there: Tichavsky's recursion, run anew for each now
over the last LAG_S seconds (what was emitted before has all arrived).

A target that emits for one second is heard for 1 / ratio seconds (ratio: Doppler), by a sensor that reports
once a second and hears with odds P: P / ratio reports a second of emission.

Reference: Tichavsky, Muravchik, Nehorai 1998, 10.1109/78.668800, eq. 21 (recursion; linear motion, and the
expectation over paths replaced by the true path).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.air.level import level_gradient_db_per_m
from forehear.air.medium import UniformAir
from forehear.air.retarded import (
    apparent_jacobians,
    apparent_m,
    azimuth_elevation_gradients,
    doppler_gradients,
    doppler_ratio,
)
from forehear.errors import NoSolution

Array = NDArray[np.float64]

STATES = 8
_LEVEL, _TONE = 6, 7
# The oldest sound that anything is learnt from [s]: 12 km in still air; nothing is heard from farther.
LAG_S = 36
# A sensor whose odds never reach this adds nothing worth its computing.
LEAST_ODDS = 1e-3


@dataclass(frozen=True)
class Senses:
    """What sensors measure, as standard deviations; None: not at all. Bearings are of arrays only."""

    level_sigma_db: float | None = 5.0
    tone_sigma_hz: float | None = 0.4
    azimuth_sigma_deg: float | None = 4.0
    elevation_sigma_deg: float | None = None
    latency_s: float = 0.7


@dataclass(frozen=True)
class Motion:
    """How a target wanders from straight flight: powers of white noise.

    Acceleration horizontal and vertical [m^2/s^3], source level [dB^2/s], tone at rest [Hz^2/s].
    """

    horizontal_power: float = 0.02
    vertical_power: float = 0.01
    level_power: float = 0.02
    tone_power: float = 0.002


@dataclass(frozen=True)
class Prior:
    """What is known before the first report: standard deviations [m, m, m/s, m/s, dB, Hz]."""

    position_m: float = 30_000.0
    height_m: float = 500.0
    velocity_mps: float = 80.0
    climb_mps: float = 3.0
    level_db: float = 6.0
    tone_hz: float = 50.0

    def sigmas(self) -> Array:
        """The eight of them in the order of the state (8,) [m, m, m, m/s, m/s, m/s, dB, Hz]."""
        flat, climb = (self.position_m, self.velocity_mps), (self.height_m, self.climb_mps)
        return np.array([flat[0], flat[0], climb[0], flat[1], flat[1], climb[1], self.level_db, self.tone_hz])


@dataclass(frozen=True)
class FlightPath:
    """A target second by second: places and velocities (k, 3) east-north-up, its tone at rest (None for a jet)."""

    places_m: Array
    velocities_mps: Array
    tone_hz: float | None


@dataclass(frozen=True)
class Hearers:
    """Sensors (s, 3) east-north-up, which are arrays (s,), the odds (k, s) that each hears a second's sound."""

    places_m: Array
    is_array: NDArray[np.bool_]
    odds: Array


def path_lengths_m(places_m: Array, sensors_m: Array, air: UniformAir) -> Array:
    """Give the way (k, s) of the sound in the air's own frame [m]: c times its delay.

    Parameters: places of emission (k, 3) and sensors (s, 3), east-north-up [m]. Raises NoSolution for a wind of
    the speed of sound. Reference: docs/physics.md, "Sound is old news".
    """
    r = places_m[:, None, :] - sensors_m[None, :, :]
    return np.asarray(np.linalg.norm(apparent_m(r, np.zeros(3), air.wind(), air.c_mps), axis=-1), np.float64)


def information(path: FlightPath, hearers: Hearers, senses: Senses, air: UniformAir) -> tuple[Array, Array]:
    """Give what each sensor knows by each second of emission.

    Returns information (k, s, 8, 8) [1 / units of the state, by pairs] and the time (k, s) from emission to
    hearing [s].
    Raises NoSolution where the target is not slower than sound, or stands in a sensor.
    Ignores: silence as evidence, and that a faint level is heard only when it happens to be high.
    Reference: Tichavsky, Muravchik and Nehorai 1998, 10.1109/78.668800, eq. 21 (its term of what is measured, for
    independent normal errors); derivatives: docs/physics.md, "Sound is old news".
    """
    wind = air.wind()
    # Seen from the moment of emission the source stands still: r is then the emission point itself.
    q = path.places_m[:, None, :] - hearers.places_m[None, :, :]
    still, v = np.zeros(3), np.broadcast_to(path.velocities_mps[:, None, :], q.shape)
    e = apparent_m(q, still, wind, air.c_mps)
    length = np.linalg.norm(e, axis=-1)
    delay = length / air.c_mps
    de_dq, _, dd_dq, _ = apparent_jacobians(q, still, wind, air.c_mps)
    rows, weights = [], []
    level = np.zeros((*length.shape, STATES))
    by_path = level_gradient_db_per_m(length, air.absorption_db_per_m)
    level[..., :3] = by_path[..., None] * air.c_mps * dd_dq
    level[..., _LEVEL] = 1.0
    if senses.level_sigma_db is not None:
        rows.append(level)
        weights.append(np.broadcast_to(senses.level_sigma_db**-2.0, length.shape))
    # At the geometry of reception r = q + v d, where the closed forms of Doppler are known.
    r = q + v * delay[..., None]
    ratio = doppler_ratio(r, v, wind, air.c_mps)
    reports = hearers.odds / ratio
    if senses.tone_sigma_hz is not None and path.tone_hz is not None:
        by_r, by_v = doppler_gradients(r, v, wind, air.c_mps)
        tone = np.zeros_like(level)
        # r moves with q, and with v by the delay: dr/dq = I + v dd/dq, dr/dv = d I.
        tone[..., :3] = path.tone_hz * (by_r + np.sum(by_r * v, axis=-1)[..., None] * dd_dq)
        tone[..., 3:6] = path.tone_hz * (by_v + delay[..., None] * by_r)
        tone[..., _TONE] = ratio
        rows.append(tone)
        weights.append(np.broadcast_to(senses.tone_sigma_hz**-2.0, length.shape))
    for row, sigma_deg in zip(
        _bearings(e, de_dq), (senses.azimuth_sigma_deg, senses.elevation_sigma_deg), strict=True
    ):
        if sigma_deg is not None and hearers.is_array.any():
            rows.append(row)
            weights.append(np.broadcast_to(hearers.is_array * np.radians(sigma_deg) ** -2.0, length.shape))
    total = np.zeros((*length.shape, STATES, STATES))
    for row, weight in zip(rows, weights, strict=True):
        total += (reports * weight)[..., None, None] * row[..., :, None] * row[..., None, :]
    return total, delay


def _bearings(e: Array, de_dq: Array) -> tuple[Array, Array]:
    """Give the rows of azimuth and elevation (k, s, 8) [rad per unit of the state], of e (k, s, 3) and de/dq.

    Reference: docs/physics.md, "Sound is old news".
    """
    out = []
    for by_e in azimuth_elevation_gradients(e):
        row = np.zeros((*e.shape[:-1], STATES))
        row[..., :3] = np.einsum("...i,...ij->...j", by_e, de_dq)
        out.append(row)
    return out[0], out[1]


def bound(
    path: FlightPath, hearers: Hearers, senses: Senses, air: UniformAir, motion: Motion, prior: Prior
) -> Array:
    """Give the covariance (k, 8, 8) below which no unbiased tracker can know the state now, second by second.

    As `information`, with the motion's noise and the prior of the first second. The odds are those of hearing the
    sound emitted in second k. Raises NoSolution as `information`, and for a path that is not finite.
    Ignores: false alarms, doubt about which report is whose, silence as evidence.
    Reference: Tichavsky, Muravchik and Nehorai 1998, 10.1109/78.668800, eq. 21; in order of emission, run anew
    for each now: our own, as the head of this module says.
    """
    if not (np.isfinite(path.places_m).all() and np.isfinite(path.velocities_mps).all()):
        raise NoSolution("the path holds a place or a velocity that is not finite")
    used = np.flatnonzero(hearers.odds.max(axis=0, initial=0.0) >= LEAST_ODDS)
    seconds = len(path.places_m)
    # learnt[k, l]: information about second k that has been received l seconds later.
    learnt = np.zeros((seconds, LAG_S + 1, STATES, STATES))
    sensors, arrays = hearers.places_m[used], np.asarray(hearers.is_array, bool)[used]
    for begin in range(0, seconds, 256):
        part = slice(begin, begin + 256)
        piece = FlightPath(path.places_m[part], path.velocities_mps[part], path.tone_hz)
        learned, delay = information(piece, Hearers(sensors, arrays, hearers.odds[part][:, used]), senses, air)
        lag = np.ceil(delay + senses.latency_s).astype(np.int64)
        k, s = np.nonzero(lag <= LAG_S)
        np.add.at(learnt[part], (k, lag[k, s]), learned[k, s])
    # In units of the prior's sigmas the matrices stay well conditioned: at first all are the identity.
    sigmas = prior.sigmas()
    learnt = np.cumsum(learnt * np.outer(sigmas, sigmas), axis=1)
    step, noise = _motion(motion, sigmas)
    complete = np.empty((seconds + 1, STATES, STATES))
    complete[0] = np.eye(STATES)
    for second in range(seconds):
        predicted = step @ complete[second] @ step.T + noise if second else complete[0]
        complete[second + 1] = np.linalg.inv(np.linalg.inv(predicted) + learnt[second, LAG_S])
    # From here all nows at once: those that lie `lag` seconds after the moment walked.
    now = np.arange(seconds)
    covariance = complete[np.maximum(now - LAG_S, 0)]
    for back in range(LAG_S, -1, -1):
        there = now >= back
        moved = (now[there] > back)[:, None, None]
        before = covariance[there]
        predicted = np.where(moved, step @ before @ step.T + noise, before)
        covariance[there] = np.linalg.inv(np.linalg.inv(predicted) + learnt[now[there] - back, back])
    return np.asarray(covariance * np.outer(sigmas, sigmas), np.float64)


def _motion(motion: Motion, sigmas: Array) -> tuple[Array, Array]:
    """Give a second's transition and noise (8, 8) each, in units of `sigmas` (8,).

    Reference: white noise of acceleration over a step of 1 s: Bar-Shalom, Li and Kirubarajan 2001,
    10.1002/0471221279, section 6.2.2.
    """
    step, noise = np.eye(STATES), np.zeros((STATES, STATES))
    for i, power in enumerate((motion.horizontal_power, motion.horizontal_power, motion.vertical_power)):
        step[i, i + 3] = 1.0
        noise[i, i], noise[i + 3, i + 3] = power / 3.0, power
        noise[i, i + 3] = noise[i + 3, i] = power / 2.0
    noise[_LEVEL, _LEVEL], noise[_TONE, _TONE] = motion.level_power, motion.tone_power
    return step * sigmas[None, :] / sigmas[:, None], noise / np.outer(sigmas, sigmas)


def horizontal_sigma_m(covariance: Array) -> Array:
    """Give sqrt(trace) of the horizontal part (k,) [m] of covariances (k, 8, 8): as `position_sigma_m` of a track.

    Reference: docs/formats.md, "Track".
    """
    return np.asarray(np.sqrt(covariance[..., 0, 0] + covariance[..., 1, 1]), np.float64)
