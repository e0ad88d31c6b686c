"""Sensors and places in the plane, as arrays; and which sensors could hear what sounds at which place."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air.hearing import Approaching, HearingPriors, even_range_m, faint_db
from forehear.geodesy import Plane, plane_at
from forehear.plan.ground import Raster
from forehear.plan.noise import NoiseMap, noise_at
from forehear.records import Network, Sensor

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# What each kind of sensor needs over its noise beside the prior margin [dB], and the share of the time that it
# listens: four channels in phase gain up to 6 dB, in echoing country half of that; a person hears no engine in the
# noise that a machine finds by its tone, and sleeps.
GAIN_DB = {"microphone": 0.0, "array": 3.0, "observer": -6.0}
LISTENS = {"microphone": 1.0, "array": 1.0, "observer": 0.6}
# Farther than where a kind is heard with these odds in the least noise there is, no sensor is looked at.
FAINT_ODDS = 0.03
# What is unknown of the noise of a place whose land use is known [dB], beside a sensor's own error.
NOISE_SIGMA_DB = 4.0
# -----------------------------------------------------------------------------------------------------


class Stations(NamedTuple):
    """N sensors, there or thought of: where, how high over their ground, through which noise, how well."""

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    place_m: Array  # (N, 2) east, north
    lonlat: Array  # (N, 2) [deg]
    height_m: Array  # (N,) above mean sea level
    noise_db: Array  # (N,)
    gain_db: Array  # (N,)
    listens: Array  # (N,) share of the time


class Reaching(NamedTuple):
    """R pairs of a place and a sensor within reach, ordered by place."""

    place: Ints
    station: Ints
    ground_m: Array
    way: Array  # (R, 2) unit vector over ground from the place to the sensor


def plane_of(network: Network) -> Plane:
    """Give the plane in the middle of a network."""
    lon, lat = (np.array([getattr(s, name) for s in network.sensors]) for name in ("lon", "lat"))
    return plane_at(float(lon.min() + lon.max()) / 2.0, float(lat.min() + lat.max()) / 2.0)


def stations_of(sensors: Sequence[Sensor], plane: Plane, noise: NoiseMap, ground: Raster | None) -> Stations:
    """Lay sensors out in a plane. One whose height is below a known ground stands on a mast upon it."""
    lonlat = np.array([(s.lon, s.lat) for s in sensors], np.float64).reshape(-1, 2)
    place = np.column_stack(plane.forward(lonlat[:, 0], lonlat[:, 1]))
    height = np.array([s.height_m for s in sensors], np.float64)
    if ground is not None:
        height = np.maximum(height, ground.at(lonlat[:, 0], lonlat[:, 1]) + 4.0)
    return Stations(
        tuple(s.id for s in sensors), tuple(s.kind for s in sensors), place, lonlat, height,
        noise_at(noise, lonlat[:, 0], lonlat[:, 1]),
        np.array([GAIN_DB[s.kind] for s in sensors], np.float64),
        np.array([LISTENS[s.kind] for s in sensors], np.float64),
    )  # fmt: skip


def taken(stations: Stations, which: NDArray[np.bool_] | Ints) -> Stations:
    """Give some of the stations, by a mask or by their numbers."""
    index = np.flatnonzero(which) if which.dtype == np.bool_ else which
    return Stations(
        tuple(stations.ids[k] for k in index), tuple(stations.kinds[k] for k in index),
        *(np.asarray(column)[index] for column in stations[2:]),
    )  # fmt: skip


def joined(one: Stations, other: Stations) -> Stations:
    """Put stations behind others."""
    columns = (np.concatenate([a, b]) for a, b in zip(one[2:], other[2:], strict=True))
    return Stations(one.ids + other.ids, one.kinds + other.kinds, *columns)


def farthest_m(kind: Approaching, noise_db: Array, priors: HearingPriors) -> float:
    """Give beyond which distance [m] nobody in these noises [dB] is looked at."""
    least = float(np.min(noise_db, initial=60.0))
    return even_range_m(kind, least + faint_db(priors, FAINT_ODDS), priors.margin_db)


def pairs_of(place_m: Array, stations: Stations, most_m: float) -> Reaching:
    """Find all sensors within a distance [m] of each place (P, 2) in the plane.

    Places are sorted by north, so that each sensor looks at a band of them alone.
    """
    order = np.argsort(place_m[:, 1], kind="stable")
    north = place_m[order, 1]
    places: list[Ints] = []
    stands: list[Ints] = []
    for k, (east, at) in enumerate(stations.place_m):
        low, high = np.searchsorted(north, (at - most_m, at + most_m))
        band = order[low:high]
        near = np.hypot(place_m[band, 0] - east, place_m[band, 1] - at) <= most_m
        places.append(band[near])
        stands.append(np.full(int(near.sum()), k, np.int64))
    none = np.zeros(0, np.int64)
    place, station = np.concatenate([none, *places]), np.concatenate([none, *stands])
    order = np.lexsort((station, place))
    place, station = place[order], station[order]
    to = stations.place_m[station] - place_m[place]
    ground = np.hypot(to[:, 0], to[:, 1])
    return Reaching(place, station, ground, to / np.maximum(ground, 1.0)[:, None])
