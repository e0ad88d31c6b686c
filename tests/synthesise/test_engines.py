"""Engines at one metre: as loud as they say, with the lines of their propellers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES, Engine
from forehear.synthesise.voice import voice

RATE_HZ = 16000.0


def rms(x: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def level_db(x: NDArray[np.float32]) -> float:
    return 20.0 * math.log10(rms(x) / 20e-6)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_is_as_loud_as_it_says(name: str) -> None:
    engine = ENGINES[name]
    flight = sound.Flight(sound_travel.straight((0.0, 10.0, 0.0), (0.0, 0.0, 0.0)), engine)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 10.0, np.random.default_rng(1))
    levels = [lines.level_db for lines in engine.lines] + [engine.noise_level_db or -300.0]
    total = 10.0 * math.log10(sum(10.0 ** (level / 10.0) for level in levels))
    assert level_db(got) == pytest.approx(total - 20.0, abs=1.5)
    assert np.all(np.isfinite(got))


def test_a_two_blade_propeller_is_strong_at_twice_the_shaft_and_faint_at_the_shaft() -> None:
    lines = replace(ENGINES["piston"].lines[0], spread_db=0.0, spread_share=0.0, wander_db=0.0)
    made = voice(Engine((lines,), None), np.random.default_rng(1), 0.0, 10.0, RATE_HZ).series[0]
    db = 20.0 * np.log10(np.sqrt(np.mean(made.amplitude_pa**2, axis=0)))
    assert db[1] - db[0] == pytest.approx(lines.faint_db, abs=1.0)
    assert made.frequency_hz[0] == pytest.approx(92.0, rel=0.02)
