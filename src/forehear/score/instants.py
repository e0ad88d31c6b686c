"""Truth and tracks side by side, one second at a time, both read in step."""

import math
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol, TypeVar

from forehear.errors import InputError

# How far back a line may be out of order [s]; what is further back cannot be read in step.
DISORDER_S = 2
# A track's line stands for the truth's second when it is this near [s]. Lines come once a second, so 0.5
# would do for exact steps; 0.6 bears their jitter, and moving a track by 0.6 s costs it centimetres.
MATCH_WITHIN_S = 0.6


class Timed(Protocol):
    """Anything with a time."""

    @property
    def time_s(self) -> float:
        """Seconds since 1970."""


A = TypeVar("A", bound=Timed)
B = TypeVar("B", bound=Timed)


def by_second(records: Iterable[A], phase_s: float, noun: str) -> Iterator[tuple[int, list[A]]]:
    """Gather records to the nearest whole second from a phase on: (second, its records), in order.

    Seconds without records are left out. Raises InputError where a record is out of order by more than
    DISORDER_S.
    """
    waiting: dict[int, list[A]] = {}
    latest: int | None = None
    for record in records:
        second = math.floor(record.time_s - phase_s + 0.5)
        if latest is None or second > latest:
            latest = second
            for done in sorted(k for k in waiting if k < second - DISORDER_S):
                yield done, waiting.pop(done)
        elif second < latest - DISORDER_S:
            raise InputError(
                f"{noun}: time_s={record.time_s} stands after lines {latest - second} s later; "
                "lines must stand in order of time_s"
            )
        waiting.setdefault(second, []).append(record)
    for done in sorted(waiting):
        yield done, waiting[done]


def in_step(truth: Iterable[A], tracks: Iterable[B]) -> Iterator[tuple[float, bool, list[A], list[B]]]:
    """Lead truth and tracks side by side: (time_s, inside, truths, tracks) of every second that has any.

    `inside` says that the second lies between the first and the last of the truth; without any truth at all
    every second does: nothing flew. Seconds are centred on the truth's own times. A track's line of up to
    MATCH_WITHIN_S before a second that it has no other line in is handed on to it.
    """
    truth = iter(truth)
    first = next(truth, None)
    phase_s = 0.0 if first is None else math.fmod(first.time_s, 1.0)
    everything: Iterator[A] = truth if first is None else chain((first,), truth)
    left, right = by_second(everything, phase_s, "truth"), by_second(tracks, phase_s, "tracks")
    a, b = next(left, None), next(right, None)
    started = False
    late: list[B] = []
    while a is not None or b is not None:
        second = min(x[0] for x in (a, b) if x is not None)
        time_s = second + phase_s
        inside = first is None or (a is not None and (started or a[0] == second))
        truths: list[A] = []
        points = [p for p in late if time_s - MATCH_WITHIN_S <= p.time_s]
        late = []
        if a is not None and a[0] == second:
            truths, started, a = a[1], True, next(left, None)
        if b is not None and b[0] == second:
            points += b[1]
            late = [p for p in b[1] if p.time_s >= time_s + 1.0 - MATCH_WITHIN_S]
            b = next(right, None)
        yield time_s, inside, truths, points


def nearest(records: Iterable[A], names: Iterable[str], time_s: float) -> dict[str, A]:
    """Keep one record a name: the nearest to the time, the first of two as near."""
    best: dict[str, A] = {}
    for record, name in zip(records, names, strict=True):
        other = best.get(name)
        if other is None or abs(record.time_s - time_s) < abs(other.time_s - time_s):
            best[name] = record
    return best
