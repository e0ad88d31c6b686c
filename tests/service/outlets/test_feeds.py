"""Feeds: what stands, since when, and dates that hide no change."""

from tests.service.outlets.receivers import COMMON, outgoing

from forehear.io.outlets.feed import http_date, unchanged_since
from forehear.service.outlet_table import OutletTable
from forehear.service.outlets.feeds import Feed


def feed(now_s: list[float], **keys: object) -> Feed:
    table = OutletTable("app", "feed", **keys)  # type: ignore[arg-type]
    return Feed(table, None, COMMON._replace(clock=lambda: now_s[0]), False)


def test_a_place_s_newest_state_stands_since_it_began() -> None:
    one = feed([1000.0], regions={"a": "18"})
    one.offer(outgoing(1, "watch", "a", 100.0))
    one.offer(outgoing(2, "warning", "a", 200.0))
    one.offer(outgoing(3, "warning", "a", 300.0))
    one.offer(outgoing(4, "watch", "b", 300.0))
    alarmed = {place.region: place for place in one.alarmed()}
    assert (alarmed["18"].state, alarmed["18"].since_s, alarmed["18"].changed_s) == ("warning", 200.0, 300.0)
    assert alarmed["b"].state == "watch"
    assert one.index == 4
    one.offer(outgoing(5, "cancelled", "a", 400.0))
    assert [place.site for place in one.places()] == ["b"]


def test_sites_and_states_are_chosen() -> None:
    one = feed([1000.0], sites=("a",), states=("warning",))
    one.offer(outgoing(1, "watch", "a"))
    one.offer(outgoing(2, "warning", "b"))
    assert one.alarmed() == []


def test_two_changes_within_a_second_are_two_for_who_asks_between() -> None:
    now_s = [1000.0]
    one = feed(now_s)
    now_s[0] = 2000.2
    one.offer(outgoing(1, "watch"))
    between = http_date(one.modified_s)
    now_s[0] = 2000.8
    one.offer(outgoing(2, "warning"))
    assert not unchanged_since(between, one.changed_s), "asked again within the same second"
    now_s[0] = 2005.0
    assert not unchanged_since(between, one.changed_s)
    assert unchanged_since(http_date(one.modified_s), one.changed_s)
