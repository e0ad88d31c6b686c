"""A small network and a running service for tests: in this process, or as one of its own that can be killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import msgspec

from forehear.io.geojson import network_geojson, sites_geojson
from forehear.io.signing import key_from_seed, signed_line, write_public_key
from forehear.records import Network, Report, Sensor, Site, Source
from forehear.service.config import load
from forehear.service.endpoints.web import application
from forehear.service.hub import Hub

SEEDS = {f"S{k}": bytes([k + 1]) * 32 for k in range(12)}
ROOT = Path(__file__).parents[2]
# Compiling every loop takes 43 s on a quiet machine [s]; and a service whose loops are compiled is ready in 2.
COMPILED_WITHIN_S, READY_WITHIN_S = 900.0, 120.0
TOKEN = "operator-token-for-tests-0123456789"


def network(keys: bool = True) -> Network:
    sensors = []
    for k, name in enumerate(SEEDS):
        key = write_public_key(key_from_seed(SEEDS[name])) if keys else None
        sensors.append(Sensor(name, "microphone", 31.0 + 0.05 * (k % 4), 47.0 + 0.035 * (k // 4), 100.0, key))
    return Network(tuple(sensors))


SITES = (Site("town", "Містечко", "settlement", 31.0, 47.0, 3000.0),)


def write_config(folder: Path, keys: bool = True, **tables: dict[str, object]) -> Path:
    """Write network, sites, token and configuration; `tables` adds keys to its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "network.geojson").write_bytes(network_geojson(network(keys)))
    (folder / "sites.geojson").write_bytes(sites_geojson(SITES))
    (folder / "token").write_text(TOKEN)
    tables = {"service": {"port": 0, **tables.pop("service", {})}, "operator": {"token_file": "token"}, **tables}
    lines = ['network = "network.geojson"', 'sites = "sites.geojson"']
    for table, values in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in values.items()]
    path = folder / "forehear.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def report(sensor: str = "S0", heard_at_s: float | None = None, level: float | None = None) -> Report:
    sources = (Source(level, 110.0, 0.4),) if level is not None else ()
    return Report(sensor, time.time() if heard_at_s is None else heard_at_s, None, 35.0, sources)


def line(sensor: str, counter: int, heard_at_s: float | None = None, level: float | None = None) -> bytes:
    """A signed line as this sensor would send it."""
    return signed_line(report(sensor, heard_at_s, level), counter, key_from_seed(SEEDS[sensor]))


@asynccontextmanager
async def asked(config: Path) -> AsyncIterator[tuple[Hub, httpx.AsyncClient]]:
    """A hub that is asked in this process: its endpoints without a tracker, and a client to them."""
    hub = Hub(load(config))
    transport = httpx.ASGITransport(application(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", timeout=30.0) as client:
        try:
            yield hub, client
        finally:
            await hub.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Served:
    """A service in a process of its own."""

    config: Path
    port: int
    process: subprocess.Popen[bytes]
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=10.0, trust_env=False)

    @property
    def operator(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}

    def until_ready(self, within_s: float = READY_WITHIN_S) -> float:
        """Wait until the tracker has caught up; returns how long it took [s]."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            try:
                if self.client.get("/health").json()["ready"]:
                    return time.monotonic() - began
            except httpx.TransportError:
                log = self.config.parent / "log.txt"
                assert self.process.poll() is None, f"the service died: {log.read_text()[-3000:]}"
            time.sleep(0.02)
        raise AssertionError(f"not ready within {within_s} s")

    def kill(self) -> None:
        """Kill it as a power cut would: nothing is flushed, nothing is said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.client.close()

    def stop(self) -> int:
        """End it as systemd would."""
        self.process.terminate()
        status = self.process.wait(20.0)
        self.client.close()
        return status


def environment() -> dict[str, str]:
    """Give what a process of forehear runs in."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}


@cache
def compiled() -> None:
    """Have every loop of tracker and simulator compiled, once: no test is to wait for that, or to fail of it."""
    from forehear.simulate.run import simulate
    from forehear.simulate.scenario import files as scenarios

    words = [sys.executable, "-c", "import forehear.service.tracking.worker as w; w.warm()"]
    subprocess.run(words, env=environment(), check=True, timeout=COMPILED_WITHIN_S)
    for _ in simulate(scenarios.load("column", {"duration_s": 20, "network.spacing_m": 5000.0})):
        pass


def serve(config: Path, port: int | None = None, **options: Any) -> Served:
    """Start `forehear serve` on a configuration; `options` are Popen's."""
    compiled()
    port = free_port() if port is None else port
    text = re.sub(r"(?<=\[service\]\nport = )\d+", str(port), config.read_text("utf-8"))
    config.write_text(text, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "forehear.cli.main", "serve", "--config", str(config)],
        env=environment(), stderr=open(config.parent / "log.txt", "ab"), **options,  # noqa: SIM115
    )  # fmt: skip
    return Served(config, port, process)
