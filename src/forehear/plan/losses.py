"""What is left when sensors are lost: at random, or all of a region, as mains and mobile networks fail.

What comes back is how much is still heard, never which sensor's loss would cost the most.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air.hearing import Approaching
from forehear.plan.odds import Situation, counted, heard_at
from forehear.plan.stations import Stations

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# --- numbers that decide -----------------------------------------------------------------------------
# Draws of sensors lost at random, and regions that lose all of theirs, at most: about each of so many sensors.
DRAWS, REGIONS = 40, 40
# Places that losses are reckoned at, at most.
MOST_PLACES = 1_500
# -----------------------------------------------------------------------------------------------------


class AfterLoss(NamedTuple):
    """Mean odds over all places: with all sensors, after random losses (median, worst), after regional ones."""

    whole: float
    random_median: float
    random_worst: float
    region_worst: float

    @property
    def least(self) -> float:
        """The least of all that was tried."""
        return min(self.random_worst, self.region_worst)


def after_loss(
    kind: Approaching, place_m: Array, stations: Stations, situation: Situation, share: float, seed: int = 1
) -> AfterLoss:
    """Give what is heard when a share of the sensors is lost. The same seed draws the same sensors."""
    many = len(stations.ids)
    lost = max(round(share * many), 1) if share > 0.0 else 0
    thinned = place_m[:: max(-(-len(place_m) // MOST_PLACES), 1)]
    calm = situation._replace(weathers=situation.weathers[:1])
    heard = next(heard_at(kind, thinned, stations, calm))

    def mean(alive: Flags) -> float:
        left = heard.listens * np.where(heard.station >= 0, alive[heard.station], False)
        return float(counted(heard, left, (situation.hearers,), situation.known()).mean())

    whole = mean(np.ones(many, bool))
    rng = np.random.default_rng([seed, many])
    drawn = []
    for _ in range(DRAWS):
        alive = np.ones(many, bool)
        alive[rng.permutation(many)[:lost]] = False
        drawn.append(mean(alive))
    regional = [whole]
    for centre in np.unique(np.linspace(0, many - 1, min(REGIONS, many)).astype(np.int64)):
        alive = np.ones(many, bool)
        apart = np.hypot(*(stations.place_m - stations.place_m[centre]).T)
        alive[np.argsort(apart, kind="stable")[:lost]] = False
        regional.append(mean(alive))
    return AfterLoss(whole, float(np.median(drawn)), min(drawn), min(regional))
