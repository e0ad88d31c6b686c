"""Places under alarm, in the shapes that the clients of alerts.in.ua and of ukrainealarm.com read.

What lives here: the bodies that `GET /v1/alerts/active.json` and `GET /api/v3/alerts` answer. A warning is an
active alert of type air raid; a watch is one of level yellow where the shape has levels, and none where it has
not. Clients take a region's number from their own list: `regions` of the outlet says which number a place has.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from forehear.io.cap import Status
from forehear.records import SiteKind

NOTES: dict[Status, str | None] = {
    "Actual": None, "Exercise": "НАВЧАННЯ. EXERCISE.", "Test": "ПЕРЕВІРКА. TEST.", "System": "ПЕРЕВІРКА. TEST.",
}  # fmt: skip
_LEVEL = {"warning": "red", "watch": "yellow"}
_TYPE: dict[SiteKind, str] = {"settlement": "city", "energy": "unknown", "hospital": "unknown", "other": "unknown"}


class Alarmed(NamedTuple):
    """A place with its number at these services, its state, since when, and when something of it last changed."""

    number: int
    region: str
    name: str
    kind: SiteKind
    state: str
    since_s: float
    changed_s: float


def active(places: Sequence[Alarmed], status: Status, updated_s: float) -> bytes:
    """Write alerts.in.ua's active alerts: warnings red, watches yellow."""
    alerts = [_alert(place, status) for place in places if place.state in _LEVEL]
    meta = {"last_updated_at": datetime.fromtimestamp(updated_s, UTC).strftime("%Y/%m/%d %H:%M:%S +0000")}
    disclaimer = "forehear" if NOTES[status] is None else f"forehear. {NOTES[status]}"
    return msgspec.json.encode({"alerts": alerts, "meta": meta, "disclaimer": disclaimer})


def _alert(place: Alarmed, status: Status) -> dict[str, Any]:
    return {
        "id": place.number, "location_title": place.name, "location_type": _TYPE[place.kind],
        "started_at": _moment(place.since_s, 3), "finished_at": None, "updated_at": _moment(place.changed_s, 3),
        "alert_type": "air_raid", "location_uid": place.region, "location_oblast": place.name,
        "location_oblast_uid": place.region, "location_raion": None, "notes": NOTES[status], "calculated": False,
        "alert_level": _LEVEL[place.state],
    }  # fmt: skip


def regions_alarmed(places: Sequence[Alarmed], status: Status) -> bytes:
    """Write ukrainealarm's alerts: the regions under an alarm now. A watch is none."""
    out = []
    for place in places:
        if place.state != "warning":
            continue
        moment = _moment(place.changed_s, 0)
        alarm = {"regionId": place.region, "regionType": "Community", "type": "AIR", "lastUpdate": moment}
        name = place.name if NOTES[status] is None else f"{NOTES[status]} {place.name}"
        out.append({
            "regionId": place.region, "regionType": "Community", "regionName": name, "regionEngName": name,
            "lastUpdate": moment, "activeAlerts": [alarm],
        })  # fmt: skip
    return msgspec.json.encode(out)


def regions(named: Sequence[tuple[str, str]]) -> bytes:
    """Write ukrainealarm's regions: number and name of every place of the outlet."""
    states = [
        {"regionId": region, "regionName": name, "regionType": "Community", "regionChildIds": []}
        for region, name in named
    ]
    return msgspec.json.encode({"states": states})


def last_action(index: int) -> bytes:
    """Write the number that grows with every change, which clients ask for before they ask for more."""
    return msgspec.json.encode({"lastActionIndex": index})


def _moment(time_s: float, digits: int) -> str:
    text = datetime.fromtimestamp(time_s, UTC).isoformat(timespec="milliseconds" if digits else "seconds")
    return text.replace("+00:00", "Z")
