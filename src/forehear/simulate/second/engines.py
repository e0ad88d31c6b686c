"""What sounds and does not fly in the second world: pumps, generators, cars, motorbikes, tractors, trains.

Roads and railways are straight lines across the region, drawn once; whatever drives keeps to one of them. Steady
engines hum one tone with a small wander, and switch on and off.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from forehear import geodesy
from forehear.simulate.scenario.settings import Emitter, Scenario
from forehear.simulate.second.air import wander
from forehear.simulate.world import paths
from forehear.simulate.world.ground import Relief, ground_height_m, offset_m, place
from forehear.simulate.world.traffic import Actor

Array = NDArray[np.float64]


def _engine(
    level: float,
    spread: float,
    tone: float,
    tone_spread: float,
    speed: float,
    heard_as: tuple[float, float, float],
) -> Emitter:
    """An engine on the ground: level at 1 m [dB], tone [Hz], their spreads, speed [m/s], what it is taken for."""
    return Emitter(
        kind="other", source_level_db=level, level_spread_db=spread, level_wander_db=1.0, tone_hz=tone,
        tone_spread_hz=tone_spread, tone_wander_share=0.002, band_hz=200.0, speed_mps=speed, height_m=1.0,
        heard_as=heard_as, flies=False,
    )  # fmt: skip


# Passing levels at 7.5 m (25 m for a train) from type approval and noise mapping, carried back to 1 m. Many of
# the tones lie where a piston drone's lie, and a classifier is not sure.
ENGINES: dict[str, Emitter] = {
    "pump": _engine(94.0, 4.0, 98.0, 3.0, 0.0, (0.40, 0.05, 0.55)),
    "generator": _engine(97.0, 4.0, 50.0, 0.5, 0.0, (0.35, 0.05, 0.60)),
    "car": _engine(90.0, 3.0, 75.0, 20.0, 25.0, (0.20, 0.10, 0.70)),
    "motorbike": _engine(100.0, 4.0, 115.0, 25.0, 35.0, (0.50, 0.05, 0.45)),
    "tractor": _engine(98.0, 3.0, 90.0, 15.0, 6.0, (0.45, 0.05, 0.50)),
    "train": _engine(119.0, 3.0, 100.0, 25.0, 68.0, (0.35, 0.25, 0.40)),
}
# Fastest and slowest of each that drives [m/s].
SPEEDS_MPS = {"car": (12.0, 36.0), "motorbike": (15.0, 50.0), "tractor": (3.0, 10.0), "train": (30.0, 70.0)}
# A vehicle's speed sways by so much of it over a minute; a train's does not.
_SWAY = 0.08
# Gears: the tone rises through a span of so many m/s, and falls back.
_GEAR_MPS = 9.0
# One road or railway for so many vehicles; the next vehicle on it follows in this time [s].
_ON_ONE_ROAD, _ON_ONE_LINE = 6, 3
# A steady engine near a sensor stands so far from it [m]; how long it runs and rests [s].
_NEAR_M = (40.0, 400.0)
_RUNS_S, _RESTS_S = (120.0, 3600.0), (30.0, 900.0)


def actors_of(scenario: Scenario, ground: Relief, rng: np.random.Generator, lonlat_deg: Array) -> list[Actor]:
    """Draw all engines on the ground; `lonlat_deg` (n, 2) are the sensors."""
    model, out = scenario.second, list[Actor]()
    half = np.array([scenario.region.east_m, scenario.region.north_m]) / 2.0
    steady = [("generator", rng.uniform(-1.0, 1.0, 2) * half) for _ in range(scenario.clutter.generators)]
    steady += [("pump", rng.uniform(-1.0, 1.0, 2) * half) for _ in range(model.pumps)]
    for lon, lat in lonlat_deg[rng.random(len(lonlat_deg)) < model.engines_near]:
        east, north = offset_m(scenario.region, lon, lat)
        turn, far = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(*_NEAR_M)
        at = np.array([float(east), float(north)]) + far * np.array([math.sin(turn), math.cos(turn)])
        steady.append(("pump" if rng.random() < 0.5 else "generator", at))
    for name, at in steady:
        out += _switching(scenario, ground, name, at, _own(rng))
    driving = {"car": model.cars, "motorbike": model.motorbikes + scenario.clutter.motorcycles}
    driving |= {"tractor": model.tractors, "train": model.trains}
    for name, many in driving.items():
        each = _ON_ONE_LINE if name == "train" else _ON_ONE_ROAD
        road = np.empty((2, 2))
        for k in range(many):
            if k % each == 0:
                road = _line(half, rng)
            out += _driving(scenario, ground, name, road, _own(rng))
    return out


def _own(rng: np.random.Generator) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int(rng.integers(2**63))))


def _line(half: Array, rng: np.random.Generator) -> Array:
    """Draw a straight line across the region: (2, 2) its ends, beyond the edges [m]."""
    through, turn = rng.uniform(-0.6, 0.6, 2) * half, rng.uniform(0.0, math.pi)
    along = np.array([math.sin(turn), math.cos(turn)]) * float(np.hypot(*half))
    return np.stack([through - along, through + along])


def _voiced(xyz: Array, start: float, engine: Emitter, speed: Array | None, seed: int) -> paths.EmitterPath:
    """Give a way its tone and level, a value a second."""
    rng = np.random.Generator(np.random.PCG64(seed))
    tone = (engine.tone_hz or 0.0) + engine.tone_spread_hz * rng.standard_normal()
    loud = engine.source_level_db + engine.level_spread_db * rng.standard_normal()
    slow = wander(rng.standard_normal(2), len(xyz), 60.0, rng)[0]
    tones = max(tone, 20.0) * (1.0 + engine.tone_wander_share * slow[0])
    if speed is not None:
        tones = tones * (0.75 + 0.5 * np.mod(speed / _GEAR_MPS, 1.0))
    return paths.EmitterPath(start, xyz, tones, loud + engine.level_wander_db * slow[1])


def _switching(scenario: Scenario, ground: Relief, name: str, at: Array, rng: np.random.Generator) -> list[Actor]:
    """One steady engine: an actor for each time that it runs."""
    engine, out = ENGINES[name], list[Actor]()
    lon, lat = place(scenario.region, at[0], at[1])
    xyz = geodesy.ecef(lon, lat, ground_height_m(ground, lon, lat) + engine.height_m).reshape(1, 3)
    seed = int(rng.integers(2**63))
    start = -float(rng.uniform(0.0, _RUNS_S[1]))
    while start < scenario.duration_s:
        runs = float(rng.uniform(*_RUNS_S))
        if start + runs > 0.0:
            out.append(Actor(None, engine, start, int(rng.integers(2**63)), _hum(xyz, start, runs, engine, seed)))
        start += runs + float(rng.uniform(*_RESTS_S))
    return out


def _hum(xyz: Array, start: float, runs: float, engine: Emitter, seed: int) -> Callable[[], paths.EmitterPath]:
    return lambda: _voiced(np.repeat(xyz, math.ceil(runs) + 2, axis=0), start, engine, None, seed)


def _driving(scenario: Scenario, ground: Relief, name: str, road: Array, rng: np.random.Generator) -> list[Actor]:
    """One vehicle: to and fro on its road from before the start to the end."""
    engine = ENGINES[name]
    slow, fast = SPEEDS_MPS[name]
    speed = float(np.clip(engine.speed_mps * (1.0 + 0.25 * rng.standard_normal()), slow, fast))
    length = float(np.hypot(*(road[1] - road[0])))
    begin, seed = float(rng.uniform(0.0, 2.0 * length)), int(rng.integers(2**63))
    sway = 0.0 if name == "train" else _SWAY
    start = -60.0

    def make() -> paths.EmitterPath:
        own = np.random.Generator(np.random.PCG64([seed, 1]))
        steps = scenario.duration_s + 62
        pace = speed * (1.0 + sway * wander(own.standard_normal(1), steps, 60.0, own)[0][0])
        pace = np.clip(pace, slow, fast)
        gone = np.mod(begin + np.cumsum(pace), 2.0 * length)
        share = np.where(gone > length, 2.0 * length - gone, gone) / length
        at = road[0] + share[:, None] * (road[1] - road[0])
        lon, lat = place(scenario.region, at[:, 0], at[:, 1])
        xyz = geodesy.ecef(lon, lat, ground_height_m(ground, lon, lat) + engine.height_m)
        return _voiced(xyz, start, engine, None if name == "train" else pace, seed)

    return [Actor(None, engine, start, int(rng.integers(2**63)), make)]
