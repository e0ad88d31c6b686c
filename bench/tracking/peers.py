"""forehear beside Stone Soup, on the same data, in the same run: error and detections per second of both.

Positions. Both get the same position detections with the same errors. forehear knows no positions: each is
handed to it as the bearings of the arrays that hear it, all crossing at the detected place, each so much wider
than the position's error seen from there that together they tell as much as the position does. Sound brings
them some seconds late; so Stone Soup's answer to a scan is taken as the median of that older too, and carried
on by its velocity. Both are scored where the targets are now.

Bearings. The simulator's reports of arrays, with the sound's delay. forehear gets each report's azimuths and
levels (a report has no meaning without), Stone Soup the azimuths alone, and its tracks' beginnings from the
truth; forehear finds them itself.
"""

import math
import statistics
import sys
import time
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bench.tables import Result, Table, number, percent
from bench.tracking import points, soup
from forehear.air.level import received_level_db
from forehear.air.medium import speed_of_sound_mps
from forehear.air.retarded import apparent_m
from forehear.geodesy import Plane, plane_at
from forehear.io.ndjson import Rejections
from forehear.io.seconds import Seconds
from forehear.records import Network, Report, Sensor, Source, Track, Truth
from forehear.score.records import Score
from forehear.score.score import score
from forehear.simulate.run import blocks, prepare
from forehear.simulate.scenario.files import load
from forehear.track.tracker import Tracker

Array = NDArray[np.float64]

C_MPS = speed_of_sound_mps(15.0)
T0_S = 1_790_000_000.0
HEIGHT_M = 400.0
POSITION_SIGMA_M, DETECTED = 100.0, 0.9
# False positions a second, of a target: each is heard by some six arrays at once, so these are false bearings
# at several times the rate of a real network.
CLUTTER_PER_TARGET = 0.025
GRID_M, NOISE_DB, THRESHOLD_DB, SOURCE_DB, ABSORPTION = 4000.0, 36.0, 3.0, 120.0, 0.0012
# Arrays farther than this hear nothing [m].
REACH_M = 8000.0


def drive(network: Network, reports: list[Report]) -> tuple[list[Track], float]:
    """Run the tracker; returns its tracks and its processor time without any file."""
    Tracker(network)
    tracker, seconds = Tracker(network), Seconds(Rejections())
    tracks: list[Track] = []
    spent = 0.0
    for time_s, batch in seconds.finish(reports):
        begin = time.process_time()
        tracks += tracker.advance(time_s, batch)
        spent += time.process_time() - begin
    return tracks, spent


def _line(who: str, answer: Score, detections: int, cpu_s: float) -> dict[str, Any]:
    line = {
        "who": who,
        "detections": detections,
        "detections_per_s": detections / cpu_s,
        "error_median_m": answer.error_median_m,
        "error_p95_m": answer.error_p95_m,
        "missed_share": answer.missed_share,
        "false_share": answer.false_share,
        "switches": answer.switches,
        "consistency": answer.consistency,
    }
    words = {k: round(v, 3) if isinstance(v, float) else v for k, v in line.items()}
    print(f"bench: peers: {words}", file=sys.stderr, flush=True)
    return line


def positions(targets: int, duration_s: int) -> list[dict[str, Any]]:
    """Compare on position detections of straight flights, once a second."""
    rng = np.random.default_rng(1001)
    side_m = 14_000.0 * math.sqrt(targets)
    plane = plane_at(31.0, 47.5)
    start = rng.uniform(-0.4 * side_m, 0.4 * side_m, (targets, 2))
    course = rng.uniform(0.0, 2.0 * math.pi, targets)
    velocity = rng.normal(51.0, 2.0, targets)[:, None] * np.column_stack([np.sin(course), np.cos(course)])
    clutter = max(1, round(CLUTTER_PER_TARGET * targets))
    count = int(side_m / GRID_M)
    line = (np.arange(count) - (count - 1) / 2.0) * GRID_M
    arrays = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    lon, lat = plane.inverse(arrays[:, 0], arrays[:, 1])
    network = Network(
        tuple(Sensor(f"A{k}", "array", float(lon[k]), float(lat[k]), 5.0) for k in range(len(arrays)))
    )
    truth: list[Truth] = []
    scans: list[tuple[float, Array]] = []
    reports: list[Report] = []
    late: list[float] = []
    for second in range(duration_s):
        place = start + velocity * second
        lon, lat = plane.inverse(place[:, 0], place[:, 1])
        truth += [_truth(k, second, float(lon[k]), float(lat[k]), velocity[k]) for k in range(targets)]
        # The error of what is heard at this tick, and so of what was emitted a little before.
        seen = rng.uniform(size=targets) < DETECTED
        found, moving = (place + rng.normal(0.0, POSITION_SIGMA_M, (targets, 2)))[seen], velocity[seen]
        found = np.concatenate([found, rng.uniform(-0.45 * side_m, 0.45 * side_m, (clutter, 2))])
        moving = np.concatenate([moving, np.zeros((clutter, 2))])
        reported, heard, delays = _reported(second, found, moving, arrays, plane, rng)
        reports += reported
        late += delays
        scans.append((float(second), found[heard]))
    lag_s = statistics.median(late)
    detections = sum(len(found) for _, found in scans)
    theirs = min(
        (_soup_positions(scans, truth, plane, power, lag_s) for power in (0.05, 0.5)),
        key=lambda line: line["error_median_m"],
    )
    tracks, cpu_s = drive(network, reports)
    ours = score(truth, [points.of_track(t) for t in tracks])
    bearing_count = sum(len(r.sources) for r in reports)
    who = f"forehear, as {bearing_count / detections:.1f} bearings each"
    return [theirs, _line(who, ours, detections, cpu_s)]


def _truth(k: int, second: int, lon: float, lat: float, velocity: Array) -> Truth:
    east, north = velocity.tolist()
    return Truth(f"t{k}", T0_S + second, lon, lat, HEIGHT_M, east, north, 0.0, "piston")


def _soup_positions(
    scans: list[tuple[float, Array]], truth: list[Truth], plane: Plane, power: float, lag_s: float
) -> dict[str, Any]:
    answer = soup.positions(scans, POSITION_SIGMA_M, power)
    result = score(truth, points.of_rows(answer.rows, plane, T0_S, lag_s))
    return _line(f"Stone Soup, Kalman, GNN, noise {power}", result, answer.detections, answer.cpu_s)


def _reported(
    second: int, place: Array, velocity: Array, arrays: Array, plane: Plane, rng: np.random.Generator
) -> tuple[list[Report], NDArray[np.bool_], list[float]]:
    """What the arrays hear at one tick of detections (n, 2): reports, which were heard at all, and how late."""
    near = np.hypot(arrays[:, None, 0] - place[:, 0], arrays[:, None, 1] - place[:, 1]) < REACH_M
    k, i = np.nonzero(near)
    r = np.column_stack([place[i] - arrays[k], np.full(len(i), HEIGHT_M - 5.0)])
    e = apparent_m(r, np.column_stack([velocity[i], np.zeros(len(i))]), np.zeros(3), C_MPS)
    path = np.linalg.norm(e, axis=-1)
    level = received_level_db(SOURCE_DB, path, ABSORPTION) + rng.normal(0.0, 5.0, len(i))
    heard = level > NOISE_DB + THRESHOLD_DB
    listeners = np.bincount(i[heard], minlength=len(place))
    # One bearing is no position: such a detection neither of the two trackers gets.
    heard &= listeners[i] >= 2
    k, i, e, path, level = k[heard], i[heard], e[heard], path[heard], level[heard]
    # m bearings, each with 2/m of the position's weight across its line of sight, add up to the position's.
    across = POSITION_SIGMA_M * np.sqrt(listeners[i] / 2.0) / np.maximum(np.hypot(e[:, 0], e[:, 1]), 300.0)
    lon, lat = plane.inverse(arrays[k, 0], arrays[k, 1])
    azimuth = np.degrees(np.arctan2(e[:, 0], e[:, 1]) + plane.convergence(lon, lat))
    reports = []
    for sensor in np.unique(k):
        rows = np.flatnonzero(k == sensor)
        sources = tuple(
            Source(float(level[n]), azimuth_deg=float(azimuth[n]), azimuth_sigma_deg=math.degrees(across[n]))
            for n in rows[np.argsort(-level[rows])]
        )
        reports.append(Report(f"A{sensor}", T0_S + second, T0_S + second + 0.01, NOISE_DB, sources))
    return reports, listeners >= 2, (path / C_MPS).tolist()


def bearings(targets: int, duration_s: int, emitter: str) -> list[dict[str, Any]]:
    """Compare on the simulator's bearings of a 5 km grid of arrays, with the sound's delay."""
    flight = {"emitter": emitter, "count": targets, "random": True, "start_s": -120.0, "spread_s": 120.0}
    scenario = load(
        "single",
        {
            "flights": [flight],
            "duration_s": duration_s,
            "network.array_share": 1.0,
            "region.east_m": 50_000,
            "region.north_m": 50_000,
            "sensors.false_alarms_per_hour": 0.0,
        },
    )
    world = prepare(scenario, 1001)
    truth: list[Truth] = []
    reports: list[Report] = []
    for block in blocks(world):
        truth += block.truth
        reports += [_bearing_only(r) for r in block.reports()]
    rows = []
    theirs = [
        _soup_bearings(world.network, reports, truth, power, delay)
        for delay in (False, True)
        for power in ((0.5, 5.0) if emitter == "piston" else (2.0, 20.0))
    ]
    for delayed in (False, True):
        rows.append(min((t for t in theirs if t["delayed"] == delayed), key=lambda t: t["error_median_m"]))
    tracks, cpu_s = drive(world.network, reports)
    count = sum(len(r.sources) for r in reports)
    return [*rows, _line("forehear", score(truth, [points.of_track(t) for t in tracks]), count, cpu_s)]


def _bearing_only(r: Report) -> Report:
    """What both get: no tones, no elevations, no kinds."""
    sources = tuple(
        Source(s.level_db, azimuth_deg=s.azimuth_deg, azimuth_sigma_deg=s.azimuth_sigma_deg) for s in r.sources
    )
    return replace(r, sources=sources)


def _soup_bearings(
    network: Network, reports: list[Report], truth: list[Truth], power: float, delayed: bool
) -> dict[str, Any]:
    plane = plane_at(
        statistics.fmean(s.lon for s in network.sensors), statistics.fmean(s.lat for s in network.sensors)
    )
    place = {s.id: np.array([*plane.forward(s.lon, s.lat), s.height_m]) for s in network.sensors}
    turn = {s.id: float(plane.convergence(s.lon, s.lat)) for s in network.sensors}
    reported = []
    for r in sorted(reports, key=lambda r: r.heard_at_s):
        angles = [math.pi / 2.0 - (math.radians(s.azimuth_deg or 0.0) - turn[r.sensor]) for s in r.sources]
        sigma = math.radians(r.sources[0].azimuth_sigma_deg or 4.0) if r.sources else 0.1
        reported.append(soup.Bearings(r.heard_at_s - T0_S, place[r.sensor], np.array(angles), sigma))
    rng = np.random.default_rng(7)
    begin, known = [], set()
    for t in truth:
        if t.target not in known and t.audible >= 0.5:
            known.add(t.target)
            east, north = (float(q) for q in plane.forward(t.lon, t.lat))
            off = rng.normal(0.0, 300.0, 2)
            begin.append(
                soup.Row(t.time_s - T0_S, t.target, east + off[0], north + off[1], t.east_mps, t.north_mps, 424.0)
            )
    seconds = sorted({t.time_s - T0_S for t in truth})
    answer = soup.bearings(reported, begin, seconds, power, C_MPS if delayed else None)
    how = "with our model of the delay" if delayed else "as it comes"
    result = score(truth, points.of_rows(answer.rows, plane, T0_S))
    line = _line(f"Stone Soup, UKF, GNN, {how}, noise {power}", result, answer.detections, answer.cpu_s)
    return line | {"delayed": delayed}


def measure(quick: bool) -> Result:
    """Run all comparisons; a short one first compiles."""
    drive(Network((Sensor("A", "array", 31.0, 47.5, 5.0),)), [])
    if quick:
        positions(5, 40)
        return {"positions": positions(40, 60), "bearings": bearings(5, 120, "piston"), "fast": []}
    positions(10, 60)
    return {
        "positions": positions(200, 120),
        "bearings": bearings(10, 180, "piston"),
        "fast": bearings(5, 120, "jet"),
    }


def tables(result: Result) -> list[Table]:
    """Give each comparison that was made."""
    out = []
    titles = {
        "positions": "The same position detections",
        "bearings": "The same bearings, sound delayed, 51 m/s",
        "fast": "The same bearings, sound delayed, 155 m/s",
    }
    for key, title in titles.items():
        rows = [
            (
                row["who"],
                number(row["detections"]),
                number(row["detections_per_s"]),
                number(row["error_median_m"], 0, " m"),
                number(row["error_p95_m"], 0, " m"),
                percent(row["missed_share"]),
                percent(row["false_share"]),
                str(row["switches"]),
                number(row["consistency"], 2),
            )
            for row in result[key]
        ]
        heads = (
            "who",
            "detections",
            "per s and core",
            "median",
            "95 %",
            "missed",
            "false",
            "switches",
            "error / sigma",
        )
        if rows:
            out.append(Table(title, heads, rows))
    return out
