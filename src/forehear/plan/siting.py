"""Which of many possible places to take for further sensors: greedy, then swaps, on the odds that k sensors hear.

Theory. What is to be large is the mean over all places (each equal) and over what all share of the odds that at
least k sensors hear a target there. Of each place only the odds of 0, 1, ..., k - 1 hearers are kept: a further
sensor with the odds p turns f into (1 - p) f + p shift(f) and gains p f[k - 1].

For k = 1 that gain only shrinks as sensors are added (it is submodular), and greedy is within 1 - 1 / e of the
best; for k of 2 or more the first sensors gain nothing at all. So the ladder to k is climbed with small weights
for 1 to k - 1 hearers, that are taken away step by step; after each, swaps: a sensor is taken out and the best
one put in its place, for as long as that gains. Several ladders are tried, and the best is kept. Gains are
reckoned anew only where the last choice reached (for k = 1 what lazy greedy gives; for k > 1, where a stale gain
is no bound, still right).

Of the same numbers the same choice comes out: no chance, no clock; ties go to the first.
Reference: Nemhauser, Wolsey and Fisher 1978, 10.1007/BF01588971; Khuller, Moss and Naor 1999,
10.1016/S0020-0190(99)00031-9 (with a budget, the better of gain and gain for its cost).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# --- numbers that decide -----------------------------------------------------------------------------
# Ladders: the weight of each rung below the next one. The first leaves the least for lower counts.
LADDERS = (0.3, 0.6)
# Rungs are taken away in so many steps, each followed by swaps.
FADES = (1.0, 0.3, 0.0)
# Swaps go round all sensors so often at most, and a swap must gain so much of all places.
MOST_ROUNDS, LEAST_GAIN = 12, 1e-9
# -----------------------------------------------------------------------------------------------------


class Choice(NamedTuple):
    """C candidates and P places, over Q nodes of what all share, W times weathers: rows of a sparse matrix.

    Candidate c reaches places `place[first[c]:first[c + 1]]` with the odds `odds` (R, Q); `weight` (Q,) sums to 1.
    `before` (P, Q, k) are the odds of 0 to k - 1 hearers among the sensors that are there already.
    """

    first: Ints
    place: Ints
    odds: Array
    weight: Array
    before: Array
    cost: Array
    must: Flags
    never: Flags

    @property
    def hearers(self) -> int:
        """How many must hear."""
        return int(self.before.shape[2])


class Chosen(NamedTuple):
    """The candidates taken, in the order of their numbers, and the mean odds over all places, before and after."""

    taken: Ints
    before: float
    after: float
    finished: bool = True


class Stopped(Exception):
    """Raised by whoever shows progress to stop: what is done is kept."""


def _put(fewer: Array, odds: Array) -> Array:
    """Give the odds of fewer than k hearers (..., k) with one more sensor of the odds (...)."""
    p = odds[..., None]
    out = (1.0 - p) * fewer
    out[..., 1:] += p * fewer[..., :-1]
    return out


class _Board:
    """Places with what hears them now, and what each candidate would gain."""

    def __init__(self, choice: Choice, rungs: Array) -> None:
        self.choice, self.rungs = choice, rungs
        self.fewer = choice.before.copy()
        self.inside = np.zeros(len(choice.first) - 1, bool)
        self.owner = np.repeat(np.arange(len(self.inside)), np.diff(choice.first))
        # Which rows of the matrix are of each place.
        self.by_place = np.argsort(choice.place, kind="stable")
        self.starts = np.searchsorted(choice.place[self.by_place], np.arange(len(choice.before) + 1))
        self.gain_of_row = self._row_gains(np.arange(len(choice.place)))
        self.gains = np.bincount(self.owner, self.gain_of_row, len(self.inside))

    def _row_gains(self, rows: Ints) -> Array:
        """What each row would add, by the rungs: one more hearer where exactly j - 1 hear."""
        worth = self.fewer[self.choice.place[rows]] @ self.rungs
        return np.asarray((self.choice.odds[rows] * worth) @ self.choice.weight, np.float64)

    def rows(self, candidate: int) -> Ints:
        """The matrix's rows of a candidate."""
        return np.arange(self.choice.first[candidate], self.choice.first[candidate + 1])

    def _rows_at(self, places: Ints) -> tuple[Ints, Ints]:
        """The matrix's rows at some places, place by place, and how many each has."""
        lengths = self.starts[places + 1] - self.starts[places]
        inside = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.by_place[np.repeat(self.starts[places], lengths) + inside], lengths

    def _renew(self, places: Ints) -> None:
        rows, _ = self._rows_at(places)
        new = self._row_gains(rows)
        self.gains += np.bincount(self.owner[rows], new - self.gain_of_row[rows], len(self.inside))
        self.gain_of_row[rows] = new

    def add(self, candidate: int) -> None:
        """Take a candidate in."""
        rows = self.rows(candidate)
        places = self.choice.place[rows]
        self.fewer[places] = _put(self.fewer[places], self.choice.odds[rows])
        self.inside[candidate] = True
        self._renew(places)

    def drop(self, candidate: int) -> None:
        """Take a candidate out again: its places are put together anew from those that are left."""
        self.inside[candidate] = False
        places = self.choice.place[self.rows(candidate)]
        fresh = self.choice.before[places].copy()
        rows, lengths = self._rows_at(places)
        at = np.repeat(np.arange(len(places)), lengths)
        kept = self.inside[self.owner[rows]]
        rows, at = rows[kept], at[kept]
        # One hearer of each place at a time.
        order = np.argsort(at, kind="stable")
        rows, at = rows[order], at[order]
        rank = np.arange(len(at)) - np.searchsorted(at, at)
        for r in range(int(rank.max(initial=-1)) + 1):
            now = rank == r
            fresh[at[now]] = _put(fresh[at[now]], self.choice.odds[rows[now]])
        self.fewer[places] = fresh
        self._renew(places)


def rungs_of(count: int, ladder: float, fade: float) -> Array:
    """Give the weights of P(at least 1), ..., P(at least k): 1 for k, less and less below, times `fade`."""
    below = fade * ladder ** np.arange(count - 1, 0, -1)
    return np.concatenate([below, [1.0]])


def mean_odds(choice: Choice, taken: Ints | Sequence[int]) -> float:
    """Give the mean over places of the odds that k hear, with these candidates taken."""
    fewer = choice.before.copy()
    for candidate in taken:
        rows = np.arange(choice.first[candidate], choice.first[candidate + 1])
        fewer[choice.place[rows]] = _put(fewer[choice.place[rows]], choice.odds[rows])
    return float(((1.0 - fewer.sum(axis=2)) @ choice.weight).mean())


def choose(
    choice: Choice, add: int, budget: float = np.inf, show: Callable[[float, str], None] = lambda done, what: None
) -> Chosen:
    """Choose at most `add` candidates within a budget: greedy, then swaps, over all ladders.

    `show` is told the share done; it may raise Stopped, and the best of what is done comes back, unfinished.
    """
    none = np.zeros(0, np.int64)
    begun = mean_odds(choice, none)
    best, finished = np.flatnonzero(choice.must), True
    top = mean_odds(choice, best)
    ladders = LADDERS if choice.hearers > 1 else LADDERS[:1]
    by_cost = (False, True) if np.isfinite(budget) and np.ptp(choice.cost) > 0.0 else (False,)
    runs = [(ladder, cost) for ladder in ladders for cost in by_cost]
    try:
        for number, (ladder, cost) in enumerate(runs):
            for share, taken in _climb(choice, add, budget, ladder, cost):
                value = mean_odds(choice, taken)
                if value > top + LEAST_GAIN:
                    best, top = taken, value
                show((number + share) / len(runs), f"{len(taken)} places, mean odds {top:.3f}")
    except Stopped:
        finished = False
    return Chosen(np.sort(best), begun, top, finished)


def _climb(choice: Choice, add: int, budget: float, ladder: float, by_cost: bool) -> Iterator[tuple[float, Ints]]:
    """One ladder: greedy on all rungs, then swaps with fewer and fewer. Yields the share done and what is
    taken.
    """
    board = _Board(choice, rungs_of(choice.hearers, ladder, 1.0))
    left, spent = add, 0.0
    for candidate in np.flatnonzero(choice.must):
        board.add(int(candidate))
        left, spent = left - 1, spent + float(choice.cost[candidate])
    for number in range(left):
        free = ~board.inside & ~choice.never & (choice.cost <= budget - spent + 1e-9)
        gains = np.where(free, board.gains / np.maximum(choice.cost, 1e-9) if by_cost else board.gains, -1.0)
        found = int(np.argmax(gains))
        if gains[found] <= 0.0:
            break
        board.add(found)
        spent += float(choice.cost[found])
        if number % 10 == 9:
            yield 0.3 * number / left, np.flatnonzero(board.inside)
    yield 0.3, np.flatnonzero(board.inside)
    fades = FADES if choice.hearers > 1 else FADES[-1:]
    for step, fade in enumerate(fades):
        taken = np.flatnonzero(board.inside)
        board = _Board(choice, rungs_of(choice.hearers, ladder, fade))
        for candidate in taken:
            board.add(int(candidate))
        for turn in range(MOST_ROUNDS):
            swapped = _swaps(board, budget)
            done = (step + (turn + 1) / MOST_ROUNDS) / len(fades)
            yield 0.3 + 0.7 * done, np.flatnonzero(board.inside)
            if not swapped:
                break


def _swaps(board: _Board, budget: float) -> bool:
    """Take each sensor out once and put the best one in; say whether anything changed for the better."""
    choice, better = board.choice, False
    scale = max(len(choice.before), 1)
    for candidate in np.flatnonzero(board.inside & ~choice.must):
        spent = float(choice.cost[board.inside].sum())
        out = int(candidate)
        board.drop(out)
        own = board.gains[out]
        free = ~board.inside & ~choice.never
        free &= choice.cost <= budget - spent + float(choice.cost[out]) + 1e-9
        gains = np.where(free, board.gains, -1.0)
        found = int(np.argmax(gains))
        if gains[found] > own + LEAST_GAIN * scale:
            better = True
        else:
            found = out
        board.add(found)
    return better
