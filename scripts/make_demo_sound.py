"""Make the recording that ships for the demonstration: a propeller drone flies past a microphone.

    python scripts/make_demo_sound.py [OUT.flac]

The drone and the wind are synthesised (`forehear.synthesise.sound`), the surroundings are grains of a CC0
recording of a background that is one of the tests' (tests/listen/data/SOURCES.md). The same code gives the
same bytes.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from forehear.synthesise.engines import ENGINES
from forehear.synthesise.noise import Noise
from forehear.synthesise.sound import RATE_HZ, Environment, Flight, full_scale, sound_at
from forehear.synthesise.travel import straight
from forehear.synthesise.turbulence import Turbulence
from forehear.synthesise.ways import Ground

ROOT = Path(__file__).parents[1]
BACKGROUND = ROOT / "tests" / "listen" / "data" / "background_004.flac"
OUT = ROOT / "src" / "forehear" / "listen" / "drone-pass.flac"
SECONDS = 34.0
SPEED_MPS, ASIDE_M, HEIGHT_M, NEAREST_S = 46.0, 160.0, 120.0, 18.0
AMBIENT_DB, WIND_DB, SEED = 48.0, 50.0, 7
# Grains of the background, and how long each fades into the next [s].
GRAIN_S, FADE_S = 3.0, 1.0


def surroundings(chance: np.random.Generator) -> NDArray[np.float32]:
    """Lay grains of the background over each other, so that it does not repeat."""
    recorded, rate_hz = soundfile.read(BACKGROUND, dtype="float64")
    assert rate_hz == RATE_HZ
    grain, fade = int(GRAIN_S * RATE_HZ), int(FADE_S * RATE_HZ)
    shape = np.ones(grain)
    # Grains do not know each other: their powers add.
    shape[:fade] = np.sin(0.5 * np.pi * (np.arange(fade) + 0.5) / fade)
    shape[-fade:] = shape[:fade][::-1]
    out = np.zeros(int(SECONDS * RATE_HZ) + 2 * grain)
    for begin in range(0, len(out) - grain, grain - fade):
        start = int(chance.integers(len(recorded) - grain))
        out[begin : begin + grain] += shape * recorded[start : start + grain]
    return np.asarray(out[fade:][: int(SECONDS * RATE_HZ)], np.float32)


def drone_pass() -> NDArray[np.float32]:
    """Synthesise the pass (n,) in full scale; full scale is 94 dB re 20 uPa."""
    chance = np.random.default_rng(SEED)
    noise = Noise(ambient_db=None, wind_db=WIND_DB, recorded=surroundings(chance), recorded_db=AMBIENT_DB)
    engine = ENGINES["piston"]
    engine = replace(engine, lines=(replace(engine.lines[0], spread_share=0.0),))
    motion = straight((0.0, ASIDE_M, HEIGHT_M), (SPEED_MPS, 0.0, 0.0), NEAREST_S)
    environment = Environment(ground=Ground(), turbulence=Turbulence(), noise=noise)
    heard = sound_at([(0.0, 0.0, 2.0)], [Flight(motion, engine)], SECONDS, chance, environment=environment)
    return full_scale(heard[:, 0])


def main() -> None:
    """Write it."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    soundfile.write(out, drone_pass(), int(RATE_HZ), subtype="PCM_16")
    print(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
