"""From sensors, candidates and places to what `siting` chooses by: a sparse matrix of odds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forehear.air.hearing import Approaching, fewer_than, odds_within, shared_nodes
from forehear.plan.odds import HIDDEN_SHARE, Situation, heard_at, pair_excess, weather_loss_db
from forehear.plan.siting import Choice
from forehear.plan.stations import Stations, farthest_m, pairs_of

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# --- numbers that decide -----------------------------------------------------------------------------
# What all share is taken at three nodes here, and odds below this are nought: the choice does not turn on them,
# and a country's matrix stays in two gigabytes.
NODES, LEAST_ODDS = 3, 0.04
# The share of sensors that are alive, in a choice that is to stand the loss of any tenth.
ALIVE = 0.9
# -----------------------------------------------------------------------------------------------------


def choice_of(
    kinds: Sequence[Approaching], place_m: Array, candidates: Stations, there: Stations, situation: Situation,
    alive: float = 1.0,
) -> Choice:  # fmt: skip
    """Give the matrix of candidates' odds at places (P, 2), and what the sensors that are there hear already.

    Columns are kinds times weathers times nodes of what all share. `alive`: every sensor's odds times this.
    No candidate is a must or a never yet, and each costs one.
    """
    priors = situation.known()
    offsets, weights = shared_nodes(priors.shared_db, NODES)
    shares = np.array([weather.share for weather in situation.weathers])
    weight = np.concatenate([share * weights for _ in kinds for share in shares / shares.sum()]) / len(kinds)
    reach_m = max(farthest_m(kind, candidates.noise_db - candidates.gain_db, priors) for kind in kinds)
    pairs = pairs_of(place_m, candidates, reach_m)
    order = np.lexsort((pairs.place, pairs.station))
    columns, before = [], []
    for kind in kinds:
        excess, above = pair_excess(kind, pairs, place_m, candidates, situation)
        hidden = np.exp(-situation.crowd_per_km2 * np.pi * (HIDDEN_SHARE * pairs.ground_m / 1000.0) ** 2)
        listens = alive * candidates.listens[pairs.station] * hidden
        heard = heard_at(kind, place_m, there, situation)
        for weather, now in zip(situation.weathers, heard, strict=True):
            left = excess - weather_loss_db(kind, pairs, above, weather)
            for offset in offsets:
                columns.append((listens * odds_within(left + offset, priors))[order].astype(np.float32))
                odds = alive * now.listens * odds_within(now.excess + offset, priors)
                before.append(fewer_than(odds, situation.hearers))
    odds = np.stack(columns, axis=1)
    kept = odds.max(axis=1, initial=0.0) >= LEAST_ODDS
    station, place = pairs.station[order][kept], pairs.place[order][kept]
    many = len(candidates.ids)
    return Choice(
        np.searchsorted(station, np.arange(many + 1)), place, odds[kept].astype(np.float64), weight,
        np.stack(before, axis=1), np.ones(many), np.zeros(many, bool), np.zeros(many, bool),
    )  # fmt: skip
