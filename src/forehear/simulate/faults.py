"""Broken sensors: dead, stuck, with a wrong clock, late, duplicating, lying. A sensor has at most one fault."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.simulate.sensors import Heard, Posts, measure
from forehear.simulate.settings import Faults, SensorModel

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

FINE, DEAD, STUCK, CLOCK, LATE, DUPLICATE, LYING = range(7)
NAMES = ("fine", "dead", "stuck", "clock", "late", "duplicate", "lying")
# A liar's inventions: minutes of a plausible engine, minutes of silence.
_LIE_S = (120.0, 600.0)


@dataclass(frozen=True)
class Broken:
    """Each sensor's fault (n,), and the figures that its fault needs."""

    fault: Ints
    dies_s: Array  # when the dead fall silent
    tone_hz: Array  # what the stuck and the lying claim
    level_db: Array
    offset_s: Array
    drift: Array
    lie: Array  # (2, n): period and phase of the lies [s]


def broken_of(faults: Faults, posts: Posts, duration_s: float, rng: np.random.Generator) -> Broken:
    """Draw which sensors are broken, and how. Half of the dead are so from the start."""
    n = len(posts.kind)
    shares = (faults.dead_share, faults.stuck_share, faults.clock_share)
    shares = (*shares, faults.late_share, faults.duplicate_share, faults.lying_share)
    counts = [round(share * n) for share in shares]
    fault = np.zeros(n, np.int64)
    order, used = rng.permutation(n), 0
    for code, count in enumerate(counts, 1):
        fault[order[used : used + count]] = code
        used += count
    over = np.where(fault == STUCK, faults.stuck_snr_db, faults.lying_snr_db)
    wrong = fault == CLOCK
    return Broken(
        fault=fault,
        dies_s=np.where(fault == DEAD, duration_s * np.maximum(rng.uniform(-1.0, 1.0, n), 0.0), np.inf),
        tone_hz=rng.uniform(80.0, 160.0, n),
        level_db=posts.noise_db + over + 3.0 * rng.standard_normal(n),
        offset_s=np.where(wrong, faults.clock_offset_sigma_s * rng.standard_normal(n), 0.0),
        drift=np.where(wrong, 1e-6 * faults.clock_drift_ppm * rng.uniform(-1.0, 1.0, n), 0.0),
        lie=np.stack([rng.uniform(*_LIE_S, n), rng.uniform(0.0, 1.0, n)]),
    )


def deaf(broken: Broken, t_s: float) -> NDArray[np.bool_]:
    """Which sensors tell nothing true at a time (n,)."""
    return (broken.dies_s <= t_s) | (broken.fault == STUCK) | (broken.fault == LYING)


def invented(
    broken: Broken, posts: Posts, model: SensorModel, t0_s: float, ticks: int, rng: np.random.Generator
) -> Heard:
    """Give what the stuck and the lying report in a block."""
    who = np.flatnonzero((broken.fault == STUCK) | (broken.fault == LYING))
    sensor, tick = np.repeat(who, ticks), np.tile(np.arange(ticks), len(who))
    period, phase = broken.lie[:, sensor]
    cycle = ((t0_s + tick) / period + phase) % 2.0
    lies = broken.fault[sensor] == LYING
    # A lie swells and fades as a passing engine would, its tone falling as if it flew by.
    level = broken.level_db[sensor] + np.where(lies, 10.0 * np.sin(math.pi * np.minimum(cycle, 1.0)) - 5.0, 0.0)
    level = level + np.where(lies, 2.0, 0.3) * rng.standard_normal(len(sensor))
    tone = broken.tone_hz[sensor] * np.where(lies, 1.0 - 0.1 * np.tanh(6.0 * (cycle - 0.5)), 1.0)
    telling = ~lies | (cycle < 1.0)
    sensor, tick, level, tone = sensor[telling], tick[telling], level[telling], tone[telling]
    truth = np.column_stack([level, tone, 360.0 * phase[telling], np.full(len(sensor), 10.0)])
    heard_as = np.where(lies[telling][:, None], np.array([[0.8, 0.05, 0.15]]), np.array([[0.4, 0.1, 0.5]]))
    return measure(posts, model, sensor, tick, level, np.full(len(sensor), 15.0), truth, heard_as, rng)
