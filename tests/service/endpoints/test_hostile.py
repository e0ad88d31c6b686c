"""A thousand hostile connections beside honest sensors, all from one address, against the service as it runs.

What is at stake is service.endpoints.connections, in a process of its own.
"""

import asyncio
import contextlib
import gzip
import itertools
import resource
import time
from pathlib import Path

import httpx
import pytest
from tests.service.stand import SEEDS, Served, line, serve, write_config

from forehear.service.endpoints.metrics import resident_bytes

# For so long [s], so many hostile connections, and so much memory of the service's process at the most [bytes].
LASTS_S, HOSTILE, MOST_BYTES = 40.0, 1000, 300_000_000
# Honest reports that are acknowledged at once, or when they are sent again [share].
ACKNOWLEDGED = 0.99


async def _one_hostile(port: int, kind: int, until: float) -> None:
    """One hostile connection, again and again: it stalls, trickles, bombs, forges, or says nothing at all."""
    head = b"POST /v1/reports HTTP/1.1\r\nHost: x\r\n"
    stalled = gzip.compress(b'1 1 x {"sensor":"S1"}\n' * 50_000)
    forged = b"\n".join([line("S1", 10**6 + kind).replace(b'"heard_at_s":1', b'"heard_at_s":2')] * 40)
    says = (
        [],
        [b"GET /health HTTP/1.1\r\nX: "],
        [head + b"Content-Encoding: gzip\r\nContent-Length: 100000000\r\n\r\n" + stalled[: len(stalled) // 2]],
        [head + b"Content-Length: 8000000\r\n\r\n" + b"x" * 39_000],
        [head + b"Transfer-Encoding: chunked\r\n\r\n" + b"9c40\r\n" + b"y" * 39_000],
        [head + b"Content-Length: %d\r\n\r\n" % len(forged) + forged],
        [b"GET /alerts.atom HTTP/1.1\r\nHost: x\r\n\r\n"] * 20,
        [b"GET /" + b"a" * 200_000],
    )[kind % 8]
    while time.monotonic() < until:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                for one in says:
                    writer.write(one)
                    await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(), min(15.0, max(until - time.monotonic(), 0.1)))
            finally:
                writer.close()
        await asyncio.sleep(0.2)


async def _honest(served: Served, until: float) -> tuple[int, int]:
    """All sensors report once a second over a gateway's connection, and send again what was put off."""
    sent = taken = 0
    counter = itertools.count(1)
    base = f"http://127.0.0.1:{served.port}"
    async with httpx.AsyncClient(base_url=base, timeout=20.0, trust_env=False) as client:
        while time.monotonic() < until:
            began = time.monotonic()
            batch = b"\n".join(line(sensor, next(counter)) for sensor in SEEDS)
            sent += len(SEEDS)
            for _ in range(3):
                with contextlib.suppress(httpx.TransportError):
                    answer = (await client.post("/v1/reports", content=batch)).json()
                    taken += answer.get("accepted", 0) + answer.get("refused", {}).get("replayed", 0)
                    break
            await asyncio.sleep(max(1.0 - (time.monotonic() - began), 0.0))
    return sent, taken


async def _attack(served: Served) -> tuple[int, int, int]:
    until = time.monotonic() + LASTS_S
    tasks = [asyncio.create_task(_one_hostile(served.port, kind, until)) for kind in range(HOSTILE)]
    most = 0

    async def watch() -> None:
        nonlocal most
        while time.monotonic() < until:
            most = max(most, resident_bytes(str(served.process.pid)))
            await asyncio.sleep(0.2)

    watching = asyncio.create_task(watch())
    sent, taken = await _honest(served, until)
    for task in [*tasks, watching]:
        task.cancel()
    await asyncio.gather(*tasks, watching, return_exceptions=True)
    return sent, taken, most


@pytest.mark.slow
def test_a_thousand_hostile_connections_do_not_silence_honest_sensors(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    served = serve(write_config(tmp_path))
    try:
        served.until_ready()
        sent, taken, most = asyncio.run(_attack(served))
        print(f"acknowledged {taken} of {sent} ({taken / sent:.4f}); {most / 1e6:.0f} MB at the most")
        assert sent > 100
        assert taken >= ACKNOWLEDGED * sent
        assert most < MOST_BYTES
        # And afterwards all is as it was, once what was refused is 20 s past.
        for _ in range(30):
            time.sleep(1.0)
            troubles = served.client.get("/health").json()["troubles"]
            if set(troubles) <= {"coverage"}:
                break
        assert set(troubles) <= {"coverage"}
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert served.stop() == 0, (tmp_path / "log.txt").read_text()[-3000:]
