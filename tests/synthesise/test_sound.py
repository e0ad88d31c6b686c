"""Synthesised sound against marched wavefronts and closed forms."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.reference import wavefront

from forehear.air.medium import absorption_db_per_m, speed_of_sound_mps
from forehear.records import Atmosphere
from forehear.synthesise import sound
from forehear.synthesise import travel as sound_travel
from forehear.synthesise.engines import ENGINES, Engine, HarmonicSeries
from forehear.synthesise.noise import Noise
from forehear.synthesise.turbulence import Turbulence
from forehear.synthesise.ways import Ground

RATE_HZ = 16000.0
AIR = Atmosphere(temperature_c=10.0, wind_mps=8.0, wind_from_deg=300.0)
PURE = HarmonicSeries(500.0, 120.0, to_hz=500.0, spread_share=0.0, throttle_share=0.0, wander_db=0.0, width_hz=0.0)
MILLIRADIAN = 1e-3


def turning(t: float) -> wavefront.Vector:
    """A circle of 600 m at 60 m/s, climbing; the nearest point some 100 m from the microphone."""
    angle = t * 60.0 / 600.0
    return 500.0 - 600.0 * math.cos(angle), 600.0 * math.sin(angle) - 200.0, 150.0 + 5.0 * t


def motion_of(place: wavefront.Motion) -> sound_travel.Motion:
    knots = np.arange(-10.0, 20.0, 0.1)
    return sound_travel.through(knots, np.array([place(t) for t in knots]))


def test_phase_and_level_are_those_of_marched_wavefronts_on_a_turn_in_wind() -> None:
    microphone = (20.0, -30.0, 1.5)
    flight = sound.Flight(motion_of(turning), Engine((PURE,), None))
    got = sound.sound_at(
        [microphone], [flight], 8.0, np.random.default_rng(1), environment=sound.Environment(AIR)
    )[:, 0]
    wind = 8.0 * math.sin(math.radians(120.0)), 8.0 * math.cos(math.radians(120.0)), 0.0
    c = speed_of_sound_mps(10.0)
    where = np.random.default_rng(2).choice(len(got), 120, replace=False)
    wanted = []
    for k in where:
        heard = wavefront.arrival(turning, k / RATE_HZ, microphone, wind, c)
        loss = wavefront.loss_db(
            heard.radius_m, float(absorption_db_per_m(500.0 * heard.pitch, 10.0, 70.0, 1013.25))
        )
        amplitude = math.sqrt(2.0) * 20e-6 * 10.0 ** ((120.0 - loss) / 20.0)
        wanted.append((amplitude, 2.0 * math.pi * 500.0 * heard.emitted_at_s))
    amplitude, phase = np.array(wanted).T
    # One phase is unknown, the engine's own start; everything else is as it must be.
    turned = np.stack([np.cos(phase), -np.sin(phase)], axis=1)
    start, *_ = np.linalg.lstsq(turned, got[where] / amplitude, rcond=None)
    assert np.hypot(*start) == pytest.approx(1.0, abs=MILLIRADIAN)
    assert np.max(np.abs(got[where] / amplitude - turned @ start)) < 2 * MILLIRADIAN


@pytest.mark.slow
def test_blocks_of_any_length_give_the_same_sound() -> None:
    flights = [
        sound.Flight(sound_travel.straight((-100.0, 50.0, 80.0), (60.0, 0.0, 0.0), 1.0), ENGINES[name])
        for name in ("piston", "helicopter")
    ]

    def blocks(block_s: float) -> NDArray[np.float32]:
        rng = np.random.default_rng(4)
        land = sound.Environment(ground=Ground(), turbulence=Turbulence(), noise=Noise(40.0, 50.0))
        made = sound.sound_blocks(
            [(0.0, 0.0, 1.5)], flights, 1.3, rng, environment=land, start_s=2.0, block_s=block_s
        )
        return np.concatenate(list(made))

    whole = blocks(1.3)
    assert whole.shape == (20800, 1)
    assert whole.dtype == np.float32
    for block_s in (0.01, 0.3):
        assert np.max(np.abs(blocks(block_s) - whole)) < 1e-6 * np.max(np.abs(whole))


def test_places_that_are_none_are_refused() -> None:
    flight = sound.Flight(sound_travel.straight((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), ENGINES["jet"])
    for places in ((0.0, 0.0, 0.0), [(0.0, 0.0)], [(0.0, math.nan, 0.0)]):
        with pytest.raises(ValueError, match="microphones_m"):
            sound.sound_at(places, [flight], 0.1, np.random.default_rng(1))


def test_an_engine_is_silent_before_its_first_sound_arrives_and_after_its_last() -> None:
    c = speed_of_sound_mps(15.0)
    motion = sound_travel.straight((0.0, c, 0.0), (0.0, 0.0, 0.0))
    flight = sound.Flight(motion, ENGINES["piston"], start_s=0.5, end_s=1.0)
    got = sound.sound_at([(0.0, 0.0, 0.0)], [flight], 3.0, np.random.default_rng(1))[:, 0]
    assert np.flatnonzero(np.abs(got) > 1e-4)[0] / RATE_HZ == pytest.approx(1.5, abs=0.06)
    assert np.flatnonzero(np.abs(got) > 1e-4)[-1] / RATE_HZ == pytest.approx(2.0, abs=0.06)
    assert not np.any(got[: int(1.4 * RATE_HZ)])


def test_full_scale_is_as_the_calibration_says() -> None:
    sine = 20e-6 * 10.0 ** (94.0 / 20.0) * math.sqrt(2.0) * np.sin(np.arange(1000) * 0.1)
    assert np.max(sound.full_scale(sine, 94.0)) == pytest.approx(1.0, abs=1e-3)
    assert np.max(sound.full_scale(sine, 114.0)) == pytest.approx(0.1, abs=1e-4)
