"""Hear the sounds to learn from: the traits of every family, and whether it is a drone's.

Rows are kept in a table (`TraitTable`), one for each family of each second. A family of a drone's sound counts as
the drone's where the drone alone, through the same recording chain, has it too, in some octave; where it has not,
nobody knows what it is, and it is left out of what is learned from.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bench.listening.recordings import read
from numpy.typing import NDArray

from forehear.constants import LISTENING_RATE_HZ
from forehear.errors import InputError
from forehear.listen.families import Family
from forehear.listen.listener import Listener
from forehear.listen.traits import NAMES, Sound, traits
from forehear.records import Report
from training import sounds
from training.fleets import FLEETS
from training.sounds import LabelledSound, Samples

ROOT = Path(__file__).resolve().parents[1]
# The Svanstrom set (CC0) whole; of ESC-50 those clips whose own authors allow it.
CC0_CLASSES = ("background", "helicopter", "quadcopter")
FREE = "CC0 or CC-BY"
# What lies under other sounds: surroundings without engines.
BED_CLASSES = (
    "background", "rain", "wind", "insects", "crickets", "sea_waves", "crackling_fire", "thunderstorm",
    "chirping_birds", "crow", "frog", "water_drops", "pouring_water", "footsteps", "hen", "rooster", "train",
)  # fmt: skip
# A family is the drone's where its tone, or an octave of it, is this near [share].
NEAR, OCTAVES = 0.02, (1.0, 0.5, 2.0)
SEED = 20261125
OF_DRONE, OF_OTHER, UNKNOWN = 1, 0, -1


class Free(NamedTuple):
    """A recording that anybody may use: its class, its author's number for it, samples."""

    what: str
    clip: str
    samples: Samples


class TraitTable(NamedTuple):
    """Families heard, one a row: arrays (rows,), and of the sounds that they are in (sounds,)."""

    traits: NDArray[np.float32]  # (rows, len(NAMES))
    label: NDArray[np.int8]  # OF_DRONE, OF_OTHER or UNKNOWN
    sound: NDArray[np.int32]  # which sound it is in
    second: NDArray[np.int32]
    before: NDArray[np.int32]  # the row of the same thread's last second, or -1
    gaps: NDArray[np.int32]  # how many seconds lie between
    tone_hz: NDArray[np.float32]
    what: NDArray[np.str_]  # (sounds,) its class
    clip: NDArray[np.str_]  # (sounds,) which recording it is of: those of one are not apart
    seconds: NDArray[np.float32]  # (sounds,)


class FamilyHeard(NamedTuple):
    """A family of one second: its traits and tone [Hz], and which row of the same sound it continues, if any."""

    second: int
    traits: NDArray[np.float32]
    tone_hz: float
    before: int
    gaps: int
    label: int = OF_OTHER


class TraitListener(Listener):
    """A Listener that keeps the traits of every family it hears, and judges none."""

    def __init__(self) -> None:
        """Listen."""
        super().__init__("training", calibration_db=94.0)
        self.kept: list[FamilyHeard] = []
        self._judged = 0
        self._rows: list[int] = []
        self._last: list[NDArray[np.float32]] = []

    def _weigh(self, found: list[Family], sound: Sound) -> list[float]:
        self._last = [traits(family, sound) for family in found]
        return [0.0] * len(found)

    def _judge(self) -> Report | None:
        before, rows = self._threads, self._rows
        report = super()._judge()
        self._judged += 1
        self._rows = []
        for thread in self._threads:
            past = rows[thread.before] if thread.before >= 0 else -1
            if thread.gaps:
                self._rows.append(past)
                continue
            gaps = before[thread.before].gaps if thread.before >= 0 else 0
            now = self._last[len(self._rows)]
            self._rows.append(len(self.kept))
            self.kept.append(FamilyHeard(self._judged, now, thread.family.fine.tone_hz, past, gaps))
        return report


def families(samples: Samples) -> list[FamilyHeard]:
    """Hear a sound (n,) and give its families."""
    listener = TraitListener()
    listener.hear(samples, 0.0)
    return listener.kept


def free_recordings() -> list[Free]:
    """Read the recordings that anybody may use. Raises InputError where they are not."""
    named = os.environ.get("FOREHEAR_AUDIO")
    where = Path(named) if named else ROOT.parent / "shared" / "audio"
    out = [
        Free(name, path.stem, read(path))
        for name in CC0_CLASSES
        for path in sorted((where / "svanstrom" / name).glob("*.flac"))
    ]
    try:
        with (where / "esc50" / "LICENCES.csv").open(encoding="utf-8") as file:
            free = [row for row in csv.DictReader(file) if row["licence"] == FREE]
        # ESC-50 names a clip FOLD-SOURCE-TAKE: takes of one source are of one recording.
        out += [
            Free(
                row["class"],
                row["clip"].split("-")[1],
                read(where / "esc50" / row["class"] / f"{row['clip']}.flac"),
            )
            for row in free
        ]
    except (OSError, KeyError, IndexError) as error:
        raise InputError(f"no recordings: {named or '../shared/audio'}: {error}") from error
    if not any(free_of.what in CC0_CLASSES for free_of in out):
        raise InputError(f"no recordings: {named or '../shared/audio'} has no folder svanstrom")
    return out


Task = tuple[str, int]
Result = list[tuple[str, str, float, list[FamilyHeard]]]
_real: list[Free] = []


def hear_all(tasks: Sequence[Task], log: Callable[[int, int], None], jobs: int) -> TraitTable:
    """Make and hear sounds; `log` is handed so many of so many. The same tasks give the same table."""
    # Read here: what fails in a pool's beginning is begun again for ever.
    real = free_recordings()
    if jobs == 1:
        _begin(real)
        return table_of(_counted(map(_hear, tasks), len(tasks), log))
    with Pool(jobs, _begin, (real,)) as pool:
        return table_of(_counted(pool.imap(_hear, tasks, 8), len(tasks), log))


def _begin(real: list[Free]) -> None:
    _real[:] = real


def _counted(results: Iterable[Result], total: int, log: Callable[[int, int], None]) -> Iterator[Result]:
    for done, result in enumerate(results, 1):
        log(done, total)
        yield result


def _hear(task: Task) -> Result:
    """Make and hear one sound: a task is what to make, of drones with the fleet, and its number."""
    which, k = task
    name, _, number = which.partition(":")
    chance = np.random.default_rng([SEED, len(name), ord(name[0]), k])
    beds = [of.samples for of in _real if of.what in BED_CLASSES]
    if name == "drone":
        made = sounds.drones(chance, beds, FLEETS[int(number)])
        # The same drone alone goes with all of them.
        own = tones_alone(made[0])
        return [("drone", f"drone {k}", _long(s.samples), drones_of(s, own)) for s in made]
    if which == "other":
        sound = sounds.other(chance, beds)
        return [(sound.what, f"other {k}", _long(sound.samples), families(sound.samples))]
    free = _real[k % len(_real)]
    if which.startswith("speed"):
        samples = at_speed(free.samples, float(which.split()[1]))
    else:
        samples = sounds.recorded(chance, free.what, free.samples, beds).samples
    return [(free.what, free.clip, _long(samples), families(samples))]


def at_speed(samples: Samples, speed: float) -> Samples:
    """Play a recording (n,) at another speed."""
    if speed == 1.0:
        return samples
    played = np.interp(np.arange(0.0, len(samples) - 1, speed), np.arange(len(samples)), samples)
    return np.asarray(played, np.float32)


def _long(samples: Samples) -> float:
    return len(samples) / LISTENING_RATE_HZ


def tones_alone(sound: LabelledSound) -> dict[int, list[float]]:
    """Hear the drone alone: its tones [Hz] by second."""
    assert sound.alone is not None
    own: dict[int, list[float]] = {}
    for heard in families(sound.alone):
        own.setdefault(heard.second, []).append(heard.tone_hz)
    return own


def drones_of(sound: LabelledSound, own: dict[int, list[float]]) -> list[FamilyHeard]:
    """Hear a drone in its surroundings, and say which families have its own tones by second."""
    return [
        heard._replace(label=OF_DRONE if _near(heard.tone_hz, own.get(heard.second, [])) else UNKNOWN)
        for heard in families(sound.samples)
    ]


def _near(tone_hz: float, own: Sequence[float]) -> bool:
    return any(abs(tone_hz / tone / k - 1.0) < NEAR for tone in own for k in OCTAVES)


def table_of(results: Iterable[Result]) -> TraitTable:
    """Put together what was heard."""
    rows: list[FamilyHeard] = []
    of_sounds: list[tuple[str, str, float]] = []
    sound: list[int] = []
    for result in results:
        for what, clip, lasted_s, found in result:
            first = len(rows)
            rows += [h._replace(before=h.before + first if h.before >= 0 else -1) for h in found]
            sound += [len(of_sounds)] * len(found)
            of_sounds.append((what, clip, lasted_s))
    traits_of = np.array([r.traits for r in rows], np.float32).reshape(len(rows), len(NAMES))
    return TraitTable(
        traits_of,
        np.array([r.label for r in rows], np.int8),
        np.array(sound, np.int32),
        np.array([r.second for r in rows], np.int32),
        np.array([r.before for r in rows], np.int32),
        np.array([r.gaps for r in rows], np.int32),
        np.array([r.tone_hz for r in rows], np.float32),
        np.array([of[0] for of in of_sounds], np.str_),
        np.array([of[1] for of in of_sounds], np.str_),
        np.array([of[2] for of in of_sounds], np.float32),
    )


def kept_table(path: str) -> TraitTable:
    """Read a table that was kept. Raises InputError for what is none, or one of other traits."""
    try:
        with np.load(path) as kept:
            table = TraitTable(*(kept[name] for name in TraitTable._fields))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no table of traits: {error}") from error
    if table.traits.ndim != 2 or table.traits.shape[1] != len(NAMES):
        found = f"traits {table.traits.shape}; {len(NAMES)} a family are needed"
        raise InputError(f"{path}: {found}: keep it anew")
    return table
