"""Places with their state as a GeoJSON feed, as readers of emergency feeds take them, and HTTP's dates.

What lives here: one FeatureCollection of the places that are not clear. `pubDate` is as the generic GeoJSON
client of Home Assistant reads it; `guid` and `id` are the alert's, so that an alert is one entry through all its
changes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import NamedTuple

import msgspec

from forehear.io.cap import Status
from forehear.io.outlets.cot import marked


class FeedPlace(NamedTuple):
    """A place in the feed."""

    site: str
    name: str
    lon: float
    lat: float
    state: str
    alert: str
    changed_s: float
    probability: float
    arrival_s: float | None
    words: str


def geojson_feed(places: Sequence[FeedPlace], status: Status, updated_s: float) -> bytes:
    """Write the feed: every place that is not clear."""
    features = [
        {
            "type": "Feature", "id": f"{one.alert}.{one.site}",
            "geometry": {"type": "Point", "coordinates": [round(one.lon, 6), round(one.lat, 6)]},
            "properties": {
                "title": marked(status, f"{one.name}: {one.state}"), "description": marked(status, one.words),
                "guid": f"{one.alert}.{one.site}", "category": one.state, "status": status, "site": one.site,
                "probability": round(one.probability, 2), "arrival_s": one.arrival_s,
                "pubDate": datetime.fromtimestamp(one.changed_s, UTC).strftime("%d/%m/%Y %I:%M:%S %p"),
            },
        }
        for one in places
        if one.state != "clear"
    ]  # fmt: skip
    return msgspec.json.encode(
        {"type": "FeatureCollection", "title": "forehear", "updated_s": updated_s, "features": features}
    )


def http_date(time_s: float) -> str:
    """Write a moment as HTTP does (RFC 9110, 5.6.7): whole seconds, rounded down."""
    return format_datetime(datetime.fromtimestamp(int(time_s), UTC), usegmt=True)


def unchanged_since(header: str | None, changed_s: float) -> bool:
    """Say whether a reader who asks with If-Modified-Since has the newest; a date that is none is no date."""
    if header is None:
        return False
    try:
        return int(changed_s) <= parsedate_to_datetime(header).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
