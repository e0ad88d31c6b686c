"""Which tracks count: who heard each, over how long, from how many places; and what a lost one is still worth.

Theory of operation. A track counts only once it is corroborated: heard by enough sensors that do not stand in one
place, over enough time. So one broken or lying sensor cannot raise an alarm. Nor can one put an alarm out: a track
that ends or is no longer reported is remembered with the arrivals it had, fading slowly, until the last of them is
over; only a track that is alive and flies elsewhere takes its arrivals back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from forehear.forecast.arrival import BIN_S, Arrival
from forehear.records import Network, TargetKind, Track
from forehear.warn.limits import Policy

# A jet is named as one only from these odds on: that there are jets is news, and a young track's odds swing.
SURELY_JET, RATHER_PISTON = 0.8, 0.5


@dataclass
class Witness:
    """What speaks for a track: when each sensor last heard it, and in how many different seconds."""

    first_s: float
    last_s: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    corroborated: bool = False
    kind: TargetKind = "other"
    # How surely it is neither a propeller drone nor a jet.
    other: float = 0.0
    speed_mps: float = 0.0
    count: int = 1
    lon: float = 0.0
    lat: float = 0.0
    sigma_m: float = 0.0
    ended_s: float | None = None


def kind_named(track: Track) -> TargetKind:
    """Give the kind that a track may be named by: its likeliest one, a jet only where that is sure."""
    if track.kinds.jet >= SURELY_JET:
        return "jet"
    if track.kinds.piston >= RATHER_PISTON:
        return "piston"
    return "other" if track.kind == "jet" else track.kind


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
    one.kind, one.other = kind_named(track), track.kinds.other
    one.speed_mps, one.count = track.speed_mps, max(track.count, 1)
    one.lon, one.lat, one.sigma_m = track.lon, track.lat, track.position_sigma_m
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
