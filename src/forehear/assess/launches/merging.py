"""Bulletins of several files as one list: each raid once, what disagrees or overlaps named and set aside.

Theory: a raid is known by its hours and its places. A row that stands in two files is one; two rows of one raid
with other counts disagree, and the first file stands (the folder's own is the first) unless the newer is to
replace it. Windows may touch: bulletins have begun an hour before the last one ended. But where most of a window
lies within another over the same places, one drone would be counted twice (a day's sum beside its night's), and
the later row is doubted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from forehear.assess.launches.bulletins import COUNTS, Bulletin
from forehear.assess.launches.tables import LEAP_FROM, LEAP_TIMES
from forehear.assess.tables import TableFaults

# Two windows over the same places are one where they share more than this of the shorter: the largest share that
# two true ones have had is one half.
SAME_SHARE = 0.5
# Where a bulletin speaks of the whole country, or of no place, it holds every place.
EVERYWHERE = ("", "ukraine")


@dataclass(frozen=True)
class Merged:
    """Bulletins by time; rows `added`, `known` before and `replaced`; what was set `aside`, in words."""

    bulletins: tuple[Bulletin, ...]
    added: int
    known: int
    replaced: int
    aside: tuple[str, ...]


def _differences(new: Bulletin, old: Bulletin) -> str:
    """The counts in which two rows of one raid differ, in words; empty where they agree.

    A count that only one of them has is no disagreement.
    """
    pairs = [(c, new.counts[c], old.counts[c]) for c in COUNTS]
    return ", ".join(f"{c}={n} (there {o})" for c, n, o in pairs if n != o and n is not None and o is not None)


def _at(bulletin: Bulletin) -> str:
    return f"{bulletin.where} row {bulletin.row}"


def _filled(old: Bulletin, new: Bulletin) -> Bulletin:
    """An old row with the counts that only the new one has."""
    counts = {c: old.counts[c] if old.counts[c] is not None else new.counts[c] for c in COUNTS}
    cells = {c: text or new.cells[c] for c, text in old.cells.items()}
    return replace(old, counts=counts, cells=cells)


def _share(a: Bulletin, b: Bulletin) -> float:
    """The share of the shorter of two windows that both cover."""
    both = min(a.ends, b.ends) - max(a.begins, b.begins)
    shorter = min(a.ends - a.begins, b.ends - b.begins)
    if shorter <= timedelta():
        return 1.0 if both >= timedelta() else 0.0
    return max(0.0, both / shorter)


def _timed(bulletin: Bulletin) -> bool:
    """Whether hours are given: a day alone may hold several raids, and says nothing of overlap."""
    return len(bulletin.cells["time_start"]) > 10 and len(bulletin.cells["time_end"]) > 10


def _overlap(bulletin: Bulletin, others: Sequence[Bulletin]) -> Bulletin | None:
    """The bulletin before this one that counts the same hours over the same places; None where none does."""
    where = bulletin.cells["target"].lower()
    for other in others:
        theirs = other.cells["target"].lower()
        same = where == theirs or where in EVERYWHERE or theirs in EVERYWHERE
        if same and _timed(bulletin) and _timed(other) and _share(bulletin, other) > SAME_SHARE:
            return other
    return None


def merge(files: Sequence[Sequence[Bulletin]], newer_stands: bool = False) -> Merged:
    """Merge bulletins of files, the folder's own first. With `newer_stands` a later file replaces what differs.

    Counts are of the files after the first one; `aside` names each row that was not used, and why.
    """
    kept: dict[tuple[datetime, datetime, str], Bulletin] = {}
    added, known, replaced = 0, 0, 0
    aside: list[str] = []
    for place, bulletins in enumerate(files):
        for bulletin in bulletins:
            old = kept.get(bulletin.window)
            if bulletin.doubt or old is None or old.doubt:
                # A doubted row stays, so that its day is unknown; a sound one of the same raid takes its place.
                if old is None or not bulletin.doubt:
                    kept[bulletin.window] = bulletin
                    added += place > 0 and not bulletin.doubt
                continue
            differ = _differences(bulletin, old)
            known += place > 0 and not differ
            if not differ:
                kept[bulletin.window] = _filled(old, bulletin)
            elif newer_stands and old.where != bulletin.where:
                kept[bulletin.window] = bulletin
                replaced += 1
                aside.append(f"{_at(old)}: replaced by {_at(bulletin)}: {differ}")
            else:
                aside.append(f"{_at(bulletin)}: {differ}: disagrees with {_at(old)} about one raid, which stands")
    place_of = {
        bulletin.where: place for place, bulletins in reversed(list(enumerate(files))) for bulletin in bulletins
    }
    ordered = _without_leaps(sorted(kept.values(), key=lambda b: (b.ends, b.begins, b.row)), aside)
    return Merged(_without_overlaps(ordered, place_of, newer_stands, aside), added, known, replaced, tuple(aside))


def _doubted(bulletin: Bulletin, doubt: str, aside: list[str]) -> Bulletin:
    aside.append(f"{_at(bulletin)}: {doubt}")
    return replace(bulletin, doubt=doubt)


def _without_leaps(ordered: Sequence[Bulletin], aside: list[str]) -> list[Bulletin]:
    """Doubt a number that no raid before it comes near: two numbers run together, or a digit too many."""
    largest, out = LEAP_FROM, []
    for bulletin in ordered:
        launched = 0 if bulletin.doubt else bulletin.counts["launched"] or 0
        if launched > LEAP_TIMES * largest:
            doubt = f"launched={launched}: over {LEAP_TIMES} times the largest raid before ({largest})"
            bulletin = _doubted(bulletin, doubt, aside)
        else:
            largest = max(largest, launched)
        out.append(bulletin)
    return out


def _without_overlaps(
    ordered: Sequence[Bulletin], place_of: dict[str, int], newer_stands: bool, aside: list[str]
) -> tuple[Bulletin, ...]:
    """Doubt a window within another of its own file; of two files, one row stands and the other is left out."""
    out: list[Bulletin] = []
    for bulletin in ordered:
        near = [b for b in out[-8:] if not b.doubt]
        other = None if bulletin.doubt else _overlap(bulletin, near)
        if other is None:
            out.append(bulletin)
            continue
        mine, theirs = place_of[bulletin.where], place_of[other.where]
        loser = bulletin if mine == theirs or (mine > theirs) != newer_stands else other
        stands = other if loser is bulletin else bulletin
        window = f"time_start={loser.cells['time_start']!r}, time_end={loser.cells['time_end']!r}"
        words = f"{window}: most of this window is counted in {_at(stands)}"
        if mine == theirs:
            out.append(_doubted(bulletin, words, aside))
            continue
        launched = f"launched={loser.counts['launched']} (there {stands.counts['launched']})"
        aside.append(f"{_at(loser)}: {words}, which stands; {launched}")
        if loser is other:
            out[out.index(other)] = bulletin
    return tuple(out)


def warn_of_unknown(
    days: Sequence[date], faults: TableFaults, unlikely: float, past_days: int = 61
) -> frozenset[date]:
    """Name runs of days without a bulletin that are too long to be quiet: those days are unknown, not zeros.

    `days`: those with a bulletin, in order. A run of n quiet days in a war in which a share p of the days
    before had a raid has the chance (1 - p)^n; below `unlikely` a run is a gap in the table.
    """
    unknown: set[date] = set()
    have = set(days)
    for last, following in pairwise(days):
        quiet = (following - last).days - 1
        if quiet < 1:
            continue
        seen = sum((last - timedelta(k)) in have for k in range(past_days))
        chance = ((past_days - seen + 1.0) / (past_days + 2.0)) ** quiet
        if chance < unlikely:
            run = [last + timedelta(k) for k in range(1, quiet + 1)]
            unknown.update(run)
            faults.warnings.append(
                f"{run[0]} to {run[-1]}: {quiet} days without a bulletin, after {seen} of {past_days} days had"
                " one: too long to be quiet; these days are unknown, not zero"
            )
    return frozenset(unknown)
