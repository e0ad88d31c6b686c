"""Browsers: who may be sent to, what push services answer, who is forgotten."""

import asyncio
from pathlib import Path

import pytest
from tests.io.outlets.test_webpush import AUTH, PUBLIC
from tests.service.outlets.receivers import COMMON, outgoing, receiving

from forehear.service.outlet_table import PUSH_HOSTS, OutletTable
from forehear.service.outlets.browsers import BrowserCarrier, Subscribed, Subscriptions
from forehear.service.outlets.items import Undelivered


def subscribed(endpoint: str, site: str = "odesa") -> Subscribed:
    return Subscribed(endpoint, PUBLIC, AUTH, site)


def test_only_push_services_are_sent_to(tmp_path: Path) -> None:
    """The control of a server that strangers give addresses to: nothing of our own network."""
    kept = Subscriptions(tmp_path / "browsers.json", PUSH_HOSTS)
    kept.add(subscribed("https://fcm.googleapis.com/fcm/send/x"))
    kept.add(subscribed("https://web.push.apple.com/x"))
    for bad in (
        "https://127.0.0.1/x",
        "http://localhost/x",
        "https://evilfcm.googleapis.com.x.example/",
        "https://10.0.0.1/",
    ):
        with pytest.raises(ValueError, match=r"no push service|https"):
            kept.add(subscribed(bad))
    assert len(kept) == 2


def test_they_are_kept_and_one_browser_is_one(tmp_path: Path) -> None:
    kept = Subscriptions(tmp_path / "out" / "browsers.json", PUSH_HOSTS)
    kept.add(subscribed("https://fcm.googleapis.com/a"))
    kept.add(subscribed("https://fcm.googleapis.com/a", "reni"))
    kept.add(subscribed("https://fcm.googleapis.com/b"))
    again = Subscriptions(tmp_path / "out" / "browsers.json", PUSH_HOSTS)
    assert len(again) == 2
    assert [one.endpoint for one in again.of("reni")] == ["https://fcm.googleapis.com/a"]
    again.drop("https://fcm.googleapis.com/a")
    assert len(Subscriptions(tmp_path / "out" / "browsers.json", PUSH_HOSTS)) == 1


def test_each_gets_it_once_and_who_is_gone_is_forgotten(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            kept = Subscriptions(tmp_path / "browsers.json", ("127.0.0.1",))
            for name in "abc":
                kept.add(subscribed(f"http://127.0.0.1:{receiver.port}/{name}"))
            kept.add(subscribed(f"http://127.0.0.1:{receiver.port}/other", "reni"))
            table = OutletTable("push", "webpush", sender="mailto:a@b.example")
            carrier = BrowserCarrier(table, COMMON, tmp_path, kept, b"key")
            receiver.answers = [b"HTTP/1.1 410 Gone\r\n\r\n", b"HTTP/1.1 500 X\r\n\r\n"]
            item = outgoing(1)
            with pytest.raises(Undelivered, match="1 of 3 browsers: answered 500"):
                await carrier.alert(item)
            assert len(kept) == 3
            assert len(receiver.bodies) == 1
            await carrier.alert(item)
            assert len(receiver.bodies) == 2, "the one that failed, and nobody again"
            assert receiver.heads[0]["urgency"] == "high"
            assert receiver.heads[0]["content-encoding"] == "aes128gcm"

    asyncio.run(go())
