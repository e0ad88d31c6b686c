"""A scenario's world as sound at one of its sensors: who can be heard there, with which voice, in which noise.

Each emitter that comes near flies the very path of the simulation and sounds at its tone and level there, moment
by moment; what those figures do not say (how its lines stand to each other, its noise) is that of an engine of its
kind. So a listener that hears this sound well tells what the simulated sensor tells, by another way.

Ignores: reflection by the ground (the emitters' levels hold its mean effect), turbulence, hills, the convective
change of level, and what is wrong with the sensor itself (clock, faults).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forehear.air.level import received_level_db
from forehear.air.medium import air_at
from forehear.simulate.run import World
from forehear.simulate.world.paths import EmitterPath, slopes
from forehear.simulate.world.traffic import Actor
from forehear.synthesise import travel
from forehear.synthesise.engines import ENGINES, Engine
from forehear.synthesise.noise import Noise
from forehear.synthesise.sound import RATE_HZ, Environment, Flight, sound_blocks
from forehear.synthesise.voice import Course

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# What is never louder at the sensor than so much under its ambient noise is left out [dB]: a tone is found some
# 20 dB under the noise of the whole band, at best.
FAINT_DB = 25.0
# And a moment more to each side of when it is loud enough [s].
MARGIN_S = 5.0
# Wind at a screened microphone: this level in 5-2000 Hz at this speed, and as its square (dynamic pressure: 40 dB
# a decade) [dB, m/s]; below the last it is nothing [m/s]. An assumption of the right order.
WIND_DB, WIND_AT_MPS, CALM_MPS = 55.0, 5.0, 0.5
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """What one sensor's microphones, (m, 3) about the sensor [m], would record from the scenario's start on."""

    microphones_m: Array
    flights: tuple[Flight, ...]
    noise: Noise
    world: World
    seed: tuple[int, int]

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Give the sound second by second: (RATE_HZ, m) [Pa]. Raises NoSolution as `sound_blocks`.

        Reference: docs/simulation.md, "Sound".
        """
        rng = np.random.Generator(np.random.PCG64(list(self.seed)))
        seconds = float(self.world.scenario.duration_s)
        around = Environment(atmosphere=self.world.air, noise=self.noise)
        return sound_blocks(self.microphones_m, self.flights, seconds, rng, environment=around, rate_hz=RATE_HZ)


def scene_at(world: World, sensor: int) -> Scene:
    """Make the scene at the sensor of this number in the network.

    A scenario knows where a sensor stands and not its microphones: there is one, at its (true) place.
    """
    receivers = world.natures.receivers
    noise_db = float(world.natures.noise_db[sensor])
    flights = []
    for actor in world.actors:
        flight = _flight(world, actor, receivers.xyz_m[sensor], receivers.frame[sensor], noise_db - FAINT_DB)
        if flight is not None:
            flights.append(flight)
    wind = world.air.wind_mps
    wind_db = WIND_DB + 40.0 * float(np.log10(wind / WIND_AT_MPS)) if wind > CALM_MPS else None
    noise = Noise(ambient_db=noise_db, wind_db=wind_db)
    return Scene(np.zeros((1, 3)), tuple(flights), noise, world, (world.seed, sensor))


def _flight(world: World, actor: Actor, place_m: Array, frame: Array, least_db: float) -> Flight | None:
    """Give an emitter as it flies by a place, for as long as it may be heard there; None where it never is.

    `place_m` (3,) [m] in the earth-centred frame, `frame` (3, 3) east-north-up, `least_db` the faintest level
    [dB].
    Ignores: the sound's delay in what is loud enough (MARGIN_S covers it). Reference: docs/simulation.md,
    "Sound".
    """
    path = actor.make()
    if len(path.xyz_m) < 2 or actor.start_s > world.scenario.duration_s:
        return None
    way = (path.xyz_m - place_m) @ frame.T
    air = air_at(world.air, actor.emitter.band_hz)
    away = np.linalg.norm(way, axis=1)
    level = received_level_db(path.level_db, away, air.absorption_db_per_m)
    time_s = path.start_s + np.arange(len(way), dtype=np.float64)
    loud = np.flatnonzero((level > least_db) & (time_s + away / air.c_mps > 0.0))
    if len(loud) == 0:
        return None
    first, last = max(loud[0] - int(MARGIN_S), 0), min(loud[-1] + int(MARGIN_S), len(way) - 1)
    if first == last:
        return None
    kept = slice(first, last + 1)
    motion = travel.through(time_s[kept], way[kept], (slopes(path.xyz_m) @ frame.T)[kept])
    course = Course(time_s[kept], path.tone_hz[kept], path.level_db[kept])
    return Flight(motion, engine_of(actor, path), float(time_s[first]), float(time_s[last]), course)


def engine_of(actor: Actor, path: EmitterPath) -> Engine:
    """Give the engine that an emitter sounds like: of its name, or else its kind; with lines if it has a tone."""
    emitter = actor.emitter
    if actor.target is not None:
        name = actor.target.rpartition("-")[0]
    else:
        name = "motorcycle" if emitter.speed_mps > 0.0 else "generator"
    if name not in ENGINES:
        name = {"piston": "piston", "jet": "jet", "other": "light_aircraft"}[emitter.kind]
    engine = ENGINES[name]
    if not path.tone_hz.any():
        return replace(engine, lines=(), noise_level_db=engine.noise_level_db or emitter.source_level_db)
    return engine if engine.lines else replace(engine, lines=ENGINES["piston"].lines)
