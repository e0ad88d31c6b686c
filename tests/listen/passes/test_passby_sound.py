"""Pass-bys from sound: flights are synthesised, heard by a simple comb, and solved."""

from dataclasses import replace

import numpy as np
import pytest
from tests.listen.comb import tones

from forehear.listen.passes.passby import pass_by
from forehear.synthesise import sound
from forehear.synthesise.engines import ENGINES
from forehear.synthesise.noise import Noise
from forehear.synthesise.travel import straight
from forehear.synthesise.ways import Ground


@pytest.mark.slow
@pytest.mark.parametrize(("speed", "distance"), [(51.0, 250.0), (40.0, 120.0), (80.0, 500.0)])
def test_a_drone_that_flies_past_in_wind_over_grass_is_known_by_its_sound(speed: float, distance: float) -> None:
    engine = ENGINES["piston"]
    engine = replace(engine, lines=(replace(engine.lines[0], spread_share=0.0),))
    flight = sound.Flight(straight((0.0, 0.8 * distance, 0.6 * distance), (speed, 0.0, 0.0), 30.0), engine)
    rng = np.random.default_rng(3)
    land = sound.Environment(ground=Ground(), noise=Noise(ambient_db=40.0, wind_db=50.0))
    heard = sound.sound_at([(0.0, 0.0, 1.5)], [flight], 60.0, rng, environment=land)[:, 0]
    time_s, tone_hz = tones(heard, 70.0, 125.0, 12)
    found = pass_by(time_s, tone_hz, np.full(len(tone_hz), 0.1))
    # The microphone stands 1.5 m above the ground: a metre nearer.
    truth = np.array([92.0, speed, 30.0, distance - 0.9])
    got = np.array([found.tone_hz, found.speed_mps, found.nearest_at_s, found.distance_m])
    assert np.all(np.abs(got - truth) < 3.5 * np.array(found.sigmas))
    # And it is worth something: speed to 2 %, distance to 4 %.
    assert found.sigmas[1] < 0.02 * speed
    assert found.sigmas[3] < 0.04 * distance
    assert found.outliers < 12
