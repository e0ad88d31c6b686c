"""The truth of each second: where every target is, and how well it could be heard then."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.records import Truth
from forehear.simulate.world import paths
from forehear.simulate.world.traffic import Actor

Array = NDArray[np.float64]


def truth_of(
    start_s: float, sounding: Sequence[tuple[Actor, paths.EmitterPath]], best: Array, expected: Array, t0: int
) -> tuple[Truth, ...]:
    """Give the truth of each second of a block, by time and then by target.

    Place and velocity are those at `time_s`. `audible` and `heard_by` are of the frames whose middle lies in
    the second that begins then: of sound that arrives then, and left the target earlier. They are expected
    values of the sensor model, over the sensors that work.
    """
    ticks = best.shape[1]
    out: list[tuple[float, int, Truth]] = []
    for k, (actor, path) in enumerate(sounding):
        low = max(t0, int(np.ceil(path.start_s)))
        high = min(t0 + ticks - 1, int(np.floor(path.end_s)))
        if actor.target is None or high < low:
            continue
        t = np.arange(low, high + 1, dtype=np.float64)
        position, velocity = paths.state_at(path, t)
        lon, lat, height = geodesy.geodetic(position)
        east, north, up = local(lon, lat, velocity)
        tick = np.arange(low, high + 1) - t0
        rows = zip(
            (start_s + t).tolist(), np.round(lon, 7).tolist(), np.round(lat, 7).tolist(),
            np.round(height, 1).tolist(), (np.round(east, 2) + 0.0).tolist(), (np.round(north, 2) + 0.0).tolist(),
            (np.round(up, 2) + 0.0).tolist(), np.round(best[k, tick], 3).tolist(),
            np.round(expected[k, tick], 2).tolist(), strict=True,
        )  # fmt: skip
        for time, x, y, h, ve, vn, vu, audible, heard_by in rows:
            row = Truth(actor.target, time, x, y, h, ve, vn, vu, actor.emitter.kind, audible, heard_by)
            out.append((time, k, row))
    out.sort(key=lambda item: item[:2])
    return tuple(item[2] for item in out)


def local(lon_deg: Array, lat_deg: Array, vector: Array) -> tuple[Array, Array, Array]:
    """Turn earth-centred vectors (n, 3) to east, north and up at each place (n,)."""
    lon, lat = np.radians(lon_deg), np.radians(lat_deg)
    x, y, z = vector.T
    outward = np.cos(lon) * x + np.sin(lon) * y
    east = -np.sin(lon) * x + np.cos(lon) * y
    return east, np.cos(lat) * z - np.sin(lat) * outward, np.cos(lat) * outward + np.sin(lat) * z
