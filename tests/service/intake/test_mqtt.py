"""Reports through a real broker: mosquitto, started here."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
from tests.service.stand import free_port, line, serve, write_config

from forehear.service.store.store import Store

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(not Path(MOSQUITTO).exists(), reason="no mosquitto here: apt-get install mosquitto"),
]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 1000\nuser root\n"
    )
    process = subprocess.Popen([MOSQUITTO, "-c", str(tmp_path / "mosquitto.conf")], stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    yield port
    process.terminate()
    process.wait()


async def publish(port: int, messages: list[bytes]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for one in messages:
            await client.publish("forehear/reports/test", one, qos=1)


def accepted(served) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    text = served.client.get("/metrics", headers=served.operator).text
    values = {r.rsplit(" ", 1)[0]: float(r.rsplit(" ", 1)[1]) for r in text.splitlines() if not r.startswith("#")}
    refused = sum(v for k, v in values.items() if k.startswith("forehear_reports_refused_total"))
    return values["forehear_reports_accepted_total"], refused


def until(served, count: float) -> None:  # type: ignore[no-untyped-def]
    for _ in range(200):
        if accepted(served)[0] >= count:
            return
        time.sleep(0.05)
    raise AssertionError(f"{accepted(served)} of {count}")


@pytest.mark.slow
def test_messages_come_in_are_judged_and_survive_a_kill(tmp_path: Path, broker: int) -> None:
    ingest = {"reports_per_s": 1000.0, "burst": 1e6}
    config = write_config(tmp_path, ingest=ingest, mqtt={"enabled": True, "port": broker})
    served = serve(config)
    served.until_ready()
    good = [line(f"S{k % 12}", k + 1) for k in range(240)]
    asyncio.run(publish(broker, [*good, b"rubbish", good[0], b"\n".join(line("S1", 500 + k) for k in range(10))]))
    until(served, 250)
    assert accepted(served) == (250, 2)
    # Three messages beside the 240: rubbish, one sent again, ten in one. Only the operator is told of it.
    health = served.client.get("/health", headers=served.operator).json()["mqtt"]
    assert health == {"connected": True, "messages": 243, "too_large": 0, "left": 0}
    assert served.client.get("/health").json()["mqtt"] == {}
    metrics = served.client.get("/metrics", headers=served.operator).text
    assert "forehear_mqtt_messages_total 243" in metrics
    assert "forehear_mqtt_too_large_total 0" in metrics
    served.kill()
    # While the service is down the broker keeps what is sent (its session is kept), and hands it over afterwards.
    asyncio.run(publish(broker, [line(f"S{k % 12}", 1000 + k) for k in range(120)]))
    again = serve(config, served.port)
    again.until_ready()
    until(again, 120)
    assert again.stop() == 0
    store = Store(tmp_path / "forehear-data" / "store.sqlite")
    assert sum(len(b) for b in store.blocks(0, store.last_block())) == 370
