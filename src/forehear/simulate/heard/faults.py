"""Broken sensors: dead, stuck, with a wrong clock, late, duplicating, lying. A sensor has at most one fault."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.heard.columns import SourceColumns
from forehear.simulate.heard.sensors import Detected, SensorNatures, measure
from forehear.simulate.scenario.settings import Faults, SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

FINE, DEAD, STUCK, CLOCK, LATE, DUPLICATE, LYING = range(7)
# Length of a liar's invention, and of the silence after it [s]: as long as an engine needs to pass.
_LIE_S = (120.0, 600.0)
# What a classifier makes of an invented engine, and of a hum.
_LIE_HEARD_AS = (0.80, 0.05, 0.15)
_HUM_HEARD_AS = (0.40, 0.10, 0.50)


@dataclass(frozen=True)
class Broken:
    """Each sensor's fault, and the figures that its fault needs: (n,) each."""

    fault: Ints
    dies_s: Array  # when the dead fall silent; infinity for all others
    tone_hz: Array  # what the stuck and the lying claim
    level_db: Array
    offset_s: Array
    drift: Array  # seconds per second
    lie_s: Array
    lie_phase: Array


def broken_of(faults: Faults, natures: SensorNatures, duration_s: float, rng: np.random.Generator) -> Broken:
    """Draw which sensors are broken, and how. Half of the dead are so from the start."""
    n = len(natures.kind)
    shares: list[float] = [faults.dead_share, faults.stuck_share, faults.clock_share]
    shares += [faults.late_share, faults.duplicate_share, faults.lying_share]
    fault = np.zeros(n, np.int64)
    order, used = rng.permutation(n), 0
    for code, share in enumerate(shares, 1):
        count = round(share * n)
        fault[order[used : used + count]] = code
        used += count
    over = np.where(fault == STUCK, faults.stuck_snr_db, faults.lying_snr_db)
    wrong = fault == CLOCK
    return Broken(
        fault=fault,
        dies_s=np.where(fault == DEAD, duration_s * np.maximum(rng.uniform(-1.0, 1.0, n), 0.0), np.inf),
        tone_hz=rng.uniform(80.0, 160.0, n),
        level_db=natures.noise_db + over + 3.0 * rng.standard_normal(n),
        offset_s=np.where(wrong, faults.clock_offset_sigma_s * rng.standard_normal(n), 0.0),
        drift=np.where(wrong, 1e-6 * faults.clock_drift_ppm * rng.uniform(-1.0, 1.0, n), 0.0),
        lie_s=rng.uniform(*_LIE_S, n),
        lie_phase=rng.uniform(0.0, 2.0, n),
    )


def inventing(broken: Broken) -> Mask:
    """Which sensors report what they make up instead of what they hear (n,)."""
    return np.asarray((broken.fault == STUCK) | (broken.fault == LYING), np.bool_)


def deaf_from_s(broken: Broken) -> Array:
    """From when on each sensor tells nothing true (n,); infinity for those that always do."""
    return np.where(inventing(broken), -np.inf, broken.dies_s)


def invented(
    broken: Broken, natures: SensorNatures, model: SensorModel, t0_s: float, ticks: int, rng: np.random.Generator
) -> SourceColumns:
    """Give what the stuck and the lying report in a block: a hum for ever, or an engine that never was."""
    who = np.flatnonzero(inventing(broken))
    sensor = np.repeat(who, ticks)
    tick = np.tile(np.arange(ticks, dtype=np.int64), len(who))
    cycle = ((t0_s + tick) / broken.lie_s[sensor] + broken.lie_phase[sensor]) % 2.0
    lies = broken.fault[sensor] == LYING
    telling = ~lies | (cycle < 1.0)
    sensor, tick, cycle, lies = sensor[telling], tick[telling], cycle[telling], lies[telling]
    # A lie swells and fades as a passing engine would, its tone falling as if it flew by.
    swell = np.where(lies, 10.0 * np.sin(math.pi * cycle) - 5.0, 0.0)
    level = broken.level_db[sensor] + swell + np.where(lies, 2.0, 0.3) * rng.standard_normal(len(sensor))
    tone = broken.tone_hz[sensor] * np.where(lies, 1.0 - 0.1 * np.tanh(6.0 * (cycle - 0.5)), 1.0)
    azimuth = 180.0 * broken.lie_phase[sensor]
    truth = np.column_stack([level, tone, azimuth, np.full(len(sensor), 10.0)])
    heard_as = np.where(lies[:, None], np.array(_LIE_HEARD_AS), np.array(_HUM_HEARD_AS))
    over = level - natures.noise_db[sensor]
    return measure(natures, model, Detected(sensor, tick, over, truth, heard_as), rng)
