"""Home Assistant's broker: what it keeps, what it says when we are gone, and what we say when it comes back."""

import asyncio
import json
import socket
import time
from pathlib import Path

import aiomqtt
import pytest
from tests.io.outlets.made import SITE
from tests.service.intake.brokers import MOSQUITTO, Broker
from tests.service.outlets.receivers import COMMON, outgoing
from tests.service.stand import free_port

from forehear.service.outlet_table import OutletSecrets, OutletTable
from forehear.service.outlets import home
from forehear.service.outlets.home import HomeCarrier, now_of
from forehear.service.outlets.items import OutletPicture, Undelivered
from forehear.service.tracking.frames import SiteState


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are waited for a second: a broker that is gone gives none."""
    monkeypatch.setattr(home, "ANSWER_WITHIN_S", 1.0)


needs_mosquitto = pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="Debian's mosquitto is not there")


async def kept(port: int, count: int) -> dict[str, bytes]:
    """Give what the broker keeps for who comes later."""
    out: dict[str, bytes] = {}
    async with aiomqtt.Client("127.0.0.1", port) as client, asyncio.timeout(10.0):
        await client.subscribe("#", qos=1)
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            out[str(message.topic)] = message.payload
            if len(out) >= count:
                break
    return out


def carrier(port: int, tmp_path: Path) -> HomeCarrier:
    table = OutletTable("home", "homeassistant", f"mqtt://127.0.0.1:{port}", what=("alerts", "coverage"))
    return HomeCarrier(table, OutletSecrets(), COMMON, tmp_path)


@needs_mosquitto
@pytest.mark.slow
def test_discovery_and_states_are_kept_and_a_killed_service_is_offline(tmp_path: Path) -> None:
    broker = Broker(tmp_path, free_port())

    async def go() -> None:
        one = carrier(broker.port, tmp_path)
        picture = OutletPicture(time.time(), (), ((SITE, None),))
        await one.picture(picture)
        seen = await kept(broker.port, 7)
        assert seen["forehear/status"] == b"online"
        assert json.loads(seen["forehear/odesa/state"])["state"] == "clear"
        assert sum(topic.startswith("homeassistant/") for topic in seen) == 5
        await one.alert(outgoing(1))
        state = json.loads((await kept(broker.port, 7))["forehear/odesa/state"])
        assert (state["state"], state["probability_pct"], state["status"]) == ("warning", 93, "Exercise")
        # As a kill does: no goodbye, the connection is gone.
        assert one._client is not None
        one._client._client.socket().shutdown(socket.SHUT_RDWR)
        for _ in range(200):
            if (await kept(broker.port, 7))["forehear/status"] == b"offline":
                break
            await asyncio.sleep(0.05)
        assert (await kept(broker.port, 7))["forehear/status"] == b"offline"

    try:
        asyncio.run(go())
    finally:
        broker.stop()


@needs_mosquitto
@pytest.mark.slow
def test_a_broker_that_restarts_has_everything_again(tmp_path: Path) -> None:
    broker = Broker(tmp_path, free_port(), "persistence false")

    async def go() -> None:
        one = carrier(broker.port, tmp_path)
        picture = OutletPicture(time.time(), (), ((SITE, SiteState("odesa", "watch", 1.0)),))
        await one.picture(picture)
        broker.stop()
        with pytest.raises((Undelivered, OSError)):
            await one.alert(outgoing(1))
        await one.close()
        broker.start()
        await one.picture(picture)
        assert len(await kept(broker.port, 7)) == 7
        await one.close()

    try:
        asyncio.run(go())
    finally:
        broker.stop()


def test_a_place_s_state_in_home_assistant_s_words() -> None:
    assert now_of(None, 0.0)[:4] == ("clear", None, 0.0, True)
    state = SiteState("odesa", "warning", 1.0, probability=0.9, earliest_s=700.0, covered=False)
    assert now_of(state, 100.0)[:4] == ("warning", 10.0, 0.9, False)
