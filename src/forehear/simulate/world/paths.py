"""How things move: waypoints, or a recording, to one place a second in earth-centred coordinates.

A path is *defined* by its knots, one a second, and the cubic through them (Catmull and Rom 1974): position
and velocity between knots, for the truth and for the sound alike, come from that cubic, so they agree.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.compiled import njit
from forehear.simulate.world.ground import radii_m

Array = NDArray[np.float64]
# The follower steers this many times a second; at 3 deg/s and 50 m/s its arc is then true to a centimetre.
_STEPS_PER_S = 4


@dataclass(frozen=True)
class EmitterPath:
    """One emitter's way: knots (n, 3) earth-centred [m] one second apart from `start_s`, and how it sounds."""

    start_s: float
    xyz_m: Array
    tone_hz: Array  # (n,), 0 where there is none
    level_db: Array  # (n,) at 1 m

    @property
    def end_s(self) -> float:
        """The last moment at which it sounds."""
        return self.start_s + len(self.xyz_m) - 1.0


@njit(cache=True)
def _follow(
    waypoints: tuple[Array, Array, Array, Array], radii: tuple[float, float], limits: tuple[float, float, float],
    steps_per_s: int, max_knots: int,
) -> Array:  # pragma: no cover - compiled  # fmt: skip
    """Steer along waypoints [rad, rad, m, m/s]; returns knots (k, 3) lon, lat [rad], height [m], one a second.

    `radii` of the vertical and of the meridian [m]; `limits` of turn [rad/s], acceleration [m/s^2], climb [m/s].
    """
    lon, lat, height, speed = waypoints
    n_rad, m_rad = radii
    turn, acceleration, climb = limits
    out = np.empty((max_knots, 3))
    dt = 1.0 / steps_per_s
    x, y, z, v, rising = lon[0], lat[0], height[0], speed[0], 0.0
    course = math.atan2((lon[1] - lon[0]) * math.cos(0.5 * (lat[0] + lat[1])), lat[1] - lat[0])
    target, count = 1, 0
    last = len(lon) - 1
    while count < max_knots:
        out[count, 0], out[count, 1], out[count, 2] = x, y, z
        count += 1
        for _ in range(steps_per_s):
            off = 0.0
            while True:
                cos_lat = math.cos(0.5 * (y + lat[target]))
                east, north = (lon[target] - x) * n_rad * cos_lat, (lat[target] - y) * m_rad
                away = math.sqrt(east * east + north * north)
                bearing = math.atan2(east, north)
                off = (bearing - course + math.pi) % (2.0 * math.pi) - math.pi
                lead = v * dt
                if target < last:
                    leg_east = (lon[target + 1] - lon[target]) * n_rad * math.cos(lat[target])
                    leg_north = (lat[target + 1] - lat[target]) * m_rad
                    bend = math.atan2(leg_east, leg_north) - bearing
                    bend = abs((bend + math.pi) % (2.0 * math.pi) - math.pi)
                    # Where an arc at this rate must begin to touch both legs; a hairpin turns at the waypoint.
                    lead = max(lead, v / turn * math.tan(min(bend, 2.0) / 2.0))
                # Past it, and too near to turn back to: as good as reached.
                if away > lead and not (abs(off) > 1.6 and away < 2.5 * v / turn):
                    break
                if target == last:
                    return out[:count]
                target += 1
            course += max(-turn * dt, min(turn * dt, off))
            change = acceleration * dt
            v += max(-change, min(change, speed[target - 1] - v))
            # A climb ends gently: what is left of it is never flown in less than three seconds.
            wanted = max(-climb, min(climb, (height[target - 1] - z) / 3.0))
            rising += max(-change, min(change, wanted - rising))
            z += rising * dt
            x += v * dt * math.sin(course) / (n_rad * math.cos(y))
            y += v * dt * math.cos(course) / m_rad
    return out[:count]


def follow(
    lon_deg: Array, lat_deg: Array, height_m: Array, speed_mps: Array,
    turn_dps: float, acceleration_mps2: float, climb_mps: float, duration_s: float,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Fly along waypoints with rounded turns; returns longitude, latitude [deg] and height [m], one a second.

    From each waypoint on its height and speed are sought, at the acceleration and climb allowed. The path
    ends at the last waypoint or after `duration_s`.
    """
    # Offsets from the first waypoint, so that the antimeridian is no seam.
    lon0 = float(lon_deg[0])
    dlon = np.radians((lon_deg - lon0 + 180.0) % 360.0 - 180.0)
    lat_mid = float(np.mean(lat_deg))
    meridian, vertical = radii_m(lat_mid)
    # Slices of a table are not contiguous, and each layout would be compiled anew.
    way = (dlon, np.radians(lat_deg), np.ascontiguousarray(height_m), np.ascontiguousarray(speed_mps))
    limits = (math.radians(turn_dps), acceleration_mps2, climb_mps)
    knots = _follow(way, (float(vertical), float(meridian)), limits, _STEPS_PER_S, max(int(duration_s), 0) + 2)
    return np.degrees(knots[:, 0]) + lon0, np.degrees(knots[:, 1]), knots[:, 2]


def resample(time_s: Array, lon_deg: Array, lat_deg: Array, height_m: Array) -> tuple[float, Array]:
    """Turn a recording into knots a second apart: (first moment, (n, 3) earth-centred [m]).

    Between fixes a cubic with finite-difference slopes; times must rise strictly.
    """
    xyz = geodesy.ecef(lon_deg, lat_deg, height_m)
    slope = np.gradient(xyz, time_s, axis=0)
    start = math.ceil(time_s[0])
    t = np.arange(start, math.floor(time_s[-1]) + 1, dtype=np.float64)
    i = np.clip(np.searchsorted(time_s, t, side="right") - 1, 0, len(time_s) - 2)
    h = time_s[i + 1] - time_s[i]
    u = ((t - time_s[i]) / h)[:, None]
    h = h[:, None]
    a = (1 + 2 * u) * (1 - u) ** 2 * xyz[i] + u * (1 - u) ** 2 * h * slope[i]
    b = u * u * (3 - 2 * u) * xyz[i + 1] + u * u * (u - 1) * h * slope[i + 1]
    return float(start), np.asarray(a + b, np.float64)


def state_at(path: EmitterPath, time_s: Array) -> tuple[Array, Array]:
    """Give position (n, 3) [m] and velocity (n, 3) [m/s], earth-centred, at times within the path."""
    x = path.xyz_m
    n = len(x)
    s = time_s - path.start_s
    i = np.clip(np.floor(s).astype(np.int64), 0, max(n - 2, 0))
    u = (s - i)[:, None]
    j = np.minimum(i + 1, n - 1)
    p0, p1, slope = x[i], x[j], slopes(x)
    m0, m1 = slope[i], slope[j]
    u2 = u * u
    position = (2 * u2 * u - 3 * u2 + 1) * p0 + (u2 * u - 2 * u2 + u) * m0
    position = position + (3 * u2 - 2 * u2 * u) * p1 + (u2 * u - u2) * m1
    velocity = (6 * u2 - 6 * u) * (p0 - p1) + (3 * u2 - 4 * u + 1) * m0 + (3 * u2 - 2 * u) * m1
    return position, velocity


def slopes(xyz_m: Array) -> Array:
    """Give the velocity at each knot (n, 3) [m/s]: half the way between its neighbours."""
    if len(xyz_m) < 2:
        return np.zeros_like(xyz_m)
    return np.asarray(np.gradient(xyz_m, axis=0), np.float64)
