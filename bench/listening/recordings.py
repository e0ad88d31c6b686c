"""The real recordings that listening is measured on: where they are, what each is, and excerpts of them.

They are not part of the project (their licences forbid it): the folder is named by FOREHEAR_AUDIO, or lies at
../shared/audio beside the project. Without it whatever needs it is skipped, and says so.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError
from forehear.records import TargetKind

Samples = NDArray[np.float32]
ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = float(LISTENING_RATE_HZ)

# The one recording of a jet; every other of its folder is of a propeller.
JETS = ("geran_3_20250920_01",)
# Classes of ESC-50 that are quiet surroundings: a false drone there is one without any excuse.
BIRDS = ("chirping_birds", "crow", "hen", "rooster")
QUIET = ("wind", "rain", "sea_waves", "insects", "crickets", *BIRDS, "background")


@dataclass(frozen=True)
class Clip:
    """A recording: `group` is its folder, `label` the kind of every source in it."""

    name: str
    group: str
    label: TargetKind
    samples: Samples

    @property
    def seconds(self) -> float:
        """How long it is [s]."""
        return len(self.samples) / RATE_HZ


class NoRecordings(InputError):
    """There are no recordings to measure with."""


def required() -> Path:
    """Find the recordings. Raises NoRecordings where there are none."""
    named = os.environ.get("FOREHEAR_AUDIO")
    where = Path(named) if named else ROOT.parent / "shared" / "audio"
    for part in ("poltechmil", "esc50", "svanstrom"):
        if not (where / part).is_dir():
            place = named or "../shared/audio"
            raise NoRecordings(f"no recordings: {place} has no folder {part}; FOREHEAR_AUDIO names their place")
    return where


@cache
def read(path: Path) -> Samples:
    """Read one recording (n,), full scale 1, mean of its channels. Raises InputError at another rate."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != LISTENING_RATE_HZ:
        raise InputError(f"{path}: sampling rate {rate} Hz; the benchmark's recordings have {LISTENING_RATE_HZ}")
    return np.asarray(samples.mean(axis=1), np.float32)


def drones(where: Path) -> list[Clip]:
    """Read the drones: propellers are `piston`, the jet is `jet`."""
    paths = sorted((where / "poltechmil").glob("*.flac"))
    return [Clip(p.stem, "poltechmil", "jet" if p.stem in JETS else "piston", read(p)) for p in paths]


def negatives(where: Path, each: int | None = None) -> list[Clip]:
    """Read what is no drone of concern, by class, those of `svanstrom` too; `each`: only so many of a class."""
    out = []
    classes = [c for part in ("esc50", "svanstrom") for c in sorted((where / part).iterdir()) if c.is_dir()]
    for of_class in classes:
        # Both sources have helicopters: the class is named with its source where it is not ESC-50.
        name = of_class.name if of_class.parent.name == "esc50" else f"{of_class.parent.name}/{of_class.name}"
        paths = sorted(of_class.glob("*.flac"))
        taken = paths if each is None else [paths[i] for i in _evenly(len(paths), each)]
        out += [Clip(f"{name}/{p.stem}", name, "other", read(p)) for p in taken]
    return out


def _evenly(count: int, wanted: int) -> list[int]:
    return [k * count // min(wanted, count) for k in range(min(wanted, count))]


def windows(clip: Clip, length_s: float = 3.0, hop_s: float = 1.5) -> list[Samples]:
    """Cut overlapping excerpts; the last one ends with the clip, and a shorter clip is its own only excerpt."""
    length, hop = round(length_s * RATE_HZ), round(hop_s * RATE_HZ)
    spare = len(clip.samples) - length
    if spare <= 0:
        return [clip.samples]
    starts = list(range(0, spare + 1, hop))
    # A rest of less than a quarter second is not worth an excerpt of its own.
    if spare - starts[-1] > RATE_HZ / 4:
        starts.append(spare)
    return [clip.samples[i : i + length] for i in starts]


def looped(samples: Samples, count: int, fade_s: float = 0.1) -> Samples:
    """Play a recording round and round to `count` samples, each turn faded into the next at equal power."""
    fade = min(round(fade_s * RATE_HZ), len(samples) // 4)
    if len(samples) >= count:
        return samples[:count]
    rise = np.sin(np.linspace(0.0, 0.5 * np.pi, fade, dtype=np.float32))
    turn = samples.copy()
    turn[:fade] = turn[:fade] * rise
    turn[len(turn) - fade :] *= rise[::-1]
    step = len(turn) - fade
    out = np.zeros(count + 2 * len(turn), np.float32)
    # It begins inside a turn, not with a fade from silence.
    for first in range(0, count + fade, step):
        out[first : first + len(turn)] += turn
    return out[fade : fade + count]
