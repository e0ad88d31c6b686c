"""Alerts as CAP 1.2 messages (OASIS CAP-v1.2, 2010) and as an Atom feed (RFC 4287). No clock, no network.

Times carry a numeric offset and no fractions, a polygon is `lat,lon` pairs, references name earlier messages of
the alert as `sender,identifier,sent`: the first and the last few, since each named those before it in its turn.
XML signatures are left out: the transport is authenticated instead.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Literal, NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as Tree

from forehear.areas import Ring, cut, outlines
from forehear.geodesy import plane_at
from forehear.io.cap_words import Words, words_in
from forehear.records import Alert, AlertState, Site

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
LANGUAGES: tuple[Literal["uk", "en"], ...] = ("uk", "en")
CODES = {"uk": "uk-UA", "en": "en-GB"}
# A circle as a polygon of so many sides is true to 0.4 % of its radius.
CIRCLE_SIDES = 36
# Earlier messages that one refers to: the first, and so many of the last. An alert of a long night has hundreds.
LAST_REFERRED = 3
# A message stands until the latest arrival and this long after it [s]; without one, this long alone.
STANDS_AFTER_S, STANDS_S = 900.0, 1800.0
# Of a name in an identifier so many characters are kept: an address of some hundred characters passes everywhere.
LONGEST_NAME = 90
Status = Literal["Actual", "Exercise", "System", "Test"]
_NO_CHARACTER = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Issuer(NamedTuple):
    """Who warns, in which role, and where its clocks hang."""

    sender: str
    name: str
    status: Status
    zone: tzinfo
    web: str | None = None


class _Said(NamedTuple):
    """What CAP's code words say of a state; no certainty: by the probability."""

    response: str
    urgency: str
    severity: str
    certainty: str | None = None


_SAID: dict[AlertState, _Said] = {
    "warning": _Said("Shelter", "Immediate", "Extreme"),
    "watch": _Said("Prepare", "Expected", "Severe"),
    "cancelled": _Said("AllClear", "Past", "Minor", "Unlikely"),
    "not_covered": _Said("Monitor", "Unknown", "Unknown", "Unknown"),
}


class Reference(NamedTuple):
    """An earlier message of the same alert."""

    sender: str
    identifier: str
    sent: str


def cap_time(time_s: float, zone: tzinfo) -> str:
    """Write a time as CAP wants it: numeric offset, whole seconds, and -00:00 for UTC."""
    text = datetime.fromtimestamp(round(time_s), zone).isoformat(timespec="seconds")
    return text[:-6] + "-00:00" if text.endswith("+00:00") else text


def identifier_of(alert: Alert, number: int, prefix: str) -> str:
    """Name the number-th message of an alert: no spaces, commas, < or &, as CAP 3.2.1 demands.

    Of letters, digits and `-._~` alone, so that in an address it is what it is, quoted or not.
    """
    return f"{'.'.join(_plain(part) for part in (prefix, alert.alert, alert.site))}.{number}"


def _plain(name: str) -> str:
    """Write a name in unreserved characters (RFC 3986, 2.3), another for each name, and not too long."""
    data = name.encode("utf-8", "surrogatepass")
    plain = quote(data, safe="").replace("~", "%7E").replace("%", "~")
    if len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[:LONGEST_NAME]}~~{hashlib.sha256(data).hexdigest()[:16]}"


def address_of(base: str, identifier: str) -> str:
    """Give where a message is read."""
    return f"{base.rstrip('/')}/cap/{quote(identifier, safe='~')}.xml"


def areas_of(site: Site) -> tuple[Ring, ...]:
    """Give a site's area as closed rings of (lon, lat) that hold it, a few hundred corners together.

    A site has as many as it has parts, and one more for each that crosses 180 degrees.
    """
    if site.rings:
        rings = outlines(site.rings)
    else:
        plane = plane_at(site.lon, site.lat)
        # A hair outside, so that the polygon holds the whole circle.
        radius = site.radius_m / math.cos(math.pi / CIRCLE_SIDES)
        angles = [2.0 * math.pi * k / CIRCLE_SIDES for k in range(CIRCLE_SIDES)]
        lon, lat = plane.inverse([radius * math.sin(a) for a in angles], [radius * math.cos(a) for a in angles])
        points = [(float(a), float(b)) for a, b in zip(lon, lat, strict=True)]
        rings = ((*points, points[0]),)
    return tuple(part for ring in rings for part in (cut(ring) if _crosses(ring) else [ring]))


def _crosses(ring: Ring) -> bool:
    return any(abs(a[0] - b[0]) > 180.0 or abs(b[0]) > 180.0 for a, b in pairwise(ring))


def polygons_of(site: Site) -> list[str]:
    """Give a site's area as CAP's polygons: `lat,lon lat,lon ...`, closed."""
    # What was simplified holds the site by 0.3 m, and is written to 0.1 m; all else to a metre.
    digits = 6 if outlines(site.rings) != site.rings else 5
    return [" ".join(f"{lat:.{digits}f},{lon:.{digits}f}" for lon, lat in ring) for ring in areas_of(site)]


def message(
    alert: Alert, site: Site, issuer: Issuer, number: int, prefix: str, earlier: Sequence[Reference]
) -> tuple[bytes, Reference]:
    """Write one CAP message; returns it and what later messages of the alert refer to it by.

    `number` counts the alert's messages from 1; `earlier` are all before it, the first one first.
    """
    sent = cap_time(alert.issued_at_s, issuer.zone)
    me = Reference(issuer.sender, identifier_of(alert, number, prefix), sent)
    kind = "Cancel" if alert.state == "cancelled" else ("Update" if earlier else "Alert")
    Tree.register_namespace("", NAMESPACE)
    root = Tree.Element(f"{{{NAMESPACE}}}alert")
    _add(root, identifier=me.identifier, sender=me.sender, sent=sent, status=issuer.status, msgType=kind)
    _add(root, scope="Public")
    if issuer.status in ("Exercise", "Test"):
        _add(root, note="EXERCISE EXERCISE EXERCISE. НАВЧАННЯ. No real threat.")
    if earlier:
        named = [*earlier[:1], *earlier[1:][-LAST_REFERRED:]]
        _add(root, references=" ".join(",".join(r) for r in named))
    for language in LANGUAGES:
        _info(
            root, alert, site, issuer, CODES[language], words_in(language, alert, site, issuer.zone, issuer.status)
        )
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + Tree.tostring(root, encoding="utf-8") + b"\n", me


def clean(text: str) -> str:
    """Give text as XML 1.0 can hold it (2.2, Char): control characters, as spreadsheets leave them, are spaces."""
    return _NO_CHARACTER.sub(" ", text)


def _add(parent: Tree.Element, **children: str) -> None:
    for name, text in children.items():
        Tree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = clean(text)


def _info(root: Tree.Element, alert: Alert, site: Site, issuer: Issuer, code: str, words: Words) -> None:
    info = Tree.SubElement(root, f"{{{NAMESPACE}}}info")
    said = _SAID[alert.state]
    _add(info, language=code, category="Safety", event=words.event, responseType=said.response)
    _add(info, urgency=said.urgency, severity=said.severity)
    _add(info, certainty=said.certainty or ("Likely" if alert.probability > 0.5 else "Possible"))
    _add(info, effective=cap_time(alert.issued_at_s, issuer.zone))
    if alert.arrival_earliest_s is not None:
        _add(info, onset=cap_time(alert.arrival_earliest_s, issuer.zone))
    stands = alert.issued_at_s + STANDS_S
    if alert.arrival_latest_s is not None:
        stands = max(alert.arrival_latest_s + STANDS_AFTER_S, alert.issued_at_s + STANDS_AFTER_S)
    _add(info, expires=cap_time(stands, issuer.zone), senderName=issuer.name, headline=words.headline)
    _add(info, description=words.description, instruction=words.instruction)
    if issuer.web is not None:
        _add(info, web=issuer.web)
    for name, value in (("probability", f"{alert.probability:.2f}"), ("count", str(alert.count))):
        parameter = Tree.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _add(parameter, valueName=f"forehear:{name}", value=value)
    area = Tree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, areaDesc=site.name)
    for polygon in polygons_of(site):
        _add(area, polygon=polygon)


class Entry(NamedTuple):
    """One message in the feed."""

    identifier: str
    title: str
    summary: str
    issued_at_s: float
    address: str


def atom(entries: Sequence[Entry], issuer: Issuer, address: str, updated_s: float) -> bytes:
    """Write the feed of messages, the newest first."""
    Tree.register_namespace("", ATOM)

    def put(parent: Tree.Element, name: str, text: str | None = None, **attributes: str) -> Tree.Element:
        child = Tree.SubElement(parent, f"{{{ATOM}}}{name}", {k: clean(v) for k, v in attributes.items()})
        child.text = None if text is None else clean(text)
        return child

    feed = Tree.Element(f"{{{ATOM}}}feed")
    put(feed, "id", address)
    put(feed, "title", issuer.name)
    put(feed, "updated", _atom_time(updated_s, issuer.zone))
    put(put(feed, "author"), "name", issuer.name)
    put(feed, "link", rel="self", href=address, type="application/atom+xml")
    for entry in entries:
        one = put(feed, "entry")
        put(one, "id", f"urn:forehear:{entry.identifier}")
        put(one, "title", entry.title)
        put(one, "updated", _atom_time(entry.issued_at_s, issuer.zone))
        put(one, "summary", entry.summary)
        put(one, "link", rel="alternate", href=entry.address, type="application/cap+xml")
    return b"\n".join((b'<?xml version="1.0" encoding="UTF-8"?>', Tree.tostring(feed, encoding="utf-8"), b""))


def _atom_time(time_s: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(round(time_s), zone).isoformat(timespec="seconds")
