"""A recorded night as one page: map, slider, alerts, and a report to print, for a browser without a server.

The journal goes through the tracker and the alerts as the service would take it; what comes out is thinned to a
picture every few seconds and written into one file that asks for nothing from anywhere. Without `sensors` it holds
nothing of where they stand, and tracks are as coarse as the public may see them.
"""

import html
from collections.abc import Callable, Iterable
from importlib import resources
from typing import Any, NamedTuple

import msgspec
import numpy as np

from forehear.geodesy import plane_at
from forehear.records import Alert, Network, Report, Site, Track
from forehear.track.tracker import Tracker
from forehear.warn.alerting import Alerting
from forehear.warn.limits import Policy

# --- numbers that decide -----------------------------------------------------------------------------
# A picture so often [s]; of a long night less often, so that there are at most so many.
STEP_S, MOST_PICTURES = 5.0, 6_000
# Decimals of a place: 5 is a metre; the public's 3 are a hundred.
DIGITS, PUBLIC_DIGITS = 5, 3
# The map reaches so far beyond sensors and sites [deg].
MARGIN_DEG = 0.25
# Corners of a round site.
CORNERS = 36
# -----------------------------------------------------------------------------------------------------

KIND_CODE = {"piston": 0, "jet": 1, "other": 2}


class PlayedNight(NamedTuple):
    """What is shown of a journal: pictures are (time, [[name, lon, lat, course, speed, kind], ...])."""

    pictures: list[tuple[float, list[list[float]]]]
    names: list[str]
    alerts: list[Alert]
    reports: int


def played(
    network: Network,
    sites: tuple[Site, ...],
    seconds: Iterable[tuple[float, list[Report]]],
    public: bool,
    show: Callable[[float, int], None],
) -> PlayedNight:
    """Track a journal's seconds and warn of what comes; `show` is given the time and the tracks, as it goes."""
    tracker = Tracker(network)
    alerting = Alerting(network, sites, tracker.plane, Policy())
    pictures: list[tuple[float, list[list[float]]]] = []
    index: dict[str, int] = {}
    alerts: list[Alert] = []
    count, last_s, digits = 0, -np.inf, PUBLIC_DIGITS if public else DIGITS
    for time_s, reports in seconds:
        count += len(reports)
        tracks = tracker.advance(time_s, reports)
        alerting.note(time_s, reports, tracker.turned_away)
        alerts += alerting.advance(time_s, tracks)
        show(time_s, len(tracks))
        if time_s - last_s >= STEP_S:
            last_s = time_s
            flying = [t for t in tracks if t.status not in ("tentative", "ended")]
            pictures.append((round(time_s, 1), [_drawn(t, index, digits) for t in flying]))
    every = max(1, -(-len(pictures) // MOST_PICTURES))
    return PlayedNight(pictures[::every], list(index), alerts, count)


def _drawn(track: Track, index: dict[str, int], digits: int) -> list[float]:
    number = index.setdefault(track.track, len(index))
    return [
        number, round(track.lon, digits), round(track.lat, digits), round(track.course_deg),
        round(track.speed_mps), KIND_CODE[track.kind],
    ]  # fmt: skip


def page(
    title: str, network: Network, sites: tuple[Site, ...], night: PlayedNight, zone: str, sensors: bool
) -> bytes:
    """Write the page. `zone` is the time zone that its clock shows; with `sensors` theirs are on the map."""
    places = [(s.lon, s.lat) for s in sites] + [(s.lon, s.lat) for s in network.sensors]
    box = _box(places)
    data = {
        "title": title, "zone": zone, "box": box, "step_s": STEP_S, "base": _base(_wider(box)),
        "sites": [{"id": s.id, "name": s.name, "rings": _rings(s), "at": [s.lon, s.lat]} for s in sites],
        "sensors": [[round(s.lon, 4), round(s.lat, 4)] for s in network.sensors] if sensors else [],
        "sensor_count": len(network.sensors), "reports": night.reports, "names": night.names,
        "pictures": night.pictures, "alerts": [_alert(a, sensors) for a in night.alerts],
    }  # fmt: skip
    # Within a script element nothing may read as its end.
    body = msgspec.json.encode(data).replace(b"<", b"\\u003c").decode("utf-8")
    template = resources.files("forehear.stage").joinpath("night_page.html").read_text("utf-8")
    return template.replace("__TITLE__", html.escape(title)).replace("__DATA__", body).encode("utf-8")


def _alert(alert: Alert, whole: bool) -> dict[str, Any]:
    out: dict[str, Any] = msgspec.to_builtins(alert)
    return out if whole else out | {"tracks": []}


def _box(places: list[tuple[float, float]]) -> list[float]:
    lon, lat = (np.array([p[k] for p in places] or [0.0]) for k in (0, 1))
    low, high = (float(lon.min()), float(lat.min())), (float(lon.max()), float(lat.max()))
    return [low[0] - MARGIN_DEG, low[1] - MARGIN_DEG, high[0] + MARGIN_DEG, high[1] + MARGIN_DEG]


def _wider(box: list[float]) -> list[float]:
    """Give the ground around what is shown: windows are of any shape, and people look about."""
    wide, high = box[2] - box[0], box[3] - box[1]
    return [box[0] - wide, max(box[1] - high, -85.0), box[2] + wide, min(box[3] + high, 85.0)]


def _rings(site: Site) -> list[list[list[float]]]:
    if site.rings:
        return [[[round(x, 5), round(y, 5)] for x, y in ring] for ring in site.rings]
    plane = plane_at(site.lon, site.lat)
    angles = 2.0 * np.pi * np.arange(CORNERS + 1) / CORNERS
    lon, lat = plane.inverse(site.radius_m * np.sin(angles), site.radius_m * np.cos(angles))
    return [[[round(float(x), 5), round(float(y), 5)] for x, y in zip(lon, lat, strict=True)]]


def _base(box: list[float]) -> dict[str, Any]:
    """Cut the map's ground to the box: land, coasts, borders, towns."""
    raw = msgspec.json.decode(resources.files("forehear.service.map").joinpath("base.json").read_bytes())
    held = raw["box"]
    within = held[0] <= box[0] and held[1] <= box[1] and box[2] <= held[2] and box[3] <= held[3]
    land = raw["land"] if within else raw["world"]
    towns = [t for t in raw["towns"] if box[0] < t[2] < box[2] and box[1] < t[3] < box[3]]
    return {
        "land": [ring for polygon in land for ring in (clipped(polygon[0], box),) if len(ring) > 2],
        "coast": [part for line in raw["coast"] for part in pieces(line, box)] if within else [],
        "borders": [part for line in raw["borders"] for part in pieces(line, box)],
        "oblasts": [part for line in raw["oblasts"] for part in pieces(line, box)],
        "towns": towns[:60],
    }


def clipped(ring: list[list[float]], box: list[float]) -> list[list[float]]:
    """Cut a ring of (lon, lat) to a box: west, south, east, north (Sutherland and Hodgman 1974, side by side)."""
    out = [list(p) for p in ring]
    for axis, limit, keep_above in ((0, box[0], True), (1, box[1], True), (0, box[2], False), (1, box[3], False)):
        points, out = out, []
        for k, here in enumerate(points):
            before = points[k - 1]
            inside = (here[axis] >= limit) is keep_above or here[axis] == limit
            was = (before[axis] >= limit) is keep_above or before[axis] == limit
            if inside is not was:
                u = (limit - before[axis]) / (here[axis] - before[axis])
                out.append([round(before[i] + u * (here[i] - before[i]), 4) for i in (0, 1)])
            if inside:
                out.append(here)
    return out


def pieces(line: list[list[float]], box: list[float]) -> list[list[list[float]]]:
    """Give the stretches of a line that lie in a box, each with the point before and after it."""
    inside = [box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in line]
    out: list[list[list[float]]] = []
    current: list[list[float]] = []
    for k, point in enumerate(line):
        near = inside[k] or (k > 0 and inside[k - 1]) or (k + 1 < len(line) and inside[k + 1])
        if near:
            current.append(point)
        elif current:
            out.append(current)
            current = []
    return [part for part in [*out, current] if len(part) > 1]
