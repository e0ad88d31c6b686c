"""From a month's launches to its nights: the size of a raid, and the largest day.

Theory: what changes from year to year is how many; how a month's number falls into nights changes slowly: many
small, a few large, seldom two large in a row. So the nights of the last months, each over the mean of its own
fortnights, are the shape; stretches of them are drawn in their order, jittered a little, so that no night is a
copy and the largest may exceed any seen, and scaled to the month's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forehear.assess.launches.launches import Day

Array = NDArray[np.float64]

# The shape's memory: four months hold about twenty large raids, and little of an older war.
SHAPE_DAYS = 122
# A night's own mean is taken over this many days around it.
LOCAL_DAYS = 31
# Jitter of a night (log): about the width at which two neighbouring large raids can be told apart.
JITTER = 0.15
# Months differ in how much they heap launches into few nights: the ratios' power scatters by this (log). Of 0, .1,
# 0.2 and 0.3: the largest day, given the month, lay outside the 80 % interval least often with the last.
HEAPING = 0.3
# A month with more launches than expected has more and fuller nights before larger ones: the ratios' power falls
# with this power of the month over its median. Without it the largest day half a year ahead lay inside the
# 80 % interval in 91 %; with 0.3 too seldom one month ahead (70 %).
FLATTER = 0.15
# Before this many raids have been seen, the shape is mixed with an exponential's, the plainest of all.
FEW_RAIDS = 20
# A day's number says at least this much of its month's mean: one raid in three weeks.
LEAST_DAY_SHAPE = 0.05


@dataclass(frozen=True)
class Nights:
    """The shape: `ratios` (n,) of raids in order over their local mean, `frequency` of days with a raid.

    `day_shape`: squared mean over variance of a day's launches, days without a raid included.
    """

    ratios: Array
    frequency: float
    day_shape: float

    @staticmethod
    def of(days: Sequence[Day]) -> "Nights":
        """Take the shape from the last months' days; unknown days are left out."""
        known = [d.launched for d in days if d.launched is not None][-SHAPE_DAYS:]
        sizes = np.asarray([size for size in known if size > 0], np.float64)
        if len(sizes) < 2:
            return Nights(_plain(), max(0.05, len(sizes) / max(1, len(known))), LEAST_DAY_SHAPE)
        half = LOCAL_DAYS // 2
        local = [float(np.mean(sizes[max(0, i - half) : i + half + 1])) for i in range(len(sizes))]
        ratios = sizes / np.asarray(local)
        if len(ratios) < FEW_RAIDS:
            ratios = np.concatenate([ratios, _plain()])
        # The frequency of the last two months: raids became nightly within one summer.
        recent = known[-2 * LOCAL_DAYS :]
        frequency = sum(size > 0 for size in recent) / len(recent)
        squares = float(np.mean(ratios**2)) / float(np.mean(ratios)) ** 2 / max(frequency, 0.05)
        return Nights(ratios, frequency, max(LEAST_DAY_SHAPE, 1.0 / max(squares - 1.0, 0.25)))


def _plain() -> Array:
    """Fourteen nights of an exponential distribution, by its quantiles, large and small apart."""
    sizes = -np.log(1.0 - (np.arange(14) + 0.5) / 14.0)
    return np.asarray(sizes[[6, 2, 11, 0, 8, 4, 13, 1, 9, 5, 12, 3, 10, 7]])


def simulate_nights(
    launched: Array, days: int, nights: Nights, seen: Sequence[int], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Split each sample of a month's launches (samples,) into nights.

    `seen` are raids of the month already counted. Returns (samples,) of one raid night drawn at random, and of
    the month's largest day; both 0 where nothing is launched.
    """
    raid, largest = np.zeros(len(launched)), np.zeros(len(launched))
    count = np.maximum(1, rng.binomial(max(1, days - len(seen)), nights.frequency, len(launched)))
    start = rng.integers(0, len(nights.ratios), len(launched))
    heaping = np.exp(HEAPING * rng.standard_normal(len(launched)))
    middle = max(1.0, float(np.median(launched)))
    power = heaping * (middle / np.maximum(launched, 1.0)) ** FLATTER
    done, top = float(sum(seen)), float(max(seen, default=0))
    for k, total in enumerate(launched):
        rest = total - done
        sizes = np.asarray(seen, np.float64)
        if rest > 0.0:
            shape = np.take(nights.ratios, np.arange(start[k], start[k] + count[k]), mode="wrap")
            shape = shape ** power[k] * np.exp(JITTER * rng.standard_normal(len(shape)))
            sizes = np.concatenate([sizes, rest * shape / shape.sum()])
        if len(sizes) and total > 0.0:
            raid[k] = max(1.0, round(float(sizes[rng.integers(len(sizes))])))
            largest[k] = max(1.0, round(float(sizes.max())), top)
    return raid, largest
