"""Where one hears now: for each site and each direction of approach, the odds that a target would be heard in
time.

Theory of operation. A site is covered from a direction if a target that came straight from there would be heard by
enough sensors while it still is `IN_TIME_S` away. The approach is a straight line, at a height that such targets
fly at, from there out to where a warning would begin; a sensor hears it with the odds of its nearest point, from
the excess of level over the noise that the sensor last told of: the formulas of docs/physics.md. What the sensors
do is what they lately really did: one whose reports stopped, or were all turned away, hears nothing; nor does one
upwind beyond the edge of the shadow. The odds that at least so many hear it follow from those of each (a Poisson
binomial, as the thresholds of seismic networks are mapped).

Silence of sensors that hear nothing is no news; silence of sensors that no longer report is: `gone` is the share
of a site's sensors that reported before and do not now.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from forehear.air.medium import wind_mps
from forehear.geodesy import Plane
from forehear.records import Network, Report, Site

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# Directions of approach, evenly round the compass.
DIRECTIONS = 12
# A target must be heard while it still is this far away in time [s]: the shelter is reached in two minutes.
IN_TIME_S = 120.0
# Approaches are looked at from there out to this time [s]: before, a warning is early anyway.
OUT_TO_S = 900.0
# The kinds that approach: speed [m/s], height [m], and level less the threshold of hearing [dB at 1 m]. Hearing at
# 32, 36, 40, 46 dB of noise reaches 6.3, 4.8, 3.6, 2.1 km (docs/physics.md): 114.5 dB with 1 dB/km of absorption.
# A jet is some 12 dB louder where it is heard at all, higher, and its sound is absorbed sooner (2 dB/km).
KINDS = (("piston", 51.0, 350.0, 114.5, 0.001), ("jet", 155.0, 800.0, 126.5, 0.002))
# Odds of hearing go from 0.1 to 0.9 over 6.5 dB: the scale of a logistic law [dB]; and its ceiling.
SCALE_DB, CEILING = 6.5 / math.log(81.0), 0.95
# Noise of a sensor that has not told of any [dB].
USUAL_NOISE_DB = 40.0
# A silent sensor's heartbeat comes every 10 s: later than this [s] it is late, after that it is held to be dead.
LATE_S, DEAD_S = 13.0, 25.0
# A sensor that reported within this time [s] is one whose going is news.
KNOWN_S = 900.0
# Nearest sensors looked at for one approach: three are enough to be heard by, and 48 hold any dense network's.
MOST_SENSORS = 48
# Farther from the approach than this no sensor hears anything [m].
FARTHEST_M = 8_000.0
# The edge of the shadow of a target at 350 m [m], by the wind against the sound [m/s] (docs/physics.md).
SHADOW_WIND_MPS, SHADOW_EDGE_M = (0.0, 3.0, 8.0), (3_800.0, 2_200.0, 1_400.0)
# A site whose mean odds over all directions, for a propeller drone, fall below the first is not covered; it is
# covered again above the second.
NOT_COVERED, COVERED_AGAIN = 0.2, 0.35
# So large a share of a site's sensors gone is said at once.
GONE_SHARE = 0.28
# -----------------------------------------------------------------------------------------------------


class Approaches(NamedTuple):
    """S sites, D directions, K kinds: which sensors could hear each approach, and at which slant range."""

    sites: tuple[str, ...]
    sensor: Ints  # (S, D, K, M) index of the sensor, -1: none
    range_m: Array  # (S, D, K, M) slant range of the approach's nearest point [m]
    upwind_mps: Array  # (S, D, K, M) wind against the sound on its way to the sensor [m/s]
    near: tuple[Ints, ...]  # of each site, the sensors that any approach needs


class SiteCoverage(Struct, frozen=True):
    """One site's coverage: the odds of being heard in time, from each direction (clockwise from north)."""

    site: str
    piston: tuple[float, ...]
    jet: tuple[float, ...]
    covered: bool
    gone: float

    @property
    def share(self) -> float:
        """Mean odds over the directions, for a propeller drone."""
        return sum(self.piston) / len(self.piston)


@dataclass
class Reporting:
    """When each of N sensors was last accepted [s], and the noise that it then told of [dB]."""

    last_s: Array
    noise_db: Array


def nobody_reported(sensors: int) -> Reporting:
    """Give what is known of so many sensors at the start."""
    return Reporting(np.full(sensors, -np.inf), np.full(sensors, np.nan))


def note(
    reporting: Reporting,
    index: Mapping[str, int],
    now_s: float,
    reports: Iterable[Report],
    refused: Mapping[str, int],
) -> None:
    """Take in a step's reports; `index` numbers the sensors, `refused` counts those turned away by sensor."""
    left = dict(refused)
    for report in reports:
        k = index.get(report.sensor)
        if k is None:
            continue
        if left.get(report.sensor, 0) > 0:
            left[report.sensor] -= 1
            continue
        reporting.last_s[k] = now_s
        if report.noise_db is not None:
            reporting.noise_db[k] = report.noise_db


def approaches_of(sites: Sequence[Site], network: Network, plane: Plane) -> Approaches:
    """Find for every approach the sensors that could hear it. Ignores: terrain."""
    shape = (len(sites), DIRECTIONS, len(KINDS), MOST_SENSORS)
    sensor, ranges = np.full(shape, -1, np.int64), np.full(shape, np.inf)
    upwind = np.zeros(shape)
    near: list[Ints] = [np.zeros(0, np.int64) for _ in sites]
    if not sites or not network.sensors:
        return Approaches(tuple(s.id for s in sites), sensor, ranges, upwind, tuple(near))
    places = np.column_stack(plane.forward([s.lon for s in network.sensors], [s.lat for s in network.sensors]))
    middles = np.column_stack(plane.forward([s.lon for s in sites], [s.lat for s in sites]))
    wind = np.array(wind_mps(network.atmosphere))
    for i, site in enumerate(sites):
        away = places - middles[i]
        for d in range(DIRECTIONS):
            angle = 2.0 * math.pi * d / DIRECTIONS
            out = np.array([math.sin(angle), math.cos(angle)])
            for k, (_, speed, height, _, _) in enumerate(KINDS):
                first, last = site.radius_m + speed * IN_TIME_S, site.radius_m + speed * OUT_TO_S
                along = np.clip(away @ out, first, last)
                to_sensor = away - along[:, None] * out
                ground = np.hypot(to_sensor[:, 0], to_sensor[:, 1])
                found = np.argsort(ground, kind="stable")[:MOST_SENSORS]
                found = found[ground[found] <= FARTHEST_M]
                n = len(found)
                sensor[i, d, k, :n] = found
                ranges[i, d, k, :n] = np.hypot(ground[found], height)
                way = to_sensor[found] / np.maximum(ground[found], 1.0)[:, None]
                upwind[i, d, k, :n] = np.maximum(-(way @ wind), 0.0)
        near[i] = np.unique(sensor[i][sensor[i] >= 0])
    return Approaches(tuple(s.id for s in sites), sensor, ranges, upwind, tuple(near))


def coverage(
    approaches: Approaches, reporting: Reporting, now_s: float, before: Mapping[str, SiteCoverage], sensors: int
) -> dict[str, SiteCoverage]:
    """Give each site's coverage now.

    `before` is the answer of the last time, for hysteresis; `sensors` how many must hear a target. A site in
    `before` stays covered, or not covered, between the two thresholds.
    """
    age = now_s - reporting.last_s
    alive = age <= DEAD_S
    noise = np.where(np.isfinite(reporting.noise_db), reporting.noise_db, USUAL_NOISE_DB)
    out: dict[str, SiteCoverage] = {}
    if not approaches.sites:
        return out
    odds = at_least(_heard(approaches, alive, noise), sensors)
    for i, name in enumerate(approaches.sites):
        near = approaches.near[i]
        known = near[age[near] <= KNOWN_S]
        gone = float(np.mean(age[known] > LATE_S)) if len(known) else 0.0
        piston, jet = (tuple(round(float(p), 3) for p in odds[i, :, k]) for k in range(len(KINDS)))
        share = sum(piston) / DIRECTIONS
        was = before.get(name)
        covered = share >= (COVERED_AGAIN if was is not None and not was.covered else NOT_COVERED)
        out[name] = SiteCoverage(name, piston, jet, covered, round(gone, 3))
    return out


def _heard(approaches: Approaches, alive: NDArray[np.bool_], noise_db: Array) -> Array:
    """Odds (S, D, K, M) that each sensor hears each approach."""
    there = approaches.sensor >= 0
    index = np.where(there, approaches.sensor, 0)
    if len(alive) == 0:
        return np.zeros(approaches.sensor.shape)
    level = np.array([one[3] for one in KINDS])[:, None]
    absorbed = np.array([one[4] for one in KINDS])[:, None]
    far = np.where(there, approaches.range_m, 1e6)
    excess = level - 20.0 * np.log10(far) - absorbed * far - noise_db[index]
    odds = CEILING / (1.0 + np.exp(-np.clip(excess / SCALE_DB, -40.0, 40.0)))
    edge = np.interp(approaches.upwind_mps, SHADOW_WIND_MPS, SHADOW_EDGE_M)
    shadowed = (approaches.upwind_mps > 0.0) & (far > edge)
    return np.where(there & alive[index] & ~shadowed, odds, 0.0)


def at_least(odds: Array, count: int) -> Array:
    """Give the odds (...,) that at least `count` of independent events (..., M) happen (Poisson binomial)."""
    fewer = np.zeros((*odds.shape[:-1], count))
    fewer[..., 0] = 1.0
    for m in range(odds.shape[-1]):
        p = odds[..., m, None]
        moved = np.concatenate([np.zeros_like(p), fewer[..., :-1]], axis=-1)
        fewer = (1.0 - p) * fewer + p * moved
    return np.asarray(np.clip(1.0 - fewer.sum(axis=-1), 0.0, 1.0), np.float64)
