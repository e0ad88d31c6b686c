"""A voice: its phase runs at the frequency it states, and forgets itself at the stated rate."""

import math
from dataclasses import replace

import numpy as np
import pytest

from forehear.synthesise.engines import ENGINES, Engine, HarmonicSeries
from forehear.synthesise.voice import PHASE_S, voice

RATE_HZ = 16000.0
PURE = HarmonicSeries(500.0, 120.0, to_hz=500.0, spread_share=0.0, throttle_share=0.0, wander_db=0.0, width_hz=0.0)


def test_phase_runs_at_the_frequency_it_states() -> None:
    made = voice(ENGINES["chainsaw"], np.random.default_rng(1), 5.0, 30.0, RATE_HZ).series[0]
    t = np.linspace(6.0, 29.0, 1000)
    slope = (made.phase_at(t + 1e-5) - made.phase_at(t - 1e-5)) / (2e-5 * 2.0 * np.pi)
    # Between two points of the grid the cubic strays by a share of their step.
    assert np.median(np.abs(slope / made.frequency_at(t) - 1.0)) < 0.02
    grid = 5.0 + PHASE_S * np.arange(100, 200)
    slope = (made.phase_at(grid + 1e-6) - made.phase_at(grid - 1e-6)) / (2e-6 * 2.0 * np.pi)
    assert np.max(np.abs(slope / made.frequency_at(grid) - 1.0)) < 1e-4


def test_a_line_of_stated_width_loses_its_phase_at_the_stated_rate() -> None:
    lines = replace(PURE, width_hz=0.2)
    gained = []
    for seed in range(200):
        made = voice(Engine((lines,), None), np.random.default_rng(seed), 0.0, 4.0, RATE_HZ).series[0]
        start, end = made.phase_at(np.array([1.0, 3.0]))
        gained.append(end - start - 2.0 * np.pi * 500.0 * 2.0)
    # Variance 2 pi W a second; 200 draws tell a standard deviation to 5 %.
    assert np.std(gained) == pytest.approx(math.sqrt(2.0 * math.pi * 0.2 * 2.0), rel=0.15)
