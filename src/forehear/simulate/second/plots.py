"""Neighbours that lie together: drones that nobody flies, as three sensors would hear them if they did."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.scenario.emitters import EMITTERS
from forehear.simulate.scenario.settings import Scenario
from forehear.simulate.second.sensors import SecondSensors
from forehear.simulate.world.paths import EmitterPath
from forehear.simulate.world.traffic import Actor

Array = NDArray[np.float64]
# So many lie together; each lie lasts so long, and begins so long after the one before [s].
_MEMBERS, _LASTS_S, _EVERY_S = 3, 120.0, 300.0
_SPEEDS_MPS, _HEIGHTS_M = (45.0, 58.0), (250.0, 600.0)


@dataclass(frozen=True)
class Plot:
    """One invented flight, and the sensors that claim to hear it."""

    actor: Actor
    members: NDArray[np.int64]


def plots_of(scenario: Scenario, sensors: SecondSensors, rng: np.random.Generator) -> tuple[Plot, ...]:
    """Draw who lies together, and all that they will invent."""
    out = []
    for _ in range(scenario.second.colluding_groups):
        far = np.linalg.norm(sensors.xyz_m - sensors.xyz_m[int(rng.integers(len(sensors.xyz_m)))], axis=1)
        members = np.sort(np.argsort(far)[:_MEMBERS])
        start = float(rng.uniform(0.0, _EVERY_S))
        while start < scenario.duration_s:
            make = _straight(
                sensors, members, start, np.random.Generator(np.random.PCG64(int(rng.integers(2**63))))
            )
            out.append(Plot(Actor(None, EMITTERS["piston"], start, int(rng.integers(2**63)), make), members))
            start += _EVERY_S
    return tuple(out)


def _straight(
    sensors: SecondSensors, members: NDArray[np.int64], start: float, rng: np.random.Generator
) -> Callable[[], EmitterPath]:
    """A straight flight over the middle of the members, level in the first one's plane."""
    turn, speed, height = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(*_SPEEDS_MPS), rng.uniform(*_HEIGHTS_M)
    engine = EMITTERS["piston"]
    tone = (engine.tone_hz or 0.0) + engine.tone_spread_hz * rng.standard_normal()
    t = np.arange(_LASTS_S + 1.0)
    gone = speed * (t - 0.5 * _LASTS_S)
    flown = np.stack([gone * math.sin(turn), gone * math.cos(turn), np.full(len(t), height)], axis=1)
    xyz = sensors.xyz_m[members].mean(axis=0) + flown @ sensors.local[members[0]]
    path = EmitterPath(start, xyz, np.full(len(t), tone), np.full(len(t), engine.source_level_db))
    return lambda: path
