"""Why an alert was given, in one sentence."""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from forehear.geodesy import Plane
from forehear.records import AlertGroup, Site, Track
from forehear.warn.outlook import Outlook
from forehear.warn.table import State

SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
# A target turning away from a site by more than this share of its speed is not closing.
CLOSING_SHARE = 0.2
# Groups named; the rest is counted.
MOST_NAMED = 3


class Seen(Protocol):
    """What the words need of a step's moment."""

    @property
    def tracks(self) -> Sequence[Track]:
        """The tracks now."""

    @property
    def plane(self) -> Plane:
        """The region's plane."""


def side_of(bearing_deg: float) -> str:
    """Name the side of the compass that a bearing points to."""
    return SIDES[round(bearing_deg / 45.0) % 8]


def because(site: Site, outlook: Outlook, state: State, before: State, blind: bool, moment: Seen) -> str:
    """Say what an alert rests on: how many of what kind, how far, on which side, closing how fast."""
    if state == "not_covered":
        return "too few sensors hear here now: nothing can be said, and nothing is called off"
    if state == "cancelled":
        if before == "not_covered":
            return "enough sensors hear here again, and no target is heard that may come"
        return "no target is heard any more that may come here"
    live = {t.track: t for t in moment.tracks if t.status != "ended"}
    named = [
        _of_group(group, site, live if k == 0 else {}, outlook, moment.plane)
        for k, group in enumerate(outlook.groups[:MOST_NAMED])
    ]
    if len(outlook.groups) > MOST_NAMED:
        named.append(f"{sum(g.count for g in outlook.groups[MOST_NAMED:])} more from other sides")
    words = "; ".join(named) if named else "no target that is heard heads here now"
    if before == "warning" and state == "watch":
        words += "; eased from a warning"
    if blind:
        words += "; too few sensors hear here now"
    return words


def _of_group(group: AlertGroup, site: Site, live: Mapping[str, Track], outlook: Outlook, plane: Plane) -> str:
    what = f"{group.count} {group.kind} track{'s' if group.count != 1 else ''}"
    if group.distance_m <= 0.0:
        return f"{what} overhead"
    where = f"{what} {max(group.distance_m / 1000.0, 1.0):.0f} km to the {side_of(group.bearing_deg)}"
    if outlook.lead is None or not live:
        return where
    first = live.get(outlook.lead)
    if first is None:
        return f"{where}, lost on the way here"
    closing = _closing_mps(first, site, plane)
    if closing > CLOSING_SHARE * first.speed_mps:
        return f"{where}, closing at {closing:.0f} m/s"
    return f"{where}, not heading here now"


def _closing_mps(track: Track, site: Site, plane: Plane) -> float:
    """How fast a track comes nearer to a site's middle [m/s]."""
    east, north = plane.forward([track.lon, site.lon], [track.lat, site.lat])
    de, dn = float(east[0] - east[1]), float(north[0] - north[1])
    course = math.radians(track.course_deg) - float(plane.convergence(track.lon, track.lat))
    return -track.speed_mps * (de * math.sin(course) + dn * math.cos(course)) / max(math.hypot(de, dn), 1.0)
