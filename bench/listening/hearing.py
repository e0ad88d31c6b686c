"""What a listener makes of recordings and mixtures: one strength a second, each sound with a fresh listener."""

import math
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import soxr

from bench.listening import comb
from bench.listening.mixtures import LEAD_S, RATIOS_DB, Mixture
from bench.listening.recordings import RATE_HZ, Clip, Samples, windows
from forehear.records import Report, TargetKind

ListenFn = Callable[[Samples, float], Sequence[Report]]
# A source is reported as a drone with a propeller above this.
PISTON = 0.5
# How much slower and faster recordings are played, so that tones are others than those known: nearly three
# semitones to either side.
SPEEDS = (0.85, 0.93, 1.08, 1.18)
# A live stream's pieces: half a second.
PIECE = 8000


class Second(NamedTuple):
    """One report: its middle, how much it speaks for a propeller, and at which tone; no tone if nothing was heard.

    `strength` is the largest `piston` of its sources, or the comb's score in dB; `jet` the largest `jet`.
    """

    at_s: float
    strength: float
    tone_hz: float | None
    jet: float = 0.0


@dataclass(frozen=True)
class Shifted:
    """A recording played slower or faster, so that its tones are others."""

    recorded: Samples
    speed: float

    def sound(self) -> Samples:
        """Play it."""
        played = soxr.resample(self.recorded, RATE_HZ * self.speed, RATE_HZ)
        return np.asarray(np.clip(played, -1.0, 1.0), np.float32)


HearFn = Callable[[Samples], list[Second]]


@dataclass(frozen=True)
class Item:
    """A sound to be heard: `part` says what it is asked for, `drone` the recording in it if any.

    Judged from `from_s` on; before, a mixture is noise alone. What is mixed or shifted is made when it is heard.
    """

    part: str
    name: str
    group: str
    label: TargetKind
    sound: Samples | Mixture | Shifted
    drone: str = ""
    ratio_db: float = 0.0
    from_s: float = 0.0

    def samples(self) -> Samples:
        """Give its samples (n,)."""
        if isinstance(self.sound, Mixture):
            return self.sound.sound(self.ratio_db, self.from_s)
        return self.sound.sound() if isinstance(self.sound, Shifted) else self.sound


class ItemHeard(NamedTuple):
    """What came of an item: the seconds that are judged, and how long they are together [s]."""

    item: Item
    seconds: list[Second]
    length_s: float

    def hits(self, threshold: float = PISTON) -> list[Second]:
        """Give the seconds in which it was reported as a propeller."""
        return [s for s in self.seconds if s.strength > threshold]


def listener(samples: Samples, at_s: float) -> list[Report]:
    """Hear with the Listener, in the pieces of a live stream."""
    from forehear.listen.listener import Listener

    fresh = Listener("bench")
    reports: list[Report] = []
    for first in range(0, len(samples), PIECE):
        reports += fresh.hear(samples[first : first + PIECE], at_s + first / RATE_HZ)
    return [*reports, *fresh.end()]


def by_reports(listen: ListenFn, samples: Samples) -> list[Second]:
    """Hear with a listener that makes reports."""
    out = []
    for report in listen(samples, 0.0):
        odds = [(s.kinds.piston, s.tone_hz) for s in report.sources if s.kinds is not None]
        strength, tone = max(odds, key=lambda t: t[0], default=(0.0, None))
        jet = max((s.kinds.jet for s in report.sources if s.kinds is not None), default=0.0)
        out.append(Second(report.heard_at_s, strength, tone, jet))
    return out


def by_comb(samples: Samples) -> list[Second]:
    """Hear with the plain comb, by its scores."""
    return [
        Second(k + 0.5, s, t)
        for k, (s, t) in enumerate(zip(*(x.tolist() for x in comb.scores(samples)), strict=True))
    ]


def items_of(drones: Sequence[Clip], negatives: Sequence[Clip], mixed: Sequence[Mixture]) -> list[Item]:
    """List all that is to be heard."""
    out = [Item("clips", c.name, c.group, c.label, c.samples, c.name) for c in drones]
    for clip in drones:
        cut = enumerate(windows(clip))
        out += [Item("windows", f"{clip.name}#{k}", clip.group, clip.label, w, clip.name) for k, w in cut]
    out += [Item("negatives", c.name, c.group, "other", c.samples) for c in negatives]
    for part, lead_s in (("cold", 0.0), ("warm", LEAD_S)):
        for ratio in RATIOS_DB:
            for m in mixed:
                out.append(Item(part, m.name, m.noise, "piston", m, m.drone, ratio, lead_s))
    for speed in SPEEDS:
        for c in (*drones, *negatives):
            drone = "" if c.label == "other" else c.name
            out.append(Item("shifted", f"{c.name} x{speed:g}", c.group, c.label, Shifted(c.samples, speed), drone))
    return out


def hear_one(hear: HearFn, item: Item) -> ItemHeard:
    """Hear one item."""
    samples = item.samples()
    seconds = [s for s in hear(samples) if s.at_s >= item.from_s]
    return ItemHeard(item, seconds, len(samples) / RATE_HZ - item.from_s)


def hear_all(hear: HearFn, items: Sequence[Item], what: str, jobs: int = 1) -> list[ItemHeard]:
    """Hear all items, in their order; progress on stderr."""
    work = partial(hear_one, hear)
    if jobs == 1:
        return list(progress(map(work, items), len(items), what))
    with multiprocessing.Pool(jobs) as pool:
        return list(progress(pool.imap(work, items, chunksize=8), len(items), what))


def progress(of: Iterable[Any], count: int, what: str) -> Iterator[Any]:
    """Pass on what comes and say on stderr how far it is, at most every second and at the end."""
    begin = shown_at = time.perf_counter()
    live = sys.stderr.isatty()
    for done, each in enumerate(of, start=1):
        now = time.perf_counter()
        if done == count or now - shown_at > (1.0 if live else 30.0):
            shown_at = now
            left_s = math.ceil((now - begin) / done * (count - done))
            end = "\r" if live and done < count else "\n"
            words = f"bench: {what}: {done} of {count}, {now - begin:.0f} s, {left_s} s left"
            print(f"{words:<79}", end=end, file=sys.stderr, flush=True)
        yield each
