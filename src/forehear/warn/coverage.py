"""Where one hears now: for each site and each direction of approach, the odds that a target would be heard in
time.

Theory of operation. A site is covered from a direction if a target that came straight from there would be heard by
enough sensors while it still is `IN_TIME_S` away. The approach is a straight line, at a height that such targets
fly at, from there out to where a warning would begin; a sensor hears it with the odds of its nearest point,
through the noise that it last reported (`air.hearing`, as the plan has it). What the sensors do is what they
lately really did: one whose reports stopped, or were all turned away, hears nothing; nor does one upwind far
beyond the edge of the shadow. The odds that at least so many hear it follow from those of each (a Poisson
binomial, as the thresholds of seismic networks are mapped), around what all of them share.

Silence of sensors that hear nothing is no news; silence of sensors that no longer report is: `gone` is the share
of a site's own sensors that reported before and do not now.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from forehear.air.hearing import FARTHEST_M, KINDS, excess_db, heard_by
from forehear.air.medium import wind_mps
from forehear.forecast.places import places_of
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
# Noise of a sensor that has reported none [dB].
USUAL_NOISE_DB = 40.0
# A silent sensor's heartbeat comes every 10 s: later than this [s] it is late, and so much later [s] it is held to
# be dead. Where reports get lost, or come seldom, a sensor is as late as its own gaps lately were, and a third;
# but after `PATIENCE_S` any is late, and a gap longer than that is an outage, not a habit. Gaps are forgotten by
# half in ten minutes.
LATE_S, DEAD_AFTER_S, PATIENCE_S = 13.0, 12.0, 45.0
SLACK, GAP_FORGOTTEN_S = 1.3, 600.0
# A sensor that reported within this time [s] is one whose going is news.
KNOWN_S = 900.0
# Sensors within this of its rim are a site's own, whose going is news there [m]: six minutes of a slow drone.
OWN_M = 20_000.0
# Nearest sensors looked at for one approach: three are enough to be heard by, and 48 hold any dense network's.
MOST_SENSORS = 48
# A site whose mean odds over all directions, for a propeller drone, fall below the first is not covered; it is
# covered again above the second.
NOT_COVERED, COVERED_AGAIN = 0.2, 0.35
# -----------------------------------------------------------------------------------------------------


class Approaches(NamedTuple):
    """S sites, D directions, K kinds: which sensors could hear each approach, and at which slant range."""

    sites: tuple[str, ...]
    sensor: Ints  # (S, D, K, M) index of the sensor, -1: none
    range_m: Array  # (S, D, K, M) slant range of the approach's nearest point [m]
    upwind_mps: Array  # (S, D, K, M) wind against the sound on its way to the sensor [m/s]
    near: tuple[Ints, ...]  # of each site, its own sensors


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
    """When each of N sensors was last accepted [s], the noise then reported [dB], its longest late gap [s]."""

    last_s: Array
    noise_db: Array
    gap_s: Array

    def late_after_s(self) -> Array:
        """How long each sensor (N,) may be silent before it is late [s]."""
        return np.clip(SLACK * self.gap_s, LATE_S, PATIENCE_S)


def nobody_reported(sensors: int) -> Reporting:
    """Give what is known of so many sensors at the start."""
    return Reporting(np.full(sensors, -np.inf), np.full(sensors, np.nan), np.zeros(sensors))


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
        gap = now_s - reporting.last_s[k]
        if gap > 0.0:
            left_of_it = reporting.gap_s[k] * 0.5 ** (min(gap, GAP_FORGOTTEN_S) / GAP_FORGOTTEN_S)
            reporting.gap_s[k] = max(left_of_it, gap if gap <= PATIENCE_S else 0.0)
        reporting.last_s[k] = now_s
        if report.noise_db is not None:
            reporting.noise_db[k] = report.noise_db


def now_hearing(reporting: Reporting, now_s: float) -> tuple[NDArray[np.bool_], Array]:
    """Give which sensors (N,) still report, and the noise that each hears through [dB]."""
    alive = now_s - reporting.last_s <= reporting.late_after_s() + DEAD_AFTER_S
    return alive, np.where(np.isfinite(reporting.noise_db), reporting.noise_db, USUAL_NOISE_DB)


def approaches_of(sites: Sequence[Site], network: Network, plane: Plane) -> Approaches:
    """Find for every approach the sensors that could hear it. Ignores: terrain."""
    shape = (len(sites), DIRECTIONS, len(KINDS), MOST_SENSORS)
    sensor, ranges = np.full(shape, -1, np.int64), np.full(shape, np.inf)
    upwind = np.zeros(shape)
    near: list[Ints] = [np.zeros(0, np.int64) for _ in sites]
    if not sites or not network.sensors:
        return Approaches(tuple(s.id for s in sites), sensor, ranges, upwind, tuple(near))
    places = np.column_stack(plane.forward([s.lon for s in network.sensors], [s.lat for s in network.sensors]))
    laid = places_of(sites, plane)
    wind = np.array(wind_mps(network.atmosphere))
    for i in range(len(sites)):
        away, rim_m = places - laid.middle[i], float(laid.reach[i])
        for d in range(DIRECTIONS):
            angle = 2.0 * math.pi * d / DIRECTIONS
            out = np.array([math.sin(angle), math.cos(angle)])
            across = np.array([out[1], -out[0]])
            for k, kind in enumerate(KINDS):
                first, last = (rim_m + kind.speed_mps * after_s for after_s in (IN_TIME_S, OUT_TO_S))
                # Those beside the line first: of a country's sensors, few.
                beside = np.flatnonzero(np.abs(away @ across) <= FARTHEST_M)
                near_line = away[beside]
                along = np.clip(near_line @ out, first, last)
                to_sensor = near_line - along[:, None] * out
                ground = np.hypot(to_sensor[:, 0], to_sensor[:, 1])
                order = np.argsort(ground, kind="stable")[:MOST_SENSORS]
                order = order[ground[order] <= FARTHEST_M]
                found = beside[order]
                n = len(found)
                sensor[i, d, k, :n] = found
                ranges[i, d, k, :n] = np.hypot(ground[order], kind.height_m)
                way = to_sensor[order] / np.maximum(ground[order], 1.0)[:, None]
                upwind[i, d, k, :n] = np.maximum(-(way @ wind), 0.0)
        near[i] = np.flatnonzero(np.hypot(away[:, 0], away[:, 1]) <= rim_m + OWN_M)
    return Approaches(tuple(s.id for s in sites), sensor, ranges, upwind, tuple(near))


def coverage(
    approaches: Approaches, reporting: Reporting, now_s: float, before: Mapping[str, SiteCoverage], sensors: int
) -> dict[str, SiteCoverage]:
    """Give each site's coverage now.

    `before` is the answer of the last time, for hysteresis; `sensors` how many must hear a target. A site in
    `before` stays covered, or not covered, between the two thresholds.
    """
    age, late_s = now_s - reporting.last_s, reporting.late_after_s()
    alive, noise = now_hearing(reporting, now_s)
    out: dict[str, SiteCoverage] = {}
    if not approaches.sites:
        return out
    odds = heard_by(_excess(approaches, alive, noise), sensors)
    for i, name in enumerate(approaches.sites):
        near = approaches.near[i]
        known = near[age[near] <= KNOWN_S]
        gone = float(np.mean(age[known] > late_s[known])) if len(known) else 0.0
        piston, jet = (tuple(round(float(p), 3) for p in odds[i, :, k]) for k in range(len(KINDS)))
        share = sum(piston) / DIRECTIONS
        was = before.get(name)
        covered = share >= (COVERED_AGAIN if was is not None and not was.covered else NOT_COVERED)
        out[name] = SiteCoverage(name, piston, jet, covered, round(gone, 3))
    return out


def _excess(approaches: Approaches, alive: NDArray[np.bool_], noise_db: Array) -> Array:
    """How far each approach stands over what each sensor needs (S, D, K, M) [dB]; -inf where none hears."""
    out = np.full(approaches.sensor.shape, -np.inf)
    if len(alive) == 0:
        return out
    there = approaches.sensor >= 0
    index = np.where(there, approaches.sensor, 0)
    for k, kind in enumerate(KINDS):
        far, upwind = approaches.range_m[:, :, k], approaches.upwind_mps[:, :, k]
        excess = excess_db(kind, np.where(there[:, :, k], far, 1e6), upwind, noise_db[index[:, :, k]])
        out[:, :, k] = np.where(there[:, :, k] & alive[index[:, :, k]], excess, -np.inf)
    return out
