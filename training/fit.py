"""Grow the forest that tells drones from others by a family's traits, and set where half lies and how sure it is.

Nothing that a clip taught may judge that clip: recordings are parted by their source, each part is judged by a
forest that has not seen it, and those judgements alone set the numbers.
"""

import zlib
from typing import Any, NamedTuple

import numpy as np
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
# Parts that recordings are in.
PARTS = 3
# How many seconds in ten minutes of what is no drone may be false: half of the one that is allowed, since other
# recordings than those learned from are other.
FALSE_IN_10_MIN = 0.5
# -----------------------------------------------------------------------------------------------------


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
    """Take what is known of a table, without what is no drone in a part; drones and others count alike."""
    known = (table.label == OF_DRONE) | (table.label == OF_OTHER)
    if without is not None:
        known &= (part_of(table) != without) | (table.label == OF_DRONE)
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
    """Judge recordings (rows,) by forests that have not seen them, and `learned` (rows,) by one of those."""
    others, part = np.zeros(len(recorded.label)), part_of(recorded)
    drones = np.zeros(0)
    for k in range(PARTS):
        trees = grown(example(joined(learned, recorded), k))
        others[part == k] = trees.score(recorded.traits[part == k])
        if k == 0:
            drones = trees.score(learned.traits)
    return gathered(learned, drones), gathered(recorded, others)


def joined(one: TraitTable, other: TraitTable) -> TraitTable:
    """Join two tables: sounds and rows of the second after those of the first."""
    rows, of_sounds = len(one.label), len(one.what)
    moved = other._replace(
        sound=other.sound + of_sounds, before=np.where(other.before >= 0, other.before + rows, -1)
    )
    columns = {name: np.concatenate([getattr(one, name), getattr(moved, name)]) for name in one._fields}
    return TraitTable(**columns)


def half_at(nat: Array, table: TraitTable, false_in_10_min: float = FALSE_IN_10_MIN) -> float:
    """Give the evidence above which so many seconds of a table are false as are allowed."""
    seconds = np.full((len(table.seconds), int(table.second.max(initial=0)) + 1), -np.inf)
    np.maximum.at(seconds, (table.sound, table.second), nat)
    allowed = int(false_in_10_min * float(table.seconds.sum()) / 600.0)
    return float(np.sort(seconds.ravel())[::-1][allowed])


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
