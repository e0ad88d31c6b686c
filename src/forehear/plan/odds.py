"""The odds that a kind of target at a place is heard by k sensors within ten seconds: the core of every plan.

Theory. For each pair of a place and a sensor within reach the excess over what the sensor needs follows from
range, air, shadow, hills and noise (`air.hearing`); the odds of k of those around a place from those of each,
around what all share. A weather is a wind and a gradient of temperature with its share of the time; what a
place's odds are is their mean over the weathers. Flown ten seconds lie around the place: their middle stands for
them. Ignores: other engines in the same frame.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air import shadow
from forehear.air.hearing import (
    PRIORS,
    Approaching,
    HearingPriors,
    fewer_than,
    odds_within,
    shared_nodes,
)
from forehear.geodesy import Plane
from forehear.plan.ground import Raster, screened_db
from forehear.plan.stations import NOISE_SIGMA_DB, Reaching, Stations, farthest_m, pairs_of

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# Sensors looked at around one place, the best first: the others add nothing to odds of three.
MOST_SENSORS = 48
# Places reckoned at once.
CHUNK = 4096
# A louder report hides what is this much weaker than it [dB] (the tracker's BUSY_DB): as a share of the distance.
HIDDEN_DB = 10.0
HIDDEN_SHARE = 10.0 ** (-HIDDEN_DB / 20.0)


class Weather(NamedTuple):
    """A wind at 10 m, a lapse of temperature, and for which share of the time it is so."""

    wind_mps: float = 0.0
    wind_from_deg: float = 0.0
    # How much colder it is a kilometre higher; negative is an inversion, as on a clear night.
    kelvin_per_km: float = 0.0
    share: float = 1.0


CALM = Weather()
# No wind blows from one direction alone: so far to either side it is half as likely [deg]. A shadow's edge is
# drawn by nobody's weather as sharply as by one number.
EITHER_SIDE_DEG = 30.0


def blowing(weather: Weather) -> tuple[Weather, ...]:
    """Give a wind as it blows: from its direction, and from either side of it."""
    if weather.wind_mps <= 0.0:
        return (weather,)
    sides = ((0.0, 0.5), (-EITHER_SIDE_DEG, 0.25), (EITHER_SIDE_DEG, 0.25))
    return tuple(
        weather._replace(wind_from_deg=weather.wind_from_deg + side, share=part * weather.share)
        for side, part in sides
    )


class Situation(NamedTuple):
    """All that odds depend on beside sensors and places."""

    plane: Plane
    weathers: tuple[Weather, ...] = (CALM,)
    ground: Raster | None = None
    # The height of the ground where there is no raster [m].
    ground_m: float = 0.0
    hearers: int = 3
    priors: HearingPriors = PRIORS
    # Other targets in the air at once, for each square kilometre: a louder one hides this one from a sensor.
    crowd_per_km2: float = 0.0

    def known(self) -> HearingPriors:
        """The priors, with what is unknown of the noise of a place."""
        own = float(np.hypot(self.priors.own_db, NOISE_SIGMA_DB))
        return self.priors._replace(own_db=own)


def pair_excess(
    kind: Approaching, pairs: Reaching, place_m: Array, stations: Stations, situation: Situation
) -> tuple[Array, Array]:
    """Give of each pair (R,) the excess without weather [dB], and the height of the target over the sensor [m]."""
    at, on = pairs.place, pairs.station
    ground_m = np.full(len(place_m), situation.ground_m)
    if situation.ground is not None:
        lon, lat = situation.plane.inverse(place_m[:, 0], place_m[:, 1])
        ground_m = situation.ground.at(lon, lat)
    above = np.maximum(ground_m[at] + kind.height_m - stations.height_m[on], 1.0)
    far = np.maximum(np.hypot(pairs.ground_m, above), 1.0)
    level = kind.level_db - 20.0 * np.log10(far) - kind.absorbed_db_per_m * far
    excess = level + stations.gain_db[on] - stations.noise_db[on] - situation.priors.margin_db
    if situation.ground is not None and len(at):
        source = np.column_stack([lon[at], lat[at], ground_m[at] + kind.height_m])
        sensor = np.column_stack([stations.lonlat[on], stations.height_m[on]])
        excess -= screened_db(situation.ground, source, sensor, pairs.ground_m, kind.band_hz)
    return excess, above


def weather_loss_db(kind: Approaching, pairs: Reaching, above_m: Array, weather: Weather) -> Array:
    """Give what the shadow takes of each pair (R,) [dB]."""
    from_rad = np.radians(weather.wind_from_deg)
    wind = -weather.wind_mps * np.array([np.sin(from_rad), np.cos(from_rad)])
    upwind = -(pairs.way @ wind)
    bend = shadow.wind_gradient_per_s(upwind, above_m) + shadow.temperature_gradient_per_s(weather.kelvin_per_km)
    return shadow.loss_db(pairs.ground_m, bend, above_m, kind.band_hz)


def padded(pairs: Reaching, excess: Array, places: int) -> tuple[Array, Ints]:
    """Give the excess of each place's best sensors (places, M) [dB], -inf for none, and which pair each is."""
    order = np.lexsort((-excess, pairs.place))
    first = np.searchsorted(pairs.place[order], np.arange(places))
    rank = np.arange(len(order)) - first[pairs.place[order]]
    kept = rank < MOST_SENSORS
    width = int(rank[kept].max(initial=-1)) + 1
    out, which = np.full((places, width), -np.inf), np.zeros((places, width), np.int64)
    rows, columns = pairs.place[order][kept], rank[kept]
    out[rows, columns] = excess[order][kept]
    which[rows, columns] = order[kept]
    return out, which


class Heard(NamedTuple):
    """What sounds at P places, by one weather: for each its best sensors (P, M)."""

    excess: Array  # [dB], -inf for none
    listens: Array  # the share of the time, times the odds that no louder target hides this one
    station: Ints  # -1 for none
    ground_m: Array


def heard_at(kind: Approaching, place_m: Array, stations: Stations, situation: Situation) -> Iterator[Heard]:
    """Give what the sensors make of a kind at each place (P, 2), weather by weather."""
    reach_m = farthest_m(kind, stations.noise_db - stations.gain_db, situation.known())
    pairs = pairs_of(place_m, stations, reach_m)
    excess, above = pair_excess(kind, pairs, place_m, stations, situation)
    far = np.hypot(pairs.ground_m, above)
    hidden = np.exp(-situation.crowd_per_km2 * math.pi * (HIDDEN_SHARE * far / 1000.0) ** 2)
    listens = stations.listens[pairs.station] * hidden
    for weather in situation.weathers:
        best, which = padded(pairs, excess - weather_loss_db(kind, pairs, above, weather), len(place_m))
        none = ~np.isfinite(best)
        if len(pairs.place) == 0:
            empty = np.zeros(best.shape)
            yield Heard(best, empty, empty.astype(np.int64), empty)
            continue
        station = np.where(none, -1, pairs.station[which])
        yield Heard(best, np.where(none, 0.0, listens[which]), station, pairs.ground_m[which])


def odds_of(
    kind: Approaching, place_m: Array, stations: Stations, situation: Situation, counts: Sequence[int] = ()
) -> Array:
    """Give the odds (places, counts) that a kind at each place (places, 2) is heard by at least so many sensors.

    `counts`: the situation's own where none is named.
    """
    counts = counts or (situation.hearers,)
    total = np.zeros((len(place_m), len(counts)))
    shares = sum(weather.share for weather in situation.weathers)
    heard = heard_at(kind, place_m, stations, situation)
    for weather, now in zip(situation.weathers, heard, strict=True):
        total += weather.share / shares * counted(now, now.listens, counts, situation.known())
    return total


def counted(heard: Heard, listens: Array, counts: Sequence[int], priors: HearingPriors) -> Array:
    """Give the odds (places, counts) of so many hearers, a chunk of places at a time.

    `listens` (places, M) may leave sensors out.
    """
    out = np.zeros((len(heard.excess), len(counts)))
    for begin in range(0, len(out), CHUNK):
        part = slice(begin, begin + CHUNK)
        for offset, weight in zip(*shared_nodes(priors.shared_db), strict=True):
            odds = listens[part] * odds_within(heard.excess[part] + offset, priors)
            fewer = np.cumsum(fewer_than(odds, max(counts)), axis=-1)
            out[part] += weight * (1.0 - fewer[:, [count - 1 for count in counts]])
    return np.clip(out, 0.0, 1.0)
