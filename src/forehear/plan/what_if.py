"""What changes where sensors are lost, the wind turns, the night is louder, or thousands fly: as numbers over
places.

Theory. Each question is another situation or another set of sensors for the same places and the same odds
(`odds`). A crowd hides targets from sensors: of two that a sensor hears in one second, a report that is 10 dB
louder hides the other; targets strewn at random so densely hide one at the distance r from a sensor with the
odds 1 - exp(-density pi (0.32 r)^2).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air.hearing import Approaching
from forehear.plan.odds import Situation, Weather, blowing, odds_of
from forehear.plan.stations import Stations, taken

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# --- numbers that decide -----------------------------------------------------------------------------
# A night's raid comes within so many hours; a target flies over so much of the land's width.
NIGHT_S, FLOWN_SHARE = 8.0 * 3600.0, 0.7
# Draws of sensors lost at random whose mean is the map.
DRAWS = 12
# A place is heard where its odds are a half or more.
HEARD = 0.5
# -----------------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """What is changed: the words for it, and from which sensors and situation others are made."""

    words: str
    ask: Callable[[Stations, Situation], list[tuple[Stations, Situation]]]


class Changed(NamedTuple):
    """Odds at all places (P,), their mean, the share of places heard, and what changes against today."""

    words: str
    odds: Array
    mean: float
    heard_share: float
    change: float


def crowd(drones: float, area_km2: float, kind: Approaching) -> float:
    """Give how many are in the air at once for each square kilometre, of so many in a night over a land."""
    width_m = 1000.0 * math.sqrt(area_km2)
    return drones / NIGHT_S * FLOWN_SHARE * width_m / kind.speed_mps / area_km2


def lose_share(share: float, seed: int = 1) -> Question:
    """Ask for the loss of a share of the sensors at random: the mean over draws."""

    def ask(stations: Stations, situation: Situation) -> list[tuple[Stations, Situation]]:
        rng, many = np.random.default_rng([seed, 11]), len(stations.ids)
        out = []
        for _ in range(DRAWS):
            alive = np.ones(many, bool)
            alive[rng.permutation(many)[: round(share * many)]] = False
            out.append((taken(stations, alive), situation))
        return out

    return Question(f"{share:.0%} of the sensors lost, at random", ask)


def lose_where(words: str, inside: Callable[[Stations], Flags]) -> Question:
    """Ask for the loss of all sensors of a region."""
    return Question(words, lambda stations, situation: [(taken(stations, ~inside(stations)), situation)])


def wind(weather: Weather, words: str) -> Question:
    """Ask for a wind."""
    return Question(words, lambda stations, situation: [(stations, situation._replace(weathers=blowing(weather)))])


def louder(by_db: float) -> Question:
    """Ask for more noise everywhere."""
    return Question(
        f"noise {by_db:+g} dB everywhere",
        lambda stations, situation: [(stations._replace(noise_db=stations.noise_db + by_db), situation)],
    )


def many_at_once(drones: float, area_km2: float, kind: Approaching) -> Question:
    """Ask for so many in a night."""
    dense = crowd(drones, area_km2, kind)
    at_once = dense * area_km2
    return Question(
        f"{drones:,.0f} in a night ({at_once:,.0f} in the air at once)",
        lambda stations, situation: [(stations, situation._replace(crowd_per_km2=dense))],
    )


def answers(
    questions: Sequence[Question], kind: Approaching, place_m: Array, stations: Stations, situation: Situation,
    show: Callable[[float, str], None] = lambda done, words: None,
) -> list[Changed]:  # fmt: skip
    """Answer each question, today first. `show` is told the share done."""
    today = odds_of(kind, place_m, stations, situation)[:, 0]
    out = [_answer("today", today, today)]
    for number, question in enumerate(questions):
        show(number / max(len(questions), 1), question.words)
        changed = [odds_of(kind, place_m, s, t)[:, 0] for s, t in question.ask(stations, situation)]
        out.append(_answer(question.words, np.mean(changed, axis=0), today))
    return out


def _answer(words: str, odds: Array, today: Array) -> Changed:
    return Changed(words, odds, float(odds.mean()), float(np.mean(odds >= HEARD)), float((odds - today).mean()))
