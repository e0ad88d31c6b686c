"""Which tracks count, what they add up to at a site, and which condition of the table that is.

Theory of operation. Each second the policy is handed the live tracks and their arrivals. A track counts only
once it is corroborated: heard by enough sensors that do not stand in one place, over enough time. So one broken
or lying sensor cannot raise an alarm. Nor can one put an alarm out: a track that ends or is no longer reported is
remembered with the arrivals it had, fading slowly, until the last of them is over; only a track that is alive
and flies elsewhere takes its arrivals back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct

from forehear.forecast.arrival import BIN_S, Arrival, first_of
from forehear.records import Network, TargetKind, Track
from forehear.warn.limits import Policy
from forehear.warn.table import Condition


@dataclass
class Witness:
    """What speaks for a track: when each sensor last heard it, and in how many different seconds."""

    first_s: float
    last_s: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    corroborated: bool = False
    kind: TargetKind = "other"
    speed_mps: float = 0.0
    ended_s: float | None = None


class Outlook(Struct, frozen=True):
    """What is to be expected at one site now: all corroborated tracks together."""

    probability: float
    earliest_s: float | None
    median_s: float | None
    latest_s: float | None
    tracks: tuple[str, ...]
    kind: TargetKind
    nearest_m: float
    speed_mps: float
    lost: bool


NOTHING = Outlook(0.0, None, None, None, (), "other", 0.0, 0.0, False)


def sensors_apart(names: Iterable[str], places: Mapping[str, tuple[float, float]], apart_m: float) -> int:
    """Count sensors that stand apart: greedily, in order of name, so that the answer is always the same."""
    kept: list[tuple[float, float]] = []
    for name in sorted(names):
        place = places.get(name)
        if place is None:
            continue
        if all((place[0] - k[0]) ** 2 + (place[1] - k[1]) ** 2 >= apart_m**2 for k in kept):
            kept.append(place)
    return len(kept)


def places_of_sensors(network: Network) -> dict[str, tuple[float, float]]:
    """Give each sensor's place on a plane around the network [m]; good enough to tell who stands together."""
    lat = float(np.mean([s.lat for s in network.sensors])) if network.sensors else 0.0
    east_m, north_m = 111_320.0 * float(np.cos(np.radians(lat))), 111_132.0
    return {s.id: (s.lon * east_m, s.lat * north_m) for s in network.sensors}


def witness(
    one: Witness, track: Track, now_s: float, places: Mapping[str, tuple[float, float]], policy: Policy
) -> None:
    """Take in a track's second: who heard it, and whether that is enough. Corroboration, once given, stays."""
    # `heard_by` tells who heard it in the last seconds: a sensor counts anew once a second.
    for name in track.heard_by:
        if now_s - one.last_s.get(name, -1e18) >= 1.0:
            one.seconds[name] = one.seconds.get(name, 0) + 1
            one.last_s[name] = now_s
    for name in [n for n, t in one.last_s.items() if t < now_s - policy.heard_within_s]:
        del one.last_s[name]
        one.seconds.pop(name, None)
    if track.kind != one.kind or track.speed_mps != one.speed_mps:
        one.kind, one.speed_mps = track.kind, track.speed_mps
    if one.corroborated or track.status != "confirmed":
        return
    if sensors_apart(one.last_s, places, policy.apart_m) >= policy.sensors:
        one.corroborated = True
    elif now_s - one.first_s >= policy.pair_s:
        steady = [n for n, k in one.seconds.items() if k >= 3]
        one.corroborated = sensors_apart(steady, places, policy.apart_m) >= 2


def faded(arrival: Arrival, ended_s: float, now_s: float, policy: Policy) -> Arrival | None:
    """Give what a lost track's arrival is worth now; None when it is over."""
    age = now_s - ended_s
    latest = arrival.latest_s if arrival.latest_s is not None else arrival.time_s
    if age > policy.ghost_least_s and now_s > latest + policy.ghost_after_s:
        return None
    weight = 0.5 ** (age / policy.fade_s)
    if weight * arrival.probability < 1e-3:
        return None
    # Moved to now: what the distribution said for the time since has passed without its being seen there.
    shift = min(round((now_s - arrival.time_s) / BIN_S), len(arrival.odds))
    passed = float(arrival.odds[shift - 1]) if shift > 0 else 0.0
    odds = np.full(len(arrival.odds), arrival.odds[-1])
    odds[: len(odds) - shift] = arrival.odds[shift:]
    # It may also be there unheard: what should have come by now stays possible in the next bin.
    odds = weight * np.maximum(odds - 0.5 * passed, 0.0)
    times = (arrival.earliest_s, arrival.median_s, arrival.latest_s)
    early, middle, late = (None if t is None else max(t, now_s) for t in times)
    return Arrival(
        now_s, arrival.track, arrival.site, float(odds[-1]), early, middle, late, arrival.distance_m, odds
    )


def outlook_of(several: Sequence[Arrival], witnesses: Mapping[str, Witness], policy: Policy) -> Outlook:
    """Add up a site's arrivals, all of one moment and of corroborated tracks."""
    # What adds less than a thousandth tells nobody anything and would make the list of tracks endless.
    probable = [a for a in several if a.probability >= 1e-3]
    if not probable:
        return NOTHING
    probability, early, middle, late = first_of(probable)
    # Named are the tracks that matter: at least a tenth as probable as the most probable one.
    most = max(a.probability for a in probable)
    named = sorted((a for a in probable if a.probability >= 0.1 * most), key=lambda a: (-a.probability, a.track))
    first = named[0]
    # What is sent of kind, distance and speed is the most probable one's.
    kind = witnesses[first.track].kind
    lost = all(witnesses[a.track].ended_s is not None for a in named)
    return Outlook(
        round(probability, 4), early, middle, late, tuple(a.track for a in named),
        kind, first.distance_m, witnesses[first.track].speed_mps, lost,
    )  # fmt: skip


def holds(condition: Condition, outlook: Outlook, now_s: float, policy: Policy) -> bool:
    """Answer one question of the table."""
    soon = None if outlook.median_s is None else outlook.median_s - now_s
    p = outlook.probability
    if condition == "settled":
        return True
    if condition == "likely":
        return p >= policy.warning_probability and soon is not None and soon <= policy.warning_s
    if condition == "possible":
        return p >= policy.watch_probability and soon is not None and soon <= policy.watch_s
    if condition == "eased":
        far = soon is None or soon > 1.2 * policy.warning_s
        return p < policy.ease * policy.warning_probability or far
    return p < policy.ease * policy.watch_probability
