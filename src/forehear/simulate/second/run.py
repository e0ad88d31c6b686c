"""Run a scenario in the second world: `prepare` draws it, `blocks` plays it, half a minute at a time.

Theory of operation. For each block: (1) the noise around every sensor goes on; (2) for each emitter under way,
what truly arrives at each sensor near it is solved by repetition, and its odds of being heard are the truth's;
(3) what a sensor cannot tell apart is put together, heard or not by its true excess over the noise, and only then
measured; (4) what the broken invent joins; (5) frames are sent, lost, delayed. Each part has its own stream of
chance; the network and the flights of a seed are those of the first world.
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
from forehear.simulate.heard import columns
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second import broken, engines, hear, plots, reach, surroundings
from forehear.simulate.second.send import Sending
from forehear.simulate.second.sensors import SecondSensors, listening, sensors_of
from forehear.simulate.world import ground, traffic, truth

Array = NDArray[np.float64]
BLOCK_S = 30
# The second world's chance is apart from the first's, whatever the seed.
_APART = 2
# An emitter is forgotten when its last sound has passed everybody [s].
_LINGERS_S = 90.0


@dataclass(frozen=True)
class SecondWorld:
    """A scenario with everything in it drawn. `air` is the real one, `network.atmosphere` what is known of it."""

    scenario: Scenario
    network: Network
    sites: tuple[Site, ...]
    air: Atmosphere
    sensors: SecondSensors
    lies: broken.Inventions
    plots: tuple[plots.Plot, ...]
    actors: tuple[traffic.Actor, ...]
    seed: int


@dataclass(frozen=True)
class SecondBlock:
    """A stretch of time up to `until_s` from the start: the truth of its seconds, and the reports that came."""

    world: SecondWorld
    until_s: float
    batch: columns.ReportColumns
    truth: tuple[Truth, ...]

    def reports(self) -> list[Report]:
        """Give the reports as records, in the order of `received_at_s`."""
        ids = [sensor.id for sensor in self.world.network.sensors]
        return columns.records(self.batch, ids, self.world.scenario.start_s)


def prepare(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> SecondWorld:
    """Draw a scenario's world from a seed (the scenario's own without one); a `network` replaces the scenario's.

    Raises ConfigurationError where the scenario cannot be built.
    """
    seed = scenario.seed if seed is None else seed
    # The same seven streams as the first world's, so that the land, the network, the flights and the sites are.
    shared = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(7)]
    own = [np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence([seed, _APART]).spawn(5)]
    if network is not None:
        height = float(np.median([s.height_m for s in network.sensors])) - scenario.network.mast_m
        terrain = replace(scenario.terrain, height_m=float(np.clip(height, -400.0, 5_000.0)))
        region = ground.region_around(network)
        scenario = replace(scenario, region=region, terrain=terrain, atmosphere=network.atmosphere)
    elif scenario.network.layout == "file":
        raise ConfigurationError(scenario.name, ["network.layout='file': no network was handed in"])
    land = ground.ground_of(scenario.region, scenario.terrain, shared[0])
    if network is None:
        network = ground.network_of(scenario, land, shared[1])
    real = real_air(scenario, own[0])
    sensors = sensors_of(scenario, network, medium.wind_mps(real), own[1])
    lies = broken.inventions_of(scenario, sensors, own[2])
    places = np.array([(s.lon, s.lat) for s in network.sensors])
    actors = traffic.flights_of(scenario, land, shared[4]) + engines.actors_of(scenario, land, own[3], places)
    agreed = plots.plots_of(scenario, sensors, own[4])
    actors += [plot.actor for plot in agreed]
    sites = ground.sites_of(scenario, shared[6])
    return SecondWorld(scenario, network, sites, real, sensors, lies, agreed, tuple(actors), seed)


def real_air(scenario: Scenario, rng: np.random.Generator) -> Atmosphere:
    """Give the air as it is: what is known of it, the error asked for, and an error that is always there."""
    known, error, model = scenario.atmosphere, scenario.air_error, scenario.second
    draw = rng.standard_normal(3)
    east, north = medium.wind_mps(known)
    # So that the error's length is the one stated on average, whatever its direction.
    east += error.wind_east_mps + model.wind_error_mps * math.sqrt(0.5) * draw[0]
    north += error.wind_north_mps + model.wind_error_mps * math.sqrt(0.5) * draw[1]
    warmth = known.temperature_c + error.temperature_c + model.temperature_error_c * draw[2]
    return replace(
        known,
        temperature_c=float(np.clip(warmth, -60.0, 60.0)),
        wind_mps=min(math.hypot(east, north), 60.0),
        wind_from_deg=math.degrees(math.atan2(-east, -north)) % 360.0,
    )


def simulate(scenario: Scenario, seed: int | None = None, network: Network | None = None) -> Iterator[SecondBlock]:
    """Prepare and play a scenario: its blocks, one after another."""
    return blocks(prepare(scenario, seed, network))


def blocks(world: SecondWorld) -> Iterator[SecondBlock]:
    """Play a world. The last block holds every report that was still under way."""
    scenario, sensors = world.scenario, world.sensors
    own = [
        np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence([world.seed, _APART, 1]).spawn(3)
    ]
    around = surroundings.Surroundings(sensors, scenario.second, world.air.wind_mps, own[0])
    sending = Sending(sensors, scenario, own[1])
    waiting = sorted(enumerate(world.actors), key=lambda pair: pair[1].start_s, reverse=True)
    heard_as = np.array([a.emitter.heard_as for a in world.actors]).reshape(-1, 3)
    voices: list[reach.SecondVoice] = []
    pending: list[columns.ReportColumns] = []
    for begin in range(0, scenario.duration_s, BLOCK_S):
        ticks = min(BLOCK_S, scenario.duration_s - begin)
        while waiting and waiting[-1][1].start_s < begin + ticks:
            voices.append(_voice(world, *waiting.pop()))
        voices = [v for v in voices if v.path.end_s > begin - _LINGERS_S]
        noise, running = around.noise_db(ticks), listening(sensors, scenario, begin, ticks)
        said, best, expected = _heard(world, voices, noise, running, heard_as, begin, own[2])
        pending.append(sending.reports(said, noise, running, begin))
        sounding = [(world.actors[v.number], v.path) for v in voices]
        facts = truth.truth_of(scenario.start_s, sounding, best, expected, begin)
        all_of = columns.join_reports(pending)
        order = np.argsort(all_of.received_at_s, kind="stable")
        until = float(begin + ticks)
        last = begin + ticks == scenario.duration_s
        out = order if last else order[all_of.received_at_s[order] < until]
        pending = [all_of.take(order[len(out) :])]
        yield SecondBlock(world, until, all_of.take(out), facts)


def _voice(world: SecondWorld, number: int, actor: traffic.Actor) -> reach.SecondVoice:
    figures = (world.air.temperature_c, world.air.relative_humidity_pct, world.air.pressure_hpa)
    absorption = float(medium.absorption_db_per_m(actor.emitter.band_hz, *figures))
    rng = np.random.Generator(np.random.PCG64([actor.voice, _APART]))
    fading, slip = rng.standard_normal((2, len(world.sensors.kind)))
    only = {id(plot.actor): plot.members for plot in world.plots}.get(id(actor))
    path = actor.make()
    return reach.SecondVoice(
        number, actor.target, actor.emitter, path, absorption, actor.voice, fading, slip, only
    )


def _heard(
    world: SecondWorld, voices: list[reach.SecondVoice], noise: Array, running: NDArray[np.bool_], heard_as: Array,
    begin: int, rng: np.random.Generator,
) -> tuple[columns.SourceColumns, Array, Array]:  # fmt: skip
    """All that is said in a block; and the truth's best odds and expected hearers (voices, ticks)."""
    scenario, sensors = world.scenario, world.sensors
    sound = medium.speed_of_sound_mps(world.air.temperature_c)
    best, expected = np.zeros((2, len(voices), noise.shape[1]))
    listens = running & ~broken.inventing(sensors)[:, None]
    rows = []
    for k, voice in enumerate(voices):
        found = reach.arrivals(voice, sensors, noise, scenario.second, world.air, sound, begin, listens)
        if found is not None:
            rows.append(found[0])
            best[k], expected[k] = found[1], found[2]
    plain = scenario.sensors
    arriving = hear.merged(reach.joined(rows), sensors, plain)
    parts = [hear.hear(arriving, noise, sensors, heard_as, scenario.second, plain, rng)]
    alarms = surroundings.false_alarms(sensors, noise, plain, rng)
    parts.append(alarms.take(~broken.inventing(sensors)[alarms.sensor]))
    parts += broken.invented(world.lies, sensors, scenario, begin, noise.shape[1], rng)
    return columns.join_sources(parts), best, expected
