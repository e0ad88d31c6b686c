"""Forests: they say what their trees say, come back as written, and refuse what is damaged or another's."""

import numpy as np
import pytest

from forehear.errors import InputError
from forehear.listen import kinds_learned
from forehear.listen.forest import MOST_LEAVES, Forest, flattened, forest, packed, unpacked
from forehear.listen.traits import NAMES

# Two trees: x0 <= 1 ? (x1 <= 2 ? 1 : 2) : 4, and a leaf of 10.
NODES = {
    "feature": [0, 1, 0, 0, 0, 0], "threshold": [1.0, 2.0, 0.0, 0.0, 0.0, 0.0],
    "lower": [1, 2, 2, 3, 4, 5], "higher": [4, 3, 2, 3, 4, 5], "value": [0.0, 0.0, 1.0, 2.0, 4.0, 10.0],
}  # fmt: skip


def small() -> Forest:
    return forest(**NODES, features=2)


def test_it_says_what_its_trees_say_of_many_at_once() -> None:
    rows = [[0.0, 0.0], [1.0, 2.0], [0.0, 3.0], [2.0, 0.0], [np.nan, 0.0]]
    assert small().score(rows).tolist() == [11.0, 11.0, 12.0, 14.0, 14.0]
    assert small().score(np.zeros((0, 2))).tolist() == []


def test_it_comes_back_as_it_was_written() -> None:
    back = unpacked(packed(small()), "model", 2)
    assert back.depth == small().depth == 2
    for one, other in zip(back, small(), strict=True):
        assert np.array_equal(one, other)


def changed(lines: list[str], how: str) -> list[str]:
    head = lines[0].split()
    if how == "version":
        return [" ".join(["9", *head[1:]]), *lines[1:]]
    if how == "letter":
        at = len(lines[1]) // 2
        return [lines[0], lines[1][:at] + ("A" if lines[1][at] != "A" else "B") + lines[1][at + 1 :], *lines[2:]]
    if how == "cut":
        return lines[:-1]
    if how == "checksum":
        return [" ".join([*head[:3], "00000000"]), *lines[1:]]
    if how == "head":
        return ["1 2", *lines[1:]]
    return []


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("version", "version 9; 1 is read"), ("letter", "damaged"), ("cut", "damaged"), ("checksum", "damaged"),
        ("head", "damaged"), ("nothing", "version none"),
    ],
)  # fmt: skip
def test_what_is_damaged_or_of_another_version_is_refused_by_name(how: str, words: str) -> None:
    # The one that is shipped, too.
    for lines, features in ((packed(small()), 2), (list(kinds_learned.FOREST), len(NAMES))):
        with pytest.raises(InputError, match=f"^model: {words}"):
            unpacked(changed(lines, how), "model", features)


def test_a_forest_of_other_traits_is_refused() -> None:
    with pytest.raises(InputError, match="model: weighs 2 traits; there are 3"):
        unpacked(packed(small()), "model", 3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lower": [1, 0, 2, 3, 4, 5]},  # round and round
        {"lower": [9, 2, 2, 3, 4, 5]},  # nowhere
        {"higher": [2, 3, 2, 3, 4, 5]},  # two parents
        {"feature": [0, 7, 0, 0, 0, 0]},  # no such trait
    ],
)
def test_what_are_no_trees_is_refused(wrong: dict[str, list[int]]) -> None:
    with pytest.raises(ValueError, match=r"children|parents|features|end"):
        forest(**{**NODES, **wrong}, features=2)


def grown(trees: int, leaves: int, features: int, seed: int) -> Forest:
    """Trees whose leaves are split at random."""
    chance = np.random.default_rng(seed)
    feature: list[int] = []
    threshold: list[float] = []
    lower: list[int] = []
    higher: list[int] = []
    for _ in range(trees):
        open_leaves = [len(feature)]
        feature, threshold = [*feature, 0], [*threshold, 0.0]
        lower, higher = [*lower, len(lower)], [*higher, len(higher)]
        for _ in range(int(chance.integers(0, leaves))):
            node = open_leaves.pop(int(chance.integers(len(open_leaves))))
            down = [len(feature), len(feature) + 1]
            feature[node], threshold[node] = int(chance.integers(features)), float(chance.normal())
            lower[node], higher[node] = down
            feature, threshold = [*feature, 0, 0], [*threshold, 0.0, 0.0]
            lower, higher = lower + down, higher + down
            open_leaves += down
    return forest(feature, threshold, lower, higher, chance.normal(size=len(feature)), features)


@pytest.mark.parametrize("leaves", [1, 2, 12, MOST_LEAVES])
def test_all_nodes_at_once_say_what_the_way_down_says(leaves: int) -> None:
    trees = grown(20, leaves, 5, leaves)
    rows = np.random.default_rng(1).normal(size=(200, 5)).astype(np.float32)
    rows[::7, 2], rows[::11, 3], rows[::13, 0] = np.nan, np.inf, -np.inf
    # On a threshold is below it.
    rows[5, :] = trees.threshold[0]
    assert flattened(trees).score(rows) == pytest.approx(trees.score(rows), abs=1e-5)
    assert len(flattened(trees).score(rows[:0])) == 0


def test_the_shipped_forest_says_the_same_at_once_and_on_the_way_down() -> None:
    trees = unpacked(kinds_learned.FOREST, "model", len(NAMES))
    rows = np.random.default_rng(2).normal(0.0, 4.0, (300, len(NAMES)))
    assert flattened(trees).score(rows) == pytest.approx(trees.score(rows), abs=1e-4)


def test_a_tree_of_more_leaves_than_can_be_kept_apart_is_refused() -> None:
    many = grown(1, 2, 2, 0)
    while len(many.feature) <= 2 * MOST_LEAVES:
        many = grown(1, 400, 2, len(many.feature))
    with pytest.raises(ValueError, match="leaves in a tree"):
        flattened(many)
