"""From flights to tracks by way of sound: what microphones hear, second by second, and what a tracker makes of it.

Places are taken from one tangent plane to the ellipsoid exactly, so that no projection is shared with the tracker.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from forehear import geodesy
from forehear.records import Network, Report, Sensor, Track
from forehear.synthesise import sound
from forehear.synthesise.noise import Noise
from forehear.synthesise.turbulence import Turbulence
from forehear.synthesise.ways import Ground
from forehear.track.tracker import Tracker

Array = NDArray[np.float64]
# A listener of one stream: full-scale samples of a second and the time of the first, to reports.
Hear = Callable[[NDArray[np.float32], float], Sequence[Report]]
START_S = 1_790_000_000.0
LON, LAT = 31.0, 47.0
CALIBRATION_DB = 94.0
# From the end of a second of sound to its report at the tracker.
NETWORK_S = 0.3


def geodetic(enu_m: Array) -> tuple[Array, Array, Array]:
    """Longitude, latitude [deg] and height [m] of places in the tangent plane (..., 3)."""
    return geodesy.geodetic(geodesy.ecef(LON, LAT, 0.0) + enu_m @ geodesy.east_north_up(LON, LAT))


def tangent(track: Track) -> Array:
    """A track's place in the tangent plane (3,) [m]."""
    away = geodesy.ecef(track.lon, track.lat, track.height_m) - geodesy.ecef(LON, LAT, 0.0)
    return np.asarray(geodesy.east_north_up(LON, LAT) @ away)


@dataclass(frozen=True)
class Chain:
    """What came out: every report, and the tracks of every second with the time since the start."""

    reports: tuple[Report, ...]
    tracks: tuple[tuple[float, Track], ...]

    def errors(self, flight: sound.Flight) -> Array:
        """Per line of a confirmed track: seconds, horizontal error [m], error over sigma, speed error [m/s]."""
        rows = []
        for at_s, track in self.tracks:
            if track.status != "confirmed":
                continue
            place, velocity = flight.motion(np.array([at_s]))
            error = float(np.hypot(*(tangent(track) - place[0])[:2]))
            speed = math.hypot(*velocity[0])
            rows.append((at_s, error, error / track.position_sigma_m, track.speed_mps - speed))
        return np.array(rows).reshape(-1, 4)


def play(
    microphones_m: Array,
    flights: Sequence[sound.Flight],
    seconds: int,
    seed: int,
    listener: Callable[[str], Hear],
    noise: Noise,
) -> Chain:
    """Run the whole chain, a second at a time."""
    lon, lat, height = geodetic(microphones_m)
    names = [f"M{k}" for k in range(len(microphones_m))]
    network = Network(
        tuple(
            Sensor(n, "microphone", float(x), float(y), float(z))
            for n, x, y, z in zip(names, lon, lat, height, strict=True)
        )
    )
    tracker = Tracker(network)
    ears = [listener(name) for name in names]
    blocks = sound.sound_blocks(
        microphones_m,
        flights,
        float(seconds),
        np.random.default_rng(seed),
        environment=sound.Environment(ground=Ground(), turbulence=Turbulence(), noise=noise),
    )
    reports: list[Report] = []
    tracks: list[tuple[float, Track]] = []
    for second, block in enumerate(blocks):
        samples = sound.full_scale(block, CALIBRATION_DB)
        now = START_S + second + 1.0 + NETWORK_S
        fresh = [r for k, hear in enumerate(ears) for r in hear(samples[:, k], START_S + second)]
        fresh = [replace(r, received_at_s=now) for r in fresh]
        reports += fresh
        tracks += [(t.time_s - START_S, t) for t in tracker.advance(now, fresh)]
    return Chain(tuple(reports), tuple(tracks))
