"""How many minutes a place has: by direction, slow and fast, as the plan's law and the tracker's own waits have
it.

Theory. A target comes straight at a site from a direction. At each distance the odds are known that three sensors
hear it within ten seconds; what limits them lasts (what sensors and engine are), so that the odds of having been
heard by then are the largest of those farther out. The sound takes its way to the third-nearest sensor; then the
tracker takes its time to confirm (`waits`: a table made with the real tracker, by kind, local spacing and noise).
What is left till the site's edge is the warning. Its tenth percentile and its median are taken over both chances.

Time is depth over speed: to give a faster target's site back what its speed takes, the network must reach out
farther by the minutes lost times that speed.
Ignores: bends on the way (they give time), turns.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forehear.air.hearing import Approaching
from forehear.constants import STANDARD_SOUND_SPEED_MPS
from forehear.plan.odds import Situation, counted, heard_at
from forehear.plan.stations import Stations
from forehear.plan.waits import wait_s

Array = NDArray[np.float64]

# --- numbers that decide -----------------------------------------------------------------------------
# Directions of approach; steps along one [m]; how far beyond the outermost sensor it begins [m].
DIRECTIONS, STEP_M, BEYOND_M = 16, 500.0, 16_000.0
# A way is looked at no farther out than this [m].
FARTHEST_OUT_M = 400_000.0
# Both chances are cut into so many equal parts.
PARTS = 40
# Local spacing is that of the sensors within this of a place [m].
AROUND_M = 10_000.0
# -----------------------------------------------------------------------------------------------------


class Lead(NamedTuple):
    """One direction's minutes before a kind of target crosses a site's edge, in nine of ten cases and in the
    median;
    and the distance at which it is more likely heard than not [m]."""

    bearing_deg: float
    p10_s: float
    p50_s: float
    heard_m: float


class SiteLeads(NamedTuple):
    """A site's directions for one kind."""

    site: str
    kind: str
    speed_mps: float
    leads: tuple[Lead, ...]

    def quantile_s(self, name: str) -> float:
        """The mean over directions of `p10_s` or `p50_s`."""
        return float(np.mean([getattr(lead, name) for lead in self.leads]))


def leads_of(
    site: str, middle_m: tuple[float, float], rim_m: float, kinds: Sequence[Approaching], stations: Stations,
    situation: Situation,
) -> list[SiteLeads]:  # fmt: skip
    """Give a site's minutes for each kind. `rim_m`: from its middle to its edge."""
    away = stations.place_m - np.array(middle_m)
    out = []
    for kind in kinds:
        leads = []
        for d in range(DIRECTIONS):
            bearing = 2.0 * math.pi * d / DIRECTIONS
            way = np.array([math.sin(bearing), math.cos(bearing)])
            farthest = float(np.max(away @ way, initial=0.0)) + BEYOND_M
            distance = np.arange(0.0, min(max(farthest, rim_m), FARTHEST_OUT_M) - rim_m + STEP_M, STEP_M)
            place = np.array(middle_m) + (rim_m + distance)[:, None] * way
            leads.append(_lead(kind, math.degrees(bearing), distance, place, (stations, situation)))
        out.append(SiteLeads(site, kind.kind, kind.speed_mps, tuple(leads)))
    return out


def heard_along(
    kind: Approaching, place_m: Array, stations: Stations, situation: Situation
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Give along a way (n, 2), from its end outwards: the odds of having been heard by the hearers that are asked
    for by then, the sound's age on its way to the last of them [s], and which station is nearest, (n,) each."""
    count, odds = situation.hearers, np.zeros(len(place_m))
    age, nearest = np.zeros(len(place_m)), np.zeros(len(place_m), np.int64)
    shares = sum(weather.share for weather in situation.weathers)
    heard = heard_at(kind, place_m, stations, situation)
    for weather, now in zip(situation.weathers, heard, strict=True):
        part = weather.share / shares
        odds += part * counted(now, now.listens, (count,), situation.known())[:, 0]
        if now.excess.shape[1]:
            last = min(count, now.excess.shape[1]) - 1
            ground = np.where(now.station[:, last] >= 0, now.ground_m[:, last], 0.0)
            age += part * np.hypot(ground, kind.height_m) / STANDARD_SOUND_SPEED_MPS
            nearest = now.station[:, 0]
    return np.maximum.accumulate(odds[::-1])[::-1], age, nearest


def _lead(
    kind: Approaching, bearing_deg: float, distance_m: Array, place_m: Array, with_what: tuple[Stations, Situation]
) -> Lead:
    """One direction. `distance_m` (n,) from the site's edge, growing."""
    stations, situation = with_what
    by_then, age, nearest = heard_along(kind, place_m, stations, situation)
    # For each part of the chance, the farthest distance at which it has been heard with those odds.
    parts = (np.arange(PARTS) + 0.5) / PARTS
    at = np.array([int(np.max(np.flatnonzero(by_then >= p), initial=-1)) for p in parts])
    left = np.where(at >= 0, distance_m[at] / kind.speed_mps - age[at], -1.0)
    entry = int(np.max(np.flatnonzero(by_then >= 0.5), initial=0))
    spacing, noise = around(place_m[entry], stations, int(nearest[entry]))
    wait = np.interp(parts, (0.1, 0.5, 0.9), wait_s(kind.kind, spacing, noise))
    total = np.sort(np.maximum((left[:, None] - wait[None, :]).ravel(), 0.0))
    p10, p50 = np.quantile(total, (0.1, 0.5))
    heard = float(distance_m[entry]) if by_then[entry] >= 0.5 else 0.0
    return Lead(bearing_deg, float(p10), float(p50), heard)


def around(place_m: Array, stations: Stations, nearest: int) -> tuple[float, float]:
    """Give spacing [m] and noise [dB] of the sensors around the one that is nearest to a place."""
    if not len(stations.ids):
        return AROUND_M, 60.0
    apart = np.hypot(*(stations.place_m - stations.place_m[max(nearest, 0)]).T)
    near = apart <= AROUND_M
    # At the edge of a network a good half of the circle has no sensors: the nearest ones say how far apart they
    # are.
    closest = np.sort(apart)[1:4]
    if len(closest) == 0:
        return AROUND_M, float(stations.noise_db[near].mean())
    return float(np.mean(closest)), float(stations.noise_db[near].mean())


def deeper_m(slow: SiteLeads, fast: SiteLeads) -> float:
    """Give by how much farther the network must reach out, for the fast kind to leave the slow one's median
    [m].
    """
    return max(slow.quantile_s("p50_s") - fast.quantile_s("p50_s"), 0.0) * fast.speed_mps
