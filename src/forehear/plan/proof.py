"""How far from the best a choice of places can be: a bound by a mixed-integer program (HiGHS).

Theory. The odds that k hear are no concave function of anything linear, so the proof is of the count: a sensor
hears a place where its odds are a half or more, a place counts where k do, and no choice can make more places
count than the program's bound. The same search (`siting`) runs on that count, and what it reaches is set beside
the best that the program finds and beside the bound: how good the search is on this very map. For one hearer the
odds themselves have a bound, too: they are submodular, so that no choice of m gains more than the m largest
gains that are left. Reference: Church and ReVelle 1974, 10.1007/BF01942293 (maximal covering); Huangfu and Hall
2018, 10.1007/s12532-017-0130-5 (HiGHS); Nemhauser, Wolsey and Fisher 1978, 10.1007/BF01588971.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.plan.siting import Choice, choose

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

# --- numbers that decide -----------------------------------------------------------------------------
# A sensor hears, yes or no, from these odds on.
EVEN = 0.5
# Nodes of the search at most: the same answer on a fast and on a slow machine.
MOST_NODES = 2_000
# A gap of this share of the best is proof enough.
GAP = 0.005
# -----------------------------------------------------------------------------------------------------


class Proof(NamedTuple):
    """What the choice reaches, what the program found, and what nothing can exceed, as shares of all places."""

    reached: float
    found: float
    bound: float
    finished: bool

    @property
    def ratio(self) -> float:
        """What is reached over the best that the program found."""
        return self.reached / self.found if self.found > 0.0 else 1.0


def yes_or_no(choice: Choice) -> Choice:
    """Give the choice in which a sensor hears a place, or does not: with even odds or better, it does.

    Hearers that are there already count by their odds' mean, rounded.
    """
    mean = choice.odds @ choice.weight
    kept = mean >= EVEN
    owner = np.repeat(np.arange(len(choice.first) - 1), np.diff(choice.first))[kept]
    first = np.searchsorted(owner, np.arange(len(choice.first)))
    k = choice.hearers
    fewer = np.einsum("pqj,q->pj", choice.before, choice.weight)
    # The likeliest number of hearers, k standing for k and more.
    now = np.argmax(np.concatenate([fewer, 1.0 - fewer.sum(axis=1, keepdims=True)], axis=1), axis=1)
    before = np.zeros((len(fewer), 1, k))
    some = now < k
    before[np.flatnonzero(some), 0, now[some]] = 1.0
    return choice._replace(
        first=first, place=choice.place[kept], odds=np.ones((int(kept.sum()), 1)), weight=np.ones(1), before=before
    )


def _hearers(choice: Choice) -> Ints:
    """How many hear each place already, of a choice of yes or no; k for k and more."""
    before = choice.before[:, 0]
    return np.where(before.sum(axis=1) > 0.0, np.argmax(before, axis=1), choice.hearers).astype(np.int64)


def counted(choice: Choice, taken: Sequence[int] | Ints) -> float:
    """Give the share of places that k of the sensors taken hear, of a choice of yes or no."""
    k, hears = choice.hearers, _hearers(choice).astype(np.float64)
    for candidate in taken:
        hears[choice.place[choice.first[candidate] : choice.first[candidate + 1]]] += 1.0
    return float(np.mean(hears >= k))


def prove(choice: Choice, add: int, budget: float = np.inf, seconds: float = 60.0) -> Proof:
    """Search on the count, and bound how good any choice could be by it. Needs highspy.

    `seconds` is a guard alone: a search that it ends is not finished, and says so.
    """
    plain = yes_or_no(choice)
    taken = choose(plain, add, budget).taken
    places, k = len(plain.before), plain.hearers
    hears = _hearers(plain)
    model = _Model(plain, add, budget)
    # One column a place: it counts if k - (who hears already) of those taken hear it.
    column = model.columns(np.ones(places) / places, np.zeros(places), np.ones(places), k > 1)
    owner = np.repeat(np.arange(len(plain.first) - 1), np.diff(plain.first))
    order = np.argsort(plain.place, kind="stable")
    starts = np.searchsorted(plain.place[order], np.arange(places + 1))
    for p in range(places):
        rows, need = order[starts[p] : starts[p + 1]], k - int(hears[p])
        if need > 0:
            model.row(-np.inf, 0.0, [column + p, *owner[rows]], [float(need), *(-np.ones(len(rows)))])
    found, bound, finished = model.solve(taken, seconds)
    reached = counted(plain, taken)
    return Proof(reached, max(found, reached), max(bound, reached), finished)


def bound_of_one(choice: Choice, taken: Ints, add: int) -> float:
    """Give what the mean odds of one hearer cannot exceed, whatever is chosen, from the gains that are left."""
    silent = choice.before[:, :, 0].copy()
    for candidate in taken:
        part = slice(choice.first[candidate], choice.first[candidate + 1])
        silent[choice.place[part]] *= 1.0 - choice.odds[part]
    owner = np.repeat(np.arange(len(choice.first) - 1), np.diff(choice.first))
    gains = np.bincount(owner, (silent[choice.place] * choice.odds) @ choice.weight, len(choice.first) - 1)
    gains[taken] = 0.0
    left = np.sort(gains)[::-1][:add].sum()
    return min(float((((1.0 - silent) @ choice.weight).sum() + left) / len(silent)), 1.0)


class _Model:
    """A program whose first columns are the candidates, taken or not."""

    def __init__(self, choice: Choice, add: int, budget: float) -> None:
        self._candidates = len(choice.first) - 1
        self._cost: list[float] = [0.0] * self._candidates
        self._low = choice.must.astype(np.float64).tolist()
        self._high = (~choice.never).astype(np.float64).tolist()
        self._whole = [True] * self._candidates
        self._rows: list[tuple[float, float, Any, Any]] = []
        everyone = list(range(self._candidates))
        self.row(-np.inf, float(add), everyone, [1.0] * self._candidates)
        if np.isfinite(budget):
            self.row(-np.inf, float(budget), everyone, choice.cost.tolist())
        self.taken: Ints = np.zeros(0, np.int64)

    def columns(self, worth: Array, low: Array, high: Array, whole: bool) -> int:
        """Add columns; gives the number of the first."""
        first = len(self._cost)
        self._cost += worth.tolist()
        self._low += low.tolist()
        self._high += high.tolist()
        self._whole += [whole] * len(worth)
        return first

    def row(self, low: float, high: float, columns: Any, values: Any) -> None:
        """Add a row: low <= values . columns <= high."""
        self._rows.append((low, high, columns, values))

    def solve(self, begin: Ints, seconds: float) -> tuple[float, float, bool]:
        """Maximise. Gives the best value found, the bound on any, and whether the search came to its end."""
        import highspy

        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call, unused-ignore]
        solver.silent()
        for key, value in (
            ("time_limit", seconds),
            ("mip_max_nodes", MOST_NODES),
            ("threads", 1),
            ("random_seed", 1),
        ):
            solver.setOptionValue(key, value)
        solver.passModel(self._program(highspy))
        start = np.zeros(len(self._cost))
        start[begin] = 1.0
        solver.setSolution(len(begin), np.asarray(begin, np.int32), np.ones(len(begin)))
        solver.run()
        info = solver.getInfo()
        values = np.array(solver.getSolution().col_value[: self._candidates])
        self.taken = np.flatnonzero(values > 0.5)
        ended = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(info.objective_function_value), float(info.mip_dual_bound), ended

    def _program(self, highspy: Any) -> Any:
        lengths = [len(row[2]) for row in self._rows]
        kind = highspy.HighsVarType
        matrix = {
            "format_": highspy.MatrixFormat.kRowwise,
            "start_": np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            "index_": np.concatenate([np.asarray(row[2], np.int32) for row in self._rows]),
            "value_": np.concatenate([np.asarray(row[3], np.float64) for row in self._rows]),
        }
        program = {
            "num_col_": len(self._cost),
            "num_row_": len(self._rows),
            "sense_": highspy.ObjSense.kMaximize,
            "col_cost_": np.array(self._cost),
            "col_lower_": np.array(self._low),
            "col_upper_": np.array(self._high),
            "row_lower_": np.array([row[0] for row in self._rows]),
            "row_upper_": np.array([row[1] for row in self._rows]),
            "integrality_": [kind.kInteger if whole else kind.kContinuous for whole in self._whole],
        }
        lp = highspy.HighsLp()
        for name, value in program.items():
            setattr(lp, name, value)
        for name, value in matrix.items():
            setattr(lp.a_matrix_, name, value)
        return lp
