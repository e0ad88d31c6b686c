"""What reaches each sensor: the exact retarded time on the real path, level, tone, direction, odds.

Theory. The sound that reaches a sensor at s at time t left its emitter at the one time tau for which

    |p(tau) + w d - s| = c d,   d = t - tau,

because in the time d the wavefront grew to the radius c d while the wind carried its middle by w d. As long
as the emitter is slower than sound against the air, the difference of both sides rises with tau at the rate
c + n.(v - w), so Newton's steps find the root from any start; the path between knots is the cubic of `paths`.
All of it happens in earth-centred coordinates: straight lines through the real (round) earth's air, the
sensor's own east, north and up, its own wind. Nothing here uses the tracker's plane or its closed form.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

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


@dataclass(frozen=True)
class Ears:
    """The sensors as arrays; `wind_mps` is the wind in earth-centred coordinates at each sensor."""

    xyz_m: Array  # (n, 3)
    frame: Array  # (n, 3, 3) rows are east, north, up
    wind_mps: Array  # (n, 3)
    phase_s: Array  # (n,) the middle of its frames within each second


@dataclass(frozen=True)
class Window:
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


@dataclass(frozen=True)
class Ear:
    """What decides hearing in general, in one place."""

    c_mps: float
    threshold_db: float
    spread_db: float
    max_detection: float
    fading_db: float
    fading_period_s: float


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


@njit(cache=True)
def emission(
    t: float, tau: float, sx: float, sy: float, sz: float, wx: float, wy: float, wz: float, c: float,
    knot: Array, slope: Array, first: int, last: int, start: float,
) -> tuple[bool, float, int, float, float, float, float, float, float, float]:  # fmt: skip
    """Solve for the time at which the sound left, from the guess `tau`.

    Returns (found, tau, knot before it, share of a second behind that knot, apparent vector x, y, z, velocity
    x, y, z). Not found: it had not begun to sound, or sounded no longer.
    """
    end = start + (last - first)
    ex = ey = ez = vx = vy = vz = u = 0.0
    i = first
    outside = 0
    for _ in range(_STEPS):
        at = min(max(tau, start), end)
        i = min(first + int(at - start), last - 1)
        u = at - start - (i - first)
        d = t - at
        px, py, pz, vx, vy, vz = _cubic(knot, slope, i, u)
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


@njit(cache=True)
def hear_pairs(
    pair_emitter: Ints, pair_sensor: Ints,
    xyz: Array, frame: Array, wind: Array, phase: Array, noise: Array, deaf_from: Array,
    first: Ints, start: Array, knot: Array, slope: Array, tone: Array, level: Array,
    absorption: Array, convection: Array, loudest: Array, closing: Array, voice: NDArray[np.uint64],
    t0: float, ear: tuple[float, float, float, float, float, float], begin: int,
    row_emitter: Ints, row_sensor: Ints, row_tick: Ints, row: Array, best: Array, expected: Array,
) -> tuple[int, int]:  # pragma: no cover - compiled  # fmt: skip
    """Fill a row (level, tone, azimuth, elevation) per pair and tick that may be heard.

    `noise` (sensor, tick) [dB]; `ear` holds the fields of `Ear`. `best`, `expected` (emitter, tick) gather the
    odds over the sensors that are not deaf yet. Begins with pair `begin`; returns the number of rows, and the
    pair for which there was no more room.
    """
    c, threshold, spread, most, fading, period = ear
    ticks = noise.shape[1]
    count = 0
    for pair in range(begin, len(pair_emitter)):
        if count + ticks > len(row):
            return count, pair
        m, s = pair_emitter[pair], pair_sensor[pair]
        k0, k1 = first[m], first[m + 1] - 1
        if k1 <= k0:
            continue
        tau, known = 0.0, False
        for tick in range(ticks):
            t = t0 + tick + phase[s]
            if known:
                tau += 1.0
            else:
                # First guess: the sound is as old as it would be from where the emitter is now.
                i = min(max(k0 + int(t - start[m]), k0), k1)
                ax, ay, az = knot[i, 0] - xyz[s, 0], knot[i, 1] - xyz[s, 1], knot[i, 2] - xyz[s, 2]
                tau = t - math.sqrt(ax * ax + ay * ay + az * az) / c
            known, tau, i, u, ex, ey, ez, vx, vy, vz = emission(
                t, tau, xyz[s, 0], xyz[s, 1], xyz[s, 2], wind[s, 0], wind[s, 1], wind[s, 2], c,
                knot, slope, k0, k1, start[m],
            )  # fmt: skip
            if not known:
                continue
            path = max(c * (t - tau), 1e-6)
            if tick == 0:
                # Out of hearing, and with no way of coming into it within the block: the next pair.
                least = max(path - closing[m] * ticks, 1.0)
                most_db = loudest[m] - 20.0 * math.log10(least) - absorption[m] * least
                if most_db < noise[s].min() + threshold - LEAST_SIGMAS * spread:
                    break
            nx, ny, nz = ex / path, ey / path, ez / path
            along_v = nx * vx + ny * vy + nz * vz
            along_w = nx * wind[s, 0] + ny * wind[s, 1] + nz * wind[s, 2]
            ratio = 1.0 / (1.0 + along_v / (c - along_w))
            loud = level[i] + u * (level[i + 1] - level[i]) + 10.0 * convection[m] * math.log10(ratio)
            loud -= 20.0 * math.log10(max(path, 1.0)) + absorption[m] * path
            if fading > 0.0:
                loud += fading * _fading(voice[m], s, t, period)
            odds = most * 0.5 * math.erfc((noise[s, tick] + threshold - loud) / (spread * math.sqrt(2.0)))
            if odds < LEAST_ODDS:
                continue
            if t0 + tick < deaf_from[s]:
                expected[m, tick] += odds
                best[m, tick] = max(best[m, tick], odds)
            row_emitter[count], row_sensor[count], row_tick[count] = m, s, tick
            row[count, 0] = loud
            row[count, 1] = (tone[i] + u * (tone[i + 1] - tone[i])) * ratio
            row[count, 2], row[count, 3] = _bearing_deg(frame[s], nx, ny, nz)
            count += 1
    return count, len(pair_emitter)


def heard(
    ears: Ears,
    window: Window,
    pairs: tuple[Ints, Ints],
    noise: Array,
    deaf_from_s: Array,
    t0_s: float,
    ear: Ear,
) -> tuple[Ints, Ints, Ints, Array, Array, Array]:
    """Solve every pair in every frame of a block.

    Parameters: sensors; emitters; pairs (emitter, sensor); ambient level (sensors, ticks) [dB]; from when
    on sensors do not count as hearers (sensors,) [s]; start of the block [s]; what decides hearing.
    Returns the rows that may be heard, emitter (r,), sensor (r,), tick (r,), (r, 4) level [dB], tone [Hz, 0
    without], azimuth, elevation [deg], all without errors; and (emitters, ticks) the best odds of any sensor
    and the expected number of sensors.
    """
    shape = (len(window.start_s), noise.shape[1])
    best, expected = np.zeros(shape), np.zeros(shape)
    room = max(_ROWS, noise.shape[1])
    emitter, sensor, tick = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    row = np.empty((room, 4))
    parts: list[tuple[Ints, Ints, Ints, Array]] = []
    pair = 0
    while pair < len(pairs[0]) or not parts:
        n, pair = hear_pairs(
            *pairs, ears.xyz_m, ears.frame, ears.wind_mps, ears.phase_s, noise, deaf_from_s,
            window.first, window.start_s, window.xyz_m, window.slope, window.tone_hz, window.level_db,
            window.absorption, window.convection, window.loudest_db, window.closing_mps, window.voice, t0_s,
            (ear.c_mps, ear.threshold_db, ear.spread_db, ear.max_detection, ear.fading_db, ear.fading_period_s),
            pair, emitter, sensor, tick, row, best, expected,
        )  # fmt: skip
        parts.append((emitter[:n].copy(), sensor[:n].copy(), tick[:n].copy(), row[:n].copy()))
    whole = [np.concatenate([part[k] for part in parts]) for k in range(3)]
    return whole[0], whole[1], whole[2], np.concatenate([part[3] for part in parts]), best, expected
