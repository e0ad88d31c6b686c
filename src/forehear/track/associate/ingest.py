"""Reports to arrays: places, plane angles, corrected clocks; and what is turned away, by reason.

Clocks. A sensor's clock may be off by seconds or by years. Two things tell: how long its reports seem to
travel, beside how long everybody's do (a report that arrives before it was heard has a clock that is
ahead), and, later and finer, how its tones and bearings fit the tracks (`association`). Each sensor has an
offset and a variance; the variance widens what its reports say until it is known.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.compiled import njit
from forehear.geodesy import Plane, plane_at
from forehear.records import Network, Report
from forehear.track.associate.clutter import LEAST_RATE
from forehear.track.associate.detection import HearingLaws, laws_of
from forehear.track.associate.sources import LEAST_AZIMUTH_SIGMA_DEG, LEAST_TONE_SIGMA_HZ, bounded, table_of
from forehear.track.memory.batch import Batch
from forehear.track.memory.lately import nothing_heard

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

USED, TOO_OLD, IN_FUTURE, DUPLICATE, TOO_MANY = 0, 1, 2, 3, 4
REASONS = {
    TOO_OLD: "heard too long ago",
    IN_FUTURE: "heard in the future",
    DUPLICATE: "duplicate",
    TOO_MANY: "more reports than a sensor has frames",
}
FAR_PLACE, OWN_PLACE = "a place that it cannot be at", "a place of its own, which only observers have"

# --- numbers that decide -----------------------------------------------------------------------------
# A report heard this long before it came is of no use to a track [s]: its checkpoints are gone.
TOO_OLD_S = 100.0
# A clock this far ahead of the server's [s] is not a clock.
TOO_NEW_S = 60.0
# What a clock that keeps time by the network is good for [s].
CLOCK_SIGMA_S = 0.1
# A sensor whose reports' travel differs from everybody's by this much [s], again and again, has a wrong
# clock, or a slow line: its offset is then open within that much.
SUSPECT_S = 1.5
SUSPECT_AFTER = 4
# Travel times scatter less than this [s] where the clock, not the line, is to blame.
STEADY_S = 1.0
# A report stands for the time since its sensor's last one, but for no more than a heartbeat's [s].
LONGEST_S = 10.0
# Reports remembered per sensor to know a duplicate by its hearing time, and how near that must be [s].
REMEMBERED = 48
SAME_MOMENT_S = 1e-3
# Where sensors stand close together, one of so wide a square [m] is asked for its silence: a city would outvote.
ASKED_APART_M = 2_000.0
# Reports of one sensor within a second of hearing, at most: frames follow each other by a quarter of one or more.
MOST_IN_A_SECOND = 8
# Where all reports seem to come before they were heard, or so long after [s], they are taken to travel as usual.
ALL_AHEAD_S, ALL_BEHIND_S, USUAL_TRAVEL_S = -0.5, 15.0, 1.0
# Sensors from which how long everybody's reports travel is known, and for how long they count [s].
TYPICAL_SENSORS, TYPICAL_WITHIN_S = 5, 60.0
# How far from where the network has it a report may say that it is [m], an observer by a drive; else the network's
# place stands. Anybody else's own place is not believed, and within a receiver's error no offence.
SENSOR_MOVES_M, PERSON_MOVES_M = 300.0, 30_000.0
# -----------------------------------------------------------------------------------------------------


class SensorArrays(NamedTuple):
    """The network as arrays of N sensors, in the plane; and what the tracker learns of each."""

    place: Array  # (N, 4) east, north, height [m], 1 / scale
    convergence: Array  # (N,) [rad]
    directed: NDArray[np.bool_]  # (N,) knows bearings
    person: NDArray[np.bool_]  # (N,) an observer
    clock: Array  # (N, 2) offset [s] and its variance: heard time minus offset is true
    travel: Array  # (N, 3) mean and variance of the reports' travel [s], how many
    suspected: NDArray[np.bool_]  # (N,) its clock has been opened once
    noise_db: Array  # (N,) latest
    last_report_s: Array  # (N,) hearing time of the latest report
    last_source_s: Array  # (N,) hearing time of the latest report that had a source
    lately: Array  # (N, engines, 4) what each reported lately, see `memory.lately`
    remembered: Array  # (N, REMEMBERED) hearing times
    by_east: Ints  # (M,) sensors that are asked for their silence, from west to east
    east_sorted: Array  # (M,) their places to the east [m]
    other_rate: Array  # (N,) sources a report that no track explains
    laws: HearingLaws  # how each hears


def arrays_of(network: Network) -> tuple[Plane, SensorArrays]:
    """Lay a network out in a plane around its middle."""
    lon = np.array([s.lon for s in network.sensors])
    lat = np.array([s.lat for s in network.sensors])
    n = len(lon)
    # The middle of the unit vectors: right across the antimeridian too.
    rad = np.radians(lon)
    middle = math.degrees(math.atan2(float(np.mean(np.sin(rad))), float(np.mean(np.cos(rad))))) if n else 0.0
    plane = plane_at(middle, float(np.clip(np.mean(lat), -89.9, 89.9)) if n else 0.0)
    place = np.zeros((n, 4))
    if n:
        place[:, 0], place[:, 1] = plane.forward(lon, lat)
        place[:, 2] = [s.height_m for s in network.sensors]
        place[:, 3] = 1.0 / plane.scale(lon, lat)
    clock = np.zeros((n, 2))
    clock[:, 1] = CLOCK_SIGMA_S**2
    kinds = [s.kind for s in network.sensors]
    person = np.array([kind == "observer" for kind in kinds], np.bool_)
    asked = _spread_out(place, person)
    arrays = SensorArrays(
        place=place,
        convergence=plane.convergence(lon, lat) if n else np.zeros(0),
        directed=np.array([kind != "microphone" for kind in kinds], np.bool_),
        person=person,
        clock=clock,
        travel=np.zeros((n, 3)),
        suspected=np.zeros(n, np.bool_),
        noise_db=np.full(n, np.nan),
        last_report_s=np.full(n, -np.inf),
        last_source_s=np.full(n, -np.inf),
        lately=nothing_heard(n),
        remembered=np.full((n, REMEMBERED), -np.inf),
        by_east=asked,
        east_sorted=place[asked, 0].copy(),
        other_rate=np.full(n, LEAST_RATE),
        laws=laws_of(n),
    )
    return plane, arrays


def _spread_out(place: Array, person: NDArray[np.bool_]) -> Ints:
    """Give one sensor of each square of ASKED_APART_M, observers aside, from west to east."""
    plain = np.flatnonzero(~person)
    squares = np.floor(place[plain, :2] / ASKED_APART_M)
    _, first = np.unique(squares, axis=0, return_index=True)
    chosen = plain[np.sort(first)]
    return np.asarray(chosen[np.argsort(place[chosen, 0], kind="mergesort")], np.int64)


@njit(cache=True)
def admit(
    sensor: Ints, heard_s: Array, received_s: Array, lasting_s: Array, typical_s: float, arrays: SensorArrays
) -> Ints:
    """Judge each report (R,), learn its sensor's travel time and clock; heard_s is corrected in place.

    Fills lasting_s (R,): for how long the report stands, which is the time since its sensor's last one, at most
    LONGEST_S. Returns a code a report: USED, or why not. Times are of the tracker's zero.
    Reference: docs/physics.md, "Bearings, clocks, air" (clocks, and how far they are off).
    """
    verdict = np.zeros(sensor.shape[0], np.int64)
    alike = typical_s < ALL_AHEAD_S or typical_s > ALL_BEHIND_S
    common = typical_s - USUAL_TRAVEL_S if alike else 0.0
    for r in range(sensor.shape[0]):
        s = sensor[r]
        same, many = False, 0
        for a in range(REMEMBERED):
            apart = abs(arrays.remembered[s, a] - heard_s[r])
            same = same or apart < SAME_MOMENT_S
            many += apart < 0.5
        if same or many >= MOST_IN_A_SECOND:
            verdict[r] = DUPLICATE if same else TOO_MANY
            continue
        travel = received_s[r] - heard_s[r]
        if travel > TOO_OLD_S:
            verdict[r] = TOO_OLD
            continue
        if travel < -TOO_NEW_S:
            verdict[r] = IN_FUTURE
            continue
        count = arrays.travel[s, 2]
        arrays.remembered[s, int(count) % REMEMBERED] = heard_s[r]
        step = max(1.0 / (count + 1.0), 0.05)
        miss = travel - arrays.travel[s, 0]
        arrays.travel[s, 0] += step * miss
        arrays.travel[s, 1] += step * (miss * miss * (1.0 - step) - arrays.travel[s, 1]) if count > 0 else 0.0
        arrays.travel[s, 2] = count + 1.0
        ahead = typical_s - arrays.travel[s, 0]
        steady = arrays.travel[s, 1] < STEADY_S * STEADY_S
        if not arrays.suspected[s] and count + 1.0 >= SUSPECT_AFTER and steady and abs(ahead) > SUSPECT_S:
            arrays.suspected[s] = True
            arrays.clock[s, 0] = ahead
            arrays.clock[s, 1] = max((0.4 * ahead) ** 2, 0.25) if ahead < 0.0 else 0.25
        elif not arrays.suspected[s] and travel < min(typical_s, 1.0) - 1.3:
            # Heard after it came: surely ahead, by at least this; used with that until more is known.
            arrays.clock[s, 0] = max(arrays.clock[s, 0], typical_s - travel)
            arrays.clock[s, 1] = max(arrays.clock[s, 1], 0.25)
        elif alike and not arrays.suspected[s] and arrays.clock[s, 0] > SUSPECT_S and abs(ahead) < SUSPECT_S:
            # What it was ahead by is what all are.
            arrays.clock[s, 0], arrays.clock[s, 1] = 0.0, CLOCK_SIGMA_S**2
        heard_s[r] += common - arrays.clock[s, 0]
        # A clock wanders: 10 ms in a minute.
        arrays.clock[s, 1] += 2e-7
        lasting_s[r] = min(abs(heard_s[r] - arrays.last_report_s[s]), LONGEST_S)
        if heard_s[r] > arrays.last_report_s[s]:
            arrays.last_report_s[s] = heard_s[r]
    return verdict


def batch_of(
    reports: Sequence[Report],
    index: dict[str, int],
    plane: Plane,
    arrays: SensorArrays,
    zero_s: float,
    now_s: float,
    typical_travel_s: float,
    turned_away: Counter[tuple[str, str]],
) -> tuple[Batch, float]:
    """Turn reports into a Batch; what cannot be used is counted in `turned_away` by (reason, sensor).

    Returns the batch and the median travel time of its reports [s] (not a number without any).
    """
    known = [report for report in reports if report.sensor in index]
    if len(known) < len(reports):
        turned_away.update(("unknown sensor", r.sensor) for r in reports if r.sensor not in index)
    n, now = len(known), now_s + zero_s
    sensor = np.fromiter((index[r.sensor] for r in known), np.int64, n)
    heard = np.fromiter((r.heard_at_s for r in known), np.float64, n) - zero_s
    received = np.fromiter((now if r.received_at_s is None else r.received_at_s for r in known), np.float64, n)
    received -= zero_s
    travels, lasting = received - heard, np.zeros(n)
    verdict = admit(sensor, heard, received, lasting, typical_travel_s, arrays)
    kept = verdict == USED
    travel = float(np.median(travels[kept])) if kept.any() else math.nan
    if verdict.any():
        for r in np.flatnonzero(verdict):
            turned_away[REASONS[int(verdict[r])], known[int(r)].sensor] += 1
        known = [r for r, keep in zip(known, kept, strict=True) if keep]
        sensor, heard, lasting, n = sensor[kept], heard[kept], lasting[kept], len(known)
    known = [bounded(r, turned_away) for r in known]
    noise = np.array([math.nan if r.noise_db is None else r.noise_db for r in known], np.float64)
    arrays.noise_db[sensor] = noise
    first = _first_sources(known, sensor, heard, arrays)
    place, convergence = _places(known, sensor, plane, arrays, turned_away)
    owner, table = np.repeat(np.arange(n), np.diff(first)), table_of(known)
    tone, tone_sigma = table[:, 1], np.maximum(table[:, 2], LEAST_TONE_SIGMA_HZ)
    batch = Batch(
        sensor=sensor,
        heard_s=heard,
        place=place,
        noise_db=noise,
        first=first,
        level_db=table[:, 0] - arrays.laws.bias_db[sensor[owner]],
        ln_tone=np.log(tone),
        ln_tone_var=(tone_sigma / tone) ** 2,
        azimuth=np.radians(table[:, 3]) - convergence[owner],
        azimuth_var=np.radians(np.maximum(table[:, 4], LEAST_AZIMUTH_SIGMA_DEG)) ** 2,
        elevation=np.radians(table[:, 5]),
        elevation_var=np.radians(np.maximum(table[:, 6], 1.0)) ** 2,
        kinds=table[:, 7:10].copy(),
        clock_var=arrays.clock[sensor, 1].copy(),
        lasting_s=lasting,
        bias_var=arrays.laws.bias_var[sensor],
        is_person=arrays.person[sensor],
    )
    return batch, travel


def typical_travel(arrays: SensorArrays, now_s: float, before_s: float, lately_s: float) -> float:
    """Give how long everybody's reports travel [s]: the median over sensors that report, not over reports.

    before_s: what it was; lately_s: the median of the latest reports, not a number without any, which counts while
    few sensors are known.
    """
    known = (arrays.travel[:, 2] > 0.0) & (arrays.last_report_s > now_s - TYPICAL_WITHIN_S)
    if int(known.sum()) >= TYPICAL_SENSORS:
        return float(np.median(arrays.travel[known, 0]))
    if math.isnan(lately_s):
        return before_s
    return before_s + 0.1 * (min(max(lately_s, 0.0), 3.0) - before_s)


def _first_sources(known: list[Report], sensor: Ints, heard: Array, arrays: SensorArrays) -> Ints:
    """Give where each report's sources begin (R + 1,), and note which sensors had any."""
    first = np.zeros(len(known) + 1, np.int64)
    np.cumsum([len(r.sources) for r in known], out=first[1:])
    speaks = np.diff(first) > 0
    np.maximum.at(arrays.last_source_s, sensor[speaks], heard[speaks])
    return first


def _places(
    known: list[Report], sensor: Ints, plane: Plane, arrays: SensorArrays, turned_away: Counter[tuple[str, str]]
) -> tuple[Array, Array]:
    """Give each report's place (R, 4) and convergence (R,): the network's, or its own where it may be there."""
    place, convergence = arrays.place[sensor], arrays.convergence[sensor]
    for at, report in enumerate(known):
        if report.lon is None or report.lat is None:
            continue
        east, north = plane.forward(report.lon, report.lat)
        moved = math.hypot(east - place[at, 0], north - place[at, 1])
        person = arrays.person[sensor[at]]
        if not person or moved > PERSON_MOVES_M:
            far = moved > (PERSON_MOVES_M if person else SENSOR_MOVES_M)
            turned_away[FAR_PLACE if far else OWN_PLACE, report.sensor] += 1
            continue
        place[at, 0], place[at, 1] = east, north
        place[at, 3] = 1.0 / plane.scale(report.lon, report.lat)
        convergence[at] = plane.convergence(report.lon, report.lat)
    return place, convergence
