"""Why an alert was given, in one sentence."""

import math
from collections.abc import Sequence

from forehear.geodesy import Plane
from forehear.records import Site, Track
from forehear.warn.policy import Outlook
from forehear.warn.table import State

SIDES = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
# A target turning away from a site by more than this share of its speed is not closing.
CLOSING_SHARE = 0.2


def side_of(east_m: float, north_m: float) -> str:
    """Name the side of the compass that an offset points to."""
    return SIDES[round(math.degrees(math.atan2(east_m, north_m)) / 45.0) % 8]


def because(site: Site, outlook: Outlook, state: str, before: State, plane: Plane, tracks: Sequence[Track]) -> str:
    """Say what an alert rests on: how many of what kind, how far, on which side, closing how fast."""
    if state == "cancelled":
        return "no target is heard any more that may come here"
    many = len(outlook.tracks)
    what = f"{many} {outlook.kind} track{'s' if many != 1 else ''}"
    live = {t.track: t for t in tracks if t.status == "confirmed"}
    first = next((live[name] for name in outlook.tracks if name in live), None)
    if first is None:
        words = f"{what} lost on the way here"
    else:
        east, north = plane.forward([first.lon, site.lon], [first.lat, site.lat])
        de, dn = float(east[0] - east[1]), float(north[0] - north[1])
        away = math.hypot(de, dn)
        course = math.radians(first.course_deg) - float(plane.convergence(first.lon, first.lat))
        closing = -first.speed_mps * (de * math.sin(course) + dn * math.cos(course)) / max(away, 1.0)
        words = (
            f"{what} overhead"
            if away <= site.radius_m
            else f"{what} {max(away / 1000.0, 1):.0f} km to the {side_of(de, dn)}"
        )
        if away > site.radius_m and closing > CLOSING_SHARE * first.speed_mps:
            words += f", closing at {closing:.0f} m/s"
        elif away > site.radius_m:
            words += ", not heading here now"
    if before == "warning" and state == "watch":
        words += "; eased from a warning"
    return words
