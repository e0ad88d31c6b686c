"""The whole chain: a drone flies over microphones, is heard, reported, and tracked where it really is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.listen import chain
from tests.listen.comb import tones

from forehear.records import Kinds, Report, Source
from forehear.synthesise import sound
from forehear.synthesise.engines import ENGINES
from forehear.synthesise.noise import BAND_HZ, Noise, band_power
from forehear.synthesise.travel import straight

SECONDS = 100
# Nine microphones two kilometres apart, none exactly on its grid, at the height of a mast.
PLACES = np.array([(e, n, 2.0) for e in (-2000.0, 0.0, 2000.0) for n in (-2000.0, 0.0, 2000.0)])
PLACES[:, :2] += np.random.default_rng(8).uniform(-300.0, 300.0, (9, 2))


def drone() -> sound.Flight:
    """Comes from the west at 51 m/s and 300 m, its throttle wandering."""
    engine = ENGINES["piston"]
    engine = replace(engine, lines=(replace(engine.lines[0], spread_share=0.0),))
    course = np.radians(80.0)
    velocity = 51.0 * np.array([np.sin(course), np.cos(course), 0.0])
    return sound.Flight(straight((-4200.0, -700.0, 300.0), velocity), engine)


def simple(name: str) -> chain.Hear:
    """A listener of a few lines: the loudest comb of each second, if it stands out."""

    def hear(samples: NDArray[np.float32], at_s: float) -> list[Report]:
        level = 10.0 * np.log10(band_power(samples, 16000.0, BAND_HZ) / 20e-6**2 * 2.0)
        # Full scale reads 94 dB: 1 Pa.
        tone = tones(samples, 70.0, 125.0, 12)[1]
        steady = abs(tone[1] - tone[0]) < 1.5
        heard = Source(level, tone_hz=float(tone.mean()), tone_sigma_hz=0.4, kinds=Kinds(piston=0.9, other=0.1))
        return [Report(name, at_s + 0.5, noise_db=42.0, sources=(heard,) if steady and level > 44.0 else ())]

    return hear


def whole(name: str) -> chain.Hear:
    """The Listener itself."""
    listener = pytest.importorskip("forehear.listen.listener").Listener(name, calibration_db=chain.CALIBRATION_DB)
    return lambda samples, at_s: listener.hear(samples, at_s)


@pytest.mark.slow
@pytest.mark.parametrize("listener", [simple, whole])
def test_from_flight_to_sound_to_reports_to_track(listener: Callable[[str], chain.Hear]) -> None:
    flight = drone()
    played = chain.play(PLACES, [flight], SECONDS, 5, listener, Noise(ambient_db=40.0, wind_db=46.0))
    confirmed = {track.track for _, track in played.tracks if track.status == "confirmed"}
    assert len(confirmed) == 1
    assert {track.kind for _, track in played.tracks if track.status == "confirmed"} == {"piston"}
    rows = played.errors(flight)
    # Before the first microphone is passed only the Doppler of the far side tells: the sigma says so.
    late = rows[rows[:, 0] > 40.0]
    assert len(late) > 0.9 * (SECONDS - 40)
    assert np.median(late[:, 1]) < 60.0
    assert np.mean(late[:, 2] < 3.0) > 0.9
    assert abs(np.median(late[:, 3])) < 1.5
