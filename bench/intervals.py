"""Confidence intervals for shares, rates and whatever is drawn from clips: 95 % unless asked otherwise."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from scipy import stats

T = TypeVar("T")
Interval = tuple[float, float]
CONFIDENCE = 0.95
DRAWS = 1000


def wilson(hits: int, count: int, confidence: float = CONFIDENCE) -> Interval:
    """Give Wilson's score interval of a share; (0, 1) of none.

    Wilson 1927, 10.1080/01621459.1927.10502953. Ignores: that the cases may not be independent.
    """
    if count == 0:
        return 0.0, 1.0
    z = float(stats.norm.ppf(0.5 + 0.5 * confidence))
    share, shrink = hits / count, 1.0 + z**2 / count
    middle = (share + z**2 / (2.0 * count)) / shrink
    half = z * np.sqrt(share * (1.0 - share) / count + z**2 / (4.0 * count**2)) / shrink
    # At the ends rounding may leave the interval a hair beyond.
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def poisson(count: int, confidence: float = CONFIDENCE) -> Interval:
    """Give the exact limits of the mean of a Poisson count.

    Garwood 1936, 10.1093/biomet/28.3-4.437: from 0 to 3.69 where there was none.
    """
    beyond = 0.5 - 0.5 * confidence
    low = float(stats.chi2.ppf(beyond, 2 * count) / 2.0) if count else 0.0
    return low, float(stats.chi2.ppf(1.0 - beyond, 2 * count + 2) / 2.0)


def bootstrap(
    groups: Sequence[T], figure: Callable[[Sequence[T]], float], seed: int = 1, draws: int = DRAWS
) -> Interval:
    """Draw groups (clips, recordings) with replacement and give the 95 % interval of a figure of them."""
    rng = np.random.default_rng(seed)
    values = [figure([groups[i] for i in rng.integers(len(groups), size=len(groups))]) for _ in range(draws)]
    low, high = np.nanquantile(values, [0.5 - 0.5 * CONFIDENCE, 0.5 + 0.5 * CONFIDENCE])
    return float(low), float(high)


def clustered(groups: Sequence[Sequence[bool]]) -> Interval:
    """Give the interval of a share of cases that come in groups which are alike within (windows of one recording).

    Bootstrap over groups; where all cases agree it would say nothing, so Wilson's with one case a group.
    """
    hits, count = sum(map(sum, groups)), sum(map(len, groups))
    if hits in (0, count):
        return wilson(len(groups) if hits else 0, len(groups))
    return bootstrap(groups, lambda drawn: sum(map(sum, drawn)) / max(sum(map(len, drawn)), 1))
