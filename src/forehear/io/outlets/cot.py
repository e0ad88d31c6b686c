"""Tracks, sensors and alerts as Cursor on Target events (MITRE MP090284, event version 2.0), for TAK's maps.

What lives here: one event a record, XML in UTF-8, ended by a newline. A track keeps its uid for its life, stands
where the target is now, and says how wrong that may be: `ce` is the radius that holds it in 95 of 100 cases. It is
an unknown thing in the air: nobody is called hostile by a microphone. An ended track goes stale at once.
What this does not do: tasks, chat, anything that asks somebody to act.
"""

import math
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as Tree

from forehear.io.cap import Status, clean
from forehear.io.outlets.fix import TrackFix, radius_95_m
from forehear.records import Alert, Sensor, Site, TargetKind

# CoT's word for "not known": microphones know the height poorly, and do not say how poorly.
UNKNOWN_M = 9_999_999.0
# Atoms: unknown, air; a drone where the engine says so (MIL-STD-2525: A-M-F-Q is a fixed-wing drone).
TYPES: dict[TargetKind, str] = {"piston": "a-u-A-M-F-Q", "jet": "a-u-A-M-F", "other": "a-u-A"}
KINDS: dict[TargetKind, str] = {"piston": "propeller drone", "jet": "jet drone", "other": "aircraft"}
SENSOR_TYPE = "a-n-G-E-S"
# A spot on the map with words: an alert is about a place, and no emergency call of somebody's telephone.
ALERT_TYPE = "b-m-p-s-m"
# Stale after so many intervals of sending, but never sooner than the other [s]: one lost packet greys nothing.
STALE_INTERVALS, STALE_LEAST_S = 3.0, 10.0
# How an event says that it is an exercise, a simulation, or meant (attribute `opex`).
_OPEX: dict[Status, str] = {"Actual": "o", "Exercise": "e-forehear", "Test": "s-forehear", "System": "s-forehear"}
_COLOURS = {"warning": "-65536", "watch": "-256", "cancelled": "-16711936", "not_covered": "-8355712"}


class CotManner(NamedTuple):
    """What all events of an outlet share: the installation's own name, CAP's status, how often it sends [s]."""

    name: str
    status: Status
    every_s: float


def cot_time(time_s: float) -> str:
    """Write a time as CoT has it: UTC, milliseconds, a Z."""
    # To the nearest: cut off, a time could be a millisecond before itself.
    return datetime.fromtimestamp(round(time_s, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def marked(status: Status, words: str) -> str:
    """Give words with what everybody must see first: that this is no real threat."""
    return words if status == "Actual" else f"{'EXERCISE' if status == 'Exercise' else 'TEST'} {words}"


def track_event(fix: TrackFix, manner: CotManner, corroborated: bool = True) -> bytes:
    """Write a track as one event, ended by a newline."""
    track = fix.track
    event = _event(
        f"forehear.{manner.name}.{track.track}", TYPES[track.kind], "m-f", track.time_s,
        track.time_s if track.status == "ended" else track.time_s + _stale_s(manner), manner,
    )  # fmt: skip
    _point(event, track.lon, track.lat, track.height_m, radius_95_m(*fix.axes[:2]))
    detail = Tree.SubElement(event, "detail")
    Tree.SubElement(detail, "contact", callsign=clean(marked(manner.status, f"{track.track} {KINDS[track.kind]}")))
    course = track.course_deg % 360.0
    Tree.SubElement(detail, "track", course=f"{course:.1f}", speed=f"{max(track.speed_mps, 0.0):.1f}")
    Tree.SubElement(detail, "precisionlocation", altsrc="???", geopointsrc="CALC")
    words = [f"heard by {len(track.heard_by)} sensors", f"probability {track.existence:.2f}", track.status]
    if track.count > 1:
        words.insert(0, f"{track.count} engines")
    if not corroborated:
        words.append("not corroborated")
    if track.ended_because and track.status == "ended":
        words.append(str(track.ended_because))
    _remarks(detail, manner.status, ", ".join(words))
    return _line(event)


def sensor_event(sensor: Sensor, state: str, time_s: float, manner: CotManner) -> bytes:
    """Write a sensor and how it does as one event. Where sensors stand is for those who need it alone."""
    uid = f"forehear.{manner.name}.sensor.{sensor.id}"
    event = _event(uid, SENSOR_TYPE, "h-e", time_s, time_s + _stale_s(manner), manner)
    _point(event, sensor.lon, sensor.lat, sensor.height_m, UNKNOWN_M)
    detail = Tree.SubElement(event, "detail")
    Tree.SubElement(detail, "contact", callsign=clean(sensor.name or sensor.id))
    _remarks(detail, manner.status, f"{sensor.kind}: {state}")
    return _line(event)


def alert_event(alert: Alert, site: Site, headline: str, until_s: float, manner: CotManner) -> bytes:
    """Write a site's state as one event at the site, stale at `until_s`."""
    uid = f"forehear.{manner.name}.site.{site.id}"
    event = _event(uid, ALERT_TYPE, "m-f", alert.issued_at_s, until_s, manner)
    _point(event, site.lon, site.lat, 0.0, site.radius_m)
    detail = Tree.SubElement(event, "detail")
    Tree.SubElement(detail, "contact", callsign=clean(marked(manner.status, f"{site.name}: {alert.state}")))
    Tree.SubElement(detail, "color", argb=_COLOURS[alert.state])
    _remarks(detail, manner.status, f"{headline}. {alert.because}")
    return _line(event)


def ping(manner: CotManner, time_s: float) -> bytes:
    """Write what keeps a connection to a TAK server open, and what a test sends: it draws nothing."""
    event = _event(f"forehear.{manner.name}.ping", "t-x-c-t", "m-g", time_s, time_s + _stale_s(manner), manner)
    _point(event, 0.0, 0.0, 0.0, UNKNOWN_M)
    Tree.SubElement(event, "detail")
    return _line(event)


def _stale_s(manner: CotManner) -> float:
    return max(STALE_INTERVALS * manner.every_s, STALE_LEAST_S)


def _event(uid: str, kind: str, how: str, time_s: float, stale_s: float, manner: CotManner) -> Tree.Element:
    now = cot_time(time_s)
    return Tree.Element(
        "event", version="2.0", uid=clean(uid), type=kind, how=how, time=now, start=now, stale=cot_time(stale_s),
        opex=_OPEX[manner.status],
    )  # fmt: skip


def _point(event: Tree.Element, lon: float, lat: float, height_m: float, ce_m: float) -> None:
    """Seven digits are a centimetre. `hae` is above the ellipsoid; ours is above the sea, and `le` is unknown."""
    if not all(map(math.isfinite, (lon, lat, height_m, ce_m))):
        raise ValueError(
            f"event {event.get('uid')!r}: lon={lon} lat={lat} height_m={height_m} ce_m={ce_m}: not finite"
        )
    Tree.SubElement(
        event, "point", lat=f"{lat:.7f}", lon=f"{lon:.7f}", hae=f"{height_m:.1f}", ce=f"{ce_m:.1f}",
        le=f"{UNKNOWN_M:.1f}",
    )  # fmt: skip


def _remarks(detail: Tree.Element, status: Status, words: str) -> None:
    remarks = Tree.SubElement(detail, "remarks", source="forehear")
    remarks.text = clean(marked(status, words))


def _line(event: Tree.Element) -> bytes:
    # No newline inside: one event a line is what a log can be read by.
    data: bytes = Tree.tostring(event, encoding="utf-8")
    return data.replace(b"\n", b"&#10;") + b"\n"
