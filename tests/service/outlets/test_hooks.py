"""Webhooks, ntfy and gateways for SMS against receivers that fail, hang, close and lie."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from tests.service.outlets.receivers import COMMON, hangs, outgoing, outlet, receiving, running, until

from forehear.io.outlets.webhook import headers, secret_of
from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets import outlet as module
from forehear.service.outlets.hooks import NtfyCarrier, SmsCarrier, WebhookCarrier
from forehear.service.outlets.items import OutletPicture, Undelivered

SECRETS = OutletSecrets(secret=secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))


def webhook(port: int, tmp_path: Path, what: tuple[str, ...] = ("alerts",)) -> WebhookCarrier:
    table = OutletTable("hook", "webhook", f"http://127.0.0.1:{port}/in?a=1", what=what)  # type: ignore[arg-type]
    return WebhookCarrier(table, SECRETS, COMMON, tmp_path)


def test_a_receiver_that_fails_closes_and_lies_gets_every_alert_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REST_S", 0.01)
    monkeypatch.setattr(module, "REST_MOST_S", 0.02)

    async def go() -> list[str]:
        async with receiving() as receiver:
            receiver.answers = [
                b"HTTP/1.1 500 Oh\r\n\r\n", b"", b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
                b"no answer at all\r\n\r\n", b"HTTP/1.1 429 Later\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n",
                b"HTTP/1.1 503 X\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nshort",
            ]  # fmt: skip
            one = outlet(tmp_path, webhook(receiver.port, tmp_path))
            async with running(one):
                for k in range(1, 21):
                    one.offer(outgoing(k, site=f"s{k % 3}"))
                await until(lambda: len(receiver.bodies) == 20)
            for head, body in zip(receiver.heads, receiver.bodies, strict=True):
                signed = headers(head["webhook-id"], SECRETS.secret, body, float(head["webhook-timestamp"]))
                assert head["webhook-signature"] == signed["webhook-signature"]
            return receiver.ids

    ids = asyncio.run(go())
    assert [int(one.rpartition(".")[2]) for one in ids] == list(range(1, 21))


def test_the_same_alert_has_the_same_name_however_often_it_is_sent(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            carrier = webhook(receiver.port, tmp_path)
            item = outgoing(7)
            await carrier.alert(item)
            await carrier.alert(item)
            assert receiver.ids == [item.identifier] * 2
            assert receiver.bodies[0] == receiver.bodies[1]
            assert json.loads(receiver.bodies[0])["data"]["words"]["en"]["headline"].startswith("EXERCISE")

    asyncio.run(go())


def test_a_receiver_that_hangs_is_broken_off(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving(hangs) as receiver:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await webhook(receiver.port, tmp_path).alert(outgoing(1))

    asyncio.run(go())


def test_a_warning_is_there_within_a_second_while_another_hangs(tmp_path: Path) -> None:
    async def go() -> float:
        async with receiving() as receiver, receiving(hangs) as stuck:
            bad = outlet(tmp_path, webhook(stuck.port, tmp_path), OutletTable("bad", "webhook", "http://x/"))
            good = outlet(tmp_path, webhook(receiver.port, tmp_path))
            delays = []
            async with running(bad, good):
                for k in range(1, 12):
                    began = time.monotonic()
                    item = outgoing(k)
                    bad.offer(item)
                    good.offer(item)
                    await until(lambda k=k: len(receiver.bodies) == k)  # type: ignore[misc]
                    delays.append(time.monotonic() - began)
            return sorted(delays)[5]

    assert asyncio.run(go()) < 1.0


def test_pictures_hold_what_was_asked_for(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            carrier = webhook(receiver.port, tmp_path, ("tracks", "health"))
            await carrier.picture(OutletPicture(12.5, troubles={"mqtt": "gone"}))
            body = json.loads(receiver.bodies[0])
            assert body["type"] == "picture"
            assert body["data"] == {
                "time_s": 12.5,
                "status": "Exercise",
                "tracks": [],
                "troubles": {"mqtt": "gone"},
            }
            assert "test" in await carrier.trial()
            assert json.loads(receiver.bodies[1])["type"] == "test"

    asyncio.run(go())


def test_refusals_are_told_from_failures(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            carrier = webhook(receiver.port, tmp_path)
            for status, refused in (
                (400, True),
                (422, True),
                (408, False),
                (429, False),
                (500, False),
                (302, False),
            ):
                receiver.answers = [b"HTTP/1.1 %d X\r\n\r\n" % status]
                with pytest.raises(Undelivered, match=str(status)) as error:
                    await carrier.alert(outgoing(1))
                assert error.value.refused == refused

    asyncio.run(go())


def test_ntfy_is_given_its_topic_and_a_token(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            table = OutletTable("news", "ntfy", f"http://127.0.0.1:{receiver.port}/odesa", language="en")
            carrier = NtfyCarrier(table, OutletSecrets(token="tk_1"), COMMON, tmp_path)
            await carrier.alert(outgoing(1))
            await carrier.trial()
            assert receiver.heads[0]["authorization"] == "Bearer tk_1"
            assert json.loads(receiver.bodies[0])["topic"] == "odesa"
            assert json.loads(receiver.bodies[0])["title"].startswith("EXERCISE")
            assert json.loads(receiver.bodies[1])["priority"] == 2

    asyncio.run(go())


def test_nobody_gets_an_sms_twice_because_another_number_fails(tmp_path: Path) -> None:
    async def go() -> None:
        async with receiving() as receiver:
            table = OutletTable(
                "sms", "sms", f"http://127.0.0.1:{receiver.port}/send", recipients=("+1", "+2", "+3"),
                body='{"msg": {"to": "{to}", "body": "{text}"}}',
            )  # fmt: skip
            carrier = SmsCarrier(table, OutletSecrets(password="p"), COMMON, tmp_path)
            receiver.answers = [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 500 X\r\n\r\n"]
            item = outgoing(1)
            with pytest.raises(Undelivered):
                await carrier.alert(item)
            await carrier.alert(item)
            assert [json.loads(body)["msg"]["to"] for body in receiver.bodies] == ["+1", "+3", "+2"]
            assert all("НАВЧАННЯ" in json.loads(body)["msg"]["body"] for body in receiver.bodies)
            await carrier.alert(outgoing(2))
            assert len(receiver.bodies) == 6

    asyncio.run(go())
