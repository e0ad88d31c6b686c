"""Run a scenario: `prepare` draws the world, `blocks` plays it, half a minute at a time.

Theory of operation. Time is cut into blocks. For each block: (1) whatever begins to sound in it gets its path;
(2) each emitter's surroundings give the sensors that could hear it; (3) every such pair is solved for the
sound that arrives in each of the sensor's frames; (4) the sensors merge, hear, measure and err; (5) broken
ones do what they do; (6) frames become reports, delays put them in the order of arrival, and those that no
later block can overtake are handed out. Memory holds one block, the paths in the air and the reports still
under way: it does not grow with the length of the night. Chance comes from one seed; each part of the world
has its own stream, so that more noise does not move the flights.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.air import medium
from forehear.errors import ConfigurationError
from forehear.records import Network, Report, Site, Truth
from forehear.simulate import faults, ground, hearing, paths, reports, sensors, traffic
from forehear.simulate.settings import Scenario

Array = NDArray[np.float64]
# Long enough that the fixed cost of a block (about 3 ms) is nothing, short enough that a block of the largest
# night (a million rows) stays under 200 MB.
BLOCK_S = 30
# Beyond the last knot that a block's sound may come from [s]: the cubic looks one knot ahead.
_AHEAD_S = 2


@dataclass(frozen=True)
class World:
    """A scenario with everything in it drawn."""

    scenario: Scenario
    network: Network
    sites: tuple[Site, ...]
    posts: sensors.Posts
    broken: faults.Broken
    actors: tuple[traffic.Actor, ...]
    seed: int


@dataclass(frozen=True)
class Block:
    """A stretch of time: the truth of its seconds, and the reports that the server got, as columns."""

    world: World
    until_s: float
    batch: reports.Batch
    truth: tuple[Truth, ...]

    def reports(self) -> list[Report]:
        """Give the reports as records."""
        w = self.world
        return reports.records(self.batch, w.network, w.posts, w.scenario.sensors, w.scenario.start_s)


def prepare(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> World:
    """Draw a scenario's world from a seed (the scenario's own without one).

    `network` must be given where the scenario takes it from a file: reading it is the caller's work.
    Raises ConfigurationError where the scenario cannot be built.
    """
    seed = scenario.seed if seed is None else seed
    streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(7)]
    if scenario.network.layout == "file":
        if network is None:
            raise ConfigurationError(scenario.name, ["network.layout='file': no network was handed in"])
        from msgspec.structs import replace

        scenario = replace(scenario, region=ground.region_around(network), atmosphere=network.atmosphere)
    land = ground.ground_of(scenario.region, scenario.terrain, streams[0])
    if network is None:
        network = ground.network_of(scenario, land, streams[1])
    posts = sensors.posts_of(network, scenario.sensors, streams[2])
    broken = faults.broken_of(scenario.faults, posts, float(scenario.duration_s), streams[3])
    actors = traffic.flights_of(scenario, land, streams[4]) + traffic.clutter_of(scenario, land, streams[5])
    sites = ground.sites_of(scenario, streams[6])
    return World(scenario, network, sites, posts, broken, tuple(actors), seed)


def simulate(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> Iterator[Block]:
    """Prepare and play a scenario: its blocks, one after another."""
    return blocks(prepare(scenario, seed, network))


def blocks(world: World) -> Iterator[Block]:
    """Play a world. The last block holds every report still under way."""
    scenario, model = world.scenario, world.scenario.sensors
    waiting = sorted(world.actors, key=lambda a: a.start_s, reverse=True)
    sounding: list[tuple[traffic.Actor, paths.Path]] = []
    carried = np.empty((0, 7))
    since = np.random.Generator(np.random.PCG64([world.seed, 0])).integers(
        0, model.heartbeat_s, len(world.posts.kind)
    )
    pending: reports.Batch | None = None
    air = _Air.of(world)
    for number, t0 in enumerate(range(0, scenario.duration_s, BLOCK_S)):
        ticks = min(BLOCK_S, scenario.duration_s - t0)
        rng = np.random.Generator(np.random.PCG64([world.seed, number + 1]))
        while waiting and waiting[-1].start_s < t0 + ticks:
            actor = waiting.pop()
            sounding.append((actor, actor.make()))
        sounding = [(a, p) for a, p in sounding if p.end_s > t0 - air.oldest_s]
        noise = sensors.noise_at(world.posts, float(t0), ticks)
        heard, best, expected = _hear(world, air, sounding, noise, t0, ticks, rng)
        alarms, carried = sensors.false_alarms(world.posts, model, noise, ticks, carried, rng)
        told = sensors.join([heard, alarms])
        made_up = faults.invented(world.broken, world.posts, model, float(t0), ticks, rng)
        silenced = (world.broken.fault == faults.STUCK) | (world.broken.fault == faults.LYING)
        told = sensors.join([told.take(~silenced[told.sensor]), made_up])
        told = reports.quieten(told, model)
        batch = reports.frames(told, world.posts, world.broken, model, noise, float(t0), ticks, since, rng)
        batch = reports.deliver(batch, world.posts, world.broken, model, scenario.faults, rng)
        pending = batch if pending is None else reports.join([pending, batch])
        last = t0 + ticks >= scenario.duration_s
        ready, pending = reports.release(pending, math.inf if last else t0 + ticks + model.latency_min_s)
        yield Block(world, float(t0 + ticks), ready, _truth(scenario, sounding, best, expected, t0, ticks))


@dataclass(frozen=True)
class _Air:
    """What the air of a world means for hearing."""

    c_mps: float
    wind_mps: float
    quietest_db: float
    oldest_s: float

    @staticmethod
    def of(world: World) -> "_Air":
        c = medium.speed_of_sound_mps(world.network.atmosphere.temperature_c)
        quietest = sensors.quietest_db(world.posts)
        reaches = [_reach_m(world, a, quietest) for a in world.actors]
        slowest = c - world.network.atmosphere.wind_mps
        return _Air(c, world.network.atmosphere.wind_mps, quietest, max(reaches, default=0.0) / slowest + 1.0)


def _absorption(world: World, actor: traffic.Actor) -> float:
    air = world.network.atmosphere
    figures = (air.temperature_c, air.relative_humidity_pct, air.pressure_hpa)
    return float(medium.absorption_db_per_m(actor.emitter.band_hz, *figures))


def _reach_m(world: World, actor: traffic.Actor, quietest_db: float) -> float:
    """How far the loudest of this kind is heard by the quietest sensor with the least odds rolled for."""
    model, emitter = world.scenario.sensors, actor.emitter
    # The odds fall under LEAST_ODDS at 3.1 sigma below the threshold.
    least = quietest_db + model.threshold_db - 3.1 * sensors.spread_db(model)
    given = [f.source_level_db for f in world.scenario.flights if f.source_level_db is not None]
    loudest = (
        max([emitter.source_level_db, *given]) + 4.0 * emitter.level_spread_db + 2.5 * emitter.level_wander_db
    )
    reach = hearing.reach_m(loudest, _absorption(world, actor), least)
    return reach * (1.0 + world.network.atmosphere.wind_mps / 300.0)


def _hear(
    world: World, air: _Air, sounding: list[tuple[traffic.Actor, paths.Path]],
    noise: Array, t0: int, ticks: int, rng: np.random.Generator,
) -> tuple[sensors.Heard, Array, Array]:  # fmt: skip
    """All that reaches the sensors in a block; and the best odds and expected hearers (emitter, tick)."""
    posts, model = world.posts, world.scenario.sensors
    window, lon, lat, middle, reach = _window(world, air, sounding, t0, ticks)
    pair_emitter, pair_sensor = hearing.near_pairs(posts.cells, lon, lat, middle, reach)
    room = len(pair_emitter) * ticks
    emitter, sensor, tick = (np.empty(room, np.int64) for _ in range(3))
    row = np.empty((room, 4))
    best, expected = np.zeros((len(sounding), ticks)), np.zeros((len(sounding), ticks))
    ears, gone = posts.ears, faults.deaf(world.broken, float(t0))
    n = hearing.hear_pairs(
        pair_emitter, pair_sensor, ears.xyz_m, ears.frame, ears.wind_mps, ears.phase_s, noise, gone,
        window.first, window.start_s, window.xyz_m, window.slope,
        window.tone_hz, window.level_db, window.absorption,
        float(t0), ticks, air.c_mps, model.threshold_db, sensors.spread_db(model), model.max_detection,
        hearing.LEAST_ODDS, emitter, sensor, tick, row, best, expected,
    )  # fmt: skip
    heard_as = np.array([a.emitter.heard_as for a, _ in sounding]).reshape(-1, 3)
    heard = sensors.hear(posts, model, noise, ticks, emitter[:n], sensor[:n], tick[:n], row[:n], heard_as, rng)
    return heard, best, expected


def _window(
    world: World, air: _Air, sounding: list[tuple[traffic.Actor, paths.Path]], t0: int, ticks: int
) -> tuple[hearing.Window, Array, Array, Array, Array]:
    """Cut out of every path what may be heard in a block; and the circle around each that holds its hearers."""
    m = len(sounding)
    first, start = np.zeros(m + 1, np.int64), np.zeros(m)
    middle, reach, absorption = np.zeros((m, 3)), np.zeros(m), np.zeros(m)
    knots, slopes, tones, levels = [np.empty((0, 3))], [np.empty((0, 3))], [np.empty(0)], [np.empty(0)]
    for k, (actor, path) in enumerate(sounding):
        far = _reach_m(world, actor, air.quietest_db)
        old = far / (air.c_mps - air.wind_mps) + 1.0
        low = max(0, math.floor(t0 - old - path.start_s))
        high = min(len(path.xyz_m), math.ceil(t0 + ticks + _AHEAD_S - path.start_s))
        # One knot more at each end, so that the slopes of those within are the same in every block.
        low_more, high_more = max(low - 1, 0), min(high + 1, len(path.xyz_m))
        slope = paths.slopes(path.xyz_m[low_more:high_more])
        xyz = path.xyz_m[low:high]
        knots.append(xyz)
        slopes.append(slope[low - low_more : high - low_more])
        tones.append(path.tone_hz[low:high])
        levels.append(path.level_db[low:high])
        first[k + 1] = first[k] + max(len(xyz), 0)
        start[k] = path.start_s + low
        absorption[k] = _absorption(world, actor)
        if len(xyz):
            middle[k] = 0.5 * (xyz.min(axis=0) + xyz.max(axis=0))
            reach[k] = far + 0.5 * float(np.linalg.norm(xyz.max(axis=0) - xyz.min(axis=0)))
    window = hearing.Window(
        first,
        start,
        np.concatenate(knots),
        np.concatenate(slopes),
        np.concatenate(tones),
        np.concatenate(levels),
        absorption,
    )
    lon, lat, _ = geodesy.geodetic(middle) if m else (np.empty(0), np.empty(0), None)
    return window, lon, lat, middle, reach


def _truth(
    scenario: Scenario,
    sounding: list[tuple[traffic.Actor, paths.Path]],
    best: Array,
    expected: Array,
    t0: int,
    ticks: int,
) -> tuple[Truth, ...]:
    """The truth of each second of a block, by time and then by target."""
    out: list[tuple[float, int, Truth]] = []
    for k, (actor, path) in enumerate(sounding):
        if actor.target is None:
            continue
        low, high = max(t0, math.ceil(path.start_s)), min(t0 + ticks - 1, math.floor(path.end_s))
        if high < low:
            continue
        t = np.arange(low, high + 1, dtype=np.float64)
        position, velocity = paths.state_at(path, t)
        lon, lat, height = geodesy.geodetic(position)
        for i in range(len(t)):
            enu = geodesy.east_north_up(float(lon[i]), float(lat[i])) @ velocity[i]
            tick = int(t[i]) - t0
            truth = Truth(
                actor.target, scenario.start_s + float(t[i]), round(float(lon[i]), 7), round(float(lat[i]), 7),
                round(float(height[i]), 1), *(round(float(v), 2) for v in enu), actor.kind,
                round(float(best[k, tick]), 3), round(float(expected[k, tick]), 2),
            )  # fmt: skip
            out.append((float(t[i]), k, truth))
    out.sort(key=lambda item: item[:2])
    return tuple(item[2] for item in out)
