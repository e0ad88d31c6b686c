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

from forehear.air import medium
from forehear.errors import ConfigurationError
from forehear.records import Atmosphere, Network, Report, Site, Truth
from forehear.simulate.heard import columns, faults, hearing, near, reports, sensors
from forehear.simulate.scenario.settings import Emitter, Scenario
from forehear.simulate.world import ground, paths, traffic, truth

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
# Longer, and a block of the largest night (350,000 rows of 20 s) takes half a gigabyte; shorter, and the fixed
# cost of a block is felt: a night takes a fifth longer with 10 s than with 30 s.
BLOCK_S = 20
# The cubic looks one knot ahead, and frames end within the second after the last tick [s].
_AHEAD_S = 2


@dataclass(frozen=True)
class World:
    """A scenario with everything in it drawn. `air` is the real one, `network.atmosphere` what is known of it."""

    scenario: Scenario
    network: Network
    sites: tuple[Site, ...]
    air: Atmosphere
    natures: sensors.SensorNatures
    broken: faults.Broken
    actors: tuple[traffic.Actor, ...]
    seed: int


@dataclass(frozen=True)
class SimulatedBlock:
    """A stretch of time up to `until_s` from the start: the truth of its seconds, and the reports that came."""

    world: World
    until_s: float
    batch: columns.ReportColumns
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
    natures = sensors.natures_of(network, air, scenario.sensors, streams[2])
    broken = faults.broken_of(scenario.faults, natures, float(scenario.duration_s), streams[3])
    actors = traffic.flights_of(scenario, land, streams[4]) + traffic.clutter_of(scenario, land, streams[5])
    sites = ground.sites_of(scenario, streams[6])
    return World(scenario, network, sites, air, natures, broken, tuple(actors), seed)


def real_air(scenario: Scenario) -> Atmosphere:
    """Give the air as it is: what is known of it, and the error of that."""
    known, error = scenario.atmosphere, scenario.air_error
    if error.wind_east_mps == error.wind_north_mps == 0.0:
        return replace(known, temperature_c=known.temperature_c + error.temperature_c)
    east, north = medium.wind_mps(known)
    east, north = east + error.wind_east_mps, north + error.wind_north_mps
    return replace(
        known,
        temperature_c=known.temperature_c + error.temperature_c,
        wind_mps=math.hypot(east, north),
        wind_from_deg=math.degrees(math.atan2(-east, -north)) % 360.0,
    )


def simulate(
    scenario: Scenario, seed: int | None = None, network: Network | None = None
) -> Iterator[SimulatedBlock]:
    """Prepare and play a scenario: its blocks, one after another."""
    return blocks(prepare(scenario, seed, network))


def blocks(world: World) -> Iterator[SimulatedBlock]:
    """Play a world. The last block holds every report that was still under way."""
    scenario, model, natures, broken = world.scenario, world.scenario.sensors, world.natures, world.broken
    reach = _reach_of(world)
    waiting = sorted(world.actors, key=lambda a: a.start_s, reverse=True)
    voices: list[_Voice] = []
    carried = np.empty((0, 7))
    since = np.random.Generator(np.random.PCG64([world.seed, 0])).integers(0, model.heartbeat_s, len(natures.kind))
    pending: list[columns.ReportColumns] = []
    for number, t0 in enumerate(range(0, scenario.duration_s, BLOCK_S)):
        ticks = min(BLOCK_S, scenario.duration_s - t0)
        rng = np.random.Generator(np.random.PCG64([world.seed, number + 1]))
        while waiting and waiting[-1].start_s < t0 + ticks:
            voices.append(_voice(world, reach, waiting.pop()))
        voices = [v for v in voices if v.path.end_s > t0 - v.oldest_s]
        noise = sensors.noise_at(natures, float(t0), ticks)
        heard, odds = _hear(world, reach, voices, noise, t0, rng)
        alarms, carried = sensors.false_alarms(natures, model, noise, carried, rng)
        honest = columns.join_sources([heard, alarms])
        honest = honest.take(~faults.inventing(broken)[honest.sensor])
        made_up = faults.invented(broken, natures, model, float(t0), ticks, rng)
        reported = reports.quieten(columns.join_sources([honest, made_up]), model)
        batch = reports.frames(reported, natures, broken, model, noise, float(t0), since, rng)
        pending.append(reports.deliver(batch, natures, broken, model, scenario.faults, rng))
        # A later frame is received after its own middle and the least delay.
        last = t0 + ticks >= scenario.duration_s
        until = math.inf if last else t0 + ticks + model.latency_min_s
        ready, rest = reports.release(columns.join_reports(pending), until)
        pending = [rest]
        sounding = [(v.actor, v.path) for v in voices]
        lines = truth.truth_of(scenario.start_s, sounding, odds.best, odds.expected, t0)
        yield SimulatedBlock(world, float(t0 + ticks), ready, lines)


@dataclass(frozen=True)
class _Reach:
    """How each kind of emitter carries in this air."""

    row: dict[Emitter, int]
    table_m: Array  # (kinds, near.LOSSES)
    absorption: Array  # (kinds,) [dB/m]
    c_mps: float
    wind_mps: float


def _reach_of(world: World) -> _Reach:
    air = world.air
    kinds = list(dict.fromkeys(actor.emitter for actor in world.actors))
    figures = (air.temperature_c, air.relative_humidity_pct, air.pressure_hpa)
    absorption = np.array([float(medium.absorption_db_per_m(e.band_hz, *figures)) for e in kinds])
    c = medium.speed_of_sound_mps(air.temperature_c)
    # Downwind, the same path in the air's own frame reaches farther over the ground.
    tables = [near.reach_table_m(float(a)) * (1.0 + air.wind_mps / (c - air.wind_mps)) for a in absorption]
    shaped = np.array(tables).reshape(-1, near.LOSSES)
    return _Reach({e: k for k, e in enumerate(kinds)}, shaped, absorption, c, air.wind_mps)


@dataclass(frozen=True)
class _Voice:
    """An actor on its path, and the bounds of how it can sound: what the search for its hearers needs."""

    actor: traffic.Actor
    path: paths.EmitterPath
    loudest_db: float
    closing_mps: float
    oldest_s: float


def _voice(world: World, reach: _Reach, actor: traffic.Actor) -> _Voice:
    """Make an actor's path."""
    path, model = actor.make(), world.scenario.sensors
    fastest = float(np.max(np.linalg.norm(paths.slopes(path.xyz_m), axis=1)))
    mach = min((fastest + reach.wind_mps) / reach.c_mps, 0.9)
    # The cubic may overshoot its knots a little; head-on, pitch and level rise the most. A fading is a sum of
    # two numbers that never exceed 3.5 of its deviations.
    loudest = float(path.level_db.max()) - 10.0 * actor.emitter.convection * math.log10(1.0 - mach)
    loudest += 4.9 * model.fading_db + 0.1
    excess = np.array([loudest - model.threshold_db + hearing.LEAST_SIGMAS * sensors.spread_db(model)])
    row = np.array([reach.row[actor.emitter]], np.int64)
    far = float(near.farthest_m(world.natures.cells, excess, row, reach.table_m)[0])
    oldest = far / (reach.c_mps - reach.wind_mps) + 1.0
    return _Voice(actor, _from(path, -oldest - 2.0), loudest, 1.05 * fastest / (1.0 - mach), oldest)


def _from(path: paths.EmitterPath, time_s: float) -> paths.EmitterPath:
    """Forget what sounded before anybody listened."""
    skip = min(max(math.floor(time_s - path.start_s), 0), max(len(path.xyz_m) - 2, 0))
    if skip == 0:
        return path
    kept = (path.xyz_m[skip:].copy(), path.tone_hz[skip:].copy(), path.level_db[skip:].copy())
    return paths.EmitterPath(path.start_s + skip, *kept)


def _hear(
    world: World, reach: _Reach, voices: list[_Voice], noise: Array, t0: int, rng: np.random.Generator
) -> tuple[columns.SourceColumns, hearing.Odds]:
    """All that is heard in a block; and with which odds."""
    natures, model = world.natures, world.scenario.sensors
    kind = np.array([reach.row[v.actor.emitter] for v in voices], np.int64)
    window, middle, extent = _window(reach, voices, kind, t0, noise.shape[1])
    excess = window.loudest_db - model.threshold_db + hearing.LEAST_SIGMAS * sensors.spread_db(model)
    pairs = near.near_pairs(natures.cells, middle, extent, excess, kind, reach.table_m)
    edge = (model.threshold_db, sensors.spread_db(model), model.max_detection)
    law = hearing.HearingLaw(reach.c_mps, *edge, model.fading_db, model.fading_period_s)
    deaf_from_s = faults.deaf_from_s(world.broken)
    frames = hearing.Frames(float(t0), noise, deaf_from_s)
    incoming, odds = hearing.heard(natures.receivers, window, pairs, frames, law)
    heard_as = np.array([v.actor.emitter.heard_as for v in voices]).reshape(-1, 3)
    return sensors.hear(natures, model, noise, incoming, heard_as, rng), odds


def _window(
    reach: _Reach, voices: list[_Voice], kind: Ints, t0: int, ticks: int
) -> tuple[hearing.Window, Array, Array]:
    """Cut out of every path what may be heard in a block; and the sphere (middle, radius) that holds it."""
    m = len(voices)
    first, start = np.zeros(m + 1, np.int64), np.zeros(m)
    middle, extent = np.zeros((m, 3)), np.zeros(m)
    knots, slopes, tones, levels = [np.empty((0, 3))], [np.empty((0, 3))], [np.empty(0)], [np.empty(0)]
    for k, voice in enumerate(voices):
        path = voice.path
        low = max(0, math.floor(t0 - voice.oldest_s - path.start_s))
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
        reach.absorption[kind], np.array([v.actor.emitter.convection for v in voices]),
        np.array([v.loudest_db for v in voices]), np.array([v.closing_mps for v in voices]),
        np.array([v.actor.voice for v in voices], np.uint64),
    )  # fmt: skip
    return window, middle, extent
