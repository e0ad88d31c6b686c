"""What a broker can do to us: go away, come back, refuse, want certificates, throw out; and what follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from tests.service.intake.brokers import MOSQUITTO, Broker, certificates
from tests.service.stand import free_port

from forehear.service.config import MqttTable
from forehear.service.intake import mqtt
from forehear.service.intake.intake import Receipt
from forehear.service.intake.mqtt import Mqtt

pytestmark = [
    pytest.mark.slow,
    pytest.mark.peer,
    pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="no mosquitto here: apt-get install mosquitto"),
]
# A part that has failed is red within so long [s], and back within so long of what it needs being back [s].
RED_WITHIN_S, BACK_WITHIN_S = 5.0, 12.0


class Taking:
    """An intake that notes what it is offered; `refusal` is why it takes nothing."""

    def __init__(self, refusal: str | None = None) -> None:
        self.refusal = refusal
        self.offered: list[bytes] = []
        self.taken: list[bytes] = []

    async def offer(self, lines: Sequence[bytes], origin: str) -> Receipt:
        self.offered += lines
        if self.refusal is not None:
            return Receipt(0, {self.refusal: len(lines)})
        self.taken += lines
        return Receipt(len(lines))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    one = Broker(tmp_path, free_port())
    yield one
    one.stop()


@asynccontextmanager
async def running(port: int, intake: Any, name: str = "one", **table: Any) -> AsyncIterator[Mqtt]:
    """Keep a subscription while the block runs."""
    one = Mqtt(MqttTable(True, table.pop("host", "127.0.0.1"), port, **table), None, intake, name)
    task = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        assert not task.done(), "the subscription's task must never end by itself"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool], within_s: float) -> None:
    for _ in range(int(within_s / 0.02)):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {within_s} s")


async def publish(port: int, *messages: bytes) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for one in messages:
            await client.publish("forehear/reports/test", one, qos=1)


def test_a_broker_that_restarts_is_subscribed_to_again_and_its_loss_is_said(
    broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    # Symptom: the service never subscribed again, and /health said ok, ready. Cause: a session's end comes as a
    # group of exceptions, which was not caught: the task died, and nobody looked.
    async def run() -> None:
        intake = Taking()
        async with running(broker.port, intake) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            assert one.trouble() is None
            await publish(broker.port, b"before")
            await until(lambda: intake.taken == [b"before"], 5.0)
            await asyncio.to_thread(broker.stop)
            await until(lambda: not one.connected, RED_WITHIN_S)
            assert f"no reports from 127.0.0.1:{broker.port}" in str(one.trouble())
            await asyncio.sleep(3.0)
            await asyncio.to_thread(broker.start)
            await until(lambda: one.connected, BACK_WITHIN_S)
            await publish(broker.port, b"after")
            await until(lambda: intake.taken == [b"before", b"after"], 5.0)

    asyncio.run(run())
    said = capsys.readouterr().err
    assert "mqtt: " in said
    assert "trying again" in said
    assert "connected again" in said


def test_two_services_at_one_broker_do_not_throw_each_other_out(broker: Broker) -> None:
    # Symptom: two services of one client id took turns for ever, each deaf half of the time.
    async def run() -> None:
        first, second = Taking(), Taking()
        async with running(broker.port, first, "a") as one, running(broker.port, second, "b") as other:
            await until(lambda: one.connected and other.connected, BACK_WITHIN_S)
            await asyncio.sleep(2.0)
            await publish(broker.port, b"x", b"y")
            await until(lambda: len(first.taken) == len(second.taken) == 2, 5.0)
            assert (one.sessions, other.sessions) == (1, 1)

    asyncio.run(run())


@pytest.mark.parametrize("refusal", sorted(mqtt.PASSING))
def test_what_could_not_be_taken_is_never_acknowledged(
    broker: Broker, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Symptom: what was refused because too much was waiting was acknowledged, and gone.
    monkeypatch.setattr(mqtt, "AGAIN", 2)
    monkeypatch.setattr(mqtt, "AGAIN_S", 0.05)

    async def run() -> None:
        intake = Taking(refusal)
        async with running(broker.port, intake) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            await publish(broker.port, b"precious")
            await until(lambda: len(intake.offered) == 3, 5.0)
            await until(lambda: one.left == 1, 5.0)
        # The broker has it still, for the next session.
        later = Taking()
        async with running(broker.port, later):
            await until(lambda: later.taken == [b"precious"], BACK_WITHIN_S)
        # And then it is acknowledged.
        again = Taking()
        async with running(broker.port, again) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            await asyncio.sleep(1.0)
            assert again.offered == []

    asyncio.run(run())


def test_what_passes_is_offered_until_it_is_taken(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "AGAIN_S", 0.05)

    async def run() -> None:
        intake = Taking("disk full")
        async with running(broker.port, intake) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            await publish(broker.port, b"precious")
            await until(lambda: len(intake.offered) >= 2, 5.0)
            intake.refusal = None
            await until(lambda: intake.taken == [b"precious"], 5.0)

    asyncio.run(run())


@pytest.mark.parametrize("refusal", ["bad signature", "replayed", "revoked", "too many"])
def test_what_is_refused_for_good_is_acknowledged(broker: Broker, refusal: str) -> None:
    async def run() -> None:
        intake = Taking(refusal)
        async with running(broker.port, intake) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            await publish(broker.port, b"rubbish")
            await until(lambda: intake.offered == [b"rubbish"], 5.0)
            await asyncio.sleep(0.3)
        again = Taking()
        async with running(broker.port, again) as one:
            await until(lambda: one.connected, BACK_WITHIN_S)
            await asyncio.sleep(0.5)
            assert again.offered == []

    asyncio.run(run())


async def _refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A broker's first words: welcome, and no to whatever is subscribed to (MQTT 3.1.1: CONNACK, SUBACK 0x80)."""
    while head := await reader.read(1):
        size, shift = 0, 0
        while True:
            (byte,) = await reader.readexactly(1)
            size |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        body = await reader.readexactly(size)
        if head[0] >> 4 == 1:
            writer.write(b"\x20\x02\x00\x00")
        elif head[0] >> 4 == 8:
            writer.write(b"\x90\x03" + body[:2] + b"\x80")
        elif head[0] >> 4 == 14:
            break
    writer.close()


def test_a_refused_subscription_is_no_subscription(capsys: pytest.CaptureFixture[str]) -> None:
    # Symptom: "connected", and not one report. Cause: the broker's answer was not looked at.
    async def run() -> None:
        server = await asyncio.start_server(_refusing, "127.0.0.1", 0)
        async with running(server.sockets[0].getsockname()[1], Taking()) as one:
            await until(lambda: "refuses the subscription" in str(one.trouble()), RED_WITHIN_S)
            await asyncio.sleep(1.0)
            assert not one.connected
        server.close()

    asyncio.run(run())
    assert "refuses the subscription to 'forehear/reports/#'" in capsys.readouterr().err


def test_a_private_authority_and_a_certificate_of_ours(tmp_path: Path) -> None:
    certificates(tmp_path)
    broker = Broker(tmp_path, free_port(), f"cafile {tmp_path}/ca.pem", f"certfile {tmp_path}/server.pem",
                    f"keyfile {tmp_path}/server.key", "require_certificate true")  # fmt: skip
    files = {"ca_file": str(tmp_path / "ca.pem"), "cert_file": str(tmp_path / "client.pem"),
             "key_file": str(tmp_path / "client.key")}  # fmt: skip

    async def ends(**table: Any) -> Mqtt:
        async with running(broker.port, Taking(), host="localhost", tls=True, **table) as one:
            for _ in range(150):
                if one.connected or one.why != "not connected yet":
                    break
                await asyncio.sleep(0.02)
            return one

    async def run() -> None:
        assert (await ends(**files)).connected
        without = await ends(ca_file=files["ca_file"])
        assert not without.connected
        strangers = await ends()
        assert not strangers.connected
        assert "certificate" in strangers.why.lower()

    try:
        asyncio.run(run())
    finally:
        broker.stop()


def test_a_message_too_large_is_refused_counted_and_said_once(
    broker: Broker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Symptom: counted, and shown nowhere.
    monkeypatch.setattr(mqtt, "MAX_MESSAGE_BYTES", 1000)

    async def run() -> None:
        intake = Taking()
        async with running(broker.port, intake) as one:
            await until(lambda: one.connected, 5.0)
            await publish(broker.port, b"x" * 2000, b"y" * 3000, b"good")
            await until(lambda: one.messages == 3 and intake.taken == [b"good"], 5.0)
            assert one.counts() == {"connected": True, "messages": 3, "too_large": 2, "left": 0}
            assert one.trouble() is None, "a stranger's message is no trouble of ours"

    asyncio.run(run())
    said = capsys.readouterr().err
    assert said.count("over 1000 bytes refused") == 1
    assert "forehear/reports/test" in said
