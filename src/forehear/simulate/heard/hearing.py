"""What reaches each sensor: the exact retarded time on the real path, level, tone, direction, odds.

Theory. The sound that reaches a sensor at s at time t left its emitter at the one time tau for which

    |p(tau) + w d - s| = c d,   d = t - tau,

because in the time d the wavefront grew to the radius c d while the wind carried its middle by w d. As long
as the emitter is slower than sound against the air, the difference of both sides rises with tau at the rate
c + n.(v - w), so Newton's steps find the root from any start; the path between knots is the cubic of `paths`.
All of it happens in earth-centred coordinates: straight lines through the real (round) earth's air, the
sensor's own east, north and up, its own wind. Nothing here uses the tracker's plane or its closed form: the
laws of `air.kernels` are written down anew on purpose, here and in the tests' slow models and nowhere else.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# Rows with smaller odds of being heard than this are not even rolled for: one lost report in a thousand
# at the very edge of hearing, against a third of the work.
LEAST_ODDS = 1e-3
# So many standard deviations below the threshold are the odds LEAST_ODDS.
LEAST_SIGMAS = 3.1
# From a neighbouring tick's answer Newton needs 2 or 3 steps, from a cold start 5.
_STEPS = 12
# Rows are gathered in pieces of this many (15 MB): how many there will be is not known before.
_ROWS = 1 << 18
# A tenth of a microsecond: 0.03 mm of sound.
_CLOSE_S = 1e-7


class Receivers(NamedTuple):
    """The sensors as arrays; `wind_mps` is the wind in earth-centred coordinates at each sensor."""

    xyz_m: Array  # (n, 3)
    frame: Array  # (n, 3, 3) rows are east, north, up
    wind_mps: Array  # (n, 3)
    phase_s: Array  # (n,) the middle of its frames within each second


class Window(NamedTuple):
    """All emitters that sound in a block: the knots of each, one after another."""

    first: Ints  # (m + 1,) where each emitter's knots begin
    start_s: Array  # (m,) time of its first knot
    xyz_m: Array  # (k, 3)
    slope: Array  # (k, 3) velocity at the knot [m/s]
    tone_hz: Array  # (k,) 0 without a tone
    level_db: Array  # (k,) at 1 m
    absorption: Array  # (m,) [dB/m]
    convection: Array  # (m,)
    loudest_db: Array  # (m,) no more than this, at 1 m, with convection
    closing_mps: Array  # (m,) its sound's path shortens by no more than this
    voice: NDArray[np.uint64]  # (m,) a number of its own, for the slow fading of each path


class HearingLaw(NamedTuple):
    """What decides hearing in general, in one place."""

    c_mps: float
    threshold_db: float
    spread_db: float
    max_detection: float
    fading_db: float
    fading_period_s: float


class Frames(NamedTuple):
    """The frames of a block that begins at `t0_s`: one a second and sensor, from its ambient level's columns."""

    t0_s: float
    noise_db: Array  # (n, ticks)
    deaf_from_s: Array  # (n,) from when on a sensor does not count as a hearer


class Incoming(NamedTuple):
    """What may be heard, without errors, (r,) each; `row` (r, 4) level [dB], tone [Hz, 0 without], azimuth,
    elevation [deg]."""

    emitter: Ints
    sensor: Ints
    tick: Ints
    row: Array


class Odds(NamedTuple):
    """By emitter and tick: the best odds of any sensor, and the expected number of sensors."""

    best: Array
    expected: Array


@njit(cache=True, inline="always")
def _cubic(
    knot: Array, slope: Array, i: int, u: float
) -> tuple[float, float, float, float, float, float]:  # pragma: no cover - compiled
    """Position and velocity a share `u` of a second behind knot i."""
    u2 = u * u
    a0, b0 = (2.0 * u - 3.0) * u2 + 1.0, (u - 2.0) * u2 + u
    a1, b1 = (3.0 - 2.0 * u) * u2, (u - 1.0) * u2
    da, db0, db1 = 6.0 * (u2 - u), 3.0 * u2 - 4.0 * u + 1.0, 3.0 * u2 - 2.0 * u
    px = a0 * knot[i, 0] + b0 * slope[i, 0] + a1 * knot[i + 1, 0] + b1 * slope[i + 1, 0]
    py = a0 * knot[i, 1] + b0 * slope[i, 1] + a1 * knot[i + 1, 1] + b1 * slope[i + 1, 1]
    pz = a0 * knot[i, 2] + b0 * slope[i, 2] + a1 * knot[i + 1, 2] + b1 * slope[i + 1, 2]
    vx = da * (knot[i, 0] - knot[i + 1, 0]) + db0 * slope[i, 0] + db1 * slope[i + 1, 0]
    vy = da * (knot[i, 1] - knot[i + 1, 1]) + db0 * slope[i, 1] + db1 * slope[i + 1, 1]
    vz = da * (knot[i, 2] - knot[i + 1, 2]) + db0 * slope[i, 2] + db1 * slope[i + 1, 2]
    return px, py, pz, vx, vy, vz


@njit(cache=True, inline="always")
def _emission(
    t: float, tau: float, receivers: Receivers, s: int, c: float, window: Window, m: int
) -> tuple[bool, float, int, float, float, float, float, float, float, float]:  # pragma: no cover - compiled
    """Solve for the time at which the sound left emitter m that reaches sensor s at t, from the guess `tau`.

    Returns (found, tau, knot before it, share of a second behind that knot, apparent vector x, y, z, velocity
    x, y, z). Not found: it had not begun to sound, or sounded no longer.
    """
    sx, sy, sz = receivers.xyz_m[s, 0], receivers.xyz_m[s, 1], receivers.xyz_m[s, 2]
    wx, wy, wz = receivers.wind_mps[s, 0], receivers.wind_mps[s, 1], receivers.wind_mps[s, 2]
    first, last, start = window.first[m], window.first[m + 1] - 1, window.start_s[m]
    end = start + (last - first)
    ex = ey = ez = vx = vy = vz = u = 0.0
    i = first
    outside = 0
    for _ in range(_STEPS):
        at = min(max(tau, start), end)
        i = min(first + int(at - start), last - 1)
        u = at - start - (i - first)
        d = t - at
        px, py, pz, vx, vy, vz = _cubic(window.xyz_m, window.slope, i, u)
        ex, ey, ez = px + wx * d - sx, py + wy * d - sy, pz + wz * d - sz
        length = max(math.sqrt(ex * ex + ey * ey + ez * ez), 1e-9)
        closing = (ex * (vx - wx) + ey * (vy - wy) + ez * (vz - wz)) / length
        step = (length - c * d) / max(c + closing, 1.0)
        tau = at - step
        if abs(step) < _CLOSE_S:
            return start <= tau <= end, tau, i, u, ex, ey, ez, vx, vy, vz
        if tau < start or tau > end:
            # The difference rises with tau: pointing out of the path twice, the root is out there.
            outside += 1
            if outside == 2:
                break
        else:
            outside = 0
    return False, tau, i, u, ex, ey, ez, vx, vy, vz


@njit(cache=True)
def _drawn(number: np.uint64) -> float:  # pragma: no cover - compiled
    """Give a number of nearly normal distribution (variance 1) that belongs to an integer.

    Reference: splitmix64 (Steele, Lea and Flood 2014); the sum of four uniform numbers.
    """
    total = 0.0
    for _ in range(4):
        number = number + np.uint64(0x9E3779B97F4A7C15)
        z = number
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        total += (z >> np.uint64(11)) * (1.0 / 9007199254740992.0)
    return (total - 2.0) * math.sqrt(3.0)


@njit(cache=True)
def _fading(voice: np.uint64, sensor: int, t: float, period: float) -> float:  # pragma: no cover - compiled
    """Give the slow fading of one path through the air at a time: variance 1, smooth over `period`."""
    path = voice + np.uint64(sensor) * np.uint64(0xD1342543DE82EF95)
    k = math.floor(t / period)
    u = 0.5 * math.pi * (t / period - k)
    here, there = _drawn(path + np.uint64(k + 4096)), _drawn(path + np.uint64(k + 4097))
    return here * math.cos(u) + there * math.sin(u)


@njit(cache=True, inline="always")
def _bearing_deg(frame: Array, nx: float, ny: float, nz: float) -> tuple[float, float]:  # pragma: no cover
    """Azimuth and elevation of an earth-centred direction where the sensor stands."""
    east = frame[0, 0] * nx + frame[0, 1] * ny + frame[0, 2] * nz
    north = frame[1, 0] * nx + frame[1, 1] * ny + frame[1, 2] * nz
    up = frame[2, 0] * nx + frame[2, 1] * ny + frame[2, 2] * nz
    return math.degrees(math.atan2(east, north)), math.degrees(math.asin(max(-1.0, min(1.0, up))))


@njit(cache=True, inline="always")
def _guess(t: float, receivers: Receivers, s: int, c: float, window: Window, m: int) -> float:  # pragma: no cover
    """First guess: the sound is as old as it would be from where the emitter is now."""
    first, last = window.first[m], window.first[m + 1] - 1
    i = min(max(first + int(t - window.start_s[m]), first), last)
    ax = window.xyz_m[i, 0] - receivers.xyz_m[s, 0]
    ay = window.xyz_m[i, 1] - receivers.xyz_m[s, 1]
    az = window.xyz_m[i, 2] - receivers.xyz_m[s, 2]
    return t - math.sqrt(ax * ax + ay * ay + az * az) / c


@njit(cache=True)
def _hear_pairs(
    pairs: tuple[Ints, Ints], begin: int, receivers: Receivers, window: Window, frames: Frames, law: HearingLaw,
    out: Incoming, total: Odds,
) -> tuple[int, int]:  # pragma: no cover - compiled  # fmt: skip
    """Fill a row of `out` per pair and tick that may be heard.

    `total` gathers the odds over the sensors that are not deaf yet. Begins with pair `begin`; returns the number
    of rows, and the pair for which there was no more room.
    """
    c, t0, noise, row = law.c_mps, frames.t0_s, frames.noise_db, out.row
    ticks = noise.shape[1]
    count = 0
    for pair in range(begin, len(pairs[0])):
        if count + ticks > len(row):
            return count, pair
        m, s = pairs[0][pair], pairs[1][pair]
        if window.first[m + 1] - 1 <= window.first[m]:
            continue
        wind = receivers.wind_mps[s]
        tau, known = 0.0, False
        for tick in range(ticks):
            t = t0 + tick + receivers.phase_s[s]
            tau = tau + 1.0 if known else _guess(t, receivers, s, c, window, m)
            known, tau, i, u, ex, ey, ez, vx, vy, vz = _emission(t, tau, receivers, s, c, window, m)
            if not known:
                continue
            path = max(c * (t - tau), 1e-6)
            if tick == 0:
                # Out of hearing, and with no way of coming into it within the block: the next pair.
                least = max(path - window.closing_mps[m] * ticks, 1.0)
                most_db = window.loudest_db[m] - 20.0 * math.log10(least) - window.absorption[m] * least
                if most_db < noise[s].min() + law.threshold_db - LEAST_SIGMAS * law.spread_db:
                    break
            nx, ny, nz = ex / path, ey / path, ez / path
            along_v = nx * vx + ny * vy + nz * vz
            along_w = nx * wind[0] + ny * wind[1] + nz * wind[2]
            ratio = 1.0 / (1.0 + along_v / (c - along_w))
            loud = window.level_db[i] + u * (window.level_db[i + 1] - window.level_db[i])
            loud += 10.0 * window.convection[m] * math.log10(ratio)
            loud -= 20.0 * math.log10(max(path, 1.0)) + window.absorption[m] * path
            if law.fading_db > 0.0:
                loud += law.fading_db * _fading(window.voice[m], s, t, law.fading_period_s)
            under = (noise[s, tick] + law.threshold_db - loud) / (law.spread_db * math.sqrt(2.0))
            odds = law.max_detection * 0.5 * math.erfc(under)
            if odds < LEAST_ODDS:
                continue
            if t0 + tick < frames.deaf_from_s[s]:
                total.expected[m, tick] += odds
                total.best[m, tick] = max(total.best[m, tick], odds)
            out.emitter[count], out.sensor[count], out.tick[count] = m, s, tick
            row[count, 0] = loud
            row[count, 1] = (window.tone_hz[i] + u * (window.tone_hz[i + 1] - window.tone_hz[i])) * ratio
            row[count, 2], row[count, 3] = _bearing_deg(receivers.frame[s], nx, ny, nz)
            count += 1
    return count, len(pairs[0])


def heard(
    receivers: Receivers, window: Window, pairs: tuple[Ints, Ints], frames: Frames, law: HearingLaw
) -> tuple[Incoming, Odds]:
    """Solve every pair (emitter, sensor) in every frame of a block: what may be heard, and with which odds."""
    ticks = frames.noise_db.shape[1]
    shape = (len(window.start_s), ticks)
    total = Odds(np.zeros(shape), np.zeros(shape))
    room = max(_ROWS, ticks)
    emitter, sensor, tick = (np.empty(room, np.int64) for _ in range(3))
    out = Incoming(emitter, sensor, tick, np.empty((room, 4)))
    parts: list[Incoming] = []
    pair = 0
    while pair < len(pairs[0]) or not parts:
        n, pair = _hear_pairs(pairs, pair, receivers, window, frames, law, out, total)
        parts.append(Incoming(emitter[:n].copy(), sensor[:n].copy(), tick[:n].copy(), out.row[:n].copy()))
    whole = Incoming(
        np.concatenate([p.emitter for p in parts]), np.concatenate([p.sensor for p in parts]),
        np.concatenate([p.tick for p in parts]), np.concatenate([p.row for p in parts]),
    )  # fmt: skip
    return whole, total
