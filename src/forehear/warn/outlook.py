"""What is to be expected at one site now: who comes, of which kind, from where, how soon, how surely.

Theory of operation. The arrivals of all corroborated tracks at a site are of one moment. The site's probability is
that any of them comes. What is said of them is said by group, of one kind and one direction, and counts only
tracks that carry probability themselves: the tracks with any chance at all are many, and to name them all beside
the kind of one is untrue. What is said of time is of one track: of the first that credibly comes, and not the
median of a mixture, which jumps by a quarter of an hour when the mixture's weights change. That track stays the
first while it is credible, until another one is sooner by a minute.

Counts are of what is surely several: two tracks that stand in one place within their errors may be one target
under two names, and a lost track may be the live one beside it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from forehear.forecast.arrival import BIN_S, Arrival, first_of
from forehear.geodesy import Plane
from forehear.records import AlertGroup, Site, TargetKind
from forehear.warn.limits import Policy
from forehear.warn.witness import Witness

# --- numbers that decide -----------------------------------------------------------------------------
# What adds less than this tells nobody anything and would make the list of tracks endless.
LEAST_PROBABILITY = 1e-3
# Directions within this of each other are one [deg]: the eighths of the compass that the words name.
ONE_DIRECTION_DEG = 45.0
# Tracks nearer to each other than this, and than twice their errors, may be one target [m].
ONE_PLACE_M = 500.0
# -----------------------------------------------------------------------------------------------------


class Outlook(Struct, frozen=True):
    """A site's prospect now: `probability` that any target comes, `soon` that one does within the warning time,
    of those that are not surely another engine's.

    `groups` has the credibly first one first; `tracks` names the tracks of all groups, `lead` the one whose times
    are sent. `lost`: none of them is heard any more.
    """

    probability: float
    soon: float
    groups: tuple[AlertGroup, ...]
    tracks: tuple[str, ...]
    lead: str | None
    lost: bool
    # The leading track's speed [m/s], for the words of an operator.
    speed_mps: float = 0.0

    @property
    def kind(self) -> TargetKind:
        """The kind of the group that is credibly first."""
        return self.groups[0].kind if self.groups else "other"

    @property
    def count(self) -> int:
        """How many of that kind there surely are."""
        return sum(group.count for group in self.groups if group.kind == self.kind)

    @property
    def times_s(self) -> tuple[float | None, float | None, float | None]:
        """Earliest, median and latest arrival of the first group."""
        if not self.groups:
            return None, None, None
        first = self.groups[0]
        return first.arrival_earliest_s, first.arrival_s, first.arrival_latest_s


NOTHING = Outlook(0.0, 0.0, (), (), None, False)


def outlook_of(
    several: Sequence[Arrival],
    witnesses: Mapping[str, Witness],
    site: Site,
    plane: Plane,
    lead_before: str | None,
    policy: Policy,
) -> Outlook:
    """Add up a site's arrivals, all of one moment and of corroborated tracks."""
    some = [a for a in several if a.probability >= LEAST_PROBABILITY]
    if not some:
        return NOTHING
    probability = first_of(some)[0]
    drones = [a for a in some if witnesses[a.track].other <= policy.other_odds]
    soon = _by(drones, policy.warning_s)
    # Beside drones that carry probability themselves another engine is not named: it warns nobody.
    named = drones if any(a.probability >= policy.carries for a in drones) else some
    most = max(a.probability for a in named)
    least = min(max(policy.carries, policy.credible * most), most)
    carrying = sorted((a for a in named if a.probability >= least), key=lambda a: (-a.probability, a.track))
    bearings = _bearings(carrying, witnesses, site, plane)
    lead = _lead(carrying, lead_before, policy)
    groups = []
    for members in _grouped(carrying, bearings, witnesses):
        groups.append(_group(members, bearings, witnesses, lead, plane))
    # The group of the leading track first, then by the probability of its coming.
    groups.sort(key=lambda pair: (lead.track not in pair[1], -pair[0].probability))
    return Outlook(
        round(probability, 4), round(soon, 4), tuple(group for group, _ in groups),
        tuple(a.track for a in carrying), lead.track,
        all(witnesses[a.track].ended_s is not None for a in carrying), witnesses[lead.track].speed_mps,
    )  # fmt: skip


def _by(some: Sequence[Arrival], within_s: float) -> float:
    """Probability that any of several comes within so long."""
    none = 1.0
    for a in some:
        k = min(round(within_s / BIN_S), len(a.odds)) - 1
        none *= 1.0 - float(a.odds[k])
    return 1.0 - none


def _bearings(
    arrivals: Sequence[Arrival], witnesses: Mapping[str, Witness], site: Site, plane: Plane
) -> dict[str, float]:
    """From the site to where each track is, or was last known, clockwise from true north [deg]."""
    lon = [site.lon, *(witnesses[a.track].lon for a in arrivals)]
    lat = [site.lat, *(witnesses[a.track].lat for a in arrivals)]
    east, north = plane.forward(lon, lat)
    turn = float(plane.convergence(site.lon, site.lat))
    angles = np.degrees(np.arctan2(east[1:] - east[0], north[1:] - north[0]) + turn) % 360.0
    return {a.track: float(angle) for a, angle in zip(arrivals, angles, strict=True)}


def _lead(carrying: Sequence[Arrival], before: str | None, policy: Policy) -> Arrival:
    """The first that credibly comes; the one before it stays so until another is clearly sooner."""
    least = policy.credible * carrying[0].probability
    timed = [a for a in carrying if a.earliest_s is not None and a.probability >= least]
    if not timed:
        return carrying[0]
    first = min(timed, key=lambda a: (a.earliest_s or 0.0, a.track))
    stays = next((a for a in timed if a.track == before), None)
    if stays is not None and (stays.earliest_s or 0.0) - (first.earliest_s or 0.0) < policy.sooner_s:
        return stays
    return first


def _grouped(
    carrying: Sequence[Arrival], bearings: Mapping[str, float], witnesses: Mapping[str, Witness]
) -> list[list[Arrival]]:
    """Put together what is of one kind and comes from one direction, round the compass."""
    out: list[list[Arrival]] = []
    for kind in ("piston", "jet", "other"):
        of_kind = sorted(
            (a for a in carrying if witnesses[a.track].kind == kind), key=lambda a: (bearings[a.track], a.track)
        )
        if not of_kind:
            continue
        # Begin behind the widest gap, so that north does not part a group.
        n = len(of_kind)
        gaps = [(bearings[of_kind[i].track] - bearings[of_kind[i - 1].track]) % 360.0 for i in range(n)]
        begin = int(np.argmax(gaps)) if n > 1 else 0
        turned = of_kind[begin:] + of_kind[:begin]
        group = [turned[0]]
        for a in turned[1:]:
            if (bearings[a.track] - bearings[group[0].track]) % 360.0 <= ONE_DIRECTION_DEG:
                group.append(a)
            else:
                out.append(group)
                group = [a]
        out.append(group)
    return out


def _group(
    members: Sequence[Arrival], bearings: Mapping[str, float], witnesses: Mapping[str, Witness], lead: Arrival,
    plane: Plane,
) -> tuple[AlertGroup, frozenset[str]]:  # fmt: skip
    names = frozenset(a.track for a in members)
    timed = [a for a in members if a.earliest_s is not None]
    first = lead if lead.track in names else min(timed or members, key=lambda a: (a.earliest_s or 0.0, a.track))
    probability = first_of(members)[0]
    return AlertGroup(
        witnesses[first.track].kind, surely_several([witnesses[a.track] for a in members], plane),
        round(bearings[first.track], 1), round(first.distance_m, 1),
        first.earliest_s, first.median_s, first.latest_s, round(min(probability, 1.0), 4),
    ), names  # fmt: skip


def surely_several(members: Sequence[Witness], plane: Plane) -> int:
    """Count the targets that several tracks surely are; at least one."""
    live = [one for one in members if one.ended_s is None]
    if not live:
        return 1
    east, north = plane.forward([one.lon for one in live], [one.lat for one in live])
    kept: list[int] = []
    total = 0
    # Those that stand for the most engines first, then the best known ones.
    for i in sorted(range(len(live)), key=lambda i: (-live[i].count, live[i].sigma_m, i)):
        apart = all(
            math.hypot(east[i] - east[j], north[i] - north[j])
            > max(ONE_PLACE_M, 2.0 * math.hypot(live[i].sigma_m, live[j].sigma_m))
            for j in kept
        )
        if apart:
            kept.append(i)
            total += live[i].count
    return total
