"""Hear the sounds to learn from: the traits of every family, and whether it is a drone's.

Rows are kept in a table (`TraitTable`), one for each family of each second. A family of a drone's sound counts as
the drone's where the drone alone, through the same recording chain, has it too, in some octave; where it has not,
nobody knows what it is, and it is left out.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bench.listening.recordings import read
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError
from forehear.listen import kinds
from forehear.listen.listener import Listener
from forehear.records import Report
from training import sounds
from training.chance import Array
from training.sounds import LabelledSound, Samples

ROOT = Path(__file__).resolve().parents[1]
# Classes of the Svanstrom set (CC0): all of them are no propeller drones.
CC0_CLASSES = ("background", "helicopter", "quadcopter")
# A family is the drone's where its tone, or an octave of it, is this near [share].
NEAR, OCTAVES = 0.02, (1.0, 0.5, 2.0)
SEED = 20261122


class TraitTable(NamedTuple):
    """Families heard: `traits` (n, traits), `drone` (n,), what each is of (n,), the number of its sound (n,)."""

    traits: Array
    drone: NDArray[np.bool_]
    what: NDArray[np.str_]
    sound: NDArray[np.intp]
    seconds: float  # of all sounds without a drone


class FamilyHeard(NamedTuple):
    """A family of one second: its traits and tone [Hz]."""

    second: int
    traits: kinds.Traits
    tone_hz: float


class TraitListener(Listener):
    """A Listener that keeps the traits of every family it hears."""

    def __init__(self) -> None:
        """Listen."""
        super().__init__("training", calibration_db=94.0)
        self.kept: list[FamilyHeard] = []
        self._judged = 0

    def _judge(self) -> Report | None:
        report = super()._judge()
        sound = self._sound()
        self._judged += 1
        for thread in self._threads:
            traits = kinds.traits(thread.family, sound)
            self.kept.append(FamilyHeard(self._judged, traits, thread.family.fine.tone_hz))
        return report


def families(samples: Samples) -> list[FamilyHeard]:
    """Hear a sound (n,) and give its families."""
    listener = TraitListener()
    listener.hear(samples, 0.0)
    return listener.kept


def cc0() -> list[tuple[str, Samples]]:
    """Read the recordings that anybody may use: (class, samples). Raises InputError where they are not."""
    named = os.environ.get("FOREHEAR_AUDIO")
    where = (Path(named) if named else ROOT.parent / "shared" / "audio") / "svanstrom"
    paths = [path for name in CC0_CLASSES for path in sorted((where / name).glob("*.flac"))]
    if not paths:
        searched = "FOREHEAR_AUDIO" if named else "../shared/audio"
        raise InputError(f"no recordings: {searched} has no folder svanstrom with {', '.join(CC0_CLASSES)}")
    return [(path.parent.name, read(path)) for path in paths]


def hear_all(drones: int, others: int, recorded: int, log: Callable[[int, int], None], jobs: int) -> TraitTable:
    """Make and hear so many sounds; `log` is handed so many of so many. The same numbers give the same table."""
    tasks = [("drone", k) for k in range(drones)] + [("other", k) for k in range(others)]
    tasks += [("recorded", k) for k in range(recorded)]
    # Read here: what fails in a pool's beginning is begun again for ever.
    with Pool(jobs, _begin, (cc0(),)) as pool:
        return _table(_counted(pool.imap(_hear, tasks, 8), len(tasks), log))


def hear_recorded(speeds: Sequence[float], jobs: int) -> TraitTable:
    """Hear the recordings as they are, at some speeds."""
    real = cc0()
    tasks = [(speed, k) for speed in speeds for k in range(len(real))]
    with Pool(jobs, _begin, (real,)) as pool:
        return _table(pool.imap(_at_speed, tasks, 8))


Result = tuple[str, float, list[kinds.Traits]]
_real: list[tuple[str, Samples]] = []


def _begin(real: list[tuple[str, Samples]]) -> None:
    _real[:] = real
    # What is learned must not hang on what was learned before, of other evidence perhaps.
    vars(kinds)["WEIGHTS"] = (0.0,) * len(kinds.EVIDENCE)


def _counted(results: Iterable[Result], total: int, log: Callable[[int, int], None]) -> Iterable[Result]:
    for done, result in enumerate(results, 1):
        log(done, total)
        yield result


def _hear(task: tuple[str, int]) -> Result:
    """Make and hear one sound: what it is, how long what is no drone lasts [s], and its families."""
    which, k = task
    chance = np.random.default_rng([SEED, ("drone", "other", "recorded").index(which), k])
    backgrounds = [samples for name, samples in _real if name == "background"]
    if which == "drone":
        return "drone", 0.0, drones_of(sounds.drone(chance, backgrounds))
    if which == "other":
        sound = sounds.other(chance, backgrounds)
    else:
        sound = sounds.recorded(chance, *_real[k % len(_real)], backgrounds)
    return sound.what, len(sound.samples) / LISTENING_RATE_HZ, [h.traits for h in families(sound.samples)]


def drones_of(sound: LabelledSound) -> list[kinds.Traits]:
    """Hear a drone and give the families that are its own."""
    assert sound.alone is not None
    own: dict[int, list[float]] = {}
    for heard in families(sound.alone):
        own.setdefault(heard.second, []).append(heard.tone_hz)
    return [
        heard.traits
        for heard in families(sound.samples)
        if any(abs(heard.tone_hz / tone / k - 1.0) < NEAR for tone in own.get(heard.second, []) for k in OCTAVES)
    ]


def _at_speed(task: tuple[float, int]) -> Result:
    speed, k = task
    name, samples = _real[k]
    played = np.interp(np.arange(0.0, len(samples) - 1, speed), np.arange(len(samples)), samples).astype(
        np.float32
    )
    return name, len(played) / LISTENING_RATE_HZ, [h.traits for h in families(played)]


def kept_table(path: str) -> TraitTable:
    """Read a table that was kept. Raises InputError for what is none, or one of other traits."""
    try:
        with np.load(path) as kept:
            table = TraitTable(*(kept[name] for name in TraitTable._fields))._replace(
                seconds=float(kept["seconds"])
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no table of traits: {error}") from error
    if table.traits.ndim != 2 or table.traits.shape[1] != len(kinds.Traits._fields):
        found = f"traits {table.traits.shape}; {len(kinds.Traits._fields)} a family are needed"
        raise InputError(f"{path}: {found}: keep it anew")
    return table


def _table(results: Iterable[Result]) -> TraitTable:
    rows: list[tuple[kinds.Traits, str, int]] = []
    seconds = 0.0
    for number, (what, lasted_s, found) in enumerate(results):
        seconds += lasted_s
        rows += [(traits, what, number) for traits in found]
    what_of = np.array([r[1] for r in rows], np.str_)
    return TraitTable(
        np.array([r[0] for r in rows], np.float64).reshape(len(rows), len(kinds.Traits._fields)),
        what_of == "drone",
        what_of,
        np.array([r[2] for r in rows], np.intp),
        seconds,
    )
