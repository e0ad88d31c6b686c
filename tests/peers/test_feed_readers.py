"""The feed and every link in it, before other people's eyes, whatever the places are called."""

import asyncio
from pathlib import Path

import pytest
from lxml import etree
from tests.peers.test_cap_readers import any_names, schema
from tests.service.stand import asked, write_config

from forehear.io import cap
from forehear.io.geojson import sites_geojson
from forehear.records import Alert, Site
from forehear.service.endpoints import alerts as alert_endpoints
from forehear.service.store.alerts import keep

pytestmark = pytest.mark.peer
feedparser = pytest.importorskip("feedparser")
ATOM = {"a": cap.ATOM}


@pytest.mark.slow
def test_every_link_of_the_feed_answers_whatever_the_places_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sites "м. Одеса" and "Kyiv city". Symptom: 404 for every link. Cause: an identifier quoted once, where a link
    # is unquoted once on its way. And "Old\x0bTown", for which the feed of all sites was no XML.
    monkeypatch.setattr(alert_endpoints, "FEED_EVERY_S", 0.0)
    names = ["м. Одеса", "Kyiv city", "Old\x0bTown", "a/b", "..", "100%", "%2e", "q?x#y", "~", "%7E", "і" * 256]
    names += [name for name in dict.fromkeys(any_names(1000, 5)) if name not in names]
    config = write_config(tmp_path)
    places = tuple(Site(name, name, "settlement", 31.0, 47.0) for name in names)
    (tmp_path / "sites.geojson").write_bytes(sites_geojson(places))

    async def read() -> int:
        answered = 0
        oasis = schema()
        async with asked(config) as (hub, client):
            for k, name in enumerate(names):
                alert = Alert(1.79e9 + k, f"A{k + 1}", name, "watch", 0.5, 1.79e9, 1.79e9 + 60, 1.79e9 + 90, 1,
                              "piston", (), "one track")  # fmt: skip
                assert keep(hub.store, alert, hub._teller) is not None
                if (k + 1) % 100 and k + 1 < len(names):
                    continue
                # The feed has the latest hundred.
                feed = (await client.get("/alerts.atom")).content
                parsed = feedparser.parse(feed)
                assert not parsed.bozo, parsed.get("bozo_exception")
                entries = etree.fromstring(feed).findall("a:entry", ATOM)
                assert len(parsed.entries) == len(entries) == min(k + 1, 100)
                for entry, theirs in zip(entries, parsed.entries, strict=True):
                    link = entry.find("a:link", ATOM).get("href")
                    assert [one.href for one in theirs.links] == [link]
                    body = await client.get(link.replace("http://127.0.0.1:8080", ""))
                    assert body.status_code == 200, link
                    oasis.assertValid(etree.fromstring(body.content))
                    answered += 1
        return answered

    assert asyncio.run(read()) >= len(names)
