"""Boosted trees that were grown elsewhere: what they say of numbers, and how they are written down and read again.

A forest is text, so that it travels in the package as a module does: arrays one after another, zipped, in base 85,
with a version and a checksum before them. What was damaged, or is of another version, is refused, by name: weights
that are not those that were measured must not judge.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forehear.errors import InputError

# What a reader must know: the order and the kinds of the arrays.
VERSION = 1
_KINDS = (("feature", "<i2"), ("threshold", "<f4"), ("lower", "<i4"), ("higher", "<i4"), ("value", "<f4"))
_WIDTH = 100


class Forest(NamedTuple):
    """Trees side by side in the same arrays (nodes,); a leaf is its own lower and higher child."""

    feature: NDArray[np.int16]  # which number is asked for
    threshold: NDArray[np.float32]  # up to this it is the lower child's
    lower: NDArray[np.int32]
    higher: NDArray[np.int32]
    value: NDArray[np.float32]  # of leaves; 0 of other nodes
    roots: NDArray[np.int32]  # (trees,)
    depth: int
    features: int

    def score(self, x: ArrayLike) -> NDArray[np.float64]:
        """Sum what the trees say of numbers (n, features), (n,). What is not a number counts as the largest."""
        numbers = np.asarray(x, np.float32)
        rows = np.arange(len(numbers))[:, None]
        node = np.broadcast_to(self.roots, (len(numbers), len(self.roots)))
        for _ in range(self.depth):
            lower = numbers[rows, self.feature[node]] <= self.threshold[node]
            node = np.where(lower, self.lower[node], self.higher[node])
        return np.asarray(self.value[node].sum(axis=1, dtype=np.float64))


class FlatForest(NamedTuple):
    """A forest as tables of its trees' nodes and leaves, by which all nodes are asked at once.

    A node that sends numbers to its higher child takes the leaves under its lower one out of what can be reached;
    the first leaf, from the lowest on, that is left after all nodes were asked is the one (QuickScorer: Lucchese
    et al. 2015, SIGIR, doi 10.1145/2766462.2767733).
    """

    feature: NDArray[np.intp]  # (trees * nodes,) of inner nodes; trees of fewer have some that say nothing
    threshold: NDArray[np.float32]
    left: NDArray[np.uint64]  # the leaves, a bit each, that a node leaves where it sends to its higher child
    value: NDArray[np.float32]  # (trees * leaves,)
    first: NDArray[np.intp]  # (trees,) where a tree's leaves begin

    def score(self, x: ArrayLike) -> NDArray[np.float64]:
        """Sum what the trees say of numbers (n, features), (n,). What is not a number counts as the largest.

        Reference: doi 10.1145/2766462.2767733.
        """
        numbers = np.asarray(x, np.float32)
        lower = numbers.take(self.feature, axis=1) <= self.threshold
        trees = len(self.first)
        left = np.where(lower, _ALL, self.left).reshape(len(numbers), trees, len(self.feature) // trees)
        reached = np.bitwise_and.reduce(left, axis=2)
        lowest = reached & (~reached + np.uint64(1))
        leaf = np.frexp(lowest.astype(np.float64))[1] - 1
        return np.asarray(self.value.take(leaf + self.first).sum(axis=1, dtype=np.float64))


_ALL = np.uint64(2**64 - 1)
# A bit for each leaf of a tree.
MOST_LEAVES = 64


def flattened(of: Forest) -> FlatForest:
    """Make tables of a forest's trees. Raises ValueError for trees of more than MOST_LEAVES leaves."""
    trees = [_tree(of, int(root)) for root in of.roots]
    nodes = max(1, *(len(inner) for inner, _ in trees))
    leaves = max(len(values) for _, values in trees)
    if leaves > MOST_LEAVES:
        raise ValueError(f"{leaves} leaves in a tree; {MOST_LEAVES} are most")
    feature = np.zeros((len(trees), nodes), np.intp)
    threshold = np.zeros((len(trees), nodes), np.float32)
    left = np.full((len(trees), nodes), _ALL)
    value = np.zeros((len(trees), leaves), np.float32)
    for k, (inner, values) in enumerate(trees):
        value[k, : len(values)] = values
        for i, (node, lost) in enumerate(inner):
            feature[k, i], threshold[k, i] = of.feature[node], of.threshold[node]
            left[k, i] = ~np.uint64(lost)
    first = np.arange(len(trees)) * leaves
    return FlatForest(feature.ravel(), threshold.ravel(), left.ravel(), value.ravel(), first)


def _tree(of: Forest, node: int) -> tuple[list[tuple[int, int]], list[float]]:
    """Give a tree's inner nodes, each with the leaves under its lower child as bits, and its leaves' values."""
    if of.lower[node] == node:
        return [], [float(of.value[node])]
    lower, low_values = _tree(of, int(of.lower[node]))
    higher, high_values = _tree(of, int(of.higher[node]))
    many = len(low_values)
    inner = [(node, (1 << many) - 1), *lower, *((each, lost << many) for each, lost in higher)]
    return inner, low_values + high_values


def forest(
    feature: ArrayLike, threshold: ArrayLike, lower: ArrayLike, higher: ArrayLike, value: ArrayLike, features: int
) -> Forest:
    """Put a forest together of its nodes (nodes,); roots are the nodes that are nobody's child.

    Raises ValueError for nodes that are no trees: children that are none, or a way down that does not end.
    """
    f, at = np.asarray(feature, np.int16), np.arange(len(np.asarray(feature)), dtype=np.int32)
    down = np.asarray(lower, np.int32), np.asarray(higher, np.int32)
    leaf = (down[0] == at) & (down[1] == at)
    if len(at) == 0 or any(d.shape != at.shape or d.min() < 0 or d.max() >= len(at) for d in down):
        raise ValueError("children are not nodes")
    if f.min() < 0 or f.max() >= features:
        raise ValueError(f"features {f.min()} to {f.max()}; 0 to {features - 1} are known")
    children = np.concatenate([d[~leaf] for d in down])
    if len(np.unique(children)) != len(children):
        raise ValueError("a node has two parents")
    roots = np.setdiff1d(at, children).astype(np.int32)
    depth, level, reached = 0, roots, len(roots)
    while not leaf[level].all():
        inner = level[~leaf[level]]
        level = np.concatenate([d[inner] for d in down])
        depth, reached = depth + 1, reached + len(level)
    # Nobody has two parents, so what is not reached goes round and round.
    if reached != len(at):
        raise ValueError("a way down does not end")
    worth = np.where(leaf, np.asarray(value, np.float32), np.float32(0.0))
    return Forest(f, np.asarray(threshold, np.float32), *down, worth, roots, depth, features)


def packed(of: Forest) -> list[str]:
    """Write a forest down: a line of its version, features, nodes and checksum, then its arrays."""
    raw = b"".join(np.asarray(getattr(of, name), kind).tobytes() for name, kind in _KINDS)
    body = base64.b85encode(zlib.compress(raw, 9)).decode("ascii")
    head = f"{VERSION} {of.features} {len(of.feature)} {zlib.crc32(raw):08x}"
    return [head, *(body[i : i + _WIDTH] for i in range(0, len(body), _WIDTH))]


def unpacked(lines: Sequence[str], name: str, features: int) -> Forest:
    """Read a forest that was written down. Raises InputError, with `name`, for what is none of this version."""
    head = lines[0].split() if lines else []
    if not head or head[0] != str(VERSION):
        raise InputError(f"{name}: version {head[0] if head else 'none'}; {VERSION} is read: make it anew")
    try:
        stated, nodes, check = int(head[1]), int(head[2]), int(head[3], 16)
        raw = zlib.decompress(base64.b85decode("".join(lines[1:])))
    except (IndexError, ValueError, zlib.error, binascii.Error) as error:
        raise InputError(f"{name}: damaged: {error}") from None
    if stated != features:
        raise InputError(f"{name}: weighs {stated} traits; there are {features}: make it anew")
    sizes = [nodes * np.dtype(kind).itemsize for _, kind in _KINDS]
    if len(raw) != sum(sizes) or zlib.crc32(raw) != check:
        raise InputError(f"{name}: damaged: the checksum is not that of its {nodes} nodes")
    begin = np.cumsum([0, *sizes])
    arrays = [np.frombuffer(raw, kind, nodes, int(at)) for (_, kind), at in zip(_KINDS, begin, strict=False)]
    try:
        feature, threshold, lower, higher, value = arrays
        return forest(feature, threshold, lower, higher, value, features)
    except ValueError as error:
        raise InputError(f"{name}: damaged: {error}") from None
