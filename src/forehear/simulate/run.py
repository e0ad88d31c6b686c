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
from msgspec.structs import replace
from numpy.typing import NDArray

from forehear import geodesy
from forehear.air import medium
from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Network, Report, Site, Truth
from forehear.simulate import columns, faults, ground, hearing, near, paths, reports, sensors, traffic, truth
from forehear.simulate.settings import Emitter, Scenario

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Sounding = list[tuple[traffic.Actor, paths.Path]]
# Long enough that the fixed cost of a block (about 3 ms) is nothing, short enough that a block of the largest
# night (a million rows) stays under 200 MB.
BLOCK_S = 30
# The cubic looks one knot ahead, and frames end within the second after the last tick [s].
_AHEAD_S = 2


@dataclass(frozen=True)
class World:
    """A scenario with everything in it drawn. `air` is the real one, `network.atmosphere` what is known of it."""

    scenario: Scenario
    network: Network
    sites: tuple[Site, ...]
    air: Atmosphere
    posts: sensors.Posts
    broken: faults.Broken
    actors: tuple[traffic.Actor, ...]
    seed: int


@dataclass(frozen=True)
class Block:
    """A stretch of time up to `until_s` from the start: the truth of its seconds, and the reports that came."""

    world: World
    until_s: float
    batch: columns.Batch
    truth: tuple[Truth, ...]

    def reports(self) -> list[Report]:
        """Give the reports as records, in the order of `received_at_s`."""
        ids = [sensor.id for sensor in self.world.network.sensors]
        return columns.records(self.batch, ids, self.world.scenario.start_s)


def prepare(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> World:
    """Draw a scenario's world from a seed (the scenario's own without one).

    A `network` handed in takes the place of the scenario's; it must be, where the scenario takes it from a
    file: reading that is the caller's work. Region, ground and atmosphere are then the network's.
    Raises ConfigurationError where the scenario cannot be built.
    """
    seed = scenario.seed if seed is None else seed
    streams = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(7)]
    if network is not None:
        height = float(np.median([s.height_m for s in network.sensors])) - scenario.network.mast_m
        terrain = replace(scenario.terrain, height_m=float(np.clip(height, -400.0, 5_000.0)))
        region = ground.region_around(network)
        scenario = replace(scenario, region=region, terrain=terrain, atmosphere=network.atmosphere)
    elif scenario.network.layout == "file":
        raise ConfigurationError(scenario.name, ["network.layout='file': no network was handed in"])
    land = ground.ground_of(scenario.region, scenario.terrain, streams[0])
    if network is None:
        network = ground.network_of(scenario, land, streams[1])
    air = real_air(scenario)
    posts = sensors.posts_of(network, air, scenario.sensors, streams[2])
    broken = faults.broken_of(scenario.faults, posts, float(scenario.duration_s), streams[3])
    actors = traffic.flights_of(scenario, land, streams[4]) + traffic.clutter_of(scenario, land, streams[5])
    sites = ground.sites_of(scenario, streams[6])
    return World(scenario, network, sites, air, posts, broken, tuple(actors), seed)


def real_air(scenario: Scenario) -> Atmosphere:
    """Give the air as it is: what is known of it, and the error of that."""
    known, error = scenario.atmosphere, scenario.air_error
    east, north = medium.wind_mps(known)
    east, north = east + error.wind_east_mps, north + error.wind_north_mps
    return replace(
        known,
        temperature_c=known.temperature_c + error.temperature_c,
        wind_mps=math.hypot(east, north),
        wind_from_deg=math.degrees(math.atan2(-east, -north)) % 360.0,
    )


def simulate(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> Iterator[Block]:
    """Prepare and play a scenario: its blocks, one after another."""
    return blocks(prepare(scenario, seed, network))


def blocks(world: World) -> Iterator[Block]:
    """Play a world. The last block holds every report that was still under way."""
    scenario, model, posts, broken = world.scenario, world.scenario.sensors, world.posts, world.broken
    reach = _reach_of(world)
    waiting = sorted(world.actors, key=lambda a: a.start_s, reverse=True)
    sounding: Sounding = []
    carried = np.empty((0, 7))
    since = np.random.Generator(np.random.PCG64([world.seed, 0])).integers(0, model.heartbeat_s, len(posts.kind))
    pending: list[columns.Batch] = []
    for number, t0 in enumerate(range(0, scenario.duration_s, BLOCK_S)):
        ticks = min(BLOCK_S, scenario.duration_s - t0)
        rng = np.random.Generator(np.random.PCG64([world.seed, number + 1]))
        while waiting and waiting[-1].start_s < t0 + ticks:
            actor = waiting.pop()
            sounding.append((actor, actor.make()))
        sounding = [(a, p) for a, p in sounding if p.end_s > t0 - reach.oldest_s]
        noise = sensors.noise_at(posts, float(t0), ticks)
        heard, best, expected = _hear(world, reach, sounding, noise, t0, rng)
        alarms, carried = sensors.false_alarms(posts, model, noise, carried, rng)
        honest = columns.join_heard([heard, alarms])
        honest = honest.take(~faults.inventing(broken)[honest.sensor])
        made_up = faults.invented(broken, posts, model, float(t0), ticks, rng)
        told = reports.quieten(columns.join_heard([honest, made_up]), model)
        batch = reports.frames(told, posts, broken, model, noise, float(t0), since, rng)
        pending.append(reports.deliver(batch, posts, broken, model, scenario.faults, rng))
        # A later frame is received after its own middle and the least delay.
        last = t0 + ticks >= scenario.duration_s
        until = math.inf if last else t0 + ticks + model.latency_min_s
        ready, rest = reports.release(columns.join_batches(pending), until)
        pending = [rest]
        yield Block(
            world, float(t0 + ticks), ready, truth.truth_of(scenario.start_s, sounding, best, expected, t0)
        )


@dataclass(frozen=True)
class _Reach:
    """How far each kind of emitter is heard in how much noise, and how old sound can be."""

    row: dict[Emitter, int]
    table_m: Array  # (kinds, noise bins)
    absorption: Array  # (kinds,) [dB/m]
    c_mps: float
    oldest_s: float


def _reach_of(world: World) -> _Reach:
    """Compute the loudest that each kind can be, and where that sinks under the least odds rolled for."""
    air, model = world.air, world.scenario.sensors
    c = medium.speed_of_sound_mps(air.temperature_c)
    margin = model.threshold_db - hearing.LEAST_SIGMAS * sensors.spread_db(model)
    given = [f.source_level_db for f in world.scenario.flights if f.source_level_db is not None]
    kinds = list(dict.fromkeys(actor.emitter for actor in world.actors))
    table, absorption = np.zeros((len(kinds), near.NOISE_BINS)), np.zeros(len(kinds))
    for k, emitter in enumerate(kinds):
        figures = (air.temperature_c, air.relative_humidity_pct, air.pressure_hpa)
        absorption[k] = medium.absorption_db_per_m(emitter.band_hz, *figures)
        loudest = max([emitter.source_level_db, *given]) + 4.0 * emitter.level_spread_db
        # The wander is a sum of three sinusoids: at most 2.45 of its deviations. Fading: at most 4.9 of its.
        loudest += 2.5 * emitter.level_wander_db + 4.9 * model.fading_db
        # Head-on at 230 m/s the pitch trebles: 4.8 dB of convection for each unit.
        loudest += 4.8 * emitter.convection if emitter.speed_mps > 40.0 else 0.8 * emitter.convection
        table[k] = near.reach_table_m(loudest, absorption[k], margin) * (1.0 + air.wind_mps / c)
    slowest = c - air.wind_mps
    quietest = int(world.posts.cells.noise_bin.min())
    oldest = float(table[:, quietest].max()) / slowest + 1.0 if kinds else 1.0
    return _Reach({e: k for k, e in enumerate(kinds)}, table, absorption, c, oldest)


def _hear(
    world: World, reach: _Reach, sounding: Sounding, noise: Array, t0: int, rng: np.random.Generator
) -> tuple[columns.Heard, Array, Array]:
    """All that is heard in a block; and the best odds and expected hearers (emitters, ticks)."""
    posts, model = world.posts, world.scenario.sensors
    kind = np.array([reach.row[a.emitter] for a, _ in sounding], np.int64)
    window, middle, extent = _window(reach, sounding, kind, t0, noise.shape[1])
    lon, lat, _ = geodesy.geodetic(middle)
    pairs = near.near_pairs(posts.cells, lon, lat, middle, extent, kind, reach.table_m)
    edge = (model.threshold_db, sensors.spread_db(model), model.max_detection)
    ear = hearing.Ear(reach.c_mps, *edge, model.fading_db, model.fading_period_s)
    gone = faults.deaf(world.broken, float(t0))
    answer = hearing.heard(posts.ears, window, pairs, noise, gone, float(t0), ear)
    emitter, sensor, tick, row, best, expected = answer
    heard_as = np.array([a.emitter.heard_as for a, _ in sounding]).reshape(-1, 3)
    return sensors.hear(posts, model, noise, emitter, sensor, tick, row, heard_as, rng), best, expected


def _window(
    reach: _Reach, sounding: Sounding, kind: Ints, t0: int, ticks: int
) -> tuple[hearing.Window, Array, Array]:
    """Cut out of every path what may be heard in a block; and the sphere (middle, radius) that holds it."""
    m = len(sounding)
    first, start = np.zeros(m + 1, np.int64), np.zeros(m)
    middle, extent = np.zeros((m, 3)), np.zeros(m)
    knots, slopes, tones, levels = [np.empty((0, 3))], [np.empty((0, 3))], [np.empty(0)], [np.empty(0)]
    for k, (_, path) in enumerate(sounding):
        low = max(0, math.floor(t0 - reach.oldest_s - path.start_s))
        high = min(len(path.xyz_m), math.ceil(t0 + ticks + _AHEAD_S - path.start_s))
        # One knot more at each end, so that the slopes within are the same in every block.
        low_more, high_more = max(low - 1, 0), min(high + 1, len(path.xyz_m))
        xyz = path.xyz_m[low:high]
        knots.append(xyz)
        slopes.append(paths.slopes(path.xyz_m[low_more:high_more])[low - low_more : high - low_more])
        tones.append(path.tone_hz[low:high])
        levels.append(path.level_db[low:high])
        first[k + 1] = first[k] + len(xyz)
        start[k] = path.start_s + low
        if len(xyz):
            lowest, highest = xyz.min(axis=0), xyz.max(axis=0)
            middle[k], extent[k] = 0.5 * (lowest + highest), 0.5 * math.dist(lowest, highest)
    window = hearing.Window(
        first, start, np.concatenate(knots), np.concatenate(slopes), np.concatenate(tones), np.concatenate(levels),
        reach.absorption[kind], np.array([a.emitter.convection for a, _ in sounding]),
        np.array([a.voice for a, _ in sounding], np.uint64),
    )  # fmt: skip
    return window, middle, extent
