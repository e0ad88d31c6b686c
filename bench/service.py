"""How fast the live service is, on this machine, in one run.

    python -m bench.service [--seconds 40] [--watchers 200] [--rate 5000] [--kills 5]

Starts `forehear serve` as it runs for real; hands in signed reports of a simulated raid over HTTP from another
process of the same machine, in batches as a gateway sends them (20 a second); watches /live as browsers do.
Latency is from the moment before the request that carried a report to the moment at which the first frame that the
tracker made with it had been read by a watcher. Then kills it again and again and measures how long it is away
(`bench.resume`).
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np

from bench.resume import LIFE_S, resume
from forehear.io.geojson import network_geojson, sites_geojson
from forehear.service.metrics import resident_bytes
from forehear.service.signing import key_from_seed, sign, write_public_key
from forehear.simulate import scenario as scenarios
from forehear.simulate.run import blocks, prepare

BATCHES_PER_S = 20
WARM_S = 10
TOKEN = "bench-token-bench-token-bench"
CONFIG = """
network = "network.geojson"
sites = "sites.geojson"
[service]
port = {port}
[ingest]
reports_per_s = 1000.0
burst = 1e6
[operator]
token_file = "token"
"""


def prepare_load(folder: Path, seconds: int, rate: float, begin_s: float) -> list[bytes]:
    """Write the network and give the batches: signed lines, one list a twentieth of a second."""
    overrides: dict[str, Any] = {"duration_s": 420 + seconds, "sensors.heartbeat_s": 1}
    # Sensors that report each second, so many that together they send the rate asked for.
    overrides["network.spacing_m"] = float(np.sqrt(300_000.0 * 200_000.0 / (0.98 * rate)))
    world = prepare(scenarios.load("raid", overrides))
    keys = {s.id: key_from_seed(s.id.encode().ljust(32, b"-")) for s in world.network.sensors}
    sensors = tuple(
        msgspec.structs.replace(s, public_key=write_public_key(keys[s.id])) for s in world.network.sensors
    )
    (folder / "network.geojson").write_bytes(
        network_geojson(msgspec.structs.replace(world.network, sensors=sensors))
    )
    (folder / "sites.geojson").write_bytes(sites_geojson(world.sites))
    (folder / "token").write_text(TOKEN)
    first_s = world.scenario.start_s + 400.0
    batches: list[list[bytes]] = [[] for _ in range(seconds * BATCHES_PER_S)]
    counters: dict[str, int] = {}
    for block in blocks(world):
        if block.until_s <= 400.0:
            continue
        for report in block.reports():
            at = ((report.received_at_s or 0.0) - first_s) * BATCHES_PER_S
            if not 0 <= at < len(batches):
                continue
            counters[report.sensor] = counter = counters.get(report.sensor, 0) + 1
            heard = round(report.heard_at_s - first_s + begin_s, 3)
            own = msgspec.structs.replace(report, received_at_s=None, heard_at_s=heard)
            batches[int(at)].append(sign(msgspec.json.encode(own), counter, keys[report.sensor]))
    return [b"\n".join(batch) for batch in batches]


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the service."""
    (folder / "forehear.toml").write_text(CONFIG.format(port=port))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "forehear.cli.main", "serve", "--config", str(folder / "forehear.toml")]
    return subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)


def until_ready(port: int) -> float:
    """Wait; returns how long [s]."""
    began = time.monotonic()
    while time.monotonic() - began < 120.0:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=10.0).json()["ready"]:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise RuntimeError("the service did not become ready")


def cpu_s(pid: int) -> float:
    """Processor time that a process has used [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Watcher:
    """One browser's worth of reading: notes when each block was first shown, and counts."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, float]] = []
        self.frames = self.bytes = 0

    async def watch(self, port: int, token: str | None) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
        head = "GET /live HTTP/1.1\r\nHost: bench\r\n"
        head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
        writer.write(head.encode())
        try:
            rest = b""
            while data := await reader.read(1 << 18):
                now = time.monotonic()
                self.bytes += len(data)
                parts = (rest + data).split(b"\n\n")
                rest = parts.pop()
                for part in parts:
                    if b"event: frame" in part[:80]:
                        self.frames += 1
                        if (found := re.search(rb'"block":(\d+)', part[:300])) is not None:
                            self.shown.append((int(found[1]), now))
        finally:
            writer.close()


async def load(port: int, batches: list[bytes], begin_s: float, watchers: int) -> dict[str, Any]:
    """Hand everything in at its time while others watch; returns what was seen."""
    chief = Watcher()
    others = [Watcher() for _ in range(watchers)]
    tasks = [asyncio.create_task(chief.watch(port, TOKEN))]
    tasks += [asyncio.create_task(w.watch(port, TOKEN if k % 4 == 0 else None)) for k, w in enumerate(others)]
    sent: list[tuple[int, float, float, int]] = []
    refused = 0
    limits = httpx.Limits(max_connections=16)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", limits=limits, trust_env=False, timeout=60.0
    ) as c:

        async def one(body: bytes) -> None:
            nonlocal refused
            before = time.monotonic()
            answer = (await c.post("/v1/reports", content=body)).json()
            refused += sum(answer["refused"].values())
            sent.append((answer["block"], before, time.monotonic() - before, answer["accepted"]))

        under_way: set[asyncio.Task[None]] = set()
        for k, body in enumerate(batches):
            await asyncio.sleep(max(begin_s + k / BATCHES_PER_S - time.time(), 0.0))
            task = asyncio.create_task(one(body))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        if under_way:
            await asyncio.wait(under_way)
        await asyncio.sleep(3.0)
        status = (await c.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return {"chief": chief, "others": others, "sent": sent, "refused": refused, "metrics": status}


def latencies(result: dict[str, Any]) -> np.ndarray:
    """Latency of each report [s], from before its request to its frame; inf: never shown."""
    blocks_, times = np.array(result["chief"].shown, np.float64).T
    out = []
    for block, before, _, accepted in result["sent"][WARM_S * BATCHES_PER_S :]:
        k = int(np.searchsorted(blocks_, block))
        out += [times[k] - before if k < len(times) else np.inf] * accepted
    return np.array(out)


def measure(seconds: int, watchers: int, rate: float, port: int, kills: int) -> dict[str, Any]:
    """Run one load; returns the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.time()
        # Signing takes about as long as the load; it is done before, for times to come.
        lives_s = int(kills * (LIFE_S + 4.0))
        begin_s = began + 12.0 + (seconds + lives_s) * rate / 9000.0
        batches = prepare_load(folder, seconds + lives_s, rate, begin_s)
        batches, rest = batches[: seconds * BATCHES_PER_S], batches[seconds * BATCHES_PER_S :]
        if time.time() > begin_s - 6.0:
            raise RuntimeError(f"preparing took {time.time() - began:.0f} s: this machine is busy")
        process = start(folder, port)
        cold = until_ready(port)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        worker = int(children[0])
        used = cpu_s(process.pid), cpu_s(worker), time.process_time(), time.monotonic()
        result = asyncio.run(load(port, batches, begin_s, watchers))
        took = time.monotonic() - used[3]
        service_cpu, tracker_cpu = (cpu_s(process.pid) - used[0]) / took, (cpu_s(worker) - used[1]) / took
        generator_cpu = (time.process_time() - used[2]) / took
        lag = latencies(result)
        memory = resident_bytes(str(process.pid)) + resident_bytes(str(worker))
        values = {
            r.rsplit(" ", 1)[0]: float(r.rsplit(" ", 1)[1])
            for r in result["metrics"].splitlines() if not r.startswith("#")
        }  # fmt: skip
        accepted = sum(s[3] for s in result["sent"])
        # What lies between is skipped: hearing times must be of now.
        late = max(int((time.time() + 1.0 - begin_s) * BATCHES_PER_S) - seconds * BATCHES_PER_S, 0)
        process, killed = resume(
            process, lambda: start(folder, port), port, TOKEN, rest[late:], BATCHES_PER_S,
            begin_s + seconds + late / BATCHES_PER_S, watchers,
        )  # fmt: skip
        process.terminate()
        process.wait()
        acks = np.array([s[2] for s in result["sent"]])
        return {
            "reports_per_s": accepted / seconds, "accepted": accepted, "refused": result["refused"],
            "median_ms": 1e3 * float(np.median(lag)), "p95_ms": 1e3 * float(np.quantile(lag, 0.95)),
            "p99_ms": 1e3 * float(np.quantile(lag, 0.99)), "never": int(np.isinf(lag).sum()),
            "ack_median_ms": 1e3 * float(np.median(acks)), "ack_p99_ms": 1e3 * float(np.quantile(acks, 0.99)),
            "behind_s": values["forehear_behind_seconds"], "step_ms": 1e3 * values["forehear_step_seconds"],
            "tracks": values['forehear_tracks{status="confirmed"}'], "memory_mb": memory / 1e6, "cold_s": cold,
            "service_cores": service_cpu, "tracker_cores": tracker_cpu, "generator_cores": generator_cpu,
            "load_average": os.getloadavg()[0], "watchers": watchers, **killed,
            "frames_per_watcher_s": sum(w.frames for w in result["others"]) / max(watchers, 1) / seconds,
            "watched_mb_s": sum(w.bytes for w in result["others"]) / seconds / 1e6,
        }  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5000.0)
    parser.add_argument("--kills", type=int, default=5, help="how often it is killed at the end")
    parser.add_argument("--port", type=int, default=8377)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = measure(args.seconds, args.watchers, args.rate, args.port, args.kills)
    if args.json:
        print(json.dumps(result))
        return 0
    for key, value in result.items():
        print(f"{key:<22} {value:,.3f}" if isinstance(value, float) else f"{key:<22} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
