"""Grow the forest that tells drones from others by a family's traits, and set where half lies and how sure it is.

Nothing that a sound taught may judge that sound: recordings are parted by their source, synthetic ones by their
number, each part is judged by a forest that has not seen it, and those judgements alone set the numbers.
"""

import zlib
from typing import Any, NamedTuple

import numpy as np
from bench.listening.figures import is_quiet
from numpy.typing import NDArray
from scipy.optimize import minimize

from forehear.listen import kinds
from forehear.listen.forest import Forest, forest, packed
from forehear.listen.traits import NAMES
from training.chance import Array
from training.hear import OF_DRONE, OF_OTHER, TraitTable

# --- numbers that decide -----------------------------------------------------------------------------
# Trees of one forest, how much each may say, their leaves, the least families in one, and the share of traits that
# a split may choose from; so many forests, each by another chance, are one.
TREES, RATE, LEAVES, LEAST, TRAITS_SHARE, RIDGE, FORESTS = 110, 0.1, 12, 25, 0.4, 10.0, 2
# What can only speak for a drone the more there is of it, and what only against: how well all that is clear of
# noise follows the comb. Where synthetic drones differ from real ones, trees would learn chance turns of these.
FOR_IT = ("explained", "present", "hop_least", "near_lines", "contrast_to_5", "contrast_to_12", "contrast_to_20")
AGAINST_IT = ("between_lines", "low_between")
# Parts that recordings are in.
PARTS = 3
# How many seconds in ten minutes of what is no drone may be false: six tenths of the one that is allowed, as other
# recordings than those learned from are other; and in an hour of quiet.
FALSE_IN_10_MIN, FALSE_IN_QUIET_HOUR = 0.6, 1.0
# -----------------------------------------------------------------------------------------------------

# Of each trait: 1 where it may only speak for a drone, -1 only against one, 0 as trees find.
MONOTONE = [(name in FOR_IT) - (name in AGAINST_IT) for name in NAMES]


class Example(NamedTuple):
    """Families to learn from: traits (n, traits), whether a drone's (n,), and how much each counts (n,)."""

    traits: NDArray[np.float32]
    drone: NDArray[np.bool_]
    weight: Array


def part_of(table: TraitTable) -> NDArray[np.intp]:
    """Say in which part each family's (rows,) recording is."""
    of_sounds = np.array([zlib.crc32(str(clip).encode()) % PARTS for clip in table.clip], np.intp)
    return of_sounds[table.sound]


def example(table: TraitTable, without: int | None = None) -> Example:
    """Take what is known of a table, without a part; drones and others count alike."""
    known = (table.label == OF_DRONE) | (table.label == OF_OTHER)
    if without is not None:
        known &= part_of(table) != without
    drone = table.label[known] == OF_DRONE
    weight = np.where(drone, len(drone) / max(int(drone.sum()), 1), len(drone) / max(int((~drone).sum()), 1))
    return Example(table.traits[known], drone, weight)


def grown(of: Example) -> Forest:
    """Grow forests of boosted trees, and join them to one."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    nodes: list[Any] = []
    for seed in range(FORESTS):
        trees = HistGradientBoostingClassifier(
            max_iter=TREES, learning_rate=RATE, max_leaf_nodes=LEAVES, min_samples_leaf=LEAST,
            max_features=TRAITS_SHARE, l2_regularization=RIDGE, early_stopping=False, random_state=seed,
            monotonic_cst=MONOTONE,
        )  # fmt: skip
        trees.fit(of.traits, of.drone, of.weight)
        nodes += [tree.nodes for (tree,) in trees._predictors]
    first = np.cumsum([0, *(len(n) for n in nodes)])[:-1]
    joined = np.concatenate(nodes)
    at = np.arange(len(joined))
    begin = np.repeat(first, [len(n) for n in nodes])
    leaf = joined["is_leaf"].astype(bool)
    down = [np.where(leaf, at, begin + joined[side].astype(np.int64)) for side in ("left", "right")]
    asked = np.where(leaf, 0, joined["feature_idx"])
    # Three digits are what a value of a leaf is known to; they take half the room.
    value = np.round(joined["value"] / FORESTS, 3)
    threshold = np.where(leaf, 0.0, joined["num_threshold"])
    return forest(asked, threshold, down[0], down[1], value, len(NAMES))


def gathered(table: TraitTable, weights: Array) -> Array:
    """Gather what seconds say (rows,) along threads, as listening does."""
    out: list[kinds.Weighed] = []
    for each, before, gaps in zip(weights.tolist(), table.before.tolist(), table.gaps.tolist(), strict=True):
        out.append(kinds.gathered(out[before] if before >= 0 else None, each, gaps))
    return np.array([weighed.nat for weighed in out])


def judged_apart(learned: TraitTable, recorded: TraitTable) -> tuple[Array, Array]:
    """Judge families of both tables (rows,) each by a forest that has not seen its drone, or its recording."""
    every = joined(learned, recorded)
    nat, part = np.zeros(len(every.label)), part_of(every)
    for k in range(PARTS):
        nat[part == k] = grown(example(every, k)).score(every.traits[part == k])
    nat = gathered(every, nat)
    return nat[: len(learned.label)], nat[len(learned.label) :]


def joined(one: TraitTable, other: TraitTable) -> TraitTable:
    """Join two tables: sounds and rows of the second after those of the first."""
    rows, of_sounds = len(one.label), len(one.what)
    moved = other._replace(
        sound=other.sound + of_sounds, before=np.where(other.before >= 0, other.before + rows, -1)
    )
    columns = {name: np.concatenate([getattr(one, name), getattr(moved, name)]) for name in one._fields}
    return TraitTable(**columns)


def half_at(nat: Array, table: TraitTable, false_in_10_min: float = FALSE_IN_10_MIN) -> float:
    """Give the evidence above which as many seconds of a table are false as are allowed, of the quiet ones too."""
    seconds = np.full((len(table.seconds), int(table.second.max(initial=0)) + 1), -np.inf)
    np.maximum.at(seconds, (table.sound, table.second), nat)
    quiet = np.array([is_quiet(str(what)) for what in table.what], np.bool_)
    halves = [
        float(np.sort(seconds[of].ravel())[::-1][round(rate * float(table.seconds[of].sum()))])
        for of, rate in ((quiet | True, false_in_10_min / 600.0), (quiet, FALSE_IN_QUIET_HOUR / 3600.0))
        if of.any()
    ]
    return max(halves)


def likelihood(drones: Array, others: Array) -> tuple[float, float]:
    """Give scale and shift that make evidence (n,) of drones and (m,) of others a log-likelihood ratio.

    Both count alike.
    """
    nat = np.concatenate([drones, others])
    drone = np.concatenate([np.ones(len(drones)), np.zeros(len(others))])
    each = np.concatenate([np.full(len(drones), 1.0 / len(drones)), np.full(len(others), 1.0 / len(others))])

    def loss(b: Array) -> float:
        z = b[0] * nat + b[1]
        return float(each @ (np.logaddexp(0.0, z) - drone * z))

    scale, shift = minimize(loss, np.array([1.0, 0.0])).x
    return float(scale), float(shift)


def written(trees: Forest, numbers: tuple[float, float, float], heading: str) -> str:
    """Give the module that holds what was learned: scale, shift, log-odds of a drone, and the forest."""
    scale, shift, expected = numbers
    lines = [
        '"""What tells a drone\'s engine from others by its traits: by `python -m training --write`, not by hand.',
        "",
        heading,
        '"""',
        "",
        "# Evidence of the trees [nat], times SCALE and with SHIFT, is a log-likelihood ratio.",
        f"SCALE, SHIFT = {scale:.3f}, {shift:.3f}",
        "# Log-odds that a family found anywhere is a drone's: where half lies, if nobody says how likely.",
        f"EXPECTED = {expected:.3f}",
        "FOREST = (",
        *(f'    "{line}",' for line in packed(trees)),
        ")",
        "",
    ]
    return "\n".join(lines)
