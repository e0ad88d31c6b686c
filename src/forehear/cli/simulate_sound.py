"""`forehear simulate NAME --sound SENSOR`: a scenario's sound at one of its sensors, as a file to listen to."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forehear.cli.progress import Progress
from forehear.errors import ConfigurationError

if TYPE_CHECKING:
    from forehear.simulate.run import World
    from forehear.synthesise.scene import Scene

# Level of a full-scale sine in the file [dB re 20 uPa]: a drone at 30 m is not cut off, and what the steps of 16
# bits add lies 35 dB under a quiet night.
CALIBRATION_DB = 94.0
# So many sensors are named where one is asked for that there is not.
NAMED = 8


def write_sound(world: "World", sensor: str, out: Path, suffix: str) -> None:
    """Write the sound at a sensor to OUT/SENSOR.wav or .flac. Raises ConfigurationError where there is no such."""
    from forehear.io.audio_out import write_audio
    from forehear.synthesise.scene import scene_at
    from forehear.synthesise.sound import RATE_HZ

    ids = [one.id for one in world.network.sensors]
    if sensor not in ids:
        some = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
        raise ConfigurationError("command line", [f"--sound {sensor!r}: no such sensor; there are {some}"])
    began = time.monotonic()
    scene = scene_at(world, ids.index(sensor))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{sensor.replace('/', '_')}.{suffix}"
    cut = write_audio(path, _blocks(scene, sensor), round(RATE_HZ), len(scene.microphones_m))
    start = f"{world.scenario.start_s:.10g}"
    took = time.monotonic() - began
    words = [
        f"simulated {world.scenario.name}, seed {world.seed}: {world.scenario.duration_s:,} s of sound at "
        f"{sensor}, {len(scene.flights)} emitters near, in {took:.1f} s",
        f"full scale: a sine that fills the file has {CALIBRATION_DB:g} dB re 20 uPa; to hear it as the sensor:",
        f"  forehear listen {path} --sensor {sensor} --start {start} --calibration-db {CALIBRATION_DB:g}",
    ]
    if cut:
        words.insert(1, f"{cut:,} samples were louder than full scale and are cut off there")
    print("\n".join(words), file=sys.stderr)


def _blocks(scene: "Scene", sensor: str) -> Iterator[NDArray[np.float32]]:
    from forehear.synthesise.sound import full_scale

    with Progress(f"simulating sound at {sensor}") as progress:
        progress.begin("", scene.world.scenario.duration_s)
        for second, block in enumerate(scene.blocks()):
            yield full_scale(block, CALIBRATION_DB)
            progress.show(second + 1.0)
