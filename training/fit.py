"""Fit what each piece of evidence for a drone is worth, and where half lies."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from forehear.listen import kinds
from training.chance import Array
from training.hear import TraitTable

# Ridge, in counts of families: a weight needs more reason than a few of them.
RIDGE = 30.0
MOST_WEIGHT = 6.0
# How much of what is no drone may be false.
FALSE_IN_10_MIN = 1.5


def evidence_of(traits: Array) -> Array:
    """Give the evidence (n, pieces) of traits (n, traits), as `kinds.piston_odds` weighs it, always 0 to 1."""
    at = {name: traits[:, i] for i, name in enumerate(kinds.Traits._fields)}
    out = np.ones((len(traits), len(kinds.EVIDENCE)))
    for k, piece in enumerate(kinds.EVIDENCE):
        for name, begin, end in piece.ramps:
            out[:, k] *= np.clip((at[name] - begin) / (end - begin), 0.0, 1.0)
        if piece.against:
            out[:, k] = 1.0 - out[:, k]
    return out


def fit(evidence: Array, drone: NDArray[np.bool_]) -> tuple[Array, float]:
    """Fit weights (pieces,), none negative, and a bias, by the likelihood and a ridge."""

    def loss(b: Array) -> tuple[float, Array]:
        z = evidence @ b[:-1] + b[-1]
        slope = 1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))) - drone
        value = float(np.sum(np.logaddexp(0.0, z) - drone * z)) + 0.5 * RIDGE * float(b[:-1] @ b[:-1])
        return value, np.append(evidence.T @ slope + RIDGE * b[:-1], slope.sum())

    pieces = evidence.shape[1]
    bounds = [(0.0, MOST_WEIGHT)] * pieces + [(None, None)]
    b = minimize(loss, np.zeros(pieces + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return np.asarray(b[:-1], np.float64), float(b[-1])


def half_at(odds: Array, table: TraitTable) -> float:
    """Give the odds above which so many seconds of a table are false as are allowed."""
    # Two families of one second are rare: each counts.
    allowed = int(FALSE_IN_10_MIN * table.seconds / 600.0)
    return float(np.sort(odds)[::-1][allowed])


def sharpness(drones: Array, others: Array) -> float:
    """Give by how much odds (n,) of drones and (m,) of others must be stretched to be true log-odds.

    Both count alike; where they meet is left free.
    """
    odds = np.concatenate([drones, others])
    drone = np.concatenate([np.ones(len(drones)), np.zeros(len(others))])
    each = np.concatenate([np.full(len(drones), 1.0 / len(drones)), np.full(len(others), 1.0 / len(others))])

    def loss(b: Array) -> float:
        z = b[0] * odds + b[1]
        return float(each @ (np.logaddexp(0.0, z) - drone * z))

    return float(minimize(loss, np.array([1.0, 0.0])).x[0])


def written(weights: Array, bias: float, table: TraitTable) -> str:
    """Give the module that holds what was learned."""
    drones, others = int(table.drone.sum()), int((~table.drone).sum())
    lines = [
        '"""What each piece of evidence of `kinds` is worth: by `python -m training --write`, not by hand.',
        "",
        f"Learned from {drones:,} families of synthetic drones and {others:,} of what is none, synthetic and of",
        "recordings under CC0 (Svanstrom).",
        '"""',
        "",
        "WEIGHTS = (",
        *(f"    {w:g},  # {kinds.named(piece)}" for w, piece in zip(weights, kinds.EVIDENCE, strict=True)),
        ")",
        f"BIAS = {bias:.2f}",
        "",
    ]
    return "\n".join(lines)
